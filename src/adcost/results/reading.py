"""Read the files between measuring, drawing and judging, if they are what was written."""

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adcost.results import messages
from adcost.results.metadata import DamagedFile, check_written, made_from


def read_table(path: Path | str, columns: Iterable[str] = ()) -> pd.DataFrame:
    """Read a CSV table exactly; raise :class:`DamagedFile` if it is not what was written."""
    advice = messages.delete_and_rerun(path)
    check_written(path)
    try:
        table = pd.read_csv(path, float_precision="round_trip", keep_default_na=False)
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DamagedFile(messages.unreadable(path, error, advice, " as a table")) from error
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DamagedFile(messages.lacks(path, missing, advice))
    if table.empty:
        raise DamagedFile(messages.no_rows(path, advice))
    return table


def gather(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Stack the tables of several points, in the order given; they have the same columns."""
    tables = [read_table(path) for path in paths]
    columns = [tuple(table.columns) for table in tables]
    usual = Counter(columns).most_common(1)[0][0]
    for path, found in zip(paths, columns, strict=True):
        if found != usual:
            other = paths[columns.index(usual)]
            raise DamagedFile(messages.other_columns(path, found, other, usual))
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
        advice = messages.delete_and_rerun(*wrong)
        raise DamagedFile(messages.other_version(files, error, advice)) from error


def read_json(path: Path | str) -> Any:
    """Read JSON; raise :class:`DamagedFile` if it is not what was written."""
    check_written(path)
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except ValueError as error:
        raise DamagedFile(
            messages.unreadable(path, error, messages.delete_and_rerun(path))
        ) from error


def read_arrays(path: Path | str) -> dict[str, np.ndarray]:
    """Read named arrays; raise :class:`DamagedFile` if the file is not what was written."""
    check_written(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedFile(
            messages.unreadable(path, error, messages.delete_and_rerun(path))
        ) from error
