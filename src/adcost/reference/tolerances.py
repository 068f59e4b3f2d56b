"""How far a number may lie from the reference's: read from tolerances.yaml, and applied.

The default is in `workflow/tolerances.yaml`, rules are in each experiment's folder.

A number without a rule has the file's default; text, integers and whole numbers must then be the
same. Each rule says why it is wider, and holds where another processor computed, unless it says
``processor: any``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

EXPERIMENTS = Path(__file__).parents[1] / "experiments"

EVERY = "*"
"""As the column of a rule that does not compare: its rows are set aside, be they there or not."""

LIMITS = ({"relative", "absolute"}, {"factor", "floor"}, {"between"})
"""The keys of a tolerance that may stand together."""

KEYS = (
    "table", "column", "where", "relative", "absolute", "factor", "floor", "between",
    "compared", "processor", "why",
)  # fmt: skip

ANY, ANOTHER = "any", "another"


class ToleranceError(ValueError):
    """The file of tolerances says something that has no meaning."""


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from the reference's; nothing is said if it is not compared.

    Either at most ``absolute + relative·|reference|``; or by order, at most a ``factor`` above or
    below, where sizes under ``floor`` count as the floor and above it signs must agree; or
    ``between`` two numbers, whatever the reference has.
    """

    relative: float = 0.0
    absolute: float = 0.0
    factor: float | None = None
    floor: float = 0.0
    between: tuple[float, float] | None = None
    compared: bool = True

    def excess(self, reference: np.ndarray, here: np.ndarray) -> np.ndarray:
        """The difference in units of the largest allowed: more than 1 is too much.

        NaN and infinity are infinitely far from everything. Shapes (n,), float64.
        """
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            if self.between is not None:
                low, high = self.between
                far = np.where((low <= here) & (here <= high), 0.0, np.inf)
            elif self.factor is not None:
                sizes = [np.maximum(np.abs(side), self.floor) for side in (reference, here)]
                far = np.abs(np.log(sizes[1] / sizes[0])) / np.log(self.factor)
                above = np.minimum(*sizes) > self.floor
                far = np.where(above & (np.sign(reference) != np.sign(here)), np.inf, far)
            else:
                far = np.abs(here - reference) / (self.absolute + self.relative * np.abs(reference))
        return np.where(np.isfinite(here - reference), far, np.inf)


@dataclass(frozen=True)
class Range:
    """Numbers from ``at_least`` up to ``at_most``."""

    at_least: float = -math.inf
    at_most: float = math.inf

    def holds(self, column: pd.Series) -> np.ndarray:
        """Which cells, given as text, are numbers within."""
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        return (self.at_least <= numbers) & (numbers <= self.at_most)


@dataclass(frozen=True)
class Rule:
    """A tolerance of the cells of one column, in the rows that are as ``where`` says: one of the
    texts, or a number within a range.
    """

    experiment: str
    table: str
    column: str
    where: Mapping[str, tuple[str, ...] | Range]
    tolerance: Tolerance
    why: str
    processor: str = ANOTHER

    def rows(self, table: pd.DataFrame) -> np.ndarray:
        """Which rows it holds for; none where the table lacks a column that it names."""
        if not {*self.where, *({self.column} - {EVERY})} <= set(table.columns):
            return np.zeros(len(table), dtype=bool)
        chosen = np.ones(len(table), dtype=bool)
        for column, values in self.where.items():
            cells = table[column]
            if isinstance(values, Range):
                chosen &= values.holds(cells)
            else:
                chosen &= cells.isin(values).to_numpy()
        return chosen


@dataclass(frozen=True)
class Tolerances:
    """The default and the rules; where two rules hold, the first does."""

    default: Tolerance
    rules: tuple[Rule, ...] = ()

    def on_the_same_processor(self) -> "Tolerances":
        """Those of runs that were computed alike: without what other rounding would excuse."""
        return replace(self, rules=tuple(r for r in self.rules if r.processor == ANY))

    def rules_for(self, experiment: str, table: str) -> tuple[Rule, ...]:
        """The rules of one table."""
        return tuple(r for r in self.rules if (r.experiment, r.table) == (experiment, table))


