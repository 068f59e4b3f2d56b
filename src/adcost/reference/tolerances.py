"""How far a number may lie from the reference's: `workflow/tolerances.yaml`, read and applied.

A number without a rule has the file's default; text, integers and whole numbers must then be the
same. Each rule says why it is wider.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

EVERY = "*"
"""As the column of a rule that does not compare: its rows are set aside, be they there or not."""

KEYS = ("experiment", "table", "column", "where", "relative", "absolute", "compared", "why")


class ToleranceError(ValueError):
    """The file of tolerances says something that has no meaning."""


@dataclass(frozen=True)
class Tolerance:
    """The largest difference, ``absolute + relative·|reference|``; none if not compared."""

    relative: float = 0.0
    absolute: float = 0.0
    compared: bool = True


@dataclass(frozen=True)
class Rule:
    """A tolerance of the cells of one column, in the rows whose texts are as ``where`` says."""

    experiment: str
    table: str
    column: str
    where: Mapping[str, tuple[str, ...]]
    tolerance: Tolerance
    why: str

    def rows(self, table: pd.DataFrame) -> np.ndarray:
        """Which rows it holds for; none where the table lacks a column that it names."""
        if not {*self.where, *({self.column} - {EVERY})} <= set(table.columns):
            return np.zeros(len(table), dtype=bool)
        chosen = np.ones(len(table), dtype=bool)
        for column, values in self.where.items():
            chosen &= table[column].isin(values).to_numpy()
        return chosen


@dataclass(frozen=True)
class Tolerances:
    """The default and the rules; where two rules hold, the first does."""

    default: Tolerance
    rules: tuple[Rule, ...] = ()

    def of(self, experiment: str, table: str) -> tuple[Rule, ...]:
        """The rules of one table."""
        return tuple(r for r in self.rules if (r.experiment, r.table) == (experiment, table))


def read_tolerances(path: Path | str) -> Tolerances:
    """Read the file; raise :class:`ToleranceError` naming the rule, the key and what is allowed."""
    document = yaml.safe_load(Path(path).read_text("utf-8"))
    if not isinstance(document, Mapping) or set(document) != {"default", "rules"}:
        raise ToleranceError(f"{path}: it must have the keys default and rules, and no other")
    default = _tolerance(document["default"], f"{path}, default")
    rules = [_rule(entry, f"{path}, rule {i}") for i, entry in enumerate(document["rules"], 1)]
    return Tolerances(default, tuple(rules))


def _rule(entry: Any, place: str) -> Rule:
    if not isinstance(entry, Mapping):
        raise ToleranceError(f"{place}: {entry!r} is no rule; allowed keys: {', '.join(KEYS)}")
    if unknown := sorted(set(entry) - set(KEYS)):
        raise ToleranceError(f"{place}: no key {', '.join(unknown)}; allowed: {', '.join(KEYS)}")
    needed = ("experiment", "table", "column", "why")
    if missing := [key for key in needed if not entry.get(key)]:
        raise ToleranceError(f"{place}: the key {', '.join(missing)} is missing")
    where = {
        column: tuple(map(str, values if isinstance(values, list) else [values]))
        for column, values in entry.get("where", {}).items()
    }
    limits = {k: entry[k] for k in ("relative", "absolute", "compared") if k in entry}
    tolerance = _tolerance(limits, place)
    if entry["column"] == EVERY and tolerance.compared:
        raise ToleranceError(f'{place}: column "*" sets whole rows aside, with compared: false')
    return Rule(entry["experiment"], entry["table"], entry["column"], where, tolerance,
                entry["why"])  # fmt: skip


def _tolerance(limits: Any, place: str) -> Tolerance:
    allowed = "relative and absolute, numbers not below 0, or compared: false"
    if limits == {"compared": False}:
        return Tolerance(compared=False)
    if not isinstance(limits, Mapping) or not limits or not set(limits) <= {"relative", "absolute"}:
        raise ToleranceError(f"{place}: {limits!r} is no tolerance; allowed: {allowed}")
    for key, value in limits.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < math.inf:
            raise ToleranceError(f"{place}: {key} is {value!r}; allowed: {allowed}")
    relative, absolute = (float(limits.get(key, 0)) for key in ("relative", "absolute"))
    return Tolerance(relative, absolute)
