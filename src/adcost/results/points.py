"""The table ``points``: a row a point of an experiment, its parameters as columns.

So nobody reads a parameter out of a point's name, or stores it as a measurement. Parameters of a
mapping within are columns of their own, ``timing.runs``. A cell is text or a number as it is, and
JSON otherwise (a list, say, or text that would be read as a number); it is empty where a point has
no such parameter. :func:`adcost.results.select.parameter` reads a column back.
"""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd


def points_table(parameters: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The table of points in the order given: ``point``, then their parameters by name.

    Raises ``ValueError`` if a parameter is called ``point``, or is NaN or infinite.
    """
    rows = []
    for point, of_point in parameters.items():
        if "point" in of_point:
            raise ValueError(f"the point {point} has a parameter called point; rename it")
        rows.append({"point": point, **{name: _cell(v) for name, v in sorted(_flat(of_point))}})
    names = sorted({name for row in rows for name in row} - {"point"})
    text = pd.DataFrame(rows, columns=["point", *names]).fillna("").to_csv(index=False)
    # Read back, so that the table is the same in one process and through a file.
    return pd.read_csv(
        io.StringIO(text), float_precision="round_trip", keep_default_na=False, dtype={"point": str}
    )


def _flat(parameters: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def _cell(value: Any) -> str:
    if isinstance(value, str) and not _reads_as_another(value):
        return value
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True)


def _reads_as_another(text: str) -> bool:
    """Whether a reader of the table would take a text for nothing, a number, a truth or JSON."""
    if text != text.strip() or text.lower() in ("", "true", "false", "null"):
        return True
    try:
        float(text)
    except ValueError:
        return text[0] in '"[{'
    return True
