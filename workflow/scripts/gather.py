"""Stack the points' tables into the experiment's, in the plan's order."""

from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.study.origin import distinct
    from adcost.results.points import points_table
    from adcost.results.metadata import made_from
    from adcost.results.reading import gather
    from adcost.results.writing import write_table

    parameters, origins = {}, []
    for name, path in snakemake.output.items():
        if name in ("points", "sidecars"):
            continue
        files = snakemake.input[name]
        files = [files] if isinstance(files, str) else list(files)
        notes = [made_from(file) for file in files]
        made = {
            "points": [note.get("point") for note in notes],
            "origins": distinct(one for note in notes for one in note.get("origins", [])),
        }
        if others := [
            str(file)
            for file, note in zip(files, notes, strict=True)
            if note.get("version") not in snakemake.params.versions
        ]:
            made["other_version"] = others
        if loads := {n["point"]: n["background_load"] for n in notes if "background_load" in n}:
            made["background_load"] = loads
        write_table(gather(files), path, Path(path).parent.name, "all points", made)
        print(f"gathered {len(files)} files into {path}")
        # Another version of the code may have noted none; what lacks them then names the table.
        parameters |= {note["point"]: note.get("parameters", {}) for note in notes}
        origins += made["origins"]
    path, made = snakemake.output.points, {"origins": distinct(origins)}
    write_table(points_table(parameters), path, Path(path).parent.name, "all points", made)
    print(f"wrote the parameters of {len(parameters)} points to {path}")
