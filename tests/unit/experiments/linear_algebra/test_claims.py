"""Each claim comes out on a small study, and turns when a fault is injected."""

import pandas as pd
import pytest
from contract.synthetic import put, swap, times

from adcost.derivatives import linear_algebra as rules
from adcost.experiments.linear_algebra import measure
from adcost.experiments.linear_algebra.claims import judge, numbers

IDS = [
    "linear_algebra.solve",
    "linear_algebra.least_squares",
    "linear_algebra.nuclear_norm",
    "linear_algebra.nuclear_norm_degenerate",
    "linear_algebra.low_rank",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


FAULTS = [
    # Half of the formula: off by 1/2, whatever the condition.
    ("linear_algebra.solve", put(0.5, problem="solve", method="rule", quantity="relative_error")),
    ("linear_algebra.solve",
     put(0.5, problem="solve", method="library", quantity="relative_error")),
    ("linear_algebra.solve", swap("rule", "difference", point="accuracy")),
    ("linear_algebra.least_squares",
     put(2.0, problem="least_squares", method="rule", quantity="relative_error")),
    ("linear_algebra.least_squares", swap("rule", "difference", point="accuracy")),
    ("linear_algebra.nuclear_norm",
     put(2.0, problem="nuclear_norm", method="rule", quantity="relative_error")),
    ("linear_algebra.nuclear_norm_degenerate",
     put(0.1, problem="deficient", method="rule", quantity="distance")),
    ("linear_algebra.nuclear_norm_degenerate",
     put(0.0, problem="zero", method="rule", quantity="finite")),
    ("linear_algebra.low_rank", swap("proximal", "no_regulariser")),
    ("linear_algebra.low_rank", put(20.0, method="proximal", quantity="rank")),
]  # fmt: skip


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    assert _claim(tables, name).verdict == "reproduced"
    inject(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_a_wrong_factor_in_the_rule_is_measured_and_refuted(tables, section, monkeypatch):
    monkeypatch.setitem(measure.SOLVES, "rule", lambda a, b: 2 * rules.solve(a, b))
    section |= {"conditions": [1.0, 1e4], "draws": 1}
    parameters = {name: section[name] for name in ("conditions", "size", "rows", "draws")}
    wrong = measure.measure("accuracy", parameters, seed=1)["measurements"]
    table = tables["measurements"]
    tables["measurements"] = pd.concat([table[table.point != "accuracy"], wrong])
    assert _claim(tables, "linear_algebra.solve").verdict == "refuted"


def test_the_rule_and_the_library_that_carries_it_are_one_confirmation(tables):
    units = [e.unit for e in _claim(tables, "linear_algebra.solve").evidence]
    assert units[:3] == [f"rounding errors a row, times the conditioning: {way}" for way in
                         ("rule and library", "factorisation", "elimination")]  # fmt: skip


def test_the_square_of_the_condition_is_seen_beside_the_verdict(tables):
    claim = _claim(tables, "linear_algebra.least_squares")
    normal = {e.unit: e.verdict for e in claim.evidence}[
        "rounding errors a row, times the conditioning: normal equations"
    ]
    assert claim.verdict == "reproduced" and normal == "refuted"


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    assert [row["way"] for row in before["cost"]] == list(measure.SOLVES)
    times(2, "timings", "seconds", method="elimination")(tables)
    after = numbers(tables)
    assert after["cost"][3]["seconds"] == pytest.approx(2 * before["cost"][3]["seconds"])
