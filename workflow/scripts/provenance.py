"""Record the configuration, and the commit, versions and machine of the measurements."""

from job import logged

with logged(snakemake):
    from adcost.provenance import provenance
    from adcost.tables import made_from, write_json

    notes = [made_from(path) for path in snakemake.input.tables]
    origins = [one for note in notes for one in note.get("origins", [])]
    write_json(provenance(dict(snakemake.params.config), origins), snakemake.output[0])
