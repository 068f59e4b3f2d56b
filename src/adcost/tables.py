"""The tables between measuring, drawing and judging: tidy CSV, written whole or not at all.

A table never holds NaN or infinity in a measured column: the job that would write one fails
with the experiment, the point and the method, and leaves no output.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


class NotFinite(ValueError):
    """A measurement came out as NaN or infinity."""


class DamagedTable(ValueError):
    """A table on disk is not what its rule writes."""


@contextmanager
def replacing(path: Path | str):
    """Yield a temporary path beside ``path``; rename it into place when the block succeeds.

    A reader therefore sees the old file or the whole new one, whatever interrupts the writer.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


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


def write_table(table: pd.DataFrame, path: Path | str, experiment: str, point: str) -> None:
    """Write a finite, non-empty table as CSV with all digits of every float, atomically."""
    if table.empty:
        raise ValueError(f"experiment {experiment}, point {point}: the table has no rows")
    check_finite(table, experiment, point)
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def read_table(path: Path | str, columns: Iterable[str] = ()) -> pd.DataFrame:
    """Read a CSV table exactly; raise :class:`DamagedTable` if it is not whole."""
    advice = f"Delete {path} and run snakemake again."
    try:
        table = pd.read_csv(path, float_precision="round_trip", keep_default_na=False)
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DamagedTable(f"{path} cannot be read as a table ({error}). {advice}") from error
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DamagedTable(f"{path} lacks the column(s) {', '.join(missing)}. {advice}")
    if table.empty:
        raise DamagedTable(f"{path} has no rows. {advice}")
    return table


def gather(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Stack the tables of several points, in the order given."""
    return pd.concat([read_table(path) for path in paths], ignore_index=True)


def write_json(record: Any, path: Path | str) -> None:
    """Write JSON with sorted keys and without NaN or infinity, atomically."""
    text = json.dumps(record, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def write_arrays(
    arrays: Mapping[str, np.ndarray], path: Path | str, experiment: str, point: str
) -> None:
    """Write named, finite arrays as NPZ, atomically and with repeatable bytes."""
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise NotFinite(
                f"experiment {experiment}, point {point}: the array {name} holds NaN or infinity. "
                "Nothing was written."
            )
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)


def read_arrays(path: Path | str) -> dict[str, np.ndarray]:
    """Read named arrays; raise :class:`DamagedTable` if the file is not whole."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedTable(
            f"{path} cannot be read ({error}). Delete {path} and run snakemake again."
        ) from error
