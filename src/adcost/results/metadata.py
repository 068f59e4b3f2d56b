"""What is told of each file of the results beside it, in ``<file>-metadata.json``.

For tables the name and the form are those of W3C's Metadata Vocabulary for Tabular Data, sections
5.2 and 5.4. Its ``notes`` hold the SHA-256 of the file's bytes, and of a table also the number of
rows and what it was made from. So whoever reads a file finds out if it was cut short or changed
after it was written.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from adcost.results import messages
from adcost.results.files import as_json, checksum, replacing


class DamagedFile(ValueError):
    """A file of the results is not what its rule writes."""


def describe(table: pd.DataFrame, path: Path | str, notes: Mapping[str, Any]) -> None:
    """Write the sidecar of a table that stands at ``path``."""
    columns = [{"name": name, "datatype": _datatype(table[name])} for name in table.columns]
    schema = {"@context": "http://www.w3.org/ns/csvw", "tableSchema": {"columns": columns}}
    write_sidecar(path, {"rows": len(table), **notes}, schema)


def write_sidecar(
    path: Path | str, notes: Mapping[str, Any], schema: Mapping[str, Any] = {}
) -> None:
    """Write the sidecar of a file that stands at ``path``: its SHA-256, and what is to be noted."""
    checked = {"sha256": checksum(Path(path)), **notes}
    record = {**schema, "url": Path(path).name, "notes": [checked]}
    with replacing(sidecar(path)) as temporary:
        temporary.write_text(as_json(record), encoding="utf-8")


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
        advice = messages.delete_and_rerun(sidecar(path), path)
        raise DamagedFile(messages.unreadable(sidecar(path), error, advice)) from error


def check_written(path: Path | str) -> None:
    """Raise :class:`DamagedFile` if a file is not what its sidecar, where it has one, tells."""
    written = made_from(path)
    if written and written.get("sha256") != checksum(Path(path)):
        raise DamagedFile(
            messages.changed(path, written.get("rows"), messages.delete_and_rerun(path))
        )


def _datatype(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "double" if pd.api.types.is_numeric_dtype(column) else "string"
