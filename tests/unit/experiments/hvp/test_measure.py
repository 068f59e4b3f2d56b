import numpy as np
import pandas as pd
import pytest

from adcost.experiments.hvp import measure

POINT = {
    "hidden": 4,
    "width": 3,
    "dtype": "float32",
    "initialisation": "signal_preserving",
    "hessian": True,
}


@pytest.fixture(scope="module")
def small():
    return measure.measure("layers-4", POINT, seed=1)["measurements"]


def _value(table, method, quantity):
    rows = table[(table.method == method) & (table.quantity == quantity)]
    assert len(rows) == 1
    return rows.value.iloc[0]


def test_the_same_point_and_seed_give_the_same_table_and_another_seed_does_not(small):
    again = measure.measure("layers-4", POINT, seed=1)["measurements"]
    pd.testing.assert_frame_equal(small, again, check_exact=True)
    other = measure.measure("layers-4", POINT, seed=2)["measurements"]
    assert _value(other, "product", "norm") != _value(small, "product", "norm")


def test_all_variants_are_compared_with_the_first_way(small):
    errors = small[small.quantity == "relative_error"]
    assert set(errors.method) == {"product", *measure.AD_PRODUCTS}
    assert (errors.value < 1e-5).all()


def test_the_product_alone_is_a_matrix_product(small):
    p = 5 * 9
    assert _value(small, "product", "multiplications") == p * p
    assert _value(small, "product", "additions") == p * (p - 1)
    assert _value(small, "hessian", "output_bytes") == 4 * p * p


def test_the_parts_make_up_the_operations(small):
    wide = small.pivot(index="method", columns="quantity", values="value").dropna(
        subset="operations"
    )
    parts = wide[["multiplications", "additions", "elementwise", "transcendental"]].sum(axis=1)
    np.testing.assert_array_equal(parts, wide.operations)


def test_a_timed_point_keeps_all_repeats_beside_an_empty_call():
    timing = {"runs": 3, "max_runs": 3, "seconds": 0.0, "warmup": 0}
    timings = measure.measure("layers-4", POINT | {"timing": timing}, seed=1)["timings"]
    assert (timings.groupby("method").size() == 3).all()
    assert {"hessian_then_product", "product", "gradient", "empty_call"} <= set(timings.method)


def test_a_large_point_has_no_hessian():
    table = measure.measure("large", POINT | {"hessian": False}, seed=1)["measurements"]
    assert not table.method.str.contains("hessian").any()
    assert _value(table, "forward_over_reverse", "relative_error") < 1e-5
