import pytest
import sympy

from adcost.derivatives import symbolic
from adcost.experiments.not_autodiff import plan
from adcost.functions import iterated


def test_one_job_counts_and_one_is_timed(section):
    counted, timed = plan.points(section)
    assert (counted.name, counted.timed, timed.name, timed.timed) == ("maps", False, "time", True)
    assert "timing" not in counted.parameters  # a change of the timing measures the rest no more
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize(("name", "depth"), [("logistic", 6), ("ricker", 5), ("sine", 8)])
def test_sizes_are_foreseen_within_a_factor_of_two(name, depth):
    _, derivative = symbolic.differentiate(lambda x: iterated.unrolled(name, x, depth, sympy))
    assert 0.5 < plan.symbolic_operations(name, depth) / symbolic.size(derivative) < 2


def test_expressions_that_would_not_end_are_refused_with_their_size(section):
    section["symbolic_depths"] += [12, 20]
    (message,) = plan.problems(section, 6000)
    assert message.startswith("not_autodiff.symbolic_depths: at depth 20")
    assert f"{23 * 20 * 2**20:,}" in message and "250,000" in message
    assert "Remove 12, 20" in message
    section["functions"] = ["logistic"]
    section["symbolic_depths"] = [8, 9, 10, 11]
    assert plan.problems(section, 6000) == []


def test_timed_expressions_are_bounded_too(section):
    section["timing"]["depths"].append(30)
    (message,) = plan.problems(section, 6000)
    assert message.startswith("not_autodiff.timing.depths:")


def test_a_study_without_the_logistic_map_is_refused(section):
    section["functions"] = ["sine"]
    (message,) = plan.problems(section, 6000)
    assert message.startswith("not_autodiff.functions is sine; it must hold logistic")


def test_fewer_runs_at_most_than_at_least_are_refused(section):
    section["timing"]["max_runs"] = 5
    (message,) = plan.problems(section, 6000)
    assert "not_autodiff.timing.max_runs is 5" in message
