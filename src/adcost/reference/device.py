"""Keep a run on another device, such as a GPU: `python -m adcost.reference.device RESULTS FOLDER`.

The folder holds what :mod:`adcost.reference.store` keeps of a run, and its seconds, which are what
differs there. The report shows its claims beside those of the study; it is compared with nothing.
"""

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from adcost.reference.store import NoReference, check_size, replace_folder
from adcost.results.metadata import DamagedFile, check_written
from adcost.results.reading import read_json

KEPT = ("claims.json", "numbers.json")


def write(results: Path, folder: Path) -> dict[str, int]:
    """Replace ``folder`` by the judged experiments of ``results``; return the bytes of each file.

    Raises :class:`NoReference` where an experiment of the run has not been judged, and
    :class:`adcost.results.metadata.DamagedFile` for a file that was changed after it was written.
    """
    provenance = read_json(results / "provenance.json")
    files = {"provenance.json": (results / "provenance.json").read_bytes()}
    for name in provenance["config"]["experiments"]:
        if not (results / name / "claims.json").is_file():
            raise NoReference(f"{results} holds no claims of {name}: let the run end first")
        for kept in KEPT:
            check_written(results / name / kept)
            files[f"{name}/{kept}"] = (results / name / kept).read_bytes()
        for table in sorted((results / name).glob("*.csv")):
            check_written(table)
            files[f"{name}/{table.name}.gz"] = gzip.compress(table.read_bytes(), 9, mtime=0)
    sizes = {file: len(content) for file, content in files.items()}
    check_size(sizes)
    replace_folder(folder, files)
    return sizes


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder, or say why not; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m adcost.reference.device", description=__doc__)
    parser.add_argument("results", type=Path, help="the results of a finished run")
    parser.add_argument("folder", type=Path, help="where to keep it: results/reference-gpu")
    asked = parser.parse_args(arguments)
    try:
        sizes = write(asked.results, asked.folder)
    except (NoReference, DamagedFile, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{asked.folder}: {len(sizes)} files, {sum(sizes.values())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
