import numpy as np
import pandas as pd
import pytest

from adcost.costs.count import count
from adcost.experiments.mds import measure, plan
from adcost.functions import cities, mds
from adcost.functions.earth import great_circle
from adcost.results.writing import check_finite

POINT = {
    "region": "europe", "size": 5, "starts": 2, "tolerance": 1e-6, "max_evaluations": 20000,
    "slow": {"starts": 1, "max_evaluations": 3000}, "subsets": 6, "animate": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return measure.measure("europe-5", POINT, seed=3)


def _value(table, method, quantity, start=0):
    rows = table[(table.method == method) & (table.quantity == quantity) & (table.start == start)]
    assert len(rows) == 1
    return rows.value.iloc[0]


def test_every_planned_table_has_finite_rows(small):
    assert set(small) == set(plan.TABLES)
    for table in small.values():
        assert len(table) > 0
        check_finite(table, "mds", "europe-5")


def test_the_same_seed_gives_the_same_tables_and_another_does_not(small):
    again = measure.measure("europe-5", POINT, seed=3)
    for name, table in small.items():
        pd.testing.assert_frame_equal(table, again[name], check_exact=True)
    assert not np.array_equal(
        measure.random_starts("europe-5", 5, 2, 3), measure.random_starts("europe-5", 5, 2, 4)
    )


def test_one_more_start_leaves_the_others_alone():
    np.testing.assert_array_equal(
        measure.random_starts("p", 5, 2, 3), measure.random_starts("p", 5, 3, 3)[:2]
    )


def test_a_gradient_counts_what_its_operations_count():
    """By hand, n cities: L has 8n² − 1 operations, and the count of ∇L lies near twice that."""
    targets = mds.scaled(great_circle(np.array([0.0, 1, 2, 4]), np.array([0.0, 3, 1, 2])))[0]
    assert 1 < measure.gradient_price(targets) < 4
    assert count(mds.loss, np.zeros((4, 2)), targets).total == pytest.approx(8 * 16, abs=20)


def test_cost_is_steps_times_price(small):
    table = small["measurements"]
    price = _value(table, "point", "gradient_price")
    for method, of_a_step in (("gradient_descent", price), ("central_differences", 20),
                              ("two_point", 2)):  # fmt: skip
        steps = _value(table, method, "steps_to_tolerance")
        assert _value(table, method, "evaluations_to_tolerance") == pytest.approx(of_a_step * steps)


def test_a_run_that_does_not_arrive_is_recorded_at_its_cap():
    tight = POINT | {"slow": {"starts": 1, "max_evaluations": 100}, "subsets": 0}
    table = measure.measure("europe-5", tight, seed=3)["measurements"]
    assert _value(table, "nelder_mead", "converged") == 0
    assert 90 <= _value(table, "nelder_mead", "evaluations_to_tolerance") <= 100
    assert not (table.quantity == "subset_steps").any()


def test_the_map_of_the_first_start_is_the_true_map_in_km(small):
    maps_ = small["maps"]
    rows = maps_[maps_.method == "gradient_descent"]
    assert list(rows.city) == list(cities.select("europe", 5).names)
    off = np.hypot(rows.x_km - rows.true_x_km, rows.y_km - rows.true_y_km)
    error = _value(small["measurements"], "gradient_descent", "procrustes_km")
    assert np.sqrt((off**2).mean()) == pytest.approx(error, rel=1e-6)
    assert error < 10


def test_curves_start_at_one_and_are_thin(small):
    curves = small["convergence"]
    for _, run in curves.groupby(["method", "start"]):
        assert run.relative_excess.iloc[0] == pytest.approx(1)
        assert len(run) <= 100 and run.evaluations.is_monotonic_increasing


def test_frames_keep_step_between_the_two_methods(measured):
    frames = measured["frames"]
    many = frames[frames.point == "europe-10"]
    spent = many.groupby(["frame", "method"]).evaluations.first().unstack()
    assert (spent.diff().dropna() >= 0).all().all()
    last = many[many.frame == many.frame.max()]
    truth = measured["maps"].query("point == 'europe-10' and method == 'gradient_descent'")
    ends = last[last.method == "gradient_descent"]
    off = np.hypot(ends.x_km.to_numpy() - truth.true_x_km, ends.y_km.to_numpy() - truth.true_y_km)
    assert off.max() < 20
