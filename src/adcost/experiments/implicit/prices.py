"""What the gradient of a loss of a fixed point costs implicitly, when its solver has stopped."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.implicit.analysis import UNIQUE, fact, on_arrival
from adcost.headline.prices import Quote


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """By a Krylov method, in evaluations of L with all of the solver's iterations."""
    measured = tables["measurements"]
    for point in UNIQUE:
        operations = on_arrival(measured, point)
        size = int(fact(measured, point, "parameters"))
        price = float(operations["krylov"] / operations["function"])
        yield Quote("gradient of a fixed point, implicit", point, size, price)
