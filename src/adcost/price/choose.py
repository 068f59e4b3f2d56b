"""What to use here: the cheapest way by time, unless its lead is within the noise.

The margin is the runner-up's seconds over those of the best, round by round. Its interval is at
1 − 5 %/(k − 1) where k ways compete, so that all comparisons hold together at 95 % (Bonferroni).
Programs that are the same run apart by a few percent, by where their buffers lie; so a lead
counts from 5 % on.
"""

import math
from typing import Any

import pandas as pd

from adcost.price.names import CENTRAL, KEY, ONE_SIDED
from adcost.price.words import interval, listed, number
from adcost.statistics.intervals import Interval, median_interval, paired_ratio

LEAD = 1.05
PLAIN = 2.0
"""A lead without an interval, from too few rounds, counts from here on."""
INEXACT = (CENTRAL, ONE_SIDED)
"""Differences have half or two thirds of the digits: priced, never recommended."""


def recommendations(prices: pd.DataFrame, timings: pd.DataFrame, platform: str) -> pd.DataFrame:
    """A row for each derivative that more than one exact way leads to: see `tag.RECOMMENDED`."""
    rows = []
    exact = prices[~prices.method.isin(INEXACT)]
    for derivative, group in exact.groupby("derivative", sort=False):
        known = group[group.operations.notna()]
        if len(known) > 1:
            rows.append(_cheapest_way(str(derivative), known, timings, platform))
        elif len(known) < len(group) and _closed(group[group.operations.isna()]):
            rows += [_only_way(str(derivative), method) for method in known.method]
    return pd.DataFrame(rows)


_EMPTY: dict[str, Any] = {
    "derivative": "",
    "method": "",
    "runner_up": "",
    "margin": math.nan,
    "margin_low": math.nan,
    "margin_high": math.nan,
    "count_agrees": None,
}


def _closed(group: pd.DataFrame) -> bool:
    """Whether none of these ways can be gone, as their notes say (`measure.REASONS`)."""
    return bool(group.note.str.contains("does not go through|has no derivative").all())


def _only_way(derivative: str, method: str) -> dict[str, Any]:
    said = f"{method}: the other ways do not go through this function"
    return _EMPTY | {"derivative": derivative, "method": method, "sentence": said}


def _cheapest_way(
    derivative: str, group: pd.DataFrame, timings: pd.DataFrame, platform: str
) -> dict[str, Any]:
    least = list(group[group.operations <= 1.01 * group.operations.min()].method)
    found = _EMPTY | {"derivative": derivative}
    timed = group[group.seconds.notna()].sort_values("seconds")
    same = len(least) == len(group)
    by_count = (
        "by count they do the same"
        if same
        else f"by count {listed(least, 'or')} {'does' if len(least) == 1 else 'do'} the least"
    )
    if len(timed) < 2:
        return found | _untimed(group, timed, least, by_count)
    best, *others = timed.method
    found["runner_up"] = others[0]
    leads = [_lead(timed, best, other, timings, len(others)) for other in others]
    margin = leads[0]
    found |= {"margin": margin.value, "margin_low": margin.low, "margin_high": margin.high}
    tied = [
        other
        for other, lead in zip(others, leads, strict=True)
        if not (lead.low > LEAD or (math.isnan(lead.low) and lead.value > PLAIN))
    ]
    if tied:
        names = listed([best, *tied], "and")
        return found | {"sentence": f"{names} are within the noise of each other; {by_count}"}
    agrees = best in least
    said = "the count agrees" if agrees else f"though {by_count}"
    about = "about " if math.isnan(margin.low) else ""
    times = interval(margin.value, margin.low, margin.high)
    return found | {
        "method": best,
        "count_agrees": agrees,
        "sentence": f"{best}: {about}{times} times faster than {others[0]} on this "
        f"{platform.upper()}, {said}",
    }


def _untimed(
    group: pd.DataFrame, timed: pd.DataFrame, least: list[str], by_count: str
) -> dict[str, Any]:
    """What can be said where at most one way was timed: others too expensive, or none ran."""
    if timed.empty or list(timed.method) != least:
        left = "only one way was timed" if len(timed) else "nothing was timed"
        return {"sentence": f"{left}; {by_count}"}
    ratio = float(group.operations.drop(timed.index).min() / timed.operations.iloc[0])
    sentence = f"{least[0]}; by count others do {number(ratio)} times as much, and were not run"
    known = {"method": least[0], "count_agrees": True} if ratio > PLAIN else {}
    return known | {"sentence": sentence}


def _lead(
    timed: pd.DataFrame, best: str, other: str, timings: pd.DataFrame, comparisons: int
) -> Interval:
    """The other's seconds over the best's, from rounds in which both ran, if there are such."""
    derivative = timed.derivative.iloc[0]
    names = {f"{derivative}: {best}", f"{derivative}: {other}"}
    rows = timings[timings.method.isin(names)]
    wide = rows.pivot(index=["point", "repeat"], columns="method", values="seconds").dropna()
    if len(wide.columns) == 2 and len(wide):
        ratios = wide[f"{derivative}: {other}"] / wide[f"{derivative}: {best}"]
        return median_interval(ratios, 1 - 0.05 / comparisons)
    seconds = timed.set_index("method").seconds
    found = [_against_function(f"{derivative}: {method}", timings) for method in (other, best)]
    a, b = found
    if a is None or b is None:  # scaled from the seconds of another program
        return Interval(float(seconds[other] / seconds[best]), math.nan, math.nan)
    # Of two that were timed in different rounds: the least over the greatest, wider than 95 %.
    return Interval(a.value / b.value, a.low / b.high, a.high / b.low)


def _against_function(name: str, timings: pd.DataFrame) -> Interval | None:
    points = timings[timings.method == name].point.unique()
    return paired_ratio(timings[timings.point == points[0]], name, KEY) if len(points) else None
