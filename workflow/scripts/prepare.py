"""Prepare what other points of an experiment need: tables, and named arrays beside them."""

from importlib import import_module
from pathlib import Path

from job import logged, made_from

with logged(snakemake):
    from adcost.results.reading import read_arrays
    from adcost.results.writing import check_tables, write_arrays, write_table

    experiment, point = snakemake.params.experiment, snakemake.wildcards.point
    print(f"preparing {point} with {snakemake.params.parameters}")
    entry = import_module(f"adcost.experiments.{experiment}.prepare")
    needs = {Path(path).parent.name: read_arrays(path) for path in snakemake.input.needs}
    tables, arrays = entry.prepare(point, snakemake.params.parameters, snakemake.params.seed, needs)
    apart = ("arrays", "sidecars")
    wanted = {name: path for name, path in snakemake.output.items() if name not in apart}
    check_tables(tables, wanted, experiment, point)
    made = made_from(snakemake.params)
    for name, table in tables.items():
        write_table(table, wanted[name], experiment, point, made)
    write_arrays(arrays, snakemake.output.arrays, experiment, point)
    print(f"wrote {', '.join(arrays)} to {snakemake.output.arrays}")
