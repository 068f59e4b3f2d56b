"""What is planned, and what is refused."""

import pytest
from sklearn import datasets

from adcost.experiments.second_order.plan import (
    SAMPLES,
    logistic_parameters,
    network_parameters,
    points,
    problems,
)


def test_starts_are_as_many_as_have_so_many_coordinates(section):
    section["starts"] = {"most": 3, "coordinates": 40}
    planned = {point.name: point for point in points(section)}
    assert planned["convex-16"].parameters["starts"] == 2
    assert planned["convex-64"].parameters["starts"] == 1


def test_only_what_is_named_is_timed(section):
    assert [point.name for point in points(section) if point.timed] == ["convex-16"]
    section["logistic"]["timed"] = section["logistic"]["sets"]
    assert [p.name for p in points(section) if p.timed] == ["convex-16", "logistic-breast_cancer-1"]


def test_parameters_are_those_of_the_models():
    assert logistic_parameters("breast_cancer", 1) == 31
    assert logistic_parameters("breast_cancer", 2) == 496
    assert logistic_parameters("wine", 1) == 42
    assert network_parameters(2) == 65 * 2 + 3 * 10


@pytest.mark.parametrize(
    ("section_of_it", "key", "value", "named"),
    [
        ("convex", "dimensions", [16, 100], "second_order.convex.dimensions: 100"),
        ("storage", "dimensions", [60, 64], "second_order.storage.dimensions: 60"),
        ("convex", "timed", [32], "second_order.convex.timed: 32"),
        ("network", "timed", [7], "second_order.network.timed: 7"),
        ("logistic", "samples", 570, "second_order.logistic.samples: 570 is more than the 569"),
        ("network", "samples", 1798, "second_order.network.samples: 1,798 is more than the 1,797"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(section, section_of_it, key, value, named):
    assert problems(section, 6000) == []
    section[section_of_it][key] = value
    (problem,) = problems(section, 6000)
    assert problem.startswith(named)


def test_a_hessian_that_does_not_fit_is_refused(section):
    section["dense_up_to"] = 20000
    (problem,) = problems(section, 6000)
    assert problem.startswith("second_order.dense_up_to")


def test_the_samples_of_each_set_are_scikit_learns():
    for name, there in SAMPLES.items():
        assert len(getattr(datasets, f"load_{name}")().target) == there
