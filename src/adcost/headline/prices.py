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
    """All quotes of these experiments, as a table with the columns `COLUMNS`.

    A price that is not finite, of a method that did not arrive, is none.
    """
    rows = [
        (
            quote.derivative,
            name,
            quote.subject,
            quote.size,
            quote.counted,
            quote.timed.value,
            quote.timed.low,
            quote.timed.high,
        )
        for name in experiments_with_prices(tables)
        for quote in import_module(f"adcost.experiments.{name}.prices").quotes(tables[name])
        if math.isfinite(quote.counted)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def price_list(quotes: pd.DataFrame) -> pd.DataFrame:
    """A row a derivative, from cheap to expensive by the median of what was counted.

    Columns ``derivative``, ``least_size, most_size`` (variables), ``least, most`` (counted), and
    ``low, high``: from the least to the greatest end of what was timed, NaN where nothing was.
    """
    ends = quotes.assign(low=quotes.low.fillna(quotes.timed), high=quotes.high.fillna(quotes.timed))
    rows = ends.groupby("derivative", sort=False).agg(
        least_size=("size", "min"),
        most_size=("size", "max"),
        least=("counted", "min"),
        most=("counted", "max"),
        middle=("counted", "median"),
        low=("low", "min"),
        high=("high", "max"),
    )
    ordered = rows.sort_values("middle", kind="stable").drop(columns="middle")
    return ordered.reset_index()
