"""What the Jacobian of f(x) = Ax costs by the cheaper mode, where it is nearest to a square."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.jacobian import analysis
from adcost.headline.prices import Quote


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """One price, in products with A: an evaluation is m·n multiplications."""
    measured = tables["measurements"]
    n = analysis.inputs_of(measured[measured.point == "sweep-linear"])
    wide = analysis.sweep(measured, "linear", "multiplications")
    m = min(wide.index, key=lambda outputs: abs(outputs - n))
    cheaper = wide.loc[m, ["forward", "reverse"]].min()
    yield Quote(f"Jacobian {n} × {m}", "linear", n, float(cheaper / (m * n)))
