"""Write the files between measuring, drawing and judging: tidy CSV, JSON and NPZ.

A table never holds NaN or infinity in a measured column: the job that would write one fails
with the experiment, the point and the method, and leaves no output. Beside each file stands what
`adcost.results.metadata` tells of it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adcost.results import messages
from adcost.results.files import as_json, replacing
from adcost.results.metadata import describe, sidecar, write_sidecar


class NotFinite(ValueError):
    """A measurement came out as NaN or infinity."""


def check_finite(table: pd.DataFrame, experiment: str, point: str) -> None:
    """Raise :class:`NotFinite` at the first NaN or infinity of any numeric column."""
    for column in table.select_dtypes("number"):
        bad = ~np.isfinite(table[column].to_numpy(dtype=float))
        if bad.any():
            row = table[bad].iloc[0]
            labels = ", ".join(
                f"{name} {row[name]}" for name in ("method", "quantity") if name in table.columns
            )
            which, found = labels or f"row {row.name}", f"{column} is {row[column]}"
            raise NotFinite(messages.not_finite(experiment, point, which, found, int(bad.sum())))


def check_tables(
    tables: Mapping[str, pd.DataFrame], wanted: Iterable[str], experiment: str, point: str
) -> None:
    """Refuse missing, unknown and not finite tables before the first is written.

    So a bad point leaves nothing behind.
    """
    if set(tables) != set(wanted):
        raise ValueError(messages.other_tables(experiment, sorted(tables), sorted(wanted)))
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
        raise ValueError(messages.nothing_to_write(experiment, point))
    check_finite(table, experiment, point)
    sidecar(path).unlink(missing_ok=True)  # An old one would speak of another table.
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    describe(table, path, {"experiment": experiment, "point": point, **(made or {})})


def write_json(record: Any, path: Path | str) -> None:
    """Write JSON with sorted keys and without NaN or infinity, atomically, and its sidecar."""
    text = as_json(record)
    sidecar(path).unlink(missing_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    write_sidecar(path, {})


def write_arrays(
    arrays: Mapping[str, np.ndarray], path: Path | str, experiment: str, point: str
) -> None:
    """Write named, finite arrays as NPZ, atomically and with repeatable bytes, and a sidecar."""
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise NotFinite(messages.array_not_finite(experiment, point, name))
    sidecar(path).unlink(missing_ok=True)
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
    write_sidecar(path, {"experiment": experiment, "point": point})
