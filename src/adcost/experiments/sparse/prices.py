"""What a sparse Jacobian and a sparse Hessian cost by colours, of a five-point stencil."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.sparse import analysis
from adcost.experiments.sparse.plan import STRUCTURES
from adcost.headline.prices import Quote
from adcost.results.select import select
from adcost.statistics.intervals import Interval, paired_ratio

QUOTED = {"jacobian": "sparse Jacobian by colours", "hessian": "sparse Hessian by colours"}


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """A price a matrix, counted at the largest n, and timed where it is the largest timed too."""
    measured, timings = tables["measurements"], tables["timings"]
    for matrix, derivative in QUOTED.items():
        for structure in STRUCTURES:
            way = analysis.DIRECT[matrix]
            operations = analysis.over_sizes(measured, f"{matrix}-{structure}", way, "operations")
            n = int(operations.index[-1])
            own, function = (
                analysis.value(measured, matrix, structure, of, "operations")
                for of in (way, "function")
            )
            timed = Interval.unknown()
            if n == timings["size"].max():
                rows = select(
                    "sparse", timings, point=f"time-{matrix}", structure=structure, size=n
                )
                timed = paired_ratio(rows, way, "function")
            yield Quote(derivative, f"{structure} {matrix}", n, own / function, timed)
