"""Where the borders of `stepsizes`' claims lie: one fault just beyond each, one just within."""

import numpy as np
import pytest

from adcost.experiments.stepsizes import analysis
from adcost.experiments.stepsizes.claims import judge

from . import tables_stepsizes as made
from .synthetic import changed, decided, put, value, verdict, verdicts, where

GRADIENT, IMPROVES = "stepsizes.gradient", "stepsizes.improves"
STATIONARY = "stepsizes.stationary_on_arrival"
MINIMUM = "stepsizes.local_minimum_on_arrival"
STABILITY, CHEBYSHEV = "stepsizes.stability", "stepsizes.chebyshev"
ENDS = {"matched": "β = 1/C", "polyak": "Polyak's step"}
LARGEST = 5.0  # eigenvalue of ∇²L at the ends

GUARANTEED = (1 + 600 * 2 * 3 * 0.1 / 9 * (10 * (2 * 4) ** 3) ** 0.25) ** (-4 / 3)
"""Of L after 600 steps: ‖x₀‖² = 10, L = 4, C = 9, βC = 0.1, T = 4."""


def _gradient(units, run, distance):
    return put(lambda r: units * made.U * (40 + r.run), quantity="gradient_error", run=run,
               at=distance)  # fmt: skip


def _ratio(number, method, **labels):
    return put(number, method=method, point="homework", quantity="loss_ratio", **labels)


def _at_rest(units, method):
    """One run's gradient norm over λ_max, in units of (d + 2T)u = 38u."""
    return put(units * 38 * made.U * LARGEST, method=method, quantity="gradient_norm", run=2)


def _eigenvalue(relative, method, index):
    return put(relative * LARGEST, method=method, quantity="eigenvalue", at=float(index), run=3)


def _condition(factor, quantity, method, to):
    """Learned steps' result is a factor times another choice's, in one start at one κ."""

    def change(tables):
        table = tables["measurements"]
        at = {"point": "condition", "quantity": quantity, "run": 1, "at": 50.0}
        put(factor * value(table, **at, method=to), **at, method=method)(tables)

    return change


SPECTRUM = 10 * 4 * made.U
REST = "rounding errors an operation"
BELOW = "rounding errors a step below zero, of the largest eigenvalue"
BORDERS = [
    # claim, piece of evidence, just within, just beyond, the verdict there
    *((GRADIENT, "rounding errors as the loop amplifies them", _gradient(1.99, run, distance),
       _gradient(2.01, run, distance), "refuted")
      for run, distance in ((2, 1.0), (6, 1e-1), (8, 0.0))),
    (IMPROVES, "of L at the start, βC = 0.1", _ratio(0.99e-3, "constant"),
     _ratio(1.01e-3, "constant"), "refuted"),
    (IMPROVES, "of what theory guarantees", _ratio(0.999 * GUARANTEED, "constant", run=4),
     _ratio(1.001 * GUARANTEED, "constant", run=4), "refuted"),
    *((IMPROVES, f"of L at the start, {name}", _ratio(0.99e-3, method), _ratio(1.01e-3, method),
       "refuted") for method, name in ENDS.items()),
    *((STATIONARY, f"{REST}, {name}", _at_rest(3.99, method), _at_rest(4.01, method),
       "refuted") for method, name in ENDS.items()),
    *((MINIMUM, f"{BELOW}, {name}",
       _eigenvalue(-0.99 * SPECTRUM, method, 0),
       _eigenvalue(-1.01 * SPECTRUM, method, 0), "refuted") for method, name in ENDS.items()),
    # A second curved direction in one run: a range from rank 1 to rank 2.
    *((MINIMUM, f"rank, {name}", _eigenvalue(0.99 * SPECTRUM, method, 2),
       _eigenvalue(1.01 * SPECTRUM, method, 2), "inconclusive") for method, name in ENDS.items()),
    (MINIMUM, "rank where one α_i = 1", put(1.0, quantity="rank", at=1.0),
     put(2.0, quantity="rank", at=1.0), "refuted"),
    (MINIMUM, "rank where two α_i = 1", put(0.0, quantity="rank", at=2.0),
     put(1.0, quantity="rank", at=2.0), "refuted"),
    # Clopper and Pearson's 95 % interval of 59 of 300 ends below 1/4, that of 92 begins above it.
    *((MINIMUM, f"of perturbations lower L, {name}",
       put(59 / 300, method=method, quantity="lower_share", at=1e-3),
       put(92 / 300, method=method, quantity="lower_share", at=1e-3), "refuted")
      for method, name in ENDS.items()),
    (CHEBYSHEV, "of Chebyshev's final loss",
     _condition(0.999, "loss_ratio", "learned", "chebyshev"),
     _condition(1.001, "loss_ratio", "learned", "chebyshev"), "inconclusive"),
    (CHEBYSHEV, "of Chebyshev's worst case",
     _condition(1.001, "worst_case", "learned", "chebyshev"),
     _condition(0.999, "worst_case", "learned", "chebyshev"), "inconclusive"),
    (CHEBYSHEV, "of the least final loss of any steps",
     _condition(1 + 0.99e-6, "loss_ratio", "learned", "krylov"),
     _condition(1 + 1.01e-6, "loss_ratio", "learned", "krylov"), "inconclusive"),
]  # fmt: skip
BESIDE = (*(f"of L at the start, {name}" for name in ENDS.values()),
          "of what theory guarantees", "of the least final loss of any steps")  # fmt: skip


def test_the_small_constant_alone_has_not_arrived_on_these_tables():
    missed = {e.unit for claim in judge(made.make()) for e in claim.evidence
              if e.verdict != "reproduced"}  # fmt: skip
    assert missed == {f"{REST}, βC = 0.1", f"{BELOW}, βC = 0.1",
                      "of perturbations lower L, βC = 0.1"}  # fmt: skip


