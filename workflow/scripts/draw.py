"""Draw all figures of an experiment from its tables."""

from importlib import import_module
from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.tables import read_table

    door = import_module(f"adcost.experiments.{snakemake.params.experiment}.figures")
    tables = {n: read_table(p) for n, p in snakemake.input.items() if n != "code"}
    door.draw(tables, Path(snakemake.output.pdf[0]).parent)
