"""Put all experiments' claims into one table, a row a piece of evidence."""

from job import logged

with logged(snakemake):
    import pandas as pd

    from adcost.claims import COLUMNS, as_rows
    from adcost.results.files import replacing
    from adcost.results.metadata import describe
    from adcost.results.reading import read_json

    judged = [path for path in snakemake.input if path.endswith("claims.json")]
    records = [record for path in judged for record in read_json(path)]
    table = pd.DataFrame(as_rows(records), columns=list(COLUMNS))
    with replacing(snakemake.output[0]) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    describe(table, snakemake.output[0], {"judged": judged})
    print(f"{len(records)} claims with {len(table)} pieces of evidence")
