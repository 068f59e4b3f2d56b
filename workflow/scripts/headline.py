"""Draw the figures of the report's first screen from the tables and claims of all experiments."""

from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.headline import figures, prices
    from adcost.plotting import in_language
    from adcost.catalogue import Catalogue, titles
    from adcost.results.files import replacing
    from adcost.results.metadata import describe, write_sidecar
    from adcost.results.reading import of_this_version, read_json, read_table

    language, experiments = snakemake.params.language, list(snakemake.params.experiments)
    claims = [claim for path in snakemake.input.claims for claim in read_json(path)]
    with of_this_version(snakemake.input.tables):
        tables = {}
        for path in map(Path, snakemake.input.tables):
            tables.setdefault(path.parent.name, {})[path.stem] = read_table(path)
        quotes = prices.gather(tables)
    for name, table in (("prices", quotes), ("price_list", prices.price_list(quotes))):
        with replacing(snakemake.output[name]) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")
        describe(table, snakemake.output[name], {"experiments": list(tables)})
    catalogue = Catalogue.read(language, "headline")
    with in_language(catalogue):
        figures.draw(quotes, claims, titles(language), Path(snakemake.output.figures[0]).parent)
    for path in snakemake.output.figures:
        write_sidecar(path, {"experiments": experiments})
    for text in sorted(catalogue.missing):
        print(f"{language} has no words for {text!r}")
