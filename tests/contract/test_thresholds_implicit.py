"""Where the borders of `implicit`'s claims lie: one fault just beyond, one just within."""

import numpy as np
import pandas as pd
import pytest

from adcost.experiments.implicit.claims import judge

from .recorded import recorded
from .synthetic import changed, put, verdicts, where

TIGHT = 1e-14
SAME, MEMORY = "implicit.same_derivative", "implicit.constant_memory"
FOLLOWS, FEWER = "implicit.error_follows_tolerance", "implicit.fewer_operations"
SOLVER, SINGULAR = "implicit.parameters_of_the_solver", "implicit.singular"

CALLED = {
    "reverse": "reverse mode", "checkpointed": "checkpoints", "forward": "forward mode",
    "krylov": "implicit, Krylov", "successive": "implicit, successive",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return recorded("implicit")


def _everywhere(number, method, quantity, **labels):
    """A number for this method at all problems, or a function of its rows."""
    return put(number, method=method, quantity=quantity, **labels)


def _converged(units, method):
    """Errors of so many κ·ε at both problems, long after the solver has converged."""

    def change(tables):
        table = tables["measurements"]
        for point in ("ridge", "layer"):
            (condition,) = table.value[where(table, point=point, quantity="condition")]
            rows = where(table, point=point, method=method, quantity="error", tolerance=0.0)
            table.loc[rows, "value"] = units * condition * TIGHT

    return change


def _kept(states, method):
    """Bytes that grow by so many states with each iteration."""

    def change(tables):
        table = tables["measurements"]
        for point in ("ridge", "layer", "step_sizes"):
            (size,) = table.value[where(table, point=point, quantity="state")]
            rows = where(table, point=point, method=method, quantity="temporary_bytes")
            table.loc[rows, "value"] = 1000 + states * 8 * size * table.steps[rows]

    return change


def _power(exponent, method, point="ridge", index="tolerance", quantity="error"):
    return put(lambda rows: rows[index] ** exponent, point=point, method=method, quantity=quantity,
               tolerance=[1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10])  # fmt: skip


def _operations(share, method):
    """At the least tolerance so large a share of reverse mode's operations, at all problems."""

    def change(tables):
        table = tables["measurements"]
        for point in ("ridge", "layer", "step_sizes"):
            labels = {"point": point, "quantity": "operations", "tolerance": 1e-10}
            (reverse,) = table.value[where(table, method="reverse", **labels)]
            table.loc[where(table, method=method, **labels), "value"] = share * reverse

    return change


def _rounding(units):
    """So many rounding errors for each of the k·4 steps of the loop."""
    return put(lambda rows: units * rows.steps * 4 * 2.0**-53, point="step_sizes",
               method="reverse", quantity="loop_error")  # fmt: skip


def _grows(exponent):
    """Norms whose ratio is this power of k."""

    def change(tables):
        table = tables["measurements"]
        for method, power in (("reverse", exponent), ("krylov", 0.0)):
            rows = where(table, point="step_sizes", method=method, quantity="norm")
            table.loc[rows, "value"] = table.steps[rows] ** power

    return change


def _lost(number, method):
    """Errors at the positive penalties."""

    def change(tables):
        table = tables["measurements"]
        rows = where(table, point="singular", method=method, quantity="error")
        rows &= table.tolerance > 0
        table.loc[rows, "value"] = number(table[rows])

    return change


BORDERS = [
    # claim, piece of evidence, just within, just beyond
    *((SAME, f"condition × tolerance of the linear solve, {name}", _converged(9.9, method),
       _converged(10.1, method)) for method, name in CALLED.items()),
    *((MEMORY, f"states kept an iteration, {CALLED[method]}", _kept(0, method),
       _kept(0.001, method)) for method in ("krylov", "successive", "forward")),
    (MEMORY, "states kept an iteration, reverse mode", _kept(1.001, "reverse"),
     _kept(0.999, "reverse")),
    (MEMORY, "states kept an iteration, checkpoints", _kept(0.999, "checkpointed"),
     _kept(1.001, "checkpointed")),
    *((FOLLOWS, f"exponent in the tolerance, {problem}, {CALLED[method]}",
       _power(power, method, point), _power(beyond, method, point))
      for method in ("krylov", "successive")
      for point, problem in (("ridge", "ridge regression"), ("layer", "equilibrium layer"))
      for power, beyond in ((1.09, 1.11), (0.91, 0.89))),
    (FOLLOWS, "exponent in the tolerance, step sizes, implicit, Krylov",
     _power(2.19, "krylov", "step_sizes"), _power(2.21, "krylov", "step_sizes")),
    (FEWER, "of reverse mode's operations, implicit, Krylov", _operations(0.999, "krylov"),
     _operations(1.001, "krylov")),
    (FEWER, "of reverse mode's operations, implicit, successive",
     _operations(0.999, "successive"), _operations(1.001, "successive")),
    (SOLVER, "exponent in k, reverse mode / implicit", _grows(0.951), _grows(0.949)),
    (SOLVER, "rounding errors a step, reverse mode", _rounding(3.9), _rounding(4.1)),
    (SOLVER, "of the derivative is missing, implicit",
     put(0.51, point="step_sizes", method="krylov", quantity="loop_error"),
     put(0.49, point="step_sizes", method="krylov", quantity="loop_error")),
    (SINGULAR, "exponent in λ of the error, implicit, Krylov",
     _lost(lambda rows: 1e-15 * rows.tolerance**-1.19, "krylov"),
     _lost(lambda rows: 1e-15 * rows.tolerance**-1.21, "krylov")),
    *((SINGULAR, f"relative error, {CALLED[method]}",
       put(0.9e-6, point="singular", method=method, quantity="error"),
       put(1.1e-6, point="singular", method=method, quantity="error"))
      for method in ("reverse", "successive")),
]  # fmt: skip
BESIDE = (
    "states kept an iteration, forward mode",
    "states kept an iteration, checkpoints",
    "exponent in the tolerance, step sizes, implicit, Krylov",
    "of reverse mode's operations, implicit, successive",
)


def test_all_claims_hold_on_these_tables(tables):
    assert {claim.verdict for claim in judge(tables)} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to(tables, claim, unit, within, beyond):
    for change, outcome in ((within, "reproduced"), (beyond, "refuted")):
        piece, whole = verdicts(judge, changed(tables, change), claim, unit)
        assert piece == outcome
        assert whole == ("reproduced" if unit in BESIDE else outcome)


def test_a_method_that_is_wrong_at_one_problem_alone_is_not_right(tables):
    for point in ("ridge", "layer"):
        wrong = changed(tables, put(0.5, point=point, method="krylov", quantity="error",
                                    tolerance=0.0))  # fmt: skip
        assert {one.id: one.verdict for one in judge(wrong)}[SAME] == "inconclusive"


def test_no_number_at_zero_is_no_digit(tables):
    """NaN counts as an error, and so does one that is as large as the derivative."""
    unit = "relative error at λ = 0, implicit, Krylov"
    zero = {"point": "singular", "method": "krylov", "tolerance": 0.0}
    labels = {**zero, "quantity": "finite"}
    assert verdicts(judge, changed(tables, put(0.0, **labels)), SINGULAR, unit)[0] == "reproduced"
    table = recorded("implicit")
    rows = table["measurements"]
    rows.loc[where(rows, **labels), "value"] = 1.0
    new = rows[where(rows, **labels)].assign(quantity="error")
    for error, outcome in ((1.01, "reproduced"), (0.99, "refuted")):
        kept = rows[~((rows.quantity == "error") & (rows.point == "singular")
                      & (rows.method == "krylov") & (rows.tolerance == 0))]  # fmt: skip
        given = {**table, "measurements": pd.concat([kept, new.assign(value=error)])}
        assert verdicts(judge, given, SINGULAR, unit) == (outcome, outcome)


def test_an_error_that_has_no_logarithm_leaves_the_exponent_open(tables):
    for number in (0.0, np.inf):
        given = changed(tables, put(number, point="ridge", method="krylov", tolerance=1e-3,
                                    quantity="error"))  # fmt: skip
        assert {one.id: one.verdict for one in judge(given)}[FOLLOWS] == "inconclusive"
