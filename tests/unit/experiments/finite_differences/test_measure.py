import numpy as np
import pandas as pd
import pytest

from adcost import seeds
from adcost.experiments.finite_differences import measure
from adcost.experiments.finite_differences.plan import UNIT_ROUNDOFF

SMALL = {
    "epsilon": {"smallest": 1e-12, "largest": 1e-2, "per_decade": 1},
    "curves": ["reciprocal"],
    "sets": 2,
    "points": 21,
}


@pytest.fixture(scope="module")
def small():
    return measure.measure("accuracy", SMALL, seed=1)["measurements"]


def _rows(table, **labels):
    for column, label in labels.items():
        table = table[table[column] == label]
    assert len(table), labels
    return table


def test_the_same_seed_gives_the_same_table_and_another_seed_another(small):
    again = measure.measure("accuracy", SMALL, seed=1)["measurements"]
    pd.testing.assert_frame_equal(small, again, check_exact=True)
    other = measure.measure("accuracy", SMALL, seed=2)["measurements"]
    assert not small.value.equals(other.value)


def test_a_further_set_changes_no_other():
    one, two = (measure._sets(measure.CURVES["wave"], sets, 5, seed=1) for sets in (1, 2))
    np.testing.assert_array_equal(one, two[:1])


def test_the_grid_is_logarithmic_and_stays_within_its_ends():
    steps = measure.grid(1e-19, 10.0, 6)
    assert len(steps) == 121 and steps[0] == 1e-19 and steps[-1] == pytest.approx(10.0)
    np.testing.assert_allclose(steps[6:] / steps[:-6], 10.0)
    assert measure.grid(1e-3, 0.5, 1).tolist() == pytest.approx([1e-3, 1e-2, 1e-1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_differences_are_those_of_a_plain_loop(small, dtype):
    """The same formulas in NumPy, a division each, against the exact −1/x² in 80 bits or more."""
    for number in range(2):
        rng = seeds.generator(1, "finite_differences", "reciprocal", number)
        x = rng.uniform(0.01, 0.02, 21).astype(dtype)
        wide = x.astype(np.longdouble)
        for epsilon in (1e-8, 1e-5, 1e-3):
            h = (x + np.dtype(dtype).type(epsilon)) - x
            h = np.where(h == 0, np.dtype(dtype).type(epsilon), h)
            ways = {
                "forward": (1 / (x + h) - 1 / x) / h,
                "central": (1 / (x + h) - 1 / (x - h)) / (2 * h),
            }
            for method, slope in ways.items():
                assert slope.dtype == dtype
                error = np.median(np.abs(slope.astype(np.longdouble) * wide**2 + 1))
                rows = _rows(small, method=method, dtype=dtype, set=number,
                             quantity="relative_error")  # fmt: skip
                value = rows.value[np.isclose(rows.epsilon, epsilon, atol=0)].item()
                assert value == pytest.approx(float(error), rel=1e-6)


def test_reverse_mode_and_the_smallest_complex_step_are_off_by_some_roundings(small):
    for dtype, unit in UNIT_ROUNDOFF.items():
        reverse = _rows(small, method="reverse_mode", dtype=dtype).value
        steps = _rows(small, method="complex_step", dtype=dtype, epsilon=measure.TINY[dtype]).value
        for errors in (reverse, steps):
            assert (0 < errors).all() and (errors < 4 * unit).all()


def test_no_step_reaches_the_pole(small):
    swept = _rows(small, quantity="relative_error")
    assert swept.epsilon.max() == pytest.approx(1e-3)
    assert np.isfinite(small.value).all()


def test_arms_and_bottom_are_in_their_order(small):
    wide = small.pivot_table(index=["method", "dtype", "set"], columns="quantity", values="value")
    wide = wide.loc[["forward", "central"]]
    order = ["left_from", "left_to", "predicted_epsilon", "right_from", "right_to"]
    assert (np.diff(wide[order], axis=1) > 0).all()


def test_evaluations_are_counted_and_the_gradients_right(measured):
    table = _rows(measured["measurements"], point="evaluations")
    counts = _rows(table, quantity="evaluations").pivot(
        index="dimension", columns="method", values="value"
    )
    d = counts.index
    assert (counts.central == 2 * d).all() and (counts.forward == d + 1).all()
    assert (counts.complex_step == d).all()
    errors = _rows(table, quantity="gradient_error").groupby("method").value.max()
    assert errors.forward < 1e-6 and errors.central < 1e-9 and errors.complex_step < 1e-14
