"""Where the borders of `zero_order`'s claims lie: one fault just beyond each, one just within."""

import numpy as np
import pytest
from scipy import stats

from adcost.experiments.zero_order import analysis
from adcost.experiments.zero_order.claims import judge

from . import tables_zero_order as made
from .synthetic import changed, decided, put, verdicts, where

UNBIASED, NOISY = "zero_order.two_point_unbiased", "zero_order.sqrt_n_stochastic"
DIFFERENCES = "zero_order.finite_difference_is_gd"
GEOMETRIC = "zero_order.rate_in_k.strongly_convex"
TWO_POINT = {"gaussian": "Gaussian", "sphere": "sphere"}
METHODS = {"gaussian": "two-point, Gaussian", "sphere": "two-point, sphere",
           "gradient_descent": "gradient descent"}  # fmt: skip


CONTEXT = (
    "theory's step, Gaussian",
    "theory's step, sphere",
    "of the predicted mean square length",
)


@pytest.fixture(scope="module", autouse=True)
def summarised_once():
    """Intervals of the same numbers are not computed again: most rows are the same in all tests."""

    def remembered(f):
        known = {}

        def of(*arrays):
            arrays = [np.asarray(values, dtype=float) for values in arrays]
            key = tuple(values.tobytes() for values in arrays)
            return known[key] if key in known else known.setdefault(key, f(*arrays))

        return of

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fit_exponent", "median_interval"):
            patch.setattr(analysis, name, remembered(getattr(analysis, name)))
        yield


def _estimate(mean, quantity, method, d):
    """Batches about another mean, with an interval of ± 0.002 or less about it."""
    return put(lambda r: mean + 1e-4 * (r.run - 3.5), quantity=quantity, method=method,
               dimension=d)  # fmt: skip


def _law(power, kind, method, quantity="evaluations", shift=4):
    return put(lambda r: 100 * (r.dimension + shift).astype(float) ** power, point=kind,
               method=method, quantity=quantity, step=0)  # fmt: skip


def _best(power, kind):
    """Evaluations at every step go like another power of n."""

    def change(tables):
        table = tables["measurements"]
        rows = (table.point == kind) & table.method.str.startswith("gaussian_times_")
        rows &= table.quantity == "evaluations"
        table.loc[rows, "value"] *= table.dimension[rows].astype(float) ** (power - 1)

    return change


def _beside(times, kind, multiple):
    """The evaluations at a step beside the best are so many times the best's, in one dimension."""

    def change(tables):
        table = tables["measurements"]
        best = table.value[where(table, point=kind, method="gaussian_times_4", dimension=32,
                                 quantity="evaluations")]  # fmt: skip
        put(times * best.to_numpy(), point=kind, method=f"gaussian_times_{multiple}",
            dimension=32, quantity="evaluations")(tables)  # fmt: skip

    return change


def _error(power, kind, method):
    return put(lambda r: r.step.astype(float) ** power, point=kind, method=method,
               quantity="error")  # fmt: skip


def _bent(ratio, method):
    """The logarithm of the error falls ``ratio`` times as fast in the second half."""
    early = 0.4 if method == "gradient_descent" else 0.02

    def errors(rows):
        k = rows.step.astype(float)
        return np.exp(np.where(k <= 40, -early * k, -early * ratio * k))

    return put(errors, point="strongly_convex", method=method, quantity="error")


def _falls(rate, method):
    return put(lambda r: np.exp(-rate * r.step), point="strongly_convex", method=method,
               quantity="error")  # fmt: skip


def _table(share):
    """Best steps in one dimension, in units of ln(0.01)/ln(1 − μ/(nL))."""
    return put(lambda r: share * np.log(0.01) / np.log(1 - 1 / (4 * r.dimension)),
               point="strongly_convex", quantity="best_steps", dimension=32)  # fmt: skip


def _gap(power, method, over):
    """The sweep over n at k = 400, or over k at n = 16, follows another power."""

    def change(tables):
        table = tables["measurements"]
        fixed, at = ("step", 400) if over == "dimension" else ("dimension", 16)
        rows = (table.quantity == "expected_gap") & (table.method == method) & (table[fixed] == at)
        middle = 16 if over == "dimension" else 400
        there = {"sphere": 0.1, "stochastic_gradient": 0.025}[method]  # in both sweeps
        base = there * (table[over][rows] / middle) ** power
        table.loc[rows, "value"] = base
        # The simulation agrees with whatever is expected.
        expected = table[(table.method == method) & (table.quantity == "expected_gap")]
        expected = expected.set_index(["dimension", "step"]).value
        for name, times in made.GAPS.items():
            own = (table.method == method) & (table.quantity == name)
            keys = list(zip(table.dimension[own], table.step[own], strict=True))
            run = 1 + 0.01 * (table.run[own] - 3.5)
            table.loc[own, "value"] = times * expected.loc[keys].to_numpy() * run

    return change