@pytest.mark.parametrize(
    ("lowest", "share", "unit", "outcome"),
    [
        (
            -0.99,
            59 / 300,
            BELOW,
            "reproduced",
        ),
        (
            -1.01,
            59 / 300,
            BELOW,
            "refuted",
        ),
        (-0.99, 59 / 300, "of perturbations lower L", "reproduced"),
        (-0.99, 92 / 300, "of perturbations lower L", "refuted"),
    ],
)
def test_the_constants_end_is_a_minimum_by_its_curvature_and_by_what_is_near(
    lowest, share, unit, outcome
):
    """All borders are those of the ends that arrive; each piece decides."""
    claim = "stepsizes.local_minimum"
    spectrum = [
        put(relative * LARGEST, method="constant", quantity="eigenvalue", at=float(index))
        for index, relative in enumerate((lowest * SPECTRUM, 0.0, 0.0, 1.0))
    ]
    shares = put(share, method="constant", quantity="lower_share", at=1e-3)
    others = put(0.0, method="constant", quantity="lower_share", at=[1e-6, 1.0])
    tables = changed(made.make(), *spectrum, shares, others)
    found = verdicts(judge, tables, claim, f"{unit}, βC = 0.1")
    assert found == (outcome, outcome)


@pytest.mark.parametrize(("claim", "unit", "within", "beyond", "outcome"), BORDERS)
def test_a_border_lies_where_it_is_said_to(claim, unit, within, beyond, outcome):
    for change, expected in ((within, "reproduced"), (beyond, outcome)):
        piece, whole = verdicts(judge, changed(made.make(), change), claim, unit)
        assert piece == expected
        assert whole == ("reproduced" if unit in BESIDE else expected)


def _of_beta(scaled, quantity, number, **labels):
    """As measured at βC = 0.5 (sure to go down) or 3 (sure to diverge), at another βC."""

    def change(tables):
        table = tables["measurements"]
        rows = where(table, point="sweep", at=0.5 if scaled <= 2 else 3.0)
        table.loc[rows, "at"] = scaled
        put(number, point="sweep", quantity=quantity, at=scaled, **labels)(tables)

    return change


@pytest.mark.parametrize(
    ("scaled", "quantity", "number", "unit", "outcome"),
    [
        (1.999, "rises", 1.0, "steps up, βC < 2", "inconclusive"),
        (1.999, "diverged", 1.0, "diverged, βC < 2", "inconclusive"),
        (2.0, "rises", 1.0, "steps up, βC < 2", "reproduced"),
        (2.501, "diverged", 0.0, "diverged, βC > 2 everywhere", "refuted"),
        (2.501, "diverged", 1.0, "diverged, βC > 2 everywhere", "reproduced"),
        (2.5, "diverged", 0.0, "diverged, βC > 2 everywhere", "inconclusive"),
    ],
)
def test_stability_is_sure_below_two_over_the_largest_and_above_two_over_the_least(
    scaled, quantity, number, unit, outcome
):
    """The curvatures' ratio is 1.25, so βC = 2.5 is the border for the least one."""
    tables = made.make()
    if scaled == 2.5:  # Nothing is sure to diverge, which is no evidence.
        _of_beta(scaled, quantity, number)(tables)
        table = analysis.sweep(tables["measurements"])
        assert set(table.sure[table["at"] == 2.5]) == {"open"}
        return
    _of_beta(scaled, quantity, number)(tables)
    assert verdict(judge, tables, STABILITY, unit) == outcome
    assert decided(judge, tables, STABILITY) == outcome


def test_a_run_of_six_that_went_up_is_enough_to_leave_stability_open():
    one = put(1.0, point="sweep", quantity="rises", at=1.5, run=4)
    assert decided(judge, changed(made.make(), one), STABILITY) == "inconclusive"


def test_improvement_is_judged_by_the_median_over_runs():
    """Skewed: one run learned nothing, so the mean is above a thousandth and the median far below;
    with six runs the interval is their range."""
    tables = changed(made.make(), _ratio(0.5, "matched", run=5))
    (claim,) = (one for one in judge(tables) if one.id == IMPROVES)
    (piece,) = (e for e in claim.evidence if e.unit.endswith("β = 1/C"))
    assert piece.measured.value == pytest.approx(1e-30)
    assert (piece.measured.high, piece.verdict) == (0.5, "inconclusive")


def test_a_share_is_the_mean_over_runs_and_the_worst_over_radii():
    shares = put(lambda r: 0.06 * r.run, method="polyak", quantity="lower_share", at=1.0)
    found = analysis.lower_shares(changed(made.make(), shares)["measurements"], "polyak")
    assert found.to_dict() == pytest.approx({1e-6: 0.04, 1e-3: 0.04, 1.0: 0.15})


def test_the_guarantee_is_its_formula():
    rows = made.make()["measurements"]
    np.testing.assert_allclose(analysis.guaranteed(rows, made.BETA, 600.0), GUARANTEED, rtol=1e-12)
    assert analysis.guaranteed(rows, made.BETA, np.array([0.0, 600.0])).shape == (6, 2)


def test_a_gradient_of_zero_is_at_rest_and_one_without_curvature_is_not():
    flat = put(0.0, method="matched", quantity="eigenvalue", run=[0, 1])
    none = put(0.0, method="matched", quantity="gradient_norm", run=0)
    rows = changed(made.make(), flat, none)["measurements"]
    found = analysis.distance_to_rest(rows, "matched")
    assert found[0] == 0 and np.isinf(found[1]) and found[2] == pytest.approx(1e-17 / 5)
