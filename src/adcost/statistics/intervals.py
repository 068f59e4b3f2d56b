"""Measured numbers with intervals: what raw repeats are summarised to.

Apart from `costs.timing`, which takes the repeats: a better summary measures nothing again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

EXACT, CONFIDENCE, RANGE, BOUND = "exact", "confidence 95 %", "range", "bound"
"""The kinds of interval; a range may say over what: `over`."""

NOT_MEASURED, TOO_FEW = "not measured", "too few points"
"""Kinds of an interval without ends, which claims nothing."""


def over(what: str) -> str:
    """The kind of an interval that spans all ``what``: functions, seeds, dimensions."""
    return f"{RANGE} over {what}"


@dataclass(frozen=True)
class Interval:
    """A measured number with its interval; an exact one has ``low == value == high``.

    ``kind`` says what the interval is: `EXACT`, `CONFIDENCE`, `BOUND` (the value lies in it for
    certain), a `RANGE`, or why there is none. It is the reader's, and decides nothing.
    """

    value: float
    low: float
    high: float
    kind: str = ""

    def __post_init__(self) -> None:
        """A number without width is exact where nothing else is said."""
        if not self.kind and self.low == self.value == self.high:
            object.__setattr__(self, "kind", EXACT)

    @staticmethod
    def exactly(value: float) -> "Interval":
        """The interval of a number that is known exactly."""
        return Interval(float(value), float(value), float(value), EXACT)

    @staticmethod
    def unknown(kind: str = NOT_MEASURED) -> "Interval":
        """The interval of a number that was not measured, and why."""
        return Interval(math.nan, math.nan, math.nan, kind)

    @staticmethod
    def spanning(values: Iterable[float], what: str = "") -> "Interval":
        """All of ``values``: their range, with the middle of the sorted list as the value.

        ``what``: over what they range (functions, seeds, dimensions), for the reader.
        """
        ordered = sorted(float(value) for value in values)
        kind = over(what) if what else RANGE
        return Interval(ordered[len(ordered) // 2], ordered[0], ordered[-1], kind)

    @property
    def as_row(self) -> dict[str, float]:
        """``value``, ``low`` and ``high``, as a row of a table."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def shifted(self, by: float) -> "Interval":
        """The same number and interval, ``by`` greater."""
        return replace(self, value=self.value + by, low=self.low + by, high=self.high + by)

    def over(self, unit: float) -> "Interval":
        """The same number in units of ``unit``, which is positive."""
        return replace(self, value=self.value / unit, low=self.low / unit, high=self.high / unit)


def median_interval(samples: np.ndarray | pd.Series, level: float = 0.95) -> Interval:
    """The median with a distribution-free interval from order statistics.

    The number of samples below the true median is Binomial(n, 1/2), so the interval between the
    k-th smallest and k-th largest covers with probability 1 − 2·P(B < k) (David & Nagaraja, *Order
    Statistics*, 2003, §7.1); k is the largest for which that is at least ``level``. With fewer
    than six samples at 95 % no k qualifies and the interval is NaN: it claims nothing.
    """
    values = np.asarray(samples, dtype=float)
    if values.size == 0:
        raise ValueError("no samples")
    median = float(np.median(values))
    ranks = _ranks(values.size, level)
    low, high = np.sort(values)[list(ranks)] if ranks else (math.nan, math.nan)
    if math.isnan(low) or math.isnan(high):
        return Interval(median, math.nan, math.nan, TOO_FEW)
    return Interval(median, float(low), float(high), confidence(level))


@cache
def _ranks(number: int, level: float) -> tuple[int, int] | None:
    """The places, in order from 0, of the ends of a median's interval; None if there are none."""
    # Its ends are order statistics, which of the numbers from 0 on are their own places.
    ends = stats.quantile_test(np.arange(number), p=0.5).confidence_interval(level)
    return (
        None if math.isnan(ends.low) or math.isnan(ends.high) else (int(ends.low), int(ends.high))
    )


def share_interval(hits: int, tried: int, level: float = 0.95) -> Interval:
    """The share of ``hits`` among those ``tried`` with its exact binomial interval.

    It covers with probability ``level`` at least (Clopper & Pearson 1934).
    """
    ends = stats.binomtest(hits, tried).proportion_ci(level, method="exact")
    return Interval(hits / tried, float(ends.low), float(ends.high), confidence(level))


def confidence(level: float) -> str:
    """The kind of an interval that covers the true value with the probability ``level``."""
    return f"confidence {100 * level:.3g} %"


def paired_ratio(timings: pd.DataFrame, numerator: str, denominator: str) -> Interval:
    """The median over rounds of one method's seconds over another's, with its interval.

    ``timings``: the rows of one point, as `timing.time_interleaved` returns them.
    """
    rounds = timings.pivot(index="repeat", columns="method", values="seconds")
    missing = {numerator, denominator} - set(rounds.columns)
    if missing:
        raise ValueError(f"no timings of {', '.join(sorted(missing))}")
    return median_interval(rounds[numerator] / rounds[denominator])


def summarise(timings: pd.DataFrame) -> pd.DataFrame:
    """Per point and method: median with interval, mean and standard deviation in seconds."""
    rows = []
    for (point, method), group in timings.groupby(["point", "method"], sort=False):
        median = median_interval(group.seconds)
        rows.append(
            {
                "point": point,
                "method": method,
                "repeats": len(group),
                "median": median.value,
                "low": median.low,
                "high": median.high,
                "mean": group.seconds.mean(),
                "std": group.seconds.std(ddof=1) if len(group) > 1 else math.nan,
                "compile_seconds": group.compile_seconds.iloc[0],
            }
        )
    return pd.DataFrame(rows)
