from pathlib import Path

import jsonschema
import numpy as np
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from adcost.experiments.hutchinson import plan
from adcost.functions.classifiers import ARCHITECTURES, Shape
from adcost.study.schema import documents

SCHEMAS = documents(Path(__file__).parents[4] / "workflow/schemas")
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMAS["hutchinson.schema.yaml"],
    registry=Registry().with_resources(
        (name, DRAFT202012.create_resource(document)) for name, document in SCHEMAS.items()
    ),
)


def _schema_refuses(section):
    with pytest.raises(jsonschema.ValidationError) as caught:
        VALIDATOR.validate(section)
    return caught.value.message


def test_the_section_is_accepted(section):
    VALIDATOR.validate(section)
    assert plan.problems(section, 6000) == []


def test_no_probes_and_unknown_probes_are_refused(section):
    section["dense"]["trained"]["rademacher"] = [0, 1, 6]
    assert "0 is less than the minimum of 1" in _schema_refuses(section)
    section["dense"]["trained"] = {"rademacher": [1, 3, 6], "uniform": [1, 3, 6]}
    assert "'uniform' was unexpected" in _schema_refuses(section)


def test_one_point_a_network_and_state_and_only_the_chunks_are_timed(section):
    points = {point.name: point for point in plan.points(section)}
    assert list(points) == [
        "large-trained", "dense-trained", "large-initial", "dense-initial", "influence", "chunks",
    ]  # fmt: skip
    assert [name for name, point in points.items() if point.timed] == ["chunks"]


def test_more_probes_after_training_measure_nothing_else_again(section):
    before = {point.name: point for point in plan.points(section)}
    section["dense"]["trained"]["rademacher"] = [1, 12, 60, 120, 1200]
    after = {point.name: point for point in plan.points(section)}
    assert {name for name in before if before[name] != after[name]} == {"dense-trained"}


def test_the_plan_counts_parameters_as_the_network_does(section):
    built = ARCHITECTURES["mlp"].build(Shape(8, 8, 1, 10), hidden=section["large"]["hidden"])
    drawn = built.initialise(np.random.default_rng(0))
    size = sum(part.size for layer in drawn for part in layer.values())
    assert plan.parameters(section, "large") == size


def _problem(section, memory_mb=6000):
    (message,) = plan.problems(section, memory_mb)
    return message


def test_a_hessian_that_does_not_fit_is_refused_with_size_limit_and_key(section):
    section["dense"]["hidden"] = [128, 128]
    message = _problem(section)
    assert message.startswith("hutchinson.dense:") and "26,122 parameters" in message
    assert "6,000" in message and "hutchinson.dense.hidden" in message
    section["dense"]["hidden"], section["large"]["hidden"] = [3], [128, 128]
    assert plan.problems(section, 6000) == []


def test_distributions_that_claims_need_are_asked_for(section):
    del section["dense"]["trained"]["gaussian"]
    assert "dense.trained has no gaussian probes" in _problem(section)


def test_sets_that_do_not_tile_a_block_are_refused(section):
    section["influence"]["probes"]["sphere"] = [1, 7, 600]
    message = _problem(section)
    assert "influence.probes.sphere" in message and "600" in message and "7" in message


def test_products_are_compared_where_there_are_probes(section):
    section["dense"]["products"] = [12, 60, 120, 180]
    messages = plan.problems(section, 6000)
    assert len(messages) == 2 and all("180" in message for message in messages)
    section["dense"]["products"] = [12, 60, 600]
    assert "235 parameters" in _problem(section)


def test_more_images_than_there_are_and_too_large_a_chunk_are_refused(section):
    section["large"]["images"] = 1438
    assert "1,438" in _problem(section) and "1,437" in _problem(section)
    section["large"]["images"] = 32
    section["chunks"]["sizes"] = [1, 8]
    assert "hutchinson.chunks.sizes" in _problem(section)


def test_fewer_runs_at_most_than_at_least_and_a_huge_matrix_are_refused(section):
    section["chunks"]["timing"]["max_runs"] = 5
    assert "hutchinson.chunks.timing.max_runs is 5" in _problem(section)
    section["chunks"]["timing"]["max_runs"] = 6
    section["influence"]["size"] = 10000
    assert "hutchinson.influence.size" in _problem(section, 3000)
