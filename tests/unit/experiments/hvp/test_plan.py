from adcost.experiments.hvp import plan
from adcost.functions import mlp


def test_a_further_depth_adds_one_point_and_changes_no_other(section):
    before = {point.name: point for point in plan.points(section)}
    section["layers"].append(160)
    after = {point.name: point for point in plan.points(section)}
    assert set(after) - set(before) == {"layers-160"}
    assert all(after[name] == point for name, point in before.items())


def test_timed_points_are_those_of_the_homework_and_the_large_network(section):
    timed = [point.name for point in plan.points(section) if point.timed]
    assert timed == ["layers-20", "layers-40", "layers-80", "large-3x20"]


def test_the_plan_counts_parameters_as_the_network_does():
    assert plan.parameters(7, 3) == mlp.parameters(7, 3)


def test_hessians_that_do_not_fit_are_refused_with_size_limit_and_key(section):
    section["layers"] += [4000, 5000]
    (message,) = plan.problems(section, 6000)
    assert message.startswith("hvp.layers:")
    assert "45,009 parameters" in message and "6,000" in message
    assert f"{plan.PROCESS_MB + plan.hessian_mb(5000, 3, 'float32'):,} MB" in message
    assert "Remove 4000, 5000" in message and "memory_mb" in message
    assert plan.problems(section, 10**6) == []


def test_float64_hessians_take_twice_the_memory(section):
    section["float64_layers"].append(1500)
    (message,) = plan.problems(section, 6000)
    assert message.startswith("hvp.float64_layers:")
    section["layers"].append(1500)
    assert len(plan.problems(section, 6000)) == 1


def test_the_ad_product_is_planned_where_the_hessian_is_refused(section):
    section["large"] = {"layers": 10, "width": 1000}
    assert plan.problems(section, 6000) == []
    assert plan.hessian_mb(10, 1000, "float32") > 1e9
    section["large"] = {"layers": 10, "width": 30000}
    (message,) = plan.problems(section, 6000)
    assert message.startswith("hvp.large:")


def test_fewer_runs_at_most_than_at_least_is_refused(section):
    section["timing"] |= {"runs": 10, "max_runs": 9}
    (message,) = plan.problems(section, 6000)
    assert "hvp.timing.max_runs is 9" in message
