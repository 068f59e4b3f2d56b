import pytest

from adcost.experiments.jacobian import measure, plan
from adcost.functions import graphs


def test_each_function_is_a_timed_sweep_and_the_graphs_are_not_timed(section):
    points = {point.name: point.timed for point in plan.points(section)}
    assert points == {
        "sweep-linear": True,
        "sweep-tanh": True,
        "sweep-max": True,
        "chains": True,
        "graphs": False,
    }


def test_the_plan_knows_the_graphs_that_there_are():
    assert set(plan.GRAPHS) | set(measure.CHOICE) == set(graphs.POINTS)


def test_a_good_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize("function", ["linear", "tanh"])
def test_a_sweep_that_cannot_see_the_crossing_is_refused(section, function):
    section["outputs"][function] = [1, 2, 12]
    (message,) = plan.problems(section, 6000)
    assert message.startswith(f"jacobian.outputs.{function} runs from 1 to 12")
    assert "m = 12" in message and "smaller and a larger" in message


def test_an_hourglass_without_a_waist_is_refused_and_so_is_none(section):
    section["chains"]["hourglass"] = [4, 4, 9]
    (message,) = plan.problems(section, 6000)
    assert "jacobian.chains.hourglass" in message and "[4, 4, 9] has no waist" in message
    del section["chains"]["hourglass"]
    (message,) = plan.problems(section, 6000)
    assert message.startswith("jacobian.chains.hourglass is missing")


def test_an_unknown_graph_is_refused_with_those_there_are(section):
    section["elimination"]["graphs"].append("tiger")
    (message,) = plan.problems(section, 6000)
    assert "'tiger'" in message and "helmholtz" in message


def test_fewer_runs_at_most_than_at_least_is_refused(section):
    section["timing"]["max_runs"] = 5
    (message,) = plan.problems(section, 6000)
    assert "jacobian.timing.max_runs is 5" in message and "which is 6" in message


def test_a_sweep_that_does_not_fit_is_refused_and_one_in_small_blocks_is_not(section):
    section["outputs"]["linear"].append(100_000)
    section["block"] = 100_000
    (message,) = plan.problems(section, 6000)
    assert "jacobian.outputs.linear: m = 100,000 needs 80," in message and "6,000" in message
    section["block"] = 100
    assert plan.problems(section, 6000) == []


def test_a_chain_that_does_not_fit_is_refused(section):
    section["chains"]["widening"] = [2, 4, 30_000]
    (message,) = plan.problems(section, 6000)
    assert message.startswith("jacobian.chains.widening: widths up to 30,000")
