from pathlib import Path

import pytest
import yaml

from adcost.experiments.zero_order import plan
from adcost.functions.rate_classes import CLASSES
from adcost.study import schema

ROOT = Path(__file__).resolve().parents[4]


def test_the_plan_knows_the_classes():
    assert plan.CLASSES == tuple(CLASSES)


def test_the_section_is_sound_and_nothing_is_timed(section):
    assert plan.problems(section, 6000) == []
    names = [point.name for point in plan.points(section)]
    assert names == [*plan.CLASSES, "stochastic", "estimator"]
    assert not any(point.timed for point in plan.points(section))


def test_a_tolerance_concerns_its_class_alone(section):
    before = {point.name: point for point in plan.points(section)}
    section["tolerance"]["convex"] = 1e-3
    after = {point.name: point for point in plan.points(section)}
    assert [name for name in after if after[name] != before[name]] == ["convex"]


@pytest.mark.parametrize(
    ("keys", "spoiled"),
    [
        (("dimensions",), [8, 32, 16]),
        (("dimensions",), [8, 8, 16]),
        (("stochastic", "dimensions"), [4, 2, 8]),
        (("stochastic", "budgets"), [8192, 4096, 16384]),
        (("estimator", "dimensions"), [8, 2]),
    ],
)
def test_lists_that_do_not_increase_are_refused_by_name(section, keys, spoiled):
    part = section
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = spoiled
    message = next(m for m in plan.problems(section, 6000) if "must increase" in m)
    assert message.startswith(f"zero_order.{'.'.join(keys)}:")
    assert f"Write {sorted(set(spoiled))}" in message


def test_a_budget_too_small_for_the_dimension_is_refused(section):
    section["stochastic"]["budget"] = 1024
    (message,) = plan.problems(section, 6000)
    assert message.startswith("zero_order.stochastic.budget is 1,024") and "2,048" in message


def test_budgets_too_small_for_their_dimension_are_refused(section):
    section["stochastic"]["dimension"] = 64
    (message,) = plan.problems(section, 6000)
    assert message.startswith("zero_order.stochastic.budgets: 1,024")


def test_too_few_dimensions_on_the_sphere_are_refused(section):
    section["sphere_up_to"] = 40
    (message,) = plan.problems(section, 6000)
    assert message.startswith("zero_order.sphere_up_to is 40") and "Raise it to 48" in message


def test_draws_that_make_no_whole_batches_are_refused(section):
    section["estimator"]["draws"] = 100
    (message,) = plan.problems(section, 6000)
    assert "zero_order.estimator.draws is 100" in message and "Write 128" in message


def test_a_point_that_does_not_fit_is_refused(section):
    section["runs"]["coordinates"] = 10**9
    messages = plan.problems(section, 6000)
    assert len(messages) == len(plan.CLASSES)
    assert all("6,000" in message for message in messages)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("epsilon",), 0),
        (("epsilon",), -1e-3),
        (("condition",), 1),
        (("dimensions",), [2, 4, 8]),
        (("tolerance", "smooth"), 0),
        (("rate", "steps"), 100_000),
        (("runs", "least"), 5),
    ],
)
def test_the_schema_refuses_what_is_out_of_range_by_name(section, keys, value):
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
    part = config["zero_order"]
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    found = list(schema.problems(config, ROOT / "workflow/schemas"))
    assert found and all(line.startswith(f"zero_order.{'.'.join(keys)}") for line in found)
