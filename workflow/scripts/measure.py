"""Measure one point of an experiment and write its tables."""

from importlib import import_module
from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.origin import origin
    from adcost.tables import check_tables, read_arrays, write_table

    experiment, point = snakemake.params.experiment, snakemake.wildcards.point
    print(f"measuring {point} with {snakemake.params.parameters}")
    door = import_module(f"adcost.experiments.{experiment}.measure")
    arguments = [point, snakemake.params.parameters, snakemake.params.seed]
    if snakemake.input.needs:
        arguments.append({Path(p).parent.name: read_arrays(p) for p in snakemake.input.needs})
    tables = door.measure(*arguments)
    wanted = {name: path for name, path in snakemake.output.items() if name != "sidecars"}
    check_tables(tables, wanted, experiment, point)
    made = {
        "parameters": snakemake.params.parameters,
        "seed": snakemake.params.seed,
        "origins": [origin()],
    }
    for name, table in tables.items():
        write_table(table, wanted[name], experiment, point, made)
        print(f"wrote {len(table)} rows to {wanted[name]}")
