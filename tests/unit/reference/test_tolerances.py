"""The file of tolerances: what it may say, and that the study's own is about what is there."""

from pathlib import Path

import pytest
import yaml

from adcost.reference.tolerances import Tolerance, ToleranceError, read_tolerances
from adcost.study import known_experiments

FILE = Path(__file__).resolve().parents[3] / "workflow/tolerances.yaml"
RULE = {"experiment": "toy", "table": "m", "column": "value", "relative": 0.1, "why": "Chaos."}


def written(tmp_path, default=None, rules=()):
    path = tmp_path / "tolerances.yaml"
    path.write_text(yaml.safe_dump({"default": default or {"relative": 1e-6}, "rules": [*rules]}))
    return path


def test_the_default_and_the_rules_are_read(tmp_path):
    rule = RULE | {"where": {"quantity": ["a", "b"], "epoch": 15}, "absolute": 2}
    read = read_tolerances(written(tmp_path, rules=[rule]))
    assert read.default == Tolerance(relative=1e-6)
    (found,) = read.of("toy", "m")
    assert found.where == {"quantity": ("a", "b"), "epoch": ("15",)}
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
        ({"column": "*"}, "sets whole rows aside, with compared: false"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(tmp_path, change, said):
    with pytest.raises(ToleranceError, match=f"rule 2: .*{said}"):
        read_tolerances(written(tmp_path, rules=[RULE, RULE | change]))


def test_a_rule_without_a_tolerance_is_refused(tmp_path):
    rule = {key: value for key, value in RULE.items() if key != "relative"}
    with pytest.raises(ToleranceError, match="allowed: relative and absolute"):
        read_tolerances(written(tmp_path, rules=[rule]))


def test_the_studys_own_names_experiments_that_there_are():
    read = read_tolerances(FILE)
    assert read.default == Tolerance(relative=1e-6)
    assert {rule.experiment for rule in read.rules} <= set(known_experiments())
