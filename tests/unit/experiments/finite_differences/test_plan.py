from pathlib import Path

import pytest
import yaml

from adcost.experiments.finite_differences import measure, plan
from adcost.functions.curves import CURVES
from adcost.study import schema

ROOT = Path(__file__).resolve().parents[4]


def _points(section):
    return {point.name: point for point in plan.points(section)}


def test_a_further_dimension_does_not_measure_the_accuracy_again(section):
    before = _points(section)
    section["dimensions"].append(20)
    after = _points(section)
    assert after["accuracy"] == before["accuracy"]
    assert after["evaluations"] != before["evaluations"]


def test_nothing_is_timed(section):
    assert not any(point.timed for point in plan.points(section))


def test_the_plan_knows_the_curves_and_the_size_of_the_grid(section):
    assert set(plan.CURVES) == set(CURVES)
    schema = yaml.safe_load(
        (ROOT / "src/adcost/experiments/finite_differences/schema.yaml").read_text()
    )
    assert tuple(schema["properties"]["curves"]["items"]["enum"]) == plan.CURVES
    assert plan.epsilons(**section["epsilon"]) == len(measure.grid(**section["epsilon"])) == 71


def test_the_section_of_these_tests_is_fine(section):
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("smallest", 2.0, ["smallest is 2", "less than", "largest, which is 1"]),
        ("smallest", 1e-9, ["smallest is 1e-09", "at most 1e-13", "float64"]),
        ("largest", 1e-3, ["largest is 0.001", "at least 1", "float32"]),
    ],
)
def test_a_grid_that_does_not_cover_is_refused(section, key, value, words):
    section["epsilon"][key] = value
    (message,) = plan.problems(section, 6000)
    assert message.startswith("finite_differences.epsilon.") and all(w in message for w in words)


def test_a_sweep_or_dimension_that_does_not_fit_is_refused_with_size_limit_and_key(section):
    section |= {"points": 10000, "sets": 100, "dimensions": [10, 5000]}
    sweep, dimension = plan.problems(section, 1500)
    assert sweep.startswith("finite_differences: 100 sets of 10,000 points at 71 steps take 7,")
    assert "1,500" in sweep and "Lower finite_differences.points" in sweep
    assert dimension.startswith("finite_differences.dimensions: 5,000 dimensions take 1,8")
    assert "Remove 5000" in dimension


@pytest.mark.parametrize("value", [0, -1e-8, "1e-8"])
def test_a_step_that_is_not_positive_is_refused_by_the_schema(section, value):
    section["epsilon"]["smallest"] = value
    config = {"seed": 1, "memory_mb": 6000, "results": "results", "experiments": [],
              "finite_differences": section}  # fmt: skip
    found = list(schema.problems(config, ROOT / "workflow/schemas"))
    assert any(line.startswith("finite_differences.epsilon.smallest:") for line in found)
