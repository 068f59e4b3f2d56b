"""Every number of the report on `linear_algebra` is that of its own rows."""

import pytest

from adcost.experiments.linear_algebra.claims import numbers

from . import tables_linear_algebra as made
from .synthetic import same, scattered, value


def expected(tables):
    rows, timings = tables["measurements"], tables["timings"]
    largest = max(made.SIZES)

    def at_largest(method, quantity):
        return value(rows, point="cost", size=largest, method=method, quantity=quantity)

    def ratio(method):
        own = timings[timings["size"] == largest]
        wide = own.pivot(index="repeat", columns="method", values="seconds")
        return (wide[method] / wide.value).median()

    def end(method, quantity):
        own = rows[(rows.point == "recovery") & (rows.step == made.STEPS)]
        own = own[(own.method == method) & (own.quantity == quantity)]
        return own.value.median()

    off = rows[(rows.problem == "solve") & (rows.method == "difference")]
    off = off.value[off.quantity == "relative_error"]
    return {
        "size": 6,
        "draws": 3,
        "least_condition": 1.0,
        "most_condition": 1e6,
        "largest": 64,
        "cost": [
            {"way": way, "operations": at_largest(way, "operations")
             / at_largest("value", "operations"), "seconds": ratio(way),
             "megabytes": at_largest(way, "temporary_bytes") / 1024**2}
            for way in ("rule", "library", "factorisation", "elimination")
        ],
        "edges": [{"what": "Hessian", "finite": False}, {"what": "norm at zero", "finite": False},
                  {"what": "pinv", "finite": True}],
        "broken_edges": 2,
        "all_edges": 3,
        "difference_worst": max(off),
        "difference_least": min(off),
        "recovery_size": 20,
        **{f"{quantity}_{name}": end(method, quantity)
           for quantity in ("rank", "error")
           for name, method in (("proximal", "proximal"), ("subgradient", "subgradient"),
                                ("none", "no_regulariser"))},
        "steps": 8,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_each_number_is_that_of_its_rows(seed):
    tables = made.make()
    if seed:
        tables = scattered(tables, seed)
    same(numbers(tables), expected(tables))
