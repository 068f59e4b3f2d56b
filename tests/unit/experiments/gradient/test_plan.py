import copy

import pytest

from adcost.experiments.gradient import plan


def test_every_function_is_one_timed_point(section):
    points = plan.points(section)
    assert [point.name for point in points if point.timed] == list(section["functions"])
    assert [point.name for point in points if not point.timed] == ["tape", "writing"]


def test_a_further_dimension_changes_no_other_function(section):
    before = {point.name: point for point in plan.points(copy.deepcopy(section))}
    section["functions"]["mds"]["dimensions"].append(200)
    after = {point.name: point for point in plan.points(section)}
    assert [name for name in after if after[name] != before[name]] == ["mds"]


@pytest.mark.parametrize(
    ("function", "asked", "had"),
    [("mds", 101, 100), ("network", 100, 75), ("network", 108, 108), ("logistic", 101, 101)],
)
def test_a_function_takes_the_largest_dimension_that_it_has(function, asked, had):
    assert plan.dimension(function, asked) == had


@pytest.mark.parametrize(
    ("function", "change", "words"),
    [
        ("sum_of_squares", {"dimensions": [20, 80, 40, 60]}, "must increase"),
        ("mds", {"dimensions": [32, 64, 65, 100]}, "leave out what stands there twice"),
        ("mds", {"dimensions": [2, 64, 100]}, "2 is too small; it begins at 4"),
        ("mds", {"all_methods_up_to": 64}, "fewer than three"),
        ("sum_of_squares", {"reverse_up_to": 79}, "reverse_up_to is 79; it must be at least"),
    ],
)
def test_sweeps_that_make_no_sense_are_refused_by_key(section, function, change, words):
    assert plan.problems(section, 6000) == []
    section["functions"][function] |= change
    (message,) = plan.problems(section, 6000)
    assert message.startswith(f"gradient.functions.{function}") and words in message


def test_what_does_not_fit_is_refused_with_its_size_and_the_limit(section):
    large = {"dimensions": [32, 64, 100, 40000], "reverse_up_to": 100}
    section["functions"]["mds"] |= large
    assert plan.problems(section, 6000) == []  # only counted
    section["functions"]["mds"] |= large | {"reverse_up_to": 40000}
    (message,) = plan.problems(section, 6000)
    assert "6,000" in message and "mds.reverse_up_to" in message
    section["functions"]["mds"] |= {"reverse_up_to": 10**5, "all_methods_up_to": 10**5}
    (message,) = plan.problems(section, 20_000)
    assert "20,000" in message and "mds.all_methods_up_to" in message


def test_fewer_runs_at_most_than_at_least_is_refused(section):
    section["timing"] |= {"runs": 10, "max_runs": 9}
    (message,) = plan.problems(section, 6000)
    assert "gradient.timing.max_runs is 9" in message
