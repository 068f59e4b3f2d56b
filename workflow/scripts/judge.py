"""Judge an experiment's claims and collect the numbers that the report's text calls by name."""

from importlib import import_module

from job import logged

with logged(snakemake):
    from adcost.claims import as_record, check_ids, mark_disturbed
    from adcost.results.reading import of_this_version, read_table
    from adcost.results.writing import write_json

    experiment = snakemake.params.experiment
    entry = import_module(f"adcost.experiments.{experiment}.claims")
    tables = {n: read_table(p) for n, p in snakemake.input.items()}
    with of_this_version(snakemake.input):
        claims = mark_disturbed(entry.judge(tables), tables.get("timings"))
        numbers = entry.numbers(tables)
    check_ids(claims, experiment)
    for claim in claims:
        print(f"{claim.id}: {claim.verdict}")
    write_json(numbers, snakemake.output.numbers)
    write_json([as_record(claim, experiment) for claim in claims], snakemake.output.claims)
