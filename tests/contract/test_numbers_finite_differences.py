"""Each number that the report says of `finite_differences` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.finite_differences.analysis import place_if_uniform
from adcost.experiments.finite_differences.claims import numbers

from .synthetic import same, scattered, value, where
from .tables_finite_differences import CURVES, DIMENSIONS, POWER, TINY, U, make

DECADES = 29 * np.log10(2)  # from 2⁻⁵³ to 2⁻²⁴


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    # Counts are whole numbers, and arms lie where they lie.
    keep = ("evaluations", "left_from", "left_to", "right_from", "right_to")
    return scattered(make(), request.param, spread=0.1, keep=keep)


class Rows:
    """The table, asked without the experiment's own summary."""

    def __init__(self, tables):
        self.table = tables["measurements"]

    def errors(self, method, curve, dtype, quantity="relative_error"):
        labels = {"method": method, "curve": curve, "dtype": dtype, "quantity": quantity}
        rows = self.table[where(self.table, **labels)]
        return rows.pivot(index="epsilon", columns="set", values="value").sort_index()

    def single(self, *case):
        return np.median(self.errors(*case).loc[0.0])

    def bottom(self, *case):
        """The vertex of a parabola through half a decade around the least median."""
        typical = self.errors(*case).median(axis=1)
        here = int(np.argmin(typical))
        near = typical.iloc[here - 5 : here + 6]
        a, b, _ = np.polyfit(np.arange(-5, 6) / 10, np.log10(near), 2)
        return np.log10(typical.index[here]) - b / (2 * a)

    def beside(self, decades, *case):
        """The error so many decades off the least, over the least; ten ε make a decade."""
        typical = self.errors(*case).median(axis=1)
        here = int(np.argmin(typical))
        return typical.iloc[here + 10 * decades] / typical.iloc[here]

    def arm(self, side, *case):
        start, end = (self.single(*case, f"{side}_{name}") for name in ("from", "to"))
        rows = self.errors(*case)
        rows = rows[(rows.index >= start) & (rows.index <= end)]
        return np.median(np.polyfit(np.log(rows.index), np.log(rows), 1)[0])

    def whole(self, method, quantity, d):
        labels = {"point": "evaluations", "dimension": d, "method": method}
        return value(self.table, quantity=quantity, **labels)


def _over_curves(of):
    return {curve: of(curve) for curve in CURVES}


def test_every_number_is_that_of_its_rows(tables):
    rows = Rows(tables)
    falls = {}
    for method in POWER:
        each = [
            rows.bottom(method, c, "float32") - rows.bottom(method, c, "float64") for c in CURVES
        ]
        falls[method] = sorted(each)[1] / DECADES  # the upper of two as their middle
    expected = {
        "curves": 2,
        "sets": 7,
        "least_epsilon": 1e-12,
        "most_epsilon": 1.0,
        "epsilons": 121,
        "decades": 12.0,
        "most_dimension": 10,
        "share_percent": 5,
        "evaluations": [
            {"d": d, "forward": d + 1, "central": 2 * d, "complex_step": d} for d in DIMENSIONS
        ],
        "arms": [
            {
                "difference": method,
                "precision": dtype,
                **{side: sorted(rows.arm(side, method, c, dtype) for c in CURVES)[1]
                   for side in ("left", "right")},
                "root": falls[method],
            }
            for method in POWER
            for dtype in U
        ],
        "best": [
            {
                "difference": method,
                "function": curve,
                "predicted_epsilon": rows.single(method, curve, "float64", "predicted_epsilon"),
                "epsilon": 10 ** rows.bottom(method, curve, "float64"),
                "bound": rows.single(method, curve, "float64", "predicted_error"),
                "error": rows.errors(method, curve, "float64").median(axis=1).min(),
                "reverse_mode": rows.single("reverse_mode", curve, "float64"),
            }
            for method in POWER
            for curve in CURVES
        ],
    }  # fmt: skip
    for method in POWER:
        expected[f"{method}_gradient_error"] = rows.whole(method, "gradient_error", 10)
        expected[f"{method}_place_if_uniform"] = place_if_uniform(method)
        least = {
            dtype: np.array([rows.errors(method, c, dtype).median(axis=1).min() for c in CURVES])
            for dtype in U
        }
        for dtype in U:
            expected[f"{method}_{dtype}_digits"] = -np.log10(np.median(least[dtype]))
        double = [(method, curve, "float64") for curve in CURVES]
        steps = [10 ** rows.bottom(*case) for case in double]
        bounds = [rows.single(*case, "predicted_error") for case in double]
        nominal = [rows.single(*case, "nominal_least_error") for case in double]
        name = f"{method}_float64"
        expected |= {
            f"{name}_decade_less": np.median([rows.beside(-1, *case) for case in double]),
            f"{name}_decade_more": np.median([rows.beside(1, *case) for case in double]),
            f"{name}_least_best": min(steps),
            f"{name}_most_best": max(steps),
            f"{name}_bound": np.median(bounds / least["float64"]),
            f"{name}_nominal": max(nominal / least["float64"]),
        }
    for dtype, u in U.items():
        tiny = [np.median(rows.errors("complex_step", c, dtype).loc[TINY[dtype]]) for c in CURVES]
        expected[f"complex_epsilon_{dtype}"] = TINY[dtype]
        expected[f"complex_error_{dtype}"] = max(tiny) / u
        reverse = [rows.single("reverse_mode", c, dtype) for c in CURVES]
        expected[f"reverse_error_{dtype}"] = max(reverse) / u
    same(numbers(tables), expected)


def test_uniform_roundings_put_the_two_bottoms_at_two_places():
    assert abs(place_if_uniform("forward") - place_if_uniform("central")) > 0.01
