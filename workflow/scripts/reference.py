"""Put this run in the place of the reference, unless it is small or its commit is not whole."""

from pathlib import Path

from job import logged

with logged(snakemake):
    import yaml

    from adcost.reference.store import write_reference

    wanted = snakemake.params
    full = yaml.safe_load(Path(snakemake.input.full).read_text("utf-8"))
    results = Path(snakemake.input.provenance).parent
    sizes = write_reference(results, wanted.folder, wanted.tables, full, wanted.anyway)
    said = f"{wanted.folder}: {len(sizes)} files with {sum(sizes.values())} bytes"
    print(said)

print(said, flush=True)
