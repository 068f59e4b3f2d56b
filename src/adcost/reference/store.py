"""Where the reference lies: `results/reference/`, written from a full run and read again.

It holds the run's provenance and for each experiment its claims, the numbers of the report's text
and its deterministic tables, whole and gzipped: then a difference can be shown cell by cell, and
all of them together are small.
"""

import gzip
import json
import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adcost.reference.compare import Run
from adcost.results.metadata import check_written
from adcost.results.reading import read_json
from adcost.study.checkout import UNKNOWN
from adcost.study.configuration import digest, without_words

LARGEST_BYTES = 3_000_000
"""As much as the repository shall carry; each new reference adds as much again to its history."""

HOW_TO_MAKE = "run the full study from a clean commit, then `snakemake reference`"


class NoReference(ValueError):
    """There is no reference, or the run cannot become one."""


def read_results(results: Path | str, tables: Mapping[str, Sequence[str]]) -> Run:
    """A run's own folder; ``tables`` names each experiment's deterministic tables.

    Raises :class:`adcost.results.metadata.DamagedFile` if one was changed after it was written.
    """
    results = Path(results)
    for name, wanted in tables.items():
        for table in wanted:
            check_written(results / name / f"{table}.csv")
    return Run(
        provenance=read_json(results / "provenance.json"),
        claims={name: read_json(results / name / "claims.json") for name in tables},
        tables={
            name: {t: (results / name / f"{t}.csv").read_text("utf-8") for t in wanted}
            for name, wanted in tables.items()
        },
        numbers={name: read_json(results / name / "numbers.json") for name in tables},
    )


def read_reference(folder: Path | str) -> Run:
    """The reference; raise :class:`NoReference`, saying how to make one, if there is none."""
    folder = Path(folder)
    if not (folder / "provenance.json").is_file():
        raise NoReference(f"there is no reference in {folder}: {HOW_TO_MAKE}")
    files = sorted(folder.glob("*/claims.json"))
    provenance = _of_reference(folder / "provenance.json", _json)
    lost = sorted({*provenance["config"]["experiments"]} - {file.parent.name for file in files})
    if lost:
        raise NoReference(
            f"the reference in {folder} lacks {', '.join(lost)}: take it from the repository again"
        )
    return Run(
        provenance=provenance,
        claims={file.parent.name: _of_reference(file, _json) for file in files},
        tables={file.parent.name: _unpacked(file.parent) for file in files},
        numbers={
            file.parent.name: _of_reference(file, _json)
            for file in sorted(folder.glob("*/numbers.json"))
        },
    )


def _unpacked(folder: Path) -> dict[str, str]:
    return {
        path.name.removesuffix(".csv.gz"): _of_reference(path, _gzipped)
        for path in sorted(folder.glob("*.csv.gz"))
    }


def _of_reference(path: Path, read: Callable[[Path], Any]) -> Any:
    """A file that the repository holds, for which no rule is there to make it again."""
    try:
        return read(path)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise NoReference(
            f"{path} cannot be read ({error}): take it from the repository again"
        ) from error


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _gzipped(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8")


def objections(provenance: Mapping[str, Any], full: Mapping[str, Any]) -> list[str]:
    """Why a run should not become the reference: not the full study, or not a commit."""
    found = []
    if provenance["config_digest"] != digest(without_words(full)):
        found.append("its configuration is not config/config.yaml as it stands here")
    why = provenance.get("unknown_because", "")
    if provenance["commit"] == UNKNOWN:
        found.append(f"its commit is not known ({why})")
    elif provenance["dirty"] is None:
        found.append(f"whether the code was the commit's is not known ({why})")
    if provenance["dirty"]:
        found.append(f"it was made with uncommitted changes on top of {provenance['commit'][:10]}")
    if len(commits := {one["commit"] for one in provenance.get("measured", [])}) > 1:
        found.append(f"its tables were measured at {len(commits)} commits, not one")
    return found


def write_reference(
    results: Path | str,
    folder: Path | str,
    tables: Mapping[str, Sequence[str]],
    full: Mapping[str, Any],
    anyway: bool = False,
) -> dict[str, int]:
    """Replace the reference by a run; return the bytes of each file.

    The same run gives the same bytes. Raises :class:`NoReference` and leaves the old one if
    there are :func:`objections` (unless ``anyway``) or it would be larger than
    :data:`LARGEST_BYTES`.
    """
    results, folder = Path(results), Path(folder)
    reasons = objections(read_json(results / "provenance.json"), full)
    if reasons and not anyway:
        raise NoReference(
            f"the run in {results} does not become the reference: {'; '.join(reasons)}. To be one, "
            f"{HOW_TO_MAKE}; `snakemake reference_unchecked` writes it all the same."
        )
    files = {"provenance.json": (results / "provenance.json").read_bytes()}
    read_results(results, tables)  # whole, or it says which file is not
    for name, wanted in tables.items():
        for file in ("claims.json", "numbers.json"):
            files[f"{name}/{file}"] = (results / name / file).read_bytes()
        for table in wanted:
            content = (results / name / f"{table}.csv").read_bytes()
            files[f"{name}/{table}.csv.gz"] = gzip.compress(content, 9, mtime=0)
    sizes = {file: len(content) for file, content in files.items()}
    check_size(sizes)
    replace_folder(folder, files)
    return sizes


def check_size(sizes: Mapping[str, int]) -> None:
    """Raise :class:`NoReference` if the files are more than the repository shall carry."""
    total = sum(sizes.values())
    if total > LARGEST_BYTES:
        largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:3]
        said = ", ".join(f"{file} ({sizes[file]} bytes)" for file in largest)
        raise NoReference(
            f"the reference would have {total} bytes, more than {LARGEST_BYTES}; "
            f"the largest: {said}. Measure fewer points there."
        )


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files beside the folder, then put them in its place.

    As in :func:`adcost.results.files.replacing` the temporary names are the same each time, so
    what a killed writer left is replaced, or put back, by the next one.
    """
    new, old = (folder.with_name(f".{folder.name}.{part}") for part in ("partial", "before"))
    _clear(folder, new, old)
    try:
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        _clear(folder, new, old)


def _clear(folder: Path, new: Path, old: Path) -> None:
    """Remove temporary folders; the old one takes its place again where none stands in it."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    for temporary in (new, old):
        if temporary.exists():
            shutil.rmtree(temporary)
