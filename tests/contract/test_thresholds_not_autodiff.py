"""Where the borders of `not_autodiff`'s claims lie: one fault just beyond, one just within."""

import pytest

from adcost.experiments.not_autodiff.claims import judge

from . import tables_not_autodiff
from .synthetic import changed, decided, put, verdict, verdicts

SWELL, ACCURACY = "not_autodiff.symbolic_swell", "not_autodiff.same_rounding"
WORSE, STABLE = "not_autodiff.differences_far_worse", "not_autodiff.stable"
SAME = "not_autodiff.same_function"
MEMORY = "not_autodiff.reverse_costs_memory"
U = 2.0**-53
FAR = 2.0 ** (53 / 6)  # u^(−1/6), a third of the digits, half-way: 456


def _operations(change, method):
    return put(change, function="logistic", method=method, quantity="operations")


def _power(power, scale=8.0):
    return lambda rows: scale * rows.depth.astype(float) ** power


def _scaled(units, method, function, depth=3):
    return put(units, method=method, function=function, depth=depth, quantity="scaled_error")


def _best_difference(times, function):
    """The best step's error at depth 3 is so many times the worse mode's."""
    return put(lambda rows: times * 5e-16 * 3 * (1 + (rows.step != 1e-6)), function=function,
               method="central_difference", depth=3, quantity="error")  # fmt: skip


def _bytes(change, method, function):
    return put(change, method=method, function=function, quantity="temporary_bytes")


AMPLIFIED = "rounding errors as the program amplifies them"
BORDERS = [
    # claim, piece of evidence, just within, just beyond
    (SWELL, "times a step", _operations(lambda r: 7 * 2.01**r.depth, "symbolic"),
     _operations(lambda r: 7 * 1.99**r.depth, "symbolic")),
    # The deeper half decides: from depth 1 to 2 the size does not grow.
    (SWELL, "times a step", _operations(lambda r: 7 * 2.01 ** r.depth.clip(2), "symbolic"),
     _operations(lambda r: 7 * 1.99 ** r.depth.clip(2), "symbolic")),
    *((SWELL, f"exponent in the depth, {mode} mode", _operations(_power(near), mode),
       _operations(_power(far), mode))
      for mode in ("forward", "reverse") for near, far in ((1.09, 1.11), (0.91, 0.89))),
    *((ACCURACY, f"{AMPLIFIED}, symbolic, {function}", _scaled(9.9, method, function),
       _scaled(10.1, method, function))
      for function in tables_not_autodiff.FUNCTIONS for method in ("symbolic", "symbolic_shared")),
    *((ACCURACY, "AD, all maps", _scaled(9.9, mode, function), _scaled(10.1, mode, function))
      for function in tables_not_autodiff.FUNCTIONS for mode in ("forward", "reverse")),
    *((STABLE, f"{AMPLIFIED}, {function}", _scaled(9.9, "reverse", function),
       _scaled(10.1, "reverse", function)) for function in tables_not_autodiff.FUNCTIONS),
    *((SAME, "relative difference", put(0.9e-40, function=function, quantity="function_error"),
       put(1.1e-40, function=function, quantity="function_error"))
      for function in tables_not_autodiff.FUNCTIONS),
    *((MEMORY, "exponent in the depth, reverse mode", _bytes(_power(near), "reverse", function),
       _bytes(_power(far), "reverse", function))
      for function in tables_not_autodiff.FUNCTIONS for near, far in ((1.09, 1.11), (0.91, 0.89))),
]  # fmt: skip


def test_all_evidence_holds_on_these_tables():
    made = tables_not_autodiff.make()
    assert {e.verdict for claim in judge(made) for e in claim.evidence} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to_and_every_piece_decides(claim, unit, within, beyond):
    # A range over maps, of which one is beyond the border, lies across it.
    worst = "inconclusive" if claim == MEMORY else "refuted"
    for change, outcome in ((within, "reproduced"), (beyond, worst)):
        found = verdicts(judge, changed(tables_not_autodiff.make(), change), claim, unit)
        assert found == (outcome, outcome)


@pytest.mark.parametrize("function", tables_not_autodiff.FUNCTIONS)
@pytest.mark.parametrize(("times", "outcome"), [(1.01 * FAR, "reproduced"),
                                                (0.99 * FAR, "inconclusive")])  # fmt: skip
def test_differences_must_be_a_sixth_of_the_digits_worse_at_every_depth(function, times, outcome):
    tables = changed(tables_not_autodiff.make(), _best_difference(times, function))
    assert verdict(judge, tables, WORSE, "best difference's error / AD's") == outcome
    assert decided(judge, tables, WORSE) == outcome


def test_differences_that_are_nowhere_far_above_ad_refute():
    as_good = put(2e-16, method=["forward_difference", "central_difference"], quantity="error")
    assert decided(judge, changed(tables_not_autodiff.make(), as_good), WORSE) == "refuted"


def test_an_error_of_exactly_zero_counts_as_the_unit_roundoff():
    """0.99·FAR·u for the best difference is too near, 1.01·FAR·u is far enough."""
    none = put(0.0, method=["forward", "reverse"], depth=3, quantity="error")
    for times, outcome in ((1.01, "reproduced"), (0.99, "inconclusive")):
        near = put(times * FAR * U, method="central_difference", depth=3, quantity="error")
        assert decided(judge, changed(tables_not_autodiff.make(), none, near), WORSE) == outcome


def test_the_best_difference_is_the_better_of_both_kinds():
    near = put(0.9 * FAR * 5e-16 * 3, method="forward_difference", depth=3, quantity="error")
    assert decided(judge, changed(tables_not_autodiff.make(), near), WORSE) == "inconclusive"


def test_depth_one_is_left_out():
    exact = put(1e-16, method="central_difference", depth=1, quantity="error")
    assert decided(judge, changed(tables_not_autodiff.make(), exact), WORSE) == "reproduced"


@pytest.mark.parametrize("function", tables_not_autodiff.FUNCTIONS)
def test_a_single_byte_that_grows_with_the_depth_is_noticed(function):
    more = put(41.0, method="forward", function=function, depth=4000, quantity="temporary_bytes")
    assert decided(judge, changed(tables_not_autodiff.make(), more), MEMORY) == "inconclusive"
