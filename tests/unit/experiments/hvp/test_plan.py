import copy

import pytest

from adcost.experiments.hvp import plan
from adcost.functions import mlp

CONFIG = {
    "layers": [4, 8, 16],
    "width": 3,
    "dtype": "float32",
    "initialisation": "signal_preserving",
    "timing": {"runs": 10, "max_runs": 12, "seconds": 0.0, "warmup": 1},
    "float64_layers": [2, 4, 8],
    "homework_init": {"layers": [10, 100, 1000], "width": 3, "draws": 9},
    "large": {"layers": 3, "width": 20},
}


def _with(**changes):
    return copy.deepcopy(CONFIG) | changes


def test_a_further_depth_adds_one_point_and_changes_no_other():
    before = {point.name: point for point in plan.points(CONFIG)}
    after = {point.name: point for point in plan.points(_with(layers=[4, 8, 16, 32]))}
    assert set(after) - set(before) == {"layers-32"}
    assert all(after[name] == point for name, point in before.items())


def test_timed_points_are_those_of_the_homework_and_the_large_network():
    timed = [point.name for point in plan.points(CONFIG) if point.timed]
    assert timed == ["layers-4", "layers-8", "layers-16", "large-3x20"]


def test_the_plan_counts_parameters_as_the_network_does():
    assert plan.parameters(7, 3) == mlp.parameters(7, 3)


def test_a_hessian_that_does_not_fit_is_refused_with_size_limit_and_key():
    (message,) = plan.problems(_with(layers=[4, 8, 5000]), 6000)
    assert message.startswith("hvp.layers:")
    assert "45,009 parameters" in message and "6,000" in message
    assert f"{plan.PROCESS_MB + plan.hessian_mb(5000, 3, 'float32'):,} MB" in message
    assert "Remove 5000" in message and "memory_mb" in message
    (message,) = plan.problems(_with(float64_layers=[2, 4, 2500]), 6000)
    assert message.startswith("hvp.float64_layers:")


def test_the_ad_product_is_planned_where_the_hessian_is_refused():
    large = {"layers": 10, "width": 1000}
    assert plan.problems(_with(large=large), 6000) == []
    assert plan.hessian_mb(10, 1000, "float32") > 1e9
    (message,) = plan.problems(_with(large={"layers": 10, "width": 30000}), 6000)
    assert message.startswith("hvp.large:")


@pytest.mark.parametrize("runs", [(10, 9)])
def test_fewer_runs_at_most_than_at_least_is_refused(runs):
    timing = CONFIG["timing"] | dict(zip(("runs", "max_runs"), runs, strict=True))
    (message,) = plan.problems(_with(timing=timing), 6000)
    assert "hvp.timing.max_runs is 9" in message
