"""Intervals and corrections of the experiments' own summaries, against closed forms.

Where a bootstrap has one, it comes of samples with two values: what is drawn is then binomial. The
samples are skewed, so that a mean is no median and the two tails are not alike.
"""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from adcost.experiments.finite_differences import analysis as finite_differences
from adcost.experiments.hutchinson import analysis as hutchinson
from adcost.experiments.jacobian import analysis as jacobian
from adcost.experiments.zero_order import analysis as zero_order
from adcost.statistics.intervals import Interval

SAMPLES = [1.0, 2.0, 3.0, 4.0, 10.0]
"""Their mean is 4, their variance 50/4, so the mean's error is √2.5."""

STUDENT = {0.05: 2.776445, 0.025: 3.495406, 0.01: 4.604095}
"""Student's quantiles with 4 degrees of freedom, by the probability of both tails together."""

SETS, FEW = 17, 5
"""So many samples, of which so few have the other value. In a resample these are the majority with
a probability between a twentieth and a fortieth, so only a two-sided interval reaches there."""


def test_the_majority_turns_as_often_as_is_said():
    assert 0.025 < stats.binom.sf(SETS // 2, SETS, FEW / SETS) < 0.05


def around_the_mean(interval, both_tails):
    reach = STUDENT[both_tails] * math.sqrt(2.5)
    assert interval.value == pytest.approx(4)
    assert (interval.low, interval.high) == pytest.approx((4 - reach, 4 + reach), rel=1e-6)


def test_hutchinsons_means_have_students_interval_and_several_together_bonferronis():
    around_the_mean(hutchinson.student(SAMPLES), 0.05)
    around_the_mean(hutchinson.student(SAMPLES, comparisons=5), 0.01)


def test_hutchinsons_jackknife_of_a_mean_is_students():
    """A mean has no bias: the pseudo-values are the samples themselves."""
    samples = np.array(SAMPLES)
    around_the_mean(hutchinson.jackknife(samples, lambda mean: mean), 0.05)
    around_the_mean(hutchinson.jackknife(samples, lambda mean: mean, comparisons=5), 0.01)


def test_hutchinsons_root_mean_has_the_jackknifes_interval_of_its_logarithm():
    """16 ones and 4 tens, of the mean 2.8: without a one it is 55/19, without a ten 46/19."""
    (found,) = hutchinson.root_mean(pd.DataFrame({4: [1.0] * 16 + [10.0] * 4})).to_numpy()
    # The pseudo-values differ by 19·ln(55/46) and have a Bernoulli variable's variance.
    error = 19 * math.log(55 / 46) * math.sqrt(0.2 * 0.8 / 19)
    reach = 2.093024 * error  # Student's quantile with 19 degrees of freedom
    ends = (2.8, 2.8 * math.exp(-reach), 2.8 * math.exp(reach))
    assert found**2 == pytest.approx(ends, rel=1e-6)


@pytest.mark.parametrize(("comparisons", "quantile"), [(1, 12.706205), (5, 63.656741)])
def test_hutchinsons_exponent_is_of_the_mean_squares(comparisons, quantile):
    """Their means are 50, 1/2 and 1/20; without one of two rows the slope is the other row's."""
    rows = np.array([[1.0, 0.1, 0.01], [99.0, 0.9, 0.09]])
    found = hutchinson._exponent(np.array([1, 10, 100]), rows, comparisons)
    whole = (math.log10(0.05) - math.log10(50)) / 4
    slopes = (math.log10(0.01) / 4, (math.log10(0.09) - math.log10(99)) / 4)
    assert found.value == pytest.approx(2 * whole - sum(slopes) / 2)
    reach = quantile * abs(slopes[0] - slopes[1]) / 2
    ends = (found.value - reach, found.value + reach)
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-6)


def _estimates(**labels):
    return pd.DataFrame({"value": SAMPLES, **labels})


def test_zero_orders_gaps_have_students_interval():
    labels = {"point": "stochastic", "method": "two_point", "dimension": 2, "step": 8}
    expected = _estimates(**labels, quantity="expected_gap").iloc[:1]
    rows = pd.concat([_estimates(**labels, quantity="gap"), expected])
    (row,) = zero_order.gaps(rows, "two_point").itertuples()
    around_the_mean(row, 0.05)
    assert row.expected == 1.0


def test_zero_orders_components_share_their_level():
    parts = [
        _estimates(point="estimator", quantity="along", method=method, dimension=2)
        for method in ("sphere", "gaussian")
    ]
    for row in zero_order.components(pd.concat(parts), "along").itertuples():
        around_the_mean(row, 0.025)


def test_the_farthest_of_several_intervals_is_on_either_side():
    rows = [(1.1, 1.0, 1.2), (0.2, 0.1, 0.3), (1.2, 0.9, 1.4)]
    table = pd.DataFrame(rows, columns=["value", "low", "high"])
    assert zero_order.farthest(table, 1.0) == Interval(0.2, 0.1, 1.4, "confidence 95 % together")


def test_the_valley_of_a_majority_is_its_own_and_the_interval_reaches_the_others():
    """Errors are 10 to the square of the distance to 10⁻³, in a few sets to 10⁻⁵ (log₁₀)."""
    logs = np.arange(-8, 1, 0.25)
    own = [-5.0] * FEW + [-3.0] * (SETS - FEW)
    table = pd.DataFrame([10 ** (logs - bottom) ** 2 for bottom in own], columns=10**logs)
    case = finite_differences.Case("central", "wave", "float64")
    sweeps = finite_differences.Sweeps(pd.DataFrame(), {(case, "relative_error"): table}, ("wave",))
    found = finite_differences.valley(sweeps, case)
    assert (found.value, found.low, found.high) == pytest.approx((-3, -5, -3))


def test_the_crossing_of_a_majority_is_its_own_and_the_interval_reaches_the_others():
    """Log ratios are −1 at m = 1 and 1 at m = 100, in a few rounds 9: m = 10, or 100^(1/10)."""
    ratios = {1: [-1.0] * SETS, 100: [9.0] * FEW + [1.0] * (SETS - FEW)}
    rows = [
        {"point": "sweep-tanh", "shape": f"12-{m}", "repeat": repeat, "method": method,
         "seconds": math.exp(ratio if method == "reverse" else 0.0)}
        for m, rounds in ratios.items()
        for repeat, ratio in enumerate(rounds)
        for method in ("forward", "reverse")
    ]  # fmt: skip
    found = jacobian.timed_crossing(pd.DataFrame(rows), "tanh")
    assert (found.value, found.low, found.high) == pytest.approx((10, 100**0.1, 10))
