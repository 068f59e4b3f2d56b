import ast
import inspect

from adcost.experiments.stepsizes import plan


def test_three_points_none_of_them_timed(section):
    points = plan.points(section)
    assert [point.name for point in points] == ["homework", "sweep", "condition"]
    assert not any(point.timed for point in points)


def test_a_change_to_one_part_measures_only_that_point_again(section):
    before = {point.name: point.parameters for point in plan.points(section)}
    section["sweep"]["betas"] += 1
    after = {point.name: point.parameters for point in plan.points(section)}
    assert [name for name in before if before[name] != after[name]] == ["sweep"]


def test_planning_imports_neither_jax_nor_numpy_nor_pandas():
    tree = ast.parse(inspect.getsource(plan))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert not {name.split(".")[0] for name in names} & {"jax", "numpy", "pandas"}


def test_a_sound_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


def test_a_sweep_that_goes_backwards_is_refused(section):
    section["sweep"] |= {"smallest": 1.5, "largest": 1.0}
    messages = plan.problems(section, 6000)
    assert any("stepsizes.sweep.largest is 1.0" in message for message in messages)
    assert any("stepsizes.sweep.smallest, which is 1.5" in message for message in messages)


def test_a_sweep_on_one_side_of_the_border_is_refused(section):
    section["sweep"] |= {"smallest": 2.0, "largest": 3.0}
    (message,) = plan.problems(section, 6000)
    assert "stepsizes.sweep.smallest is 2.0" in message and "below 2" in message
    section["sweep"] |= {"smallest": 0.1, "largest": 2.4}
    (message,) = plan.problems(section, 6000)
    assert "stepsizes.sweep.largest is 2.4" in message and "above 2.47" in message


def test_a_larger_start_needs_a_wider_sweep(section):
    section["largest_start"] = 0.5
    (message,) = plan.problems(section, 6000)
    assert "above 8" in message


def test_a_step_for_every_eigenvalue_is_refused(section):
    section["condition"]["dimension"] = 4
    (message,) = plan.problems(section, 6000)
    assert message.startswith("stepsizes.condition.dimension is 4")
    assert "stepsizes.horizon, which is 4" in message


def test_what_does_not_fit_in_memory_is_refused_with_its_size(section):
    section |= {"dimension": 10**6, "perturbations": 1000}
    (message,) = plan.problems(section, 6000)
    assert f"{plan.needed_mb(section):,} MB" in message and "6,000" in message


def test_a_beta_that_diverges_is_no_problem_but_a_finding(section):
    section["beta"] = 5.0
    assert plan.problems(section, 6000) == []
