"""Measure one point of an experiment and write its tables."""

from importlib import import_module
from pathlib import Path

from job import logged, made_from

with logged(snakemake):
    from adcost.costs.background_load import watch
    from adcost.results.reading import read_arrays
    from adcost.results.writing import check_tables, write_table

    experiment, point = snakemake.params.experiment, snakemake.wildcards.point
    print(f"measuring {point} with {snakemake.params.parameters}")
    entry = import_module(f"adcost.experiments.{experiment}.measure")
    arguments = [point, snakemake.params.parameters, snakemake.params.seed]
    if snakemake.input.needs:
        arguments.append({Path(p).parent.name: read_arrays(p) for p in snakemake.input.needs})
    with watch() as load:
        tables = entry.measure(*arguments)
    wanted = {name: path for name, path in snakemake.output.items() if name != "sidecars"}
    check_tables(tables, wanted, experiment, point)
    made = made_from(snakemake.params)
    if "timings" in tables:
        made["background_load"] = load.record()
        tables["timings"]["others_share"] = load.share
        print(load)
    for name, table in tables.items():
        write_table(table, wanted[name], experiment, point, made)
        print(f"wrote {len(table)} rows to {wanted[name]}")
