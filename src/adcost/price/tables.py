"""The table of prices from what was counted, compiled and timed."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from adcost.price import names
from adcost.price.measure import Priced
from adcost.price.names import KEY
from adcost.price.tag import PRICES
from adcost.statistics.intervals import Interval, median_interval, paired_ratio


def prices(priced: Sequence[Priced], timings: pd.DataFrame) -> pd.DataFrame:
    """`tag.PRICES`, in the order in which derivatives are shown."""
    function = priced[0]
    rows = []
    base = seconds_of(function, timings).value
    for one in priced:
        row: dict[str, Any] = dict.fromkeys(PRICES, math.nan)
        row |= {"derivative": one.way.derivative, "method": one.way.method, "exact": True}
        row["note"] = "; ".join(one.notes)
        if one.count is not None:
            row |= {"operations": one.operations, "exact": one.count.exact}
            row["counted"] = (
                one.operations / function.operations if function.operations else math.nan
            )
        if one.held is not None:
            row |= {"temporary_bytes": one.held.temporaries, "total_bytes": one.held.total}
        if one.program is not None:
            row["compile_seconds"] = one.program.compile_seconds
        spent = seconds_of(one, timings)
        row |= {"seconds": spent.value, "seconds_low": spent.low, "seconds_high": spent.high}
        ratio = ratio_of(one, timings, spent, base)
        row |= {"timed": ratio.value, "timed_low": ratio.low, "timed_high": ratio.high}
        rows.append(row)
    order = {name: i for i, name in enumerate(names.DERIVATIVES)}
    table = pd.DataFrame(rows, columns=list(PRICES))
    return table.sort_values(
        "derivative", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )


_NONE = Interval(math.nan, math.nan, math.nan)


def seconds_of(one: Priced, timings: pd.DataFrame) -> Interval:
    """The median of its runs, or its own estimate of its seconds; NaN if there is neither."""
    if timings.empty:
        return _NONE
    rows = timings[timings.method == one.key]
    if one.key == KEY:
        rows = rows[rows.point == "quick"]
    if len(rows):
        return median_interval(rows.seconds)
    scaled = one.program is None and math.isfinite(one.first_run)
    return Interval(one.first_run, math.nan, math.nan) if scaled else _NONE


def ratio_of(one: Priced, timings: pd.DataFrame, spent: Interval, base: float) -> Interval:
    """Its seconds over those of the function in the same rounds."""
    if timings.empty or not math.isfinite(spent.value):
        return _NONE
    if one.key == KEY:
        return Interval.exactly(1)
    points = timings[timings.method == one.key].point.unique()
    if len(points):
        return paired_ratio(timings[timings.point == points[0]], one.key, KEY)
    return Interval(spent.value / base, math.nan, math.nan)
