"""Each claim comes out on a small study, and turns when a falsehood is planted in its tables."""

import pytest

from adcost.experiments.gradient.claims import judge

IDS = [
    "gradient.cheap",
    "gradient.forward_mode_times_d",
    "gradient.finite_differences_times_d",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def _rows(table, **labels):
    mask = table.method.notna()
    for column, label in labels.items():
        mask &= table[column] == label
    assert mask.any(), labels
    return mask


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def _a_sweep_for_each_weight(tables):
    table = tables["measurements"]
    rows = _rows(table, method="reverse", quantity="operations")
    table.loc[rows, "value"] *= table.dimension[rows]


def _one_function_is_dear(tables):
    """The bound holds for all functions or for none."""
    table = tables["measurements"]
    table.loc[_rows(table, point="mds", method="reverse", quantity="operations"), "value"] *= 5


def _swap(a, b):
    names = {a: b, b: a}

    def plant(tables):
        table = tables["measurements"]
        rows = _rows(table, quantity="operations")
        table.loc[rows, "method"] = table.method[rows].map(lambda name: names.get(name, name))

    return plant


def _constant(method):
    """A constant in place of a measurement."""

    def plant(tables):
        table = tables["measurements"]
        for point in table.point.unique():
            rows = _rows(table, point=point, method=method, quantity="operations")
            table.loc[rows, "value"] = table[rows].value.iloc[0]

    return plant


FALSEHOODS = [
    ("gradient.cheap", _a_sweep_for_each_weight),
    ("gradient.cheap", _one_function_is_dear),
    ("gradient.cheap", _swap("reverse", "forward_columns")),
    ("gradient.forward_mode_times_d", _swap("reverse", "forward_columns")),
    ("gradient.forward_mode_times_d", _constant("forward_columns")),
    ("gradient.finite_differences_times_d", _swap("reverse", "central_difference")),
    ("gradient.finite_differences_times_d", _constant("central_difference")),
]


@pytest.mark.parametrize(
    ("name", "plant"), FALSEHOODS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FALSEHOODS)]
)
def test_a_planted_falsehood_turns_the_verdict(tables, name, plant):
    assert _claim(tables, name).verdict == "reproduced"
    plant(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_a_falsehood():
    assert {name for name, _ in FALSEHOODS} == set(IDS)


def test_a_price_that_grows_below_the_bound_is_seen(tables):
    table = tables["measurements"]
    rows = _rows(table, method="reverse", quantity="operations")
    table.loc[rows, "value"] *= table.dimension[rows] ** 0.12
    _, exponent, *_ = _claim(tables, "gradient.cheap").evidence
    assert exponent.verdict == "refuted"


def test_an_evaluation_too_few_is_seen(tables):
    table = tables["measurements"]
    table.loc[_rows(table, method="central_difference", quantity="evaluations"), "value"] -= 1
    claim = _claim(tables, "gradient.finite_differences_times_d")
    (evidence,) = (e for e in claim.evidence if e.unit == "evaluations a weight")
    assert evidence.verdict == "refuted"


def test_counted_evidence_decides_and_seconds_do_not(tables):
    tables["timings"]["seconds"] = 1.0
    for claim in judge(tables):
        assert claim.verdict == "reproduced"
        assert {e.kind for e in claim.evidence} == {"counted", "timed"}
        assert claim.evidence[-1].verdict == ("reproduced" if claim.id == IDS[0] else "refuted")
