import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from adcost.statistics.exponent import fit_exponent, fit_line, local_exponents
from adcost.statistics.intervals import TOO_FEW

LAYERS = np.linspace(50, 1000, 15, dtype=int)


@given(power=st.floats(-3, 3), scale=st.floats(1e-6, 1e6))
def test_an_exact_power_law_is_recovered_with_an_interval_of_rounding_width(power, scale):
    fit = fit_exponent(LAYERS, scale * LAYERS.astype(float) ** power)
    assert fit.value == pytest.approx(power, abs=1e-9)
    assert fit.high - fit.low < 1e-9


@pytest.mark.parametrize("points", [5, 15])
@pytest.mark.parametrize("noise", ["normal", "skewed"])
def test_the_95_percent_interval_covers(points, noise):
    """400 simulated sweeps: coverage of 95 % has a standard error of 1.1 %, so 91 to 98 % is
    within about 3.5 standard errors; failing by chance has probability below 1e-3 a case, and
    the seed is fixed."""
    rng = np.random.default_rng(2)
    x = np.geomspace(50, 1000, points)
    hits = 0
    for trial in range(400):
        if noise == "normal":
            errors = rng.normal(scale=0.1, size=points)
        else:  # the median of repeats that are sometimes disturbed
            errors = np.median(rng.exponential(0.2, size=(points, 10)), axis=1)
        fit = fit_exponent(x, 3 * x**1.5 * np.exp(errors), resamples=500, seed=trial)
        hits += fit.low <= 1.5 <= fit.high
    assert 0.91 <= hits / 400 <= 0.98


@pytest.mark.parametrize("points", [3, 4])
def test_too_few_points_give_a_slope_and_no_interval(points):
    x = np.geomspace(50, 1000, points)
    fit = fit_exponent(x, 3 * x**1.5)
    assert fit.value == pytest.approx(1.5) and fit.kind == TOO_FEW
    assert np.isnan(fit.low) and np.isnan(fit.high)


def test_an_exponent_says_what_its_interval_is():
    assert fit_exponent(LAYERS, LAYERS + 5.0).kind == "confidence 95 %"
    assert fit_exponent(LAYERS, LAYERS + 5.0, level=0.9).kind == "confidence 90 %"
    assert local_exponents(LAYERS, LAYERS + 5.0).kind == "range over neighbouring points"


def test_a_line_has_the_slope_the_intercept_and_the_error_of_least_squares():
    x, y = np.array([0.0, 1.0, 2.0, 4.0, 8.0]), np.array([0.1, 0.9, 2.5, 3.0, 9.0])
    slope, intercept, error = fit_line(x, y)
    expected = stats.linregress(x, y)
    assert (slope, intercept) == pytest.approx((expected.slope, expected.intercept))
    assert error == pytest.approx(expected.stderr)


def test_the_interval_is_that_of_all_resamples():
    """Five points have 5⁵ resamples, so the bootstrap's quantiles are known. The noise is skewed;
    the tolerance is that of 200,000 draws."""
    x, level = np.array([1.0, 2.0, 3.0, 5.0, 30.0]), 0.8
    log_x = np.log(x)
    log_y = 1.5 * log_x + np.array([0.0, -0.3, 1.2, -0.4, 0.1])

    design = np.column_stack([np.ones(5), log_x])
    inverse, sxx = np.linalg.pinv(design), ((log_x - log_x.mean()) ** 2).sum()

    def line(y):
        """Fitted values, slopes and their errors of many y (n, 5)."""
        coefficients = y @ inverse.T
        fitted = coefficients @ design.T
        return fitted, coefficients[:, 1], np.sqrt(((y - fitted) ** 2).sum(1) / 3 / sxx)

    fitted, (slope,), (error,) = line(log_y[None])
    residuals = (log_y - fitted[0]) / np.sqrt(1 - np.diag(design @ inverse))
    residuals -= residuals.mean()
    drawn = np.array([it for it in itertools.product(residuals, repeat=5) if len(set(it)) > 1])
    _, slopes, errors = line(fitted + drawn)
    t = (slopes - slope) / errors
    below, above = np.quantile(t, [0.1, 0.9])
    found = fit_exponent(x, np.exp(log_y), level=level, resamples=200_000)
    width = (above - below) * error
    assert found.value == pytest.approx(slope)
    assert found.low == pytest.approx(slope - above * error, abs=0.01 * width)
    assert found.high == pytest.approx(slope - below * error, abs=0.01 * width)


def test_more_noise_widens_the_interval():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=LAYERS.size)
    widths = []
    for size in (0.01, 0.1):
        fit = fit_exponent(LAYERS, LAYERS * np.exp(size * errors))
        widths.append(fit.high - fit.low)
    assert widths[1] == pytest.approx(10 * widths[0], rel=0.05)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        ([1, 2], [1, 2], "three distinct"),
        ([1, 1, 2], [1, 2, 3], "three distinct"),
        ([1, 2, 3], [1, 0, 3], "positive"),
        ([1, 2, 3], [1, np.nan, 3], "positive"),
        ([1, 2, 3], [1, 2], "one length"),
    ],
)
def test_what_has_no_exponent_is_refused(x, y, says):
    with pytest.raises(ValueError, match=says):
        fit_exponent(x, y)


def test_local_exponents_show_the_lower_order_terms():
    exponent = local_exponents([10, 100, 1000], [10 + 5, 100 + 5, 1000 + 5])
    assert exponent.low < exponent.value < exponent.high < 1
    assert exponent.low == pytest.approx(np.log10(105 / 15))
    assert exponent.high == pytest.approx(np.log10(1005 / 105))
    shuffled = local_exponents([1000, 10, 100], [1005, 15, 105])
    assert (shuffled.low, shuffled.high) == (exponent.low, exponent.high)
