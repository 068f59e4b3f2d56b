"""Each number that the report says of `hvp` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.hvp.claims import numbers

from .recorded import recorded
from .synthetic import same, scattered, value, where

PRODUCTS = (
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
)


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("hvp"), 2, columns=("value", "seconds", "compile_seconds"))


def test_every_number_is_that_of_its_rows(tables):
    measured, timings = tables["measurements"], tables["timings"]

    def seconds(method, point="layers-80"):
        return timings[where(timings, point=point, method=method)].seconds.to_numpy()

    def compiled(method):
        rows = timings[where(timings, point="layers-80", method=method)]
        return rows.compile_seconds.iloc[0]

    def counted(method, quantity="operations", point="layers-80"):
        return value(measured, point=point, method=method, quantity=quantity)

    def ratio(method, point):
        return np.median(seconds(method, point) / seconds("gradient", point))

    median = {name: np.median(seconds(name)) for name in (*PRODUCTS, "product")}
    median["hessian"] = np.median(seconds("hessian_then_product"))
    hvp, large = median["reverse_over_reverse"], 4 * 20**2
    methods = timings[timings.point == "layers-80"].method.unique()
    big = {"point": "large-3x20"}
    points = [f"layers-{n}" for n in (20, 40, 80)]
    expected = {
        "width": 3,
        "large_width": 20,
        "dtype": "float32",
        "least_layers": 20,
        "most_layers": 80,
        "points": 3,
        "runs": 6,
        "seconds_hessian": median["hessian"],
        "seconds_product": median["product"],
        "seconds_hvp": hvp,
        "hessian_over_hvp": median["hessian"] / hvp,
        "compile_most": max(map(compiled, methods)),
        "forward_over_reverse_time": median["forward_over_reverse"] / hvp,
        "forward_over_reverse_operations": (
            counted("forward_over_reverse") / counted("reverse_over_reverse")
        ),
        "large_parameters": large,
        "large_hessian_bytes": 4 * large**2,
        "large_seconds_hvp": np.median(seconds("reverse_over_reverse", **big)),
        "large_time_ratio": ratio("reverse_over_reverse", **big),
        "ratios": [
            {
                "method": name,
                "operations": counted(name) / counted("gradient"),
                "seconds": np.median([ratio(name, point) for point in points]),
            }
            for name in PRODUCTS
        ],
    }

    def nested(name, method):
        return value(measured, point="nested", function=name, method=method, quantity="operations")

    def largest(name):
        return max(nested(name, method) for method in PRODUCTS)

    def tangent(name):
        return value(measured, function=name, quantity="tangent")

    chains = ("erf", "reciprocal", "sqrt")
    expected |= {
        "constant": counted("reverse_over_reverse") / counted("gradient"),
        "nested": [
            {
                "operation": name,
                "gradient": nested(name, "gradient") / nested(name, "loss"),
                "product": largest(name) / nested(name, "gradient"),
                "evaluations": largest(name) / nested(name, "loss"),
            }
            for name in chains
        ],
        "tangent_product": tangent("multiply"),
        "tangent_quotient": tangent("divide"),
        "evaluations": max(
            counted("reverse_over_reverse", point=point) / counted("loss", point=point)
            for point in points
        ),
    }
    same(numbers(tables), expected)
