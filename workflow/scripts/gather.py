"""Stack the points' tables into the experiment's, in the plan's order."""

from job import logged

with logged(snakemake):
    from adcost.tables import gather, write_table

    for name, path in snakemake.output.items():
        files = snakemake.input[name]
        files = [files] if isinstance(files, str) else list(files)
        write_table(gather(files), path, path.split("/")[-2], "all points")
        print(f"gathered {len(files)} files into {path}")
