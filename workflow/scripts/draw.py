"""Draw all figures of an experiment from its tables."""

from importlib import import_module
from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.plotting import in_language
    from adcost.catalogue import Catalogue
    from adcost.results.metadata import write_sidecar
    from adcost.results.reading import of_this_version, read_table

    entry = import_module(f"adcost.experiments.{snakemake.params.experiment}.figures")
    paths = {n: p for n, p in snakemake.input.items() if n != "words"}
    tables = {n: read_table(p) for n, p in paths.items()}
    folder = Path(snakemake.output.pdf[0]).parent
    catalogue = Catalogue.read(snakemake.params.language, snakemake.params.experiment)
    with in_language(catalogue), of_this_version(paths.values()):
        entry.draw(tables, folder)
    for path in set(snakemake.output) - set(snakemake.output.sidecars):
        write_sidecar(path, {"experiment": snakemake.params.experiment})
    for text in sorted(catalogue.missing):
        print(f"{snakemake.params.language} has no words for {text!r}")
