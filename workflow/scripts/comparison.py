"""Compare this run with the reference, as JSON; what differs is no failure here."""

from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.reference.compare import compare
    from adcost.reference.store import read_reference, read_results
    from adcost.reference.summary import summary
    from adcost.reference.tolerances import read_tolerances
    from adcost.results.writing import write_json

    wanted = snakemake.params
    reference = read_reference(wanted.folder)
    found = read_results(Path(snakemake.output[0]).parent, wanted.tables)
    comparison = compare(reference, found, read_tolerances(snakemake.input.tolerances[0]))
    print(summary(comparison))
    write_json(comparison, snakemake.output[0])
