"""Record the configuration, and the commit, versions and machine of the measurements."""

from job import logged

with logged(snakemake):
    from adcost.study.provenance import provenance
    from adcost.results.metadata import made_from
    from adcost.results.writing import write_json

    notes = [made_from(path) for path in snakemake.input.tables]
    write_json(provenance(dict(snakemake.params.config), notes), snakemake.output[0])
