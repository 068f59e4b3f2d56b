"""Stack the points' tables into the experiment's, in the plan's order."""

from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.origin import distinct
    from adcost.tables import gather, made_from, write_table

    for name, path in snakemake.output.items():
        if name == "sidecars":
            continue
        files = snakemake.input[name]
        files = [files] if isinstance(files, str) else list(files)
        notes = [made_from(file) for file in files]
        made = {
            "points": [note.get("point") for note in notes],
            "origins": distinct(one for note in notes for one in note.get("origins", [])),
        }
        write_table(gather(files), path, Path(path).parent.name, "all points", made)
        print(f"gathered {len(files)} files into {path}")