BORDERS = [
    # claim, piece of evidence, just within, just beyond, the verdict there; the factor's border is
    # 1/(d + 2) = 0.1 in the highest dimension, 8
    *((UNBIASED, "of the gradient", _estimate(near, "along_gradient", method, d),
       _estimate(far, "along_gradient", method, d), "inconclusive")
      for method in TWO_POINT for d in (2, 8) for near, far in ((1.097, 1.103), (0.903, 0.897))),
    *((UNBIASED, "across it", _estimate(near, "across_gradient", method, d),
       _estimate(far, "across_gradient", method, d), "inconclusive")
      for method in TWO_POINT for d in (2, 8) for near, far in ((0.097, 0.103), (-0.097, -0.103))),
    *((f"zero_order.gd_dimension_free.{kind}", "exponent in n",
       _law(near, kind, "gradient_descent", "steps", 0),
       _law(far, kind, "gradient_descent", "steps", 0), "refuted")
      for kind in made.CLASSES for near, far in ((0.09, 0.11), (-0.09, -0.11))),
    *((f"zero_order.linear_in_n.{kind}", f"exponent in n + 4, theory's step, {name}",
       _law(near, kind, method), _law(far, kind, method), "refuted")
      for kind in made.CLASSES for method, name in TWO_POINT.items()
      for near, far in ((1.09, 1.11), (0.91, 0.89))),
    *((f"zero_order.linear_in_n.{kind}", "of the predicted mean square length",
       _estimate(near * moment, "second_moment", method, d),
       _estimate(far * moment, "second_moment", method, d), "inconclusive")
      for kind, method, d, moment in (("smooth", "sphere", 2, 2), ("convex", "sphere", 8, 8),
                                      ("strongly_convex", "gaussian", 8, 10))
      for near, far in ((1.098, 1.102), (0.902, 0.898))),
    *((f"zero_order.linear_in_n.{kind}", "exponent in n, best step", _best(near, kind),
       _best(far, kind), "refuted")
      for kind in made.CLASSES for near, far in ((1.09, 1.11), (0.91, 0.89))),
    *((f"zero_order.linear_in_n.{kind}", "both neighbours", _beside(1.01, kind, multiple),
       _beside(0.99, kind, multiple), "refuted")
      for kind in made.CLASSES for multiple in (2,)),
    *((NOISY, f"of the expected gap, simulated, {name}",
       put(lambda r, t=near: t * r.value, method=method, quantity="gap"),
       put(lambda r, t=far: t * r.value, method=method, quantity="gap"), "refuted")
      for method, name in (("sphere", "two-point"), ("stochastic_gradient", "stochastic gradient"))
      for near, far in ((1.08, 1.12), (0.92, 0.88))),
    *((f"zero_order.rate_in_k.{kind}", f"exponent in k, {name}", _error(near, kind, method),
       _error(far, kind, method), "refuted")
      for kind in ("smooth", "convex") for method, name in METHODS.items()
      for near, far in ((-1.09, -1.11), (-0.91, -0.89))),
    *((GEOMETRIC, f"of the first slope, {name}", _bent(near, method), _bent(far, method), "refuted")
      for method, name in METHODS.items() for near, far in ((1.09, 1.11), (0.91, 0.89))),
    (GEOMETRIC, "of the table's rate, gradient descent",
     _falls(-1.001 * np.log(1 - 1 / 4), "gradient_descent"),
     _falls(-0.999 * np.log(1 - 1 / 4), "gradient_descent"), "refuted"),
    (GEOMETRIC, "of the guaranteed rate, two-point",
     _falls(-1.001 * np.log(1 - 1 / (8 * 20 * 4)), "gaussian"),
     _falls(-0.999 * np.log(1 - 1 / (8 * 20 * 4)), "gaussian"), "refuted"),
    (GEOMETRIC, "of the table's steps, best fixed step", _table(0.999), _table(1.001),
     "inconclusive"),
    *((NOISY, f"exponent in {'n' if over == 'dimension' else 'k'}, {name}",
       _gap(law + near, method, over), _gap(law + far, method, over), "refuted")
      for method, name, over, law in (("sphere", "two-point", "dimension", 0.5),
                                      ("stochastic_gradient", "stochastic gradient",
                                       "dimension", 0.0),
                                      ("sphere", "two-point", "step", -0.5))
      for near, far in ((0.09, 0.11), (-0.09, -0.11))),
    (DIFFERENCES, "of what rounding allows",
     put(0.99e-14, method="central_differences", quantity="path_difference", step=5),
     put(1.01e-14, method="central_differences", quantity="path_difference", step=5), "refuted"),
    (DIFFERENCES, "of 2n evaluations",
     put(24.0, method="central_differences", quantity="evaluations", step=2),
     put(25.0, method="central_differences", quantity="evaluations", step=2), "inconclusive"),
]  # fmt: skip


def test_all_evidence_holds_on_these_tables():
    assert {e.verdict for claim in judge(made.make()) for e in claim.evidence} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond", "outcome"), BORDERS)
