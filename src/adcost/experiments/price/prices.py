"""What the functions of `price` cost, by the way that is the cheapest for each derivative."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.price.analysis import tags
from adcost.headline.prices import Quote
from adcost.price.names import (
    CENTRAL,
    DIRECTIONAL,
    EIGENVALUES,
    ESTIMATED,
    GRADIENT,
    HESSIAN,
    HVP,
    TRACE,
)
from adcost.price.tag import Tag
from adcost.statistics.intervals import Interval

QUOTED = {
    GRADIENT: "gradient",
    DIRECTIONAL: "directional derivative",
    HVP: "Hessian times a vector",
    HESSIAN: "Hessian",
    EIGENVALUES: "largest eigenvalue",
}
"""Derivatives whose cheapest way is quoted, and what the price list calls them."""


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """The price of each derivative of each function that has one, by operations counted."""
    for tag in tags(tables).values():
        priced = tag.prices[tag.prices.counted.notna()]
        for derivative, name in QUOTED.items():
            yield from _cheapest(tag, name, priced[priced.derivative == derivative])
        differences = (priced.derivative == GRADIENT) & (priced.method == CENTRAL)
        yield from _cheapest(tag, "gradient by central differences", priced[differences])
        tolerance = tag.options.get("tolerance")
        if tolerance is not None:
            estimated = priced.method == f"{ESTIMATED} {tolerance:.2g}"
            estimates = priced[(priced.derivative == TRACE) & estimated]
            yield from _cheapest(
                tag, f"trace of the Hessian, to {100 * tolerance:.3g} %", estimates
            )


def _cheapest(tag: Tag, name: str, rows: pd.DataFrame) -> Iterator[Quote]:
    if len(rows):
        row = rows.loc[rows.counted.idxmin()]
        timed = Interval(float(row.timed), float(row.timed_low), float(row.timed_high))
        yield Quote(name, tag.name, int(tag.function["size"]), float(row.counted), timed)
