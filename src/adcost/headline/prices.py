"""What each derivative costs, in evaluations of the function: gathered from the experiments.

An experiment that prices a derivative has a module ``prices`` with ``quotes(tables)``; what it
returns for a derivative joins the row of that derivative, whichever experiment it is from.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

import pandas as pd

from adcost.statistics.intervals import Interval

COLUMNS = ("derivative", "experiment", "subject", "size", "counted", "timed", "low", "high")
"""A quote a row: see `Quote`; ``timed``, ``low`` and ``high`` are empty where nothing was timed."""


@dataclass(frozen=True)
class Quote:
    """The price of one derivative of one function, in evaluations of that function.

    ``size`` is its number of variables; ``counted`` the ratio of operations or evaluations;
    ``timed`` the ratio of seconds with its interval, not measured where nothing was timed.
    """

    derivative: str
    subject: str
    size: int
    counted: float
    timed: Interval = field(default_factory=Interval.unknown)


def experiments_with_prices(experiments: Iterable[str]) -> list[str]:
    """Those of the experiments that price a derivative."""
    return [name for name in experiments if find_spec(f"adcost.experiments.{name}.prices")]


def gather(tables: Mapping[str, Mapping[str, pd.DataFrame]]) -> pd.DataFrame:
    """All quotes of these experiments, as a table with the columns `COLUMNS`."""
    rows = [
        (
            quote.derivative, name, quote.subject, quote.size, quote.counted,
            quote.timed.value, quote.timed.low, quote.timed.high,
        )
        for name in experiments_with_prices(tables)
        for quote in import_module(f"adcost.experiments.{name}.prices").quotes(tables[name])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def price_list(quotes: pd.DataFrame) -> pd.DataFrame:
    """A row a derivative, the cheapest first: ``derivative, least_size, most_size, counted``, …

    ``counted`` is the middle one of its quotes; ``low`` and ``high`` span the intervals of all that
    were timed (NaN where none was), so of one function they are its own interval.
    """
    rows = []
    for derivative, of_it in quotes.groupby("derivative", sort=False):
        ordered = of_it.counted.dropna().sort_values()
        if ordered.empty:
            continue
        rows.append(
            {
                "derivative": derivative,
                "least_size": int(of_it["size"].min()),
                "most_size": int(of_it["size"].max()),
                "functions": len(of_it),
                "counted": float(ordered.iloc[len(ordered) // 2]),
                "low": _end(of_it.low.fillna(of_it.timed), min),
                "high": _end(of_it.high.fillna(of_it.timed), max),
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values("counted", kind="stable", ignore_index=True) if rows else table


def _end(values: pd.Series, least_or_most: object) -> float:
    known = values.dropna()
    return float(least_or_most(known)) if len(known) and callable(least_or_most) else math.nan
