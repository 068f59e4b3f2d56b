"""What a check says: one row of the table of checks."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from adcost.price.measure import reason

COLUMNS = ("check", "passed", "error", "bound", "sentence")
"""Columns of `adcost.price.checks.check`: ``passed`` is None where there is nothing to judge, as
the sentence says.

``error`` and ``bound`` are relative to the derivative's size, but for "finite", whose error is the
share of points at which something is not finite, and "digits", decimal digits lost of those that
float32 has.
"""


def row(
    name: str, passed: bool | None, sentence: str, error: float = math.nan, bound: float = math.nan
) -> dict[str, Any]:
    """A row of `COLUMNS`."""
    return {"check": name, "passed": passed, "error": error, "bound": bound, "sentence": sentence}


def guarded(name: str, run: Callable[[], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The row of a check, or one that says why there is none."""
    try:
        yield run()
    except Exception as error:
        yield row(name, None, f"{name}: not checked ({reason(error)})")
