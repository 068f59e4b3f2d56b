"""The files between measuring, drawing and judging: tidy CSV, JSON and NPZ, written whole or not
at all.

A table never holds NaN or infinity in a measured column: the job that would write one fails
with the experiment, the point and the method, and leaves no output.

Beside each file stands a sidecar, ``<file>-metadata.json`` (for tables the name and the form are
those of W3C's Metadata Vocabulary for Tabular Data, sections 5.2 and 5.4). Its ``notes`` hold the
SHA-256 of the file's bytes, and of a table also the number of rows and what it was made from. So
whoever reads a file finds out if it was cut short or changed after it was written.
"""

import hashlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


class NotFinite(ValueError):
    """A measurement came out as NaN or infinity."""


class DamagedFile(ValueError):
    """A file of the results is not what its rule writes."""


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it into place when the block succeeds.

    A reader therefore sees the old file or the whole new one, whatever interrupts the writer. The
    temporary name is the same each time, so what a killed writer left is replaced by the next one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.partial{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_finite(table: pd.DataFrame, experiment: str, point: str) -> None:
    """Raise :class:`NotFinite` at the first NaN or infinity of any numeric column."""
    for column in table.select_dtypes("number"):
        bad = ~np.isfinite(table[column].to_numpy(dtype=float))
        if bad.any():
            row = table[bad].iloc[0]
            labels = ", ".join(
                f"{name} {row[name]}" for name in ("method", "quantity") if name in table.columns
            )
            raise NotFinite(
                f"experiment {experiment}, point {point}, {labels or 'row ' + str(row.name)}: "
                f"{column} is {row[column]} ({int(bad.sum())} such rows). Nothing was written."
            )


def check_tables(
    tables: Mapping[str, pd.DataFrame], wanted: Iterable[str], experiment: str, point: str
) -> None:
    """Refuse missing, unknown and not finite tables before the first is written.

    So a bad point leaves nothing behind.
    """
    if set(tables) != set(wanted):
        raise ValueError(f"{experiment} measured {sorted(tables)}, not {sorted(wanted)}")
    for table in tables.values():
        check_finite(table, experiment, point)


def write_table(
    table: pd.DataFrame,
    path: Path | str,
    experiment: str,
    point: str,
    made: Mapping[str, Any] | None = None,
) -> None:
    """Write a finite, non-empty table as CSV with all digits of every float, atomically.

    ``made`` goes into its :func:`sidecar`: what it was made from, and where.
    """
    if table.empty:
        raise ValueError(f"experiment {experiment}, point {point}: the table has no rows")
    check_finite(table, experiment, point)
    sidecar(path).unlink(missing_ok=True)  # An old one would speak of another table.
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    describe(table, path, {"experiment": experiment, "point": point, **(made or {})})


def describe(table: pd.DataFrame, path: Path | str, notes: Mapping[str, Any]) -> None:
    """Write the sidecar of a table that stands at ``path``."""
    columns = [{"name": name, "datatype": _datatype(table[name])} for name in table.columns]
    schema = {"@context": "http://www.w3.org/ns/csvw", "tableSchema": {"columns": columns}}
    write_sidecar(path, {"rows": len(table), **notes}, schema)


def write_sidecar(
    path: Path | str, notes: Mapping[str, Any], schema: Mapping[str, Any] = {}
) -> None:
    """Write the sidecar of a file that stands at ``path``: its SHA-256, and what is to be noted."""
    checked = {"sha256": _digest(Path(path)), **notes}
    record = {**schema, "url": Path(path).name, "notes": [checked]}
    with replacing(sidecar(path)) as temporary:
        temporary.write_text(_as_json(record), encoding="utf-8")


def sidecar(path: Path | str) -> Path:
    """Where the metadata of a file are."""
    return Path(f"{path}-metadata.json")


def made_from(path: Path | str) -> dict[str, Any]:
    """What a file's sidecar notes; nothing where there is none.

    Raises :class:`DamagedFile` if the sidecar is not whole.
    """
    try:
        return dict(json.loads(sidecar(path).read_text("utf-8"))["notes"][0])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DamagedFile(
            f"{sidecar(path)} cannot be read ({error}). Delete {sidecar(path)} and {path} and run "
            "snakemake again."
        ) from error


def _datatype(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "double" if pd.api.types.is_numeric_dtype(column) else "string"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_table(path: Path | str, columns: Iterable[str] = ()) -> pd.DataFrame:
    """Read a CSV table exactly; raise :class:`DamagedFile` if it is not what was written."""
    advice = f"Delete {path} and run snakemake again."
    check_written(path)
    try:
        table = pd.read_csv(path, float_precision="round_trip", keep_default_na=False)
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DamagedFile(f"{path} cannot be read as a table ({error}). {advice}") from error
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DamagedFile(f"{path} lacks the column(s) {', '.join(missing)}. {advice}")
    if table.empty:
        raise DamagedFile(f"{path} has no rows. {advice}")
    return table


def check_written(path: Path | str) -> None:
    """Raise :class:`DamagedFile` if a file is not what its sidecar, where it has one, tells."""
    written = made_from(path)
    if written and written.get("sha256") != _digest(Path(path)):
        rows = f" (it had {written['rows']} rows)" if "rows" in written else ""
        raise DamagedFile(
            f"{path} cannot be read: it was cut short or changed after it was written{rows}. "
            f"Delete {path} and run snakemake again."
        )


def gather(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Stack the tables of several points, in the order given; they have the same columns."""
    tables = [read_table(path) for path in paths]
    columns = [tuple(table.columns) for table in tables]
    usual = Counter(columns).most_common(1)[0][0]
    for path, found in zip(paths, columns, strict=True):
        if found != usual:
            other = paths[columns.index(usual)]
            raise DamagedFile(
                f"{path} has the columns {', '.join(found)}, where {other} has {', '.join(usual)}. "
                f"Delete {path} and run snakemake again (or {other}, if that is the wrong one)."
            )
    return pd.concat(tables, ignore_index=True)


@contextmanager
def of_this_version(paths: Iterable[Path | str]) -> Iterator[None]:
    """Where a block that uses gathered tables fails, name those that other code has measured.

    The note ``other_version`` of a table's sidecar holds them, the files of points. There the
    failure becomes :class:`DamagedFile`; where there is none it is the block's own.
    """
    try:
        yield
    except Exception as error:
        others = {str(path): made_from(path).get("other_version", []) for path in paths}
        files = [file for of_points in others.values() for file in of_points]
        if not files:
            raise
        # And what was gathered from them, or Snakemake might have no use for the points.
        wrong = [*files, *(path for path, of_points in others.items() if of_points)]
        raise DamagedFile(
            f"{', '.join(files)} cannot be used: measured by another version of the code "
            f"({type(error).__name__}: {error}). Delete {' and '.join(wrong)} and run snakemake "
            "again."
        ) from error


def write_json(record: Any, path: Path | str) -> None:
    """Write JSON with sorted keys and without NaN or infinity, atomically, and its sidecar."""
    text = _as_json(record)
    sidecar(path).unlink(missing_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    write_sidecar(path, {})


def _as_json(record: Any) -> str:
    text = json.dumps(record, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return text + "\n"


def read_json(path: Path | str) -> Any:
    """Read JSON; raise :class:`DamagedFile` if it is not what was written."""
    check_written(path)
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except ValueError as error:
        raise DamagedFile(
            f"{path} cannot be read ({error}). Delete {path} and run snakemake again."
        ) from error


def write_arrays(
    arrays: Mapping[str, np.ndarray], path: Path | str, experiment: str, point: str
) -> None:
    """Write named, finite arrays as NPZ, atomically and with repeatable bytes, and a sidecar."""
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise NotFinite(
                f"experiment {experiment}, point {point}: the array {name} holds NaN or infinity. "
                "Nothing was written."
            )
    sidecar(path).unlink(missing_ok=True)
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
    write_sidecar(path, {"experiment": experiment, "point": point})


def read_arrays(path: Path | str) -> dict[str, np.ndarray]:
    """Read named arrays; raise :class:`DamagedFile` if the file is not what was written."""
    check_written(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedFile(
            f"{path} cannot be read ({error}). Delete {path} and run snakemake again."
        ) from error
