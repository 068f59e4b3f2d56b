"""Each claim comes out on a small study, and turns when a fault is injected."""

import jax
import pandas as pd
import pytest
from contract.synthetic import put, swap, times

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


def test_all_claims_are_judged_and_come_out(tables):
    assert _verdicts(tables) == dict.fromkeys(IDS, "reproduced")


FORWARD = {"method": "forward", "quantity": "relative_error"}
CENTRAL = {"method": "central", "quantity": "relative_error"}
EVALUATIONS = {"point": "evaluations", "quantity": "evaluations"}

FAULTS = {
    "forward evaluates L(w) anew for every coordinate": (
        put(lambda rows: 2 * (rows.value - 1), method="forward", **EVALUATIONS), IDS[:1]
    ),
    "central evaluates once more": (
        put(lambda rows: rows.value + 1, method="central", **EVALUATIONS), IDS[:1]
    ),
    "a constant in place of the count": (
        put(lambda rows: rows.value.iloc[-1], method="central", **EVALUATIONS), IDS[:1]
    ),
    "the counts under each other's name": (
        swap("forward", "central", quantity="evaluations"), IDS[:1]
    ),
    "the methods' errors under each other's name": (
        swap("forward", "central", quantity="relative_error"), TRADEOFFS
    ),
    "the precisions under each other's name": (
        swap("float32", "float64", column="dtype", quantity="relative_error"), TRADEOFFS
    ),
    "a constant in place of the forward error": (put(1e-6, **FORWARD), TRADEOFFS[:2]),
    "a constant in place of the central error": (put(1e-9, **CENTRAL), TRADEOFFS[2:]),
    "no rounding: the smaller the better": (
        put(lambda rows: rows.epsilon / 2, **FORWARD), TRADEOFFS[:2]
    ),
    "no truncation: the larger the better": (
        put(lambda rows: 1e-17 / rows.epsilon, **CENTRAL), TRADEOFFS[2:]
    ),
    "the theory's ε with a factor dropped": (
        times(4, quantity="predicted_epsilon"), TRADEOFFS
    ),
    "AD only as good as a difference": (
        put(1e-5, method="reverse_mode", dtype="float32"), TRADEOFFS[::2]
    ),
    "AD at a hundred roundings": (
        times(100, method="reverse_mode", dtype="float64"), TRADEOFFS[1::2]
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
