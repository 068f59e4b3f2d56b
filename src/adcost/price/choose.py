"""What to use here: the cheapest way by time, unless its lead is within the noise.

The margin is the runner-up's seconds over those of the best, round by round. Its interval is at
1 − 5 %/(k − 1) where k ways compete, so that all comparisons hold together at 95 % (Bonferroni).
Programs that are the same run apart by a few percent, by where their buffers lie; so a lead
counts from 5 % on.
"""

import math

import pandas as pd

from adcost.costs.intervals import median_interval
from adcost.price.ways import CENTRAL, ONE_SIDED
from adcost.price.words import interval

LEAD = 1.05
INEXACT = (CENTRAL, ONE_SIDED)
"""Differences have half or two thirds of the digits: priced, never recommended."""


def recommendations(prices: pd.DataFrame, timings: pd.DataFrame, platform: str) -> pd.DataFrame:
    """A row for each derivative that more than one exact way leads to: see `tag.RECOMMENDED`."""
    rows = []
    exact = prices[~prices.method.isin(INEXACT)]
    for derivative, group in exact.groupby("derivative", sort=False):
        group = group[group.operations.notna()]
        if len(group) > 1:
            rows.append(_one(str(derivative), group, timings, platform))
    return pd.DataFrame(rows)


def _one(derivative: str, group: pd.DataFrame, timings: pd.DataFrame, platform: str) -> dict:
    fewest = group.operations.min()
    least = list(group[group.operations == fewest].method)
    found = {"derivative": derivative, "method": "", "runner_up": "", "margin": math.nan,
             "margin_low": math.nan, "margin_high": math.nan, "count_agrees": None}  # fmt: skip
    timed = group[group.seconds.notna()].sort_values("seconds")
    by_count = f"by count {' or '.join(least[:2])} does the least"
    if len(timed) < 2:
        left = "only one way was timed" if len(timed) else "nothing was timed"
        return found | {"sentence": f"{left}; {by_count}"}
    best, *others = timed.method
    found["runner_up"] = others[0]
    leads = [_lead(derivative, best, other, timings, len(others)) for other in others]
    margin = leads[0]
    if margin is None:  # scaled from other programs' times: no rounds to compare
        seconds = timed.seconds.to_numpy()
        ratio = float(seconds[1] / seconds[0])
        found |= {"margin": ratio}
        if ratio < 2:
            return found | {"sentence": f"{best} and {others[0]} cost about the same; {by_count}"}
        return found | {
            "method": best, "count_agrees": best in least,
            "sentence": f"{best}: about {ratio:.2g} times faster than {others[0]}",
        }  # fmt: skip
    found |= {"margin": margin.value, "margin_low": margin.low, "margin_high": margin.high}
    tied = [
        other for other, lead in zip(others, leads, strict=True)
        if lead is not None and not lead.low > LEAD
    ]  # fmt: skip
    if tied:
        names = ", ".join([best, *tied[:-1]]) + f" and {tied[-1]}"
        return found | {"sentence": f"{names} are within the noise of each other; {by_count}"}
    agrees = best in least
    said = "and does the least by count too" if agrees else f"though {by_count}"
    times = interval(margin.value, margin.low, margin.high)
    return found | {
        "method": best, "count_agrees": agrees,
        "sentence": f"{best}: {times} times faster on this {platform.upper()} than {others[0]}, "
                    f"{said}",
    }  # fmt: skip


def _lead(derivative: str, best: str, other: str, timings: pd.DataFrame, comparisons: int):
    """The other's seconds over the best's, from rounds in which both ran; None if there are none."""
    if timings.empty:
        return None
    names = {f"{derivative}: {best}", f"{derivative}: {other}"}
    rows = timings[timings.method.isin(names)]
    wide = rows.pivot(index=["point", "repeat"], columns="method", values="seconds").dropna()
    if len(wide.columns) == 2 and len(wide):
        ratios = wide[f"{derivative}: {other}"] / wide[f"{derivative}: {best}"]
        return median_interval(ratios, 1 - 0.05 / comparisons)
    return _apart(derivative, best, other, timings)


def _apart(derivative: str, best: str, other: str, timings: pd.DataFrame):
    """The ratio of two that were timed in different rounds, each against the function.

    The interval is of the least over the greatest, so it is wider than 95 %.
    """
    from adcost.costs.intervals import Interval, paired_ratio
    from adcost.price.measure import KEY

    found = []
    for method in (other, best):
        name = f"{derivative}: {method}"
        points = timings[timings.method == name].point.unique()
        if not len(points):
            return None
        rows = timings[timings.point == points[0]]
        found.append(paired_ratio(rows, name, KEY))
    a, b = found
    return Interval(a.value / b.value, a.low / b.high, a.high / b.low)
