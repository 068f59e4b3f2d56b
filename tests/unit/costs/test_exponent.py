import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.costs.exponent import fit_exponent, local_exponents
from adcost.costs.intervals import TOO_FEW

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
    shuffled = local_exponents([1000, 10, 100], [1005, 15, 105])
    assert (shuffled.low, shuffled.high) == (exponent.low, exponent.high)
