"""Each claim comes out on a small study, and turns when a falsehood is planted."""

import numpy as np
import pandas as pd
import pytest
from contract.synthetic import swap

from adcost.experiments.implicit import measure, problems
from adcost.experiments.implicit.claims import judge, numbers
from adcost.experiments.implicit.plan import points
from adcost.experiments.implicit.prices import quotes

IDS = [
    "implicit.same_derivative",
    "implicit.constant_memory",
    "implicit.error_follows_tolerance",
    "implicit.fewer_operations",
    "implicit.parameters_of_the_solver",
    "implicit.singular",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def _change(number, at_tolerances=None, **labels):
    """``number`` of the rows (or a constant) instead of the values of those with the labels."""

    def plant(tables):
        table = tables["measurements"]
        mask = table.method.notna()
        if at_tolerances is not None:
            mask &= (table.tolerance > 0) == at_tolerances
        for column, label in labels.items():
            mask &= table[column] == label
        assert mask.any(), labels
        rows = table[mask]
        table.loc[mask, "value"] = number(rows) if callable(number) else number

    return plant


SAME, MEMORY, FOLLOWS, FEWER, SOLVER, SINGULAR = IDS
FALSEHOODS = [
    # A factor 2, dropped in one method at one problem.
    *((SAME, _change(0.5, False, point=point, method=method, quantity="error"))
      for point, method in (("ridge", "krylov"), ("layer", "successive"), ("ridge", "reverse"),
                            ("layer", "checkpointed"), ("layer", "forward"))),
    (MEMORY, swap("krylov", "checkpointed", quantity="temporary_bytes")),
    (MEMORY, _change(lambda rows: 80 * rows.steps, method="successive",
                     quantity="temporary_bytes")),
    (MEMORY, _change(5000.0, method="reverse", quantity="temporary_bytes")),
    # Of the second order, of none, and of an iteration that does not get on.
    (FOLLOWS, _change(lambda rows: rows.tolerance**2, True, point="layer", method="krylov",
                      quantity="error")),
    (FOLLOWS, _change(0.1, True, point="ridge", method="successive", quantity="error")),
    (FOLLOWS, _change(lambda rows: rows.tolerance**0.5, True, point="ridge", method="krylov",
                      quantity="error")),
    (FEWER, swap("krylov", "checkpointed", quantity="operations")),
    (SOLVER, swap("krylov", "reverse", quantity="norm")),
    (SOLVER, _change(1.0, point="step_sizes", method="krylov", quantity="norm")),
    (SOLVER, _change(0.5, point="step_sizes", method="reverse", quantity="loop_error")),
    (SOLVER, _change(1e-12, point="step_sizes", method="krylov", quantity="loop_error")),
    (SINGULAR, _change(1e-12, point="singular", method="krylov", quantity="error")),
    (SINGULAR, _change(1.0, point="singular", method="reverse", quantity="error")),
    (SINGULAR, _change(0.0, point="singular", method="successive", quantity="finite")),
    (SINGULAR, swap("krylov", "successive", quantity="error")),
]  # fmt: skip


def test_all_claims_are_judged_and_hold(tables):
    assert {claim.id: claim.verdict for claim in judge(tables)} == dict.fromkeys(IDS, "reproduced")


@pytest.mark.parametrize(
    ("name", "plant"), FALSEHOODS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FALSEHOODS)]
)
def test_a_planted_falsehood_turns_the_verdict(tables, name, plant):
    plant(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_a_falsehood():
    assert {name for name, _ in FALSEHOODS} == set(IDS)


def test_a_dropped_transpose_is_measured_and_refuted(tables, section, monkeypatch):
    """The solve with I − ∂T/∂x instead of its transpose, at a map that is not symmetric."""
    solver = problems.Problem.linear_solver

    def untransposed(subject, tolerance, most):
        right = solver(subject, tolerance, most)
        at = np.asarray(subject.fixed_point)

        def solve(a, b):
            import jax

            def product(v):
                return v - jax.jvp(lambda x: subject.step(subject.theta, x), (at,), (v,))[1]

            return right(product, b)

        return solve

    monkeypatch.setattr(problems.Problem, "linear_solver", untransposed)
    section |= {"steps": [16, 1024], "tolerances": [1e-2, 1e-4]}
    (point,) = (point for point in points(section) if point.name == "layer")
    wrong = measure.measure("layer", point.parameters, seed=1)["measurements"]
    table = tables["measurements"]
    tables["measurements"] = pd.concat([table[table.point != "layer"], wrong], ignore_index=True)
    assert _claim(tables, SAME).verdict != "reproduced"


def test_too_few_tolerances_leave_the_exponent_open(tables):
    table = tables["measurements"]
    few = (table.quantity != "error") | (table.tolerance == 0) | (table.tolerance > 1e-7)
    tables["measurements"] = table[few]
    assert _claim(tables, FOLLOWS).verdict == "inconclusive"


def _ridge(found):
    """The operations of the Krylov method on ridge regression, of the table of methods."""
    (row,) = (
        row for row in found["methods"] if (row["problem"], row["method"]) == ("ridge", "krylov")
    )
    return row["operations"]


def test_numbers_and_prices_follow_the_table(tables):
    before, (ridge, _) = numbers(tables), quotes(tables)
    assert ridge.counted == _ridge(before)
    _change(lambda rows: 2 * rows.value, True, point="ridge", method="krylov",
            quantity="operations")(tables)  # fmt: skip
    after, (ridge, _) = numbers(tables), quotes(tables)
    assert _ridge(after) == ridge.counted == 2 * _ridge(before)
    assert after["ridge_share"] == pytest.approx(2 * before["ridge_share"])
