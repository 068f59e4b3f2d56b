"""Measured numbers with intervals: what raw repeats are summarised to.

Apart from `costs.timing`, which takes the repeats: a better summary measures nothing again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """A measured number with its interval; an exact one has ``low == value == high``."""

    value: float
    low: float
    high: float

    @staticmethod
    def exactly(value: float) -> "Interval":
        """The interval of a number that is known exactly."""
        return Interval(float(value), float(value), float(value))

    @staticmethod
    def spanning(values: Iterable[float]) -> "Interval":
        """All of ``values``: their range, with the middle of the sorted list as the value."""
        ordered = sorted(float(value) for value in values)
        return Interval(ordered[len(ordered) // 2], ordered[0], ordered[-1])


def median_interval(samples: np.ndarray | pd.Series, level: float = 0.95) -> Interval:
    """The median with a distribution-free interval from order statistics.

    The number of samples below the true median is Binomial(n, 1/2), so the interval between the
    k-th smallest and k-th largest covers with probability 1 − 2·P(B < k) (David & Nagaraja, *Order
    Statistics*, 2003, §7.1); k is the largest for which that is at least ``level``. With fewer
    than six samples at 95 % no k qualifies and the interval is NaN: it claims nothing.
    """
    ordered = np.sort(np.asarray(samples, dtype=float))
    if ordered.size == 0:
        raise ValueError("no samples")
    median = float(np.median(ordered))
    missed = 2 * stats.binom.cdf(np.arange(ordered.size // 2), ordered.size, 0.5)
    k = int((missed <= 1 - level).sum())
    if k == 0:
        return Interval(median, math.nan, math.nan)
    return Interval(median, float(ordered[k - 1]), float(ordered[-k]))


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
