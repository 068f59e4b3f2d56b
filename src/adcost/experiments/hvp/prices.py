"""What the homework's network costs to differentiate twice, at its most layers."""

from collections.abc import Iterator, Mapping

import pandas as pd

from adcost.experiments.hvp import analysis
from adcost.experiments.hvp.analysis import AD_PRODUCTS
from adcost.headline.prices import Quote
from adcost.statistics.intervals import paired_ratio

HESSIAN = "hessian_then_product"


def quotes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Quote]:
    """A product by the nesting of the fewest operations; the Hessian with the product after it."""
    timings, sweep = tables["timings"], analysis.sweep(tables)
    deepest = sweep[(sweep.layers == sweep.layers.max()) & (sweep.quantity == "operations")]
    operations = deepest.set_index("method").value
    size, point = int(deepest.parameters.iloc[0]), deepest.point.iloc[0]
    rounds = timings[timings.point == point]
    best = operations[list(AD_PRODUCTS)].idxmin()
    for name, method in (("Hessian times a vector", best), ("Hessian", HESSIAN)):
        price = float(operations[method] / operations["loss"])
        yield Quote(name, "network", size, price, paired_ratio(rounds, method, "loss"))
