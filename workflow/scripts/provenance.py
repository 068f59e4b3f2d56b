"""Record the commit, configuration, versions and machine of the measurements."""

from job import logged

with logged(snakemake):
    from adcost.provenance import provenance
    from adcost.tables import write_json

    write_json(provenance(dict(snakemake.params.config)), snakemake.output[0])
