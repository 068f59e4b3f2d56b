"""What two-point descent pays for the progress of one gradient, in the most dimensions."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.zero_order.analysis import best_steps, medians
from adcost.experiments.zero_order.plan import CLASSES
from adcost.headline.prices import Quote


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """Evaluations at the best fixed step over gradient descent's steps, for each class."""
    measured = tables["measurements"]
    for kind in CLASSES:
        best = best_steps(measured, kind).value
        n = best.index.max()
        steps = medians(measured, kind, "gradient_descent", "steps").value[n]
        yield Quote("a gradient's progress, two-point", kind, int(n), float(best[n] / steps))
