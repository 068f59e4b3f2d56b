import pytest

from adcost.experiments.linear_algebra import plan


def test_only_the_cost_is_timed(section):
    points = plan.points(section)
    assert [point.name for point in points] == ["accuracy", "degenerate", "recovery", "cost"]
    assert [point.name for point in points if point.timed] == ["cost"]


def test_a_further_condition_changes_accuracy_alone(section):
    before = {point.name: point for point in plan.points(section)}
    section["conditions"].append(1e10)
    after = {point.name: point for point in plan.points(section)}
    assert [name for name in after if after[name] != before[name]] == ["accuracy"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.update(rows=6), ["linear_algebra.rows is 6", "more rows"]),
        (lambda s: s.update(conditions=[1e4, 1.0]), ["linear_algebra.conditions:", "increase"]),
        (lambda s: s["conditions"].append(1e15), ["linear_algebra.conditions: 1e+15", "singular"]),
        (lambda s: s["recovery"].update(rank=20), ["linear_algebra.recovery.rank is 20"]),
        (lambda s: s["sizes"].append(20000), ["linear_algebra.sizes:", "20000", "6,000"]),
        (lambda s: s["timing"].update(max_runs=5), ["linear_algebra.timing.max_runs is 5"]),
    ],
    ids=["rows", "order", "too singular", "rank", "memory", "runs"],
)
def test_what_makes_no_sense_is_refused_by_key(section, change, words):
    assert plan.problems(section, 6000) == []
    change(section)
    (message,) = plan.problems(section, 6000)
    assert all(word in message for word in words)
