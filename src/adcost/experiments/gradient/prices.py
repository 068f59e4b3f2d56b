"""What the losses of `gradient` cost to differentiate, at the most variables that were timed."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.gradient.analysis import counted, timed
from adcost.headline.prices import Quote
from adcost.statistics.intervals import Interval

QUOTED = {
    "reverse": "gradient",
    "central_difference": "gradient by central differences",
}
"""Methods, and what the price list calls that which they compute."""


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """A price for each function and method."""
    by_count = counted(tables["measurements"]).set_index(["point", "dimension", "method"]).ratio
    by_time = timed(tables["timings"])
    for method, name in QUOTED.items():
        for point, rows in by_time[by_time.method == method].groupby("point", sort=False):
            row = rows.sort_values("dimension").iloc[-1]
            yield Quote(
                name,
                str(point),
                int(row.dimension),
                float(by_count[point, row.dimension, method]),
                Interval(float(row.ratio), float(row.low), float(row.high)),
            )