def test_a_border_lies_where_it_is_said_to_and_every_piece_decides(
    claim, unit, within, beyond, outcome
):
    for change, expected in ((within, "reproduced"), (beyond, outcome)):
        piece, whole = verdicts(judge, changed(made.make(), change), claim, unit)
        assert piece == expected
        # The theory's own step and the estimate's square are context.
        assert whole == ("reproduced" if unit.endswith(CONTEXT) else expected)


@pytest.mark.parametrize("factor", [-3.7, -1.0, 0.5, 1 / 8, 2.0, 8 / 10])
@pytest.mark.parametrize("method", TWO_POINT)
def test_an_estimate_with_another_factor_is_not_unbiased(method, factor):
    """All dimensions at once: wholly outside of what is allowed, so it is refuted."""
    wrong = [_estimate(factor, "along_gradient", method, d) for d in made.ESTIMATED]
    both = [_estimate(factor, "along_gradient", m, d) for d in made.ESTIMATED for m in TWO_POINT]
    assert decided(judge, changed(made.make(), *wrong), UNBIASED) == "inconclusive"
    assert decided(judge, changed(made.make(), *both), UNBIASED) == "refuted"


@pytest.mark.parametrize(
    ("steps", "lost", "outcome"),
    [((4,), 2, "reproduced"),
     ((4,), 3, "inconclusive"),  # the next best is more expensive, and the exponent's interval wide
     ((8, 4), 2, "reproduced"),
     ((8, 4), 3, "refuted")],  # the best that is left has no neighbour below
)  # fmt: skip
@pytest.mark.parametrize("kind", made.CLASSES)
def test_a_step_at_which_half_of_the_runs_did_not_arrive_is_not_the_best(
    kind, steps, lost, outcome
):
    gone = put(0.0, point=kind, method=[f"gaussian_times_{step}" for step in steps],
               quantity="arrived", dimension=32, run=list(range(lost)))  # fmt: skip
    assert decided(judge, changed(made.make(), gone), f"zero_order.linear_in_n.{kind}") == outcome


@pytest.mark.parametrize("kind", made.CLASSES)
def test_descent_that_did_not_arrive_in_one_dimension_has_no_exponent(kind):
    gone = put(0.0, point=kind, method="gradient_descent", quantity="arrived", dimension=32)
    found = decided(judge, changed(made.make(), gone), f"zero_order.gd_dimension_free.{kind}")
    assert found == "inconclusive"


# --- statistics, on skewed data -------------------------------------------------------------------

SKEWED = np.array([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 4.0, 9.0])


def test_means_of_the_estimate_have_bonferronis_interval():
    """Four means together at 95 %: each by Student at 1 − 0.05/4."""
    table = put(lambda r: SKEWED[r.run], quantity="along_gradient", method="sphere", dimension=8)
    found = analysis.components(changed(made.make(), table)["measurements"], "along_gradient")
    (row,) = found[(found.method == "sphere") & (found.dimension == 8)].itertuples()
    right = stats.t.interval(1 - 0.05 / 4, 7, SKEWED.mean(), stats.sem(SKEWED))
    assert (row.value, row.low, row.high) == pytest.approx((SKEWED.mean(), *right))


def test_a_gap_is_a_mean_with_students_interval():
    table = put(lambda r: SKEWED[r.run], quantity="gap", method="sphere", dimension=16, step=400)
    found = analysis.gaps(changed(made.make(), table)["measurements"], "sphere")
    (row,) = found[(found.dimension == 16) & (found.step == 400)].itertuples()
    right = stats.t.interval(0.95, 7, SKEWED.mean(), stats.sem(SKEWED))
    assert (row.value, row.low, row.high) == pytest.approx((SKEWED.mean(), *right))


def test_steps_are_medians_with_their_order_statistics():
    table = put(lambda r: SKEWED[r.run + 2], point="convex", method="gaussian", dimension=8,
                quantity="evaluations")  # fmt: skip
    rows = changed(made.make(), table)["measurements"]
    found = analysis.medians(rows, "convex", "gaussian").loc[8]
    assert (found.value, found.low, found.high) == pytest.approx((1.45, 1.2, 9.0))


def test_the_farthest_value_is_told_with_the_range_of_all_intervals():
    rows = changed(made.make(), _estimate(0.5, "along_gradient", "sphere", 2),
                   _estimate(1.4, "along_gradient", "gaussian", 8))["measurements"]  # fmt: skip
    found = analysis.farthest(analysis.components(rows, "along_gradient"), 1)
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 and found.high > 1.4


@pytest.mark.parametrize(
    ("kind", "plain", "two_point"),
    [("smooth", 2 / 11, 8 * 20 / 11), ("convex", 2 / 14, 4 * 20 / 11),
     ("strongly_convex", 0.75**10, 4 * (1 - 1 / 640) ** 10)],
)  # fmt: skip
def test_guarantees_are_the_theorys(kind, plain, two_point):
    """After 10 steps in 16 dimensions at condition 4."""
    k = np.array([10])
    assert analysis.guarantee(kind, "gradient_descent", k, 16, 4.0) == pytest.approx(plain)
    assert analysis.guarantee(kind, "gaussian", k, 16, 4.0) == pytest.approx(two_point)
