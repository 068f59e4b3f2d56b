"""Measure one point of an experiment and write its tables."""

from importlib import import_module

from job import logged

with logged(snakemake):
    from adcost.tables import check_finite, write_table

    experiment, point = snakemake.params.experiment, snakemake.wildcards.point
    print(f"measuring {point} with {snakemake.params.parameters}")
    door = import_module(f"adcost.experiments.{experiment}.measure")
    tables = door.measure(point, snakemake.params.parameters, snakemake.params.seed)
    wanted = dict(snakemake.output.items())
    if set(tables) != set(wanted):
        raise ValueError(f"{experiment} measured {sorted(tables)}, not {sorted(wanted)}")
    # All are checked before the first is written, so that a bad point leaves nothing.
    for table in tables.values():
        check_finite(table, experiment, point)
    for name, table in tables.items():
        write_table(table, wanted[name], experiment, point)
        print(f"wrote {len(table)} rows to {wanted[name]}")
