import jax
import numpy as np
import pandas as pd
import pytest

from adcost.costs.timing import Burst
from adcost.experiments.jacobian import measure


def _values(table, **labels):
    for column, label in labels.items():
        table = table[table[column] == label]
    assert len(table), labels
    return table


def test_the_tables_have_the_columns_that_figures_and_claims_read(measured):
    columns = ["point", "subject", "shape", "method", "order", "quantity", "value"]
    assert list(measured["measurements"]) == columns
    assert set(measured["timings"].point) == {"sweep-linear", "sweep-tanh", "sweep-max", "chains"}
    assert {"subject", "shape"} <= set(measured["timings"])


def test_the_same_m_gives_the_same_numbers_in_another_sweep(measured, section):
    parameters = {
        "function": "max", "inputs": 12, "outputs": [4, 7], "block": 16,
        "timing": section["timing"],
    }  # fmt: skip
    more = measure.measure("sweep-max", parameters, seed=1)["measurements"]
    old = _values(measured["measurements"], subject="max", shape="12-4").reset_index(drop=True)
    new = _values(more, subject="max", shape="12-4").reset_index(drop=True)
    pd.testing.assert_frame_equal(old, new, check_exact=True)


def test_linear_counts_are_those_of_the_formula(measured):
    counted = _values(measured["measurements"], subject="linear", quantity="operations")
    for row in counted.itertuples():
        n, m = map(int, row.shape.split("-"))
        terms = n if row.method == "forward" else m
        assert row.value == m * n * (2 * terms - 1)


def test_counting_goes_on_around_the_crossing_but_timing_does_not(measured):
    counted = _values(measured["measurements"], subject="linear", quantity="operations")
    assert {"12-11", "12-12", "12-13"} <= set(counted["shape"])
    assert "12-11" not in set(measured["timings"]["shape"])


def test_every_jacobian_is_right(measured):
    errors = _values(measured["measurements"], quantity="relative_error")
    single = errors.point != "graphs"
    assert (errors[single].value < 2e-6).all() and (errors[~single].value < 1e-14).all()


def test_xla_does_the_product_with_the_identity(measured):
    """The linear Jacobian is A itself, and the compiler multiplies all the same."""
    rows = _values(measured["measurements"], subject="linear", shape="12-9")
    compiled = _values(rows, quantity="compiled_operations").set_index("method").value
    assert compiled["forward"] >= 2 * 9 * 12 * 12 and compiled["reverse"] >= 2 * 9 * 9 * 12


def test_a_burst_calls_as_often_as_it_says():
    calls = []

    class Program:
        arguments = (1.0,)
        compile_seconds = 0.5

        def compiled(self, x):
            calls.append(x)
            return jax.numpy.float32(x)

    burst = Burst(Program(), 7)
    assert float(burst()) == 1.0 and len(calls) == 7 and burst.compile_seconds == 0.5


def test_the_shapes_of_task_1(measured):
    rows = measured["measurements"].drop_duplicates("subject").set_index("subject")
    assert rows.loc["ad_choose", "shape"] == "2-5"
    assert rows.loc["ad_choose_turned", "shape"] == "5-2"


@pytest.mark.parametrize("method", ["forward", "reverse", "best"])
def test_each_chain_takes_the_multiplications_predicted(measured, method):
    rows = _values(measured["measurements"], point="chains", method=method)
    wide = rows[rows.quantity != "relative_error"].pivot(
        index="subject", columns="quantity", values="value"
    )
    assert len(wide) == 6
    np.testing.assert_array_equal(wide.multiplications, wide.predicted_multiplications)
