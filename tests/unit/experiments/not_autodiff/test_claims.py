"""Each claim comes out on a small study, and turns when a fault is injected."""

from functools import partial

import numpy as np
import pytest
from contract.synthetic import put, swap, times

from adcost.derivatives import symbolic
from adcost.experiments.not_autodiff import extended, measure
from adcost.experiments.not_autodiff.claims import judge, numbers
from adcost.functions import iterated

IDS = [
    "not_autodiff.symbolic_swell",
    "not_autodiff.same_function",
    "not_autodiff.differences_far_worse",
    "not_autodiff.stable",
    "not_autodiff.same_rounding",
    "not_autodiff.reverse_costs_memory",
]


def _verdict(tables, name):
    return {claim.id: claim.verdict for claim in judge(tables)}[name]


def _evidence(tables, name, unit):
    (claim,) = (claim for claim in judge(tables) if claim.id == name)
    (piece,) = (piece for piece in claim.evidence if piece.unit == unit)
    return piece


@pytest.fixture
def agreeing(tables):
    """The tables without Ricker's map, on which sympy's expression loses digits."""
    table = tables["measurements"]
    tables["measurements"] = table[table.function != "ricker"].reset_index(drop=True)
    return tables


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def test_symbolic_and_ad_are_one_function_and_agree_to_rounding_but_on_rickers_map(tables):
    for name in ("same_function", "differences_far_worse", "stable"):
        assert _verdict(tables, f"not_autodiff.{name}") == "reproduced"
    assert _verdict(tables, "not_autodiff.same_rounding") == "refuted"
    for name, verdict in (("logistic", "reproduced"), ("ricker", "refuted")):
        piece = _evidence(
            tables,
            "not_autodiff.same_rounding",
            f"rounding errors as the program amplifies them, symbolic, {name}",
        )
        assert piece.verdict == verdict


@pytest.mark.parametrize("name", list(iterated.MAPS))
def test_in_sixty_digits_another_function_is_noticed(name):
    """Its neighbour in depth, and itself with a coefficient off by the unit roundoff."""
    x, depth = np.array([0.3, 0.6]), 3
    _, derivative = symbolic.differentiate(partial(measure._expression, name, depth))
    assert extended.difference(name, depth, derivative, x) < 1e-50
    assert extended.difference(name, depth, derivative * (1 + 2**-52), x) > 1e-17
    assert extended.difference(name, depth - 1, derivative, x) > 1e-3


def test_rickers_expression_is_right_and_only_its_value_is_not():
    """In 60 digits it is the derivative; in 53 bits it is off by what its terms cancel."""
    import mpmath
    import sympy

    x, depth = 0.37, 5
    _, derivative = symbolic.differentiate(lambda s: iterated.unrolled("ricker", s, depth, sympy))
    exact = symbolic.compile_function(derivative, "mpmath")
    with mpmath.workdps(60):
        right, state = mpmath.mpf(1), mpmath.mpf(x)
        for _ in range(depth):
            right *= iterated.MAPS["ricker"].slope(state, mpmath)
            state = iterated.MAPS["ricker"].value(state, mpmath)
        assert abs(exact(mpmath.mpf(x)) / right - 1) < mpmath.mpf(10) ** -50
        # The sum of k + 1 terms: how many times its value they are together.
        terms = [abs(symbolic.compile_function(term, "mpmath")(mpmath.mpf(x)))
                 for term in derivative.args]  # fmt: skip
        assert derivative.is_Add and sum(terms) / abs(right) > 2 ** (depth - 1)


FAULTS = [
    # A size that grows like a power of the depth, and an AD that swells.
    ("not_autodiff.symbolic_swell",
     put(lambda rows: 8.0 * rows.depth**3, method="symbolic", function="logistic",
         quantity="operations")),
    ("not_autodiff.symbolic_swell", swap("symbolic", "symbolic_shared", quantity="operations")),
    ("not_autodiff.symbolic_swell",
     put(lambda rows: rows.depth**2.0, method="reverse", function="logistic",
         quantity="operations")),
    ("not_autodiff.symbolic_swell", put(7.0, method="forward", quantity="operations")),
    # Another function, by as little as double precision shows.
    ("not_autodiff.same_function",
     put(1e-16, method="symbolic", function="logistic", quantity="function_error")),
    # AD no better than differences; differences no worse than AD.
    ("not_autodiff.differences_far_worse", swap("forward", "central_difference", quantity="error")),
    ("not_autodiff.differences_far_worse",
     put(1e-15, method="central_difference", function="logistic", quantity="error")),
    # A dropped factor.
    ("not_autodiff.stable",
     put(0.5 / 1e-16, method="reverse", function="logistic", quantity="scaled_error")),
    ("not_autodiff.stable", put(20.0, method="reverse", quantity="scaled_error")),
    ("not_autodiff.same_rounding",
     put(0.5 / 1e-16, method="symbolic", function="logistic", quantity="scaled_error")),
    ("not_autodiff.same_rounding",
     put(0.5 / 1e-16, method="forward", function="logistic", quantity="scaled_error")),
    # Forward mode that stores; reverse mode that does not; the two exchanged.
    ("not_autodiff.reverse_costs_memory", swap("forward", "reverse", quantity="temporary_bytes")),
    ("not_autodiff.reverse_costs_memory",
     put(200.0, method="reverse", function="ricker", quantity="temporary_bytes")),
    ("not_autodiff.reverse_costs_memory",
     put(lambda rows: 200.0 + rows.depth, method="forward", quantity="temporary_bytes")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(request, name, inject):
    # Memory is judged on all maps; the others come out without Ricker's.
    fixture = "tables" if name.endswith("memory") else "agreeing"
    tables = request.getfixturevalue(fixture)
    assert _verdict(tables, name) == "reproduced"
    inject(tables)
    assert _verdict(tables, name) in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_a_wrong_derivative_is_noticed_by_the_measurement(monkeypatch):
    """A slope by hand with a wrong sign: the reference takes it, and nothing agrees any more."""
    step = iterated.MAPS["logistic"]
    wrong = iterated.Map(step.value, lambda x, m: 4 - 7 * x, step.curvature)
    monkeypatch.setitem(iterated.MAPS, "logistic", wrong)
    rows = measure._errors("logistic", np.array([0.2, 0.4, 0.9]), [2], [2])
    scaled = {row[1]: row[4] for row in rows if row[3] == "scaled_error"}
    assert scaled["by_hand"] < 10 and min(scaled["symbolic"], scaled["closed_form"]) > 1e12


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    assert before["symbolic_operations"] == 768 and before["paths"] == 2.0**16
    assert len(before["bullets"]) == 6 and len(before["approaches"]) == 6
    times(2, method="reverse", quantity="gradient_operations")(tables)
    after = numbers(tables)
    assert after["gradient_in_values"] == pytest.approx(2 * before["gradient_in_values"])
