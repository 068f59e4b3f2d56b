"""Each claim comes out on a small study, and turns when a fault is injected."""

import jax
import pandas as pd
import pytest

from adcost.derivatives import finite_differences as differences
from adcost.experiments.finite_differences import measure
from adcost.experiments.finite_differences.claims import judge

TRADEOFFS = [
    f"finite_differences.step_tradeoff.{method}.{dtype}"
    for method in ("forward", "central")
    for dtype in ("float32", "float64")
]
IDS = ["finite_differences.evaluations", *TRADEOFFS]


def _verdicts(tables):
    return {claim.id: claim.verdict for claim in judge(tables)}


def _where(table, **labels):
    mask = table.method.notna()
    for column, label in labels.items():
        mask &= table[column] == label
    assert mask.any(), labels
    return mask


def test_all_claims_are_judged_and_come_out(tables):
    assert _verdicts(tables) == dict.fromkeys(IDS, "reproduced")


def _set(change, **labels):
    """``change`` of the rows' value and ε in place of what was measured."""

    def inject(tables):
        table = tables["measurements"]
        rows = _where(table, **labels)
        table.loc[rows, "value"] = change(table[rows].value, table[rows].epsilon)

    return inject


def _swap(column, a, b, quantity):
    def inject(tables):
        table = tables["measurements"]
        rows = _where(table, quantity=quantity)
        table.loc[rows, column] = table.loc[rows, column].replace({a: b, b: a})

    return inject


FORWARD = {"method": "forward", "quantity": "relative_error"}
CENTRAL = {"method": "central", "quantity": "relative_error"}
EVALUATIONS = {"point": "evaluations", "quantity": "evaluations"}

FAULTS = {
    "forward evaluates L(w) anew for every coordinate": (
        _set(lambda v, e: 2 * (v - 1), method="forward", **EVALUATIONS), IDS[:1]
    ),
    "central evaluates once more": (
        _set(lambda v, e: v + 1, method="central", **EVALUATIONS), IDS[:1]
    ),
    "a constant in place of the count": (
        _set(lambda v, e: v.iloc[-1], method="central", **EVALUATIONS), IDS[:1]
    ),
    "the counts under each other's name": (
        _swap("method", "forward", "central", "evaluations"), IDS[:1]
    ),
    "the methods' errors under each other's name": (
        _swap("method", "forward", "central", "relative_error"), TRADEOFFS
    ),
    "the precisions under each other's name": (
        _swap("dtype", "float32", "float64", "relative_error"), TRADEOFFS
    ),
    "a constant in place of the forward error": (_set(lambda v, e: 1e-6, **FORWARD), TRADEOFFS[:2]),
    "a constant in place of the central error": (_set(lambda v, e: 1e-9, **CENTRAL), TRADEOFFS[2:]),
    "no rounding: the smaller the better": (_set(lambda v, e: e / 2, **FORWARD), TRADEOFFS[:2]),
    "no truncation: the larger the better": (_set(lambda v, e: 1e-17 / e, **CENTRAL),
                                             TRADEOFFS[2:]),
    "the theory's ε with a factor dropped": (
        _set(lambda v, e: 4 * v, quantity="predicted_epsilon"), TRADEOFFS
    ),
    "AD only as good as a difference": (
        _set(lambda v, e: 1e-5, method="reverse_mode", dtype="float32"), TRADEOFFS[::2]
    ),
    "AD at a hundred roundings": (
        _set(lambda v, e: 100 * v, method="reverse_mode", dtype="float64"), TRADEOFFS[1::2]
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_an_injected_fault_turns_the_verdict(tables, fault):
    inject, turned = FAULTS[fault]
    inject(tables)
    verdicts = _verdicts(tables)
    assert all(verdicts[name] in ("refuted", "inconclusive") for name in turned), verdicts


def test_every_claim_has_an_injected_fault():
    assert {name for _, turned in FAULTS.values() for name in turned} == set(IDS)


def _half(f, x, epsilon):
    """The central difference over 4ε: a factor dropped."""
    return differences.forward(f, x - epsilon, 2 * epsilon) / 2


def _other_way(f, x, epsilon):
    """The central difference with the wrong sign."""
    return differences.forward(f, x + epsilon, -2 * epsilon) * -1


def _differentiated(f, x, epsilon):
    """Automatic differentiation under the central difference's name."""
    return jax.grad(f)(x)


@pytest.mark.parametrize("broken", [_half, _other_way, _differentiated])
def test_a_broken_estimator_is_noticed(tables, section, monkeypatch, broken):
    """The fault is in the code that measures, not in its table."""
    section |= {"curves": ["exponential"], "points": 40, "sets": 6}
    del section["dimensions"]
    monkeypatch.setattr(measure.differences, "central", broken)
    accuracy = measure.measure("accuracy", section, seed=1)["measurements"]
    counted = tables["measurements"].query("point == 'evaluations'")
    verdicts = _verdicts({"measurements": pd.concat([accuracy, counted])})
    assert {verdicts[name] for name in TRADEOFFS[2:]} <= {"refuted", "inconclusive"}
