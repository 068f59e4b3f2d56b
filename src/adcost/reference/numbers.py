"""The numbers of the report's text, compared name by name.

They are made of the tables' cells, and seconds among them of timings, which are not compared. So
the rules of the same file hold, for a table called ``numbers`` with the columns ``name`` and
``value``; they name what follows cells that are not compared. A number without a rule may be as far
off as twice the widest tolerance by which a cell of the experiment's tables passed, for it may be a
ratio or a difference of two such cells. Where all cells are the same, so must the numbers be.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.reference.tables import LARGEST_WHOLE, Difference, TableComparison
from adcost.reference.tolerances import Rule, Tolerance, Tolerances

TABLE = "numbers"
FILE = f"{TABLE}.json"
TWO_CELLS = 2.0


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every number, text or nothing, with its name; in lists and records with dots."""
    if isinstance(value, Mapping):
        parts: Iterable[tuple[object, Any]] = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        yield name, value
        return
    for key, inner in parts:
        yield from leaves(inner, f"{name}.{key}" if name else str(key))


def compare_numbers(
    experiment: str,
    reference: Mapping[str, Any],
    found: Mapping[str, Any],
    tolerances: Tolerances,
    passed: Iterable[Tolerance] = (),
) -> TableComparison:
    """Compare two versions of an experiment's ``numbers.json``.

    ``passed``: the tolerances by which cells of its tables passed that are not the same.
    """
    left, right = dict(leaves(reference)), dict(leaves(found))
    result = TableComparison(TABLE, rows=len(left))
    rules: dict[int, Rule] = {}
    for rule in tolerances.rules_for(experiment, TABLE):
        for index in map(int, np.flatnonzero(rule.rows(cells(reference)))):
            rules.setdefault(index, rule)
    wider = {tolerance for tolerance in passed if tolerance != tolerances.default}
    for place, (name, there) in enumerate(left.items()):
        ruled = rules[place].tolerance if place in rules else None
        if ruled is not None and not ruled.compared:
            result.not_compared += 1
        elif name not in right:
            result.differences.append(Difference("missing", FILE, str(there), name=name))
        elif there == right[name]:
            result.identical += 1
        elif _passes(there, right[name], ruled, tolerances.default, wider):
            result.within += 1
        else:
            result.beyond += 1
            here = str(right[name])
            result.differences.append(Difference("differs", FILE, str(there), here, name))
    for name in right.keys() - left.keys():
        more = str(right[name])
        result.differences.append(Difference("extra", FILE, here=more, name=name, fails=False))
    return result


def cells(numbers: Mapping[str, Any]) -> pd.DataFrame:
    """The numbers as the table of which rules speak: a place in a list is written ``*``."""
    found = leaves(numbers)
    rows = [(re.sub(r"\.\d+(?=\.|$)", ".*", name), str(value)) for name, value in found]
    return pd.DataFrame(rows, columns=["name", "value"], dtype=str)


def _passes(
    there: Any, here: Any, ruled: Tolerance | None, default: Tolerance, wider: Iterable[Tolerance]
) -> bool:
    if not all(type(side) in (int, float) for side in (there, here)):
        return False
    sides = np.array([there], dtype=float), np.array([here], dtype=float)
    if ruled is not None:
        return bool(ruled.excess(*sides)[0] <= 1)
    whole = all(float(side).is_integer() and abs(side) < LARGEST_WHOLE for side in (there, here))
    allowed = [] if whole else [default.excess(*sides)[0] <= 1]
    return any(allowed + [tolerance.excess(*sides)[0] <= TWO_CELLS for tolerance in wider])
