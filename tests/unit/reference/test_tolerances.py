"""The file of tolerances: what it may say, and that the study's own is about what is there."""

from pathlib import Path

import pytest
import yaml

from adcost.reference.tolerances import Range, Tolerance, ToleranceError, read_tolerances
from adcost.study import known_experiments

FILE = Path(__file__).resolve().parents[3] / "workflow/tolerances.yaml"
RULE = {"experiment": "toy", "table": "m", "column": "value", "relative": 0.1, "why": "Chaos."}


def written(tmp_path, default=None, rules=()):
    path = tmp_path / "tolerances.yaml"
    path.write_text(yaml.safe_dump({"default": default or {"relative": 1e-6}, "rules": [*rules]}))
    return path


def test_the_default_and_the_rules_are_read(tmp_path):
    where = {"quantity": ["a", "b"], "epoch": 15, "step": {"at_least": 1, "at_most": 2.5}}
    rule = RULE | {"where": where, "absolute": 2}
    read = read_tolerances(written(tmp_path, rules=[rule]))
    assert read.default == Tolerance(relative=1e-6)
    (found,) = read.of("toy", "m")
    assert found.where == {"quantity": ("a", "b"), "epoch": ("15",), "step": Range(1, 2.5)}
    assert found.tolerance == Tolerance(relative=0.1, absolute=2.0)
    assert read.of("toy", "other") == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"relativ": 1}, "no key relativ"),
        ({"why": ""}, "the key why is missing"),
        ({"column": None}, "the key column is missing"),
        ({"relative": -1}, "relative is -1"),
        ({"relative": True}, "relative is True"),
        ({"absolute": float("inf")}, "absolute is inf"),
        ({"relative": "1e-3"}, "relative is '1e-3'"),
        ({"compared": False}, "no tolerance"),
        ({"factor": 10}, "no tolerance"),
        ({"between": [0, 1]}, "no tolerance"),
        ({"where": {"epoch": {}}}, "where {}; allowed: a text"),
        ({"where": {"epoch": {"least": 1}}}, "where {'least': 1}; allowed: a text"),
        ({"where": {"epoch": {"at_least": "1"}}}, "where {'at_least': '1'}; allowed: a text"),
        ({"processor": "mine"}, "processor is 'mine'; allowed: any, another"),
        ({"column": "*"}, "sets whole rows aside, with compared: false"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(tmp_path, change, said):
    with pytest.raises(ToleranceError, match=f"rule 2: .*{said}"):
        read_tolerances(written(tmp_path, rules=[RULE, RULE | change]))


BARE = {key: value for key, value in RULE.items() if key != "relative"}


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"floor": 1.0},
        {"factor": 1},
        {"factor": 10, "floor": -1},
        {"factor": 10, "absolute": 1},
        {"between": [1, 0]},
        {"between": [0]},
        {"between": 1},
        {"between": [0, float("inf")]},
        {"between": [0, 1], "relative": 1},
    ],
)
def test_a_rule_without_a_tolerance_or_with_half_of_one_is_refused(tmp_path, limits):
    with pytest.raises(ToleranceError, match="allowed: relative and absolute"):
        read_tolerances(written(tmp_path, rules=[BARE | limits]))


def test_by_order_and_between_are_read(tmp_path):
    rules = [BARE | {"factor": 10, "floor": 1.0e-15}, BARE | {"between": [0, 1], "table": "n"}]
    read = read_tolerances(written(tmp_path, rules=rules))
    assert read.of("toy", "m")[0].tolerance == Tolerance(factor=10.0, floor=1e-15)
    assert read.of("toy", "n")[0].tolerance == Tolerance(between=(0.0, 1.0))


def test_on_the_same_processor_only_the_rules_for_any_hold(tmp_path):
    rules = [RULE, RULE | {"processor": "any", "relative": 0.5}]
    read = read_tolerances(written(tmp_path, rules=rules))
    assert len(read.of("toy", "m")) == 2
    (kept,) = read.on_the_same_processor().of("toy", "m")
    assert kept.tolerance == Tolerance(relative=0.5) and kept.processor == "any"


def test_the_studys_own_names_experiments_that_there_are():
    read = read_tolerances(FILE)
    assert read.default == Tolerance(relative=1e-6)
    assert {rule.experiment for rule in read.rules} <= set(known_experiments())
