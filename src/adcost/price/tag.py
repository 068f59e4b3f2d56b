"""The result of pricing one function: tidy tables, a verdict, and how they are shown."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

import pandas as pd

PRICES = (
    "derivative", "method", "operations", "exact", "counted", "temporary_bytes", "total_bytes",
    "seconds", "seconds_low", "seconds_high", "timed", "timed_low", "timed_high",
    "compile_seconds", "note",
)  # fmt: skip
"""Columns of `Tag.prices`: one row for each way to each derivative.

``operations`` are counted (a lower bound where ``exact`` is false), and ``counted`` is their ratio
to those of one evaluation of the function. ``timed`` is the ratio of seconds, taken round by round,
with a 95 % interval. NaN where something was not measured; ``note`` then says why. ``total_bytes``
are arguments, results and temporaries together.
"""

RECOMMENDED = (
    "derivative",
    "method",
    "runner_up",
    "margin",
    "margin_low",
    "margin_high",
    "count_agrees",
    "sentence",
)
"""Columns of `Tag.recommendations`; ``method`` is empty where no lead exceeds the noise."""

MEMORY = (
    "target",
    "policy",
    "operations",
    "counted",
    "temporary_bytes",
    "total_bytes",
    "frontier",
    "largest_batch",
    "note",
)
"""Columns of `Tag.memory`: the gradient under every policy of `jax.checkpoint`.

``target`` is what it is applied to: ``whole``, or a scan or named block with its line.
"""

UNCOUNTED = ("primitive", "where", "times", "reason")
"""Columns of `Tag.uncounted`: what of the function itself has no count."""


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass
class Tag:
    """The price tag of one function.

    ``function`` holds what is said of the function itself: ``name, file, line, platform, inputs,
    outputs`` (text of dtypes and shapes), ``size`` (numbers differentiated), ``operations`` by
    kind, ``bytes``, ``seconds`` with interval, ``kept_bytes`` (what reverse mode keeps).
    ``lines`` is `adcost.price.lines.by_line`'s table, ``checks`` `adcost.price.checks.check`'s,
    ``traps`` one row for each `adcost.price.traps.Trap`. ``notes`` are sentences on what was left
    out or could not be priced, and why.
    """

    name: str
    verdict: str
    function: dict[str, Any]
    prices: pd.DataFrame = field(default_factory=partial(_empty, *PRICES))
    recommendations: pd.DataFrame = field(default_factory=partial(_empty, *RECOMMENDED))
    memory: pd.DataFrame = field(default_factory=partial(_empty, *MEMORY))
    lines: pd.DataFrame = field(default_factory=_empty)
    checks: pd.DataFrame = field(default_factory=_empty)
    traps: pd.DataFrame = field(default_factory=_empty)
    uncounted: pd.DataFrame = field(default_factory=partial(_empty, *UNCOUNTED))
    notes: list[str] = field(default_factory=list)
    timings: pd.DataFrame = field(default_factory=_empty)
    """Raw repeats, as `adcost.costs.timing.time_interleaved` has them; not in `to_dict`."""
    options: dict[str, Any] = field(default_factory=dict)

    def price_of(self, derivative: str, method: str | None = None) -> pd.Series:
        """The row of a derivative by a method; without one, by the cheapest that was priced.

        Cheapest by time, or by count where nothing was timed. Raises ``KeyError`` with the names
        that there are.
        """
        rows = self.prices[self.prices.derivative == derivative]
        if method is not None:
            rows = rows[rows.method == method]
        if rows.empty:
            known = self.prices[["derivative", "method"]].agg(": ".join, axis=1)
            raise KeyError(
                f"{derivative!r}{'' if method is None else f' by {method!r}'} has no price; "
                f"priced are: {', '.join(known)}"
            )
        by = "seconds" if rows.seconds.notna().any() else "counted"
        return rows.loc[rows[by].idxmin()] if rows[by].notna().any() else rows.iloc[0]

    def __str__(self) -> str:
        """The tag as text for a terminal."""
        from adcost.price.text import text

        return text(self)

    def _repr_html_(self) -> str:
        from adcost.price.html import fragment

        return fragment(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists, dictionaries, numbers and strings; NaN becomes None."""
        found: dict[str, Any] = {}
        for part in fields(self):
            if part.name == "timings":
                continue
            value = getattr(self, part.name)
            if isinstance(value, pd.DataFrame):
                value = value.to_dict("records")
            found[part.name] = _plain(value)
        return found

    def to_json(self, **options: Any) -> str:
        """`to_dict` as JSON; options are those of ``json.dumps``."""
        return json.dumps(self.to_dict(), **{"ensure_ascii": False, "indent": 1} | options)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def compare(before: Tag, after: Tag) -> pd.DataFrame:
    """Two tags, row by row: ``derivative, method, counted_before, counted_after, …``.

    ``times_fewer_operations`` and ``times_faster`` are ratios before over after, of operations and
    of seconds themselves: a function that became cheaper makes no derivative look more expensive.
    Rows of only one tag have NaN for the other.
    """
    keys = ["derivative", "method"]
    wanted = ["operations", "counted", "temporary_bytes", "seconds", "timed"]
    both = before.prices[keys + wanted].merge(
        after.prices[keys + wanted],
        on=keys,
        how="outer",
        suffixes=("_before", "_after"),
        sort=False,
    )
    # NaN by zero is NaN; a row that became free is infinitely cheaper.
    both["times_fewer_operations"] = both.operations_before / both.operations_after
    both["times_faster"] = both.seconds_before / both.seconds_after
    both["times_fewer_bytes"] = both.temporary_bytes_before / both.temporary_bytes_after
    return both
