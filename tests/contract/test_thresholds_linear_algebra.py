"""Where the borders of `linear_algebra`'s claims lie: one fault just beyond, one just within."""

import numpy as np
import pytest

from adcost.experiments.linear_algebra.claims import judge

from . import tables_linear_algebra as made
from .synthetic import changed, put, verdicts

UNIT = made.SIZE * made.U
SOLVE, SQUARES = "linear_algebra.solve", "linear_algebra.least_squares"
NUCLEAR, EDGES = "linear_algebra.nuclear_norm", "linear_algebra.nuclear_norm_degenerate"
LOW_RANK = "linear_algebra.low_rank"


def _error(units, problem, method, argument="a"):
    """One of the draws at one condition number is off by so many n·κ·u."""
    return put(lambda rows: units * UNIT * rows.condition, problem=problem, method=method, draw=1,
               argument=argument, condition=100.0, quantity="relative_error")  # fmt: skip


def _ends(number, quantity, method, draws=range(7)):
    return put(number, point="recovery", quantity=quantity, method=method, step=made.STEPS,
               draw=list(draws))  # fmt: skip


def _degenerate(number, quantity, problem, method="rule"):
    return put(number, quantity=quantity, problem=problem, method=method)


SCALED = "rounding errors a row, times the conditioning: "
BORDERS = [
    # claim, piece of evidence, just within, just beyond
    *((SOLVE, f"{SCALED}{unit}", _error(9.9, "solve", way, argument),
       _error(10.1, "solve", way, argument))
      for way, unit in (("rule", "rule and library"), ("library", "rule and library"),
                        ("factorisation", "factorisation"), ("elimination", "elimination"))
      for argument in "ab"),
    *((SQUARES, f"{SCALED}{way.replace('_', ' ')}",
       _error(9.9, "least_squares", way, argument),
       _error(10.1, "least_squares", way, argument))
      for way in ("rule", "library", "normal_equations") for argument in "ab"),
    *((NUCLEAR, f"{SCALED}{way}", _error(9.9, "nuclear_norm", way),
       _error(10.1, "nuclear_norm", way)) for way in ("rule", "values", "vectors")),
    (SOLVE, "elimination / formula",
     put(lambda r: r["size"] ** 3 * 3.0 * 1.65, size=64, method="elimination",
         quantity="operations"),
     put(lambda r: r["size"] ** 3 * 3.0 * 1.63, size=64, method="elimination",
         quantity="operations")),
    (EDGES, "outside the subdifferential", _degenerate(9.9 * UNIT, "distance", "zero"),
     _degenerate(10.1 * UNIT, "distance", "zero")),
    (EDGES, "through values",
     _degenerate(9.9 * UNIT, "distance", "repeated", "values"),
     _degenerate(10.1 * UNIT, "distance", "repeated", "values")),
    (EDGES, "squared norm at rank r", _degenerate((3 * (1 + 0.9e-12)) ** 0.5, "norm", "deficient"),
     _degenerate((3 * (1 + 2e-12)) ** 0.5, "norm", "deficient")),
    (EDGES, "of cases NaN or wrong", _degenerate(10.1 * UNIT, "distance", "deficient", "vectors"),
     _degenerate(9.9 * UNIT, "distance", "deficient", "vectors")),
    (LOW_RANK, "rank, with / without", _ends(8.9, "rank", "proximal"),
     _ends(9.1, "rank", "proximal")),
    (LOW_RANK, "error, with / without", _ends(0.34, "error", "proximal"),
     _ends(0.38, "error", "proximal")),
    (LOW_RANK, "rank by subgradients", _ends(8.9, "rank", "subgradient"),
     _ends(9.1, "rank", "subgradient")),
]  # fmt: skip
BESIDE = ("elimination / formula", f"{SCALED}normal equations", f"{SCALED}vectors",
          "rank by subgradients")  # fmt: skip


def test_all_evidence_holds_on_these_tables():
    assert {e.verdict for claim in judge(made.make()) for e in claim.evidence} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to(claim, unit, within, beyond):
    for change, outcome in ((within, "reproduced"), (beyond, "refuted")):
        piece, whole = verdicts(judge, changed(made.make(), change), claim, unit)
        assert piece == outcome
        assert whole == ("reproduced" if unit in BESIDE else outcome)


def test_the_regulariser_is_judged_by_the_median_over_draws():
    """Two of seven draws where it did not help do not weigh in the mean's way."""
    few = changed(made.make(), _ends(18.0, "rank", "proximal", draws=[5, 6]))
    (claim,) = (one for one in judge(few) if one.id == LOW_RANK)
    first = claim.evidence[0].measured
    assert (first.value, first.low, first.high) == pytest.approx((3 / 18, 3 / 18, 1))
    assert claim.verdict == "inconclusive"


def test_a_result_that_is_not_finite_is_no_evidence():
    tables = changed(made.make(), _degenerate(0.0, "finite", "zero"))
    (claim,) = (one for one in judge(tables) if one.id == EDGES)
    assert np.isnan(claim.evidence[0].measured.value) and claim.verdict == "inconclusive"