def rule_files(experiments: Path = EXPERIMENTS) -> list[Path]:
    """The file of each experiment that has rules."""
    return sorted(experiments.glob("*/tolerances.yaml"))


def read_tolerances(default: Path | str, experiments: Path = EXPERIMENTS) -> Tolerances:
    """Read the default's file and the rules in the folders of experiments.

    Raises :class:`ToleranceError` naming the file, the rule, the key and what is allowed.
    """
    document = yaml.safe_load(Path(default).read_text("utf-8"))
    if not isinstance(document, Mapping) or set(document) != {"default"}:
        raise ToleranceError(f"{default}: it must have the key default, and no other")
    rules = []
    for path in rule_files(experiments):
        entries = yaml.safe_load(path.read_text("utf-8"))
        if not isinstance(entries, list):
            raise ToleranceError(f"{path}: it must be a list of rules")
        own = path.parent.name
        rules += [_rule(own, entry, f"{path}, rule {i}") for i, entry in enumerate(entries, 1)]
    return Tolerances(_tolerance(document["default"], f"{default}, default"), tuple(rules))


def _rule(experiment: str, entry: Any, place: str) -> Rule:
    if not isinstance(entry, Mapping):
        raise ToleranceError(f"{place}: {entry!r} is no rule; allowed keys: {', '.join(KEYS)}")
    if unknown := sorted(set(entry) - set(KEYS)):
        raise ToleranceError(f"{place}: no key {', '.join(unknown)}; allowed: {', '.join(KEYS)}")
    needed = ("table", "column", "why")
    if missing := [key for key in needed if not entry.get(key)]:
        raise ToleranceError(f"{place}: the key {', '.join(missing)} is missing")
    where = {column: _where(value, place) for column, value in entry.get("where", {}).items()}
    limits = {k: entry[k] for k in (*set().union(*LIMITS), "compared") if k in entry}
    tolerance = _tolerance(limits, place)
    if (processor := entry.get("processor", ANOTHER)) not in (ANY, ANOTHER):
        raise ToleranceError(f"{place}: processor is {processor!r}; allowed: {ANY}, {ANOTHER}")
    if entry["column"] == EVERY and tolerance.compared:
        raise ToleranceError(f'{place}: column "*" sets whole rows aside, with compared: false')
    return Rule(
        experiment,
        entry["table"],
        entry["column"],
        where,
        tolerance,
        entry["why"],
        processor,
    )


def _where(value: Any, place: str) -> tuple[str, ...] | Range:
    if not isinstance(value, Mapping):
        return tuple(map(str, value if isinstance(value, list) else [value]))
    ends = value and set(value) <= {"at_least", "at_most"}
    if not ends or not all(map(_is_number, value.values())):
        raise ToleranceError(
            f"{place}: where {value!r}; allowed: a text, a list of texts, or numbers at_least and "
            "at_most"
        )
    return Range(**value)


def _tolerance(limits: Any, place: str) -> Tolerance:
    allowed = (
        "relative and absolute, numbers not below 0; a factor above 1 and its floor; between, a "
        "list of two numbers, the lesser first; or compared: false"
    )
    refused = ToleranceError(f"{place}: {limits!r} is no tolerance; allowed: {allowed}")
    if limits == {"compared": False}:
        return Tolerance(compared=False)
    if not isinstance(limits, Mapping) or not limits:
        raise refused
    if not any(set(limits) <= together for together in LIMITS) or set(limits) == {"floor"}:
        raise refused
    if "between" in limits:
        pair = limits["between"]
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            raise refused
        if not pair[0] <= pair[1]:
            raise refused
        return Tolerance(between=(float(pair[0]), float(pair[1])))
    for key, value in limits.items():
        if not _is_number(value) or value < 0 or (key == "factor" and value <= 1):
            raise ToleranceError(f"{place}: {key} is {value!r}; allowed: {allowed}")
    numbers: dict[str, Any] = {key: float(value) for key, value in limits.items()}
    return Tolerance(**numbers)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)
