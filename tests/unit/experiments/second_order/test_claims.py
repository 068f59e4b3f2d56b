"""Planted results turn the verdict."""

import pandas as pd

from adcost.experiments.second_order.claims import judge

LENGTHS = [1, 10, 100]


def _tables(derivative):
    """Tables in which the derivative takes these operations at `LENGTHS`."""
    names = [f"length-{n}" for n in LENGTHS]
    value = pd.DataFrame({"point": names, "method": "value", "operations": LENGTHS})
    both = pd.concat([value, value.assign(method="derivative", operations=derivative)])
    return {"measurements": both, "points": pd.DataFrame({"point": names, "length": LENGTHS})}


def test_a_derivative_that_costs_more_with_each_sine_is_refuted():
    (claim,) = judge(_tables([n * n for n in LENGTHS]))
    assert claim.verdict == "inconclusive"  # some lengths are within the bound, some are not
    (claim,) = judge(_tables([10**6] * 3))
    assert claim.verdict == "refuted"
