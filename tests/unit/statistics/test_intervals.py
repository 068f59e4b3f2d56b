import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from adcost.statistics.intervals import (
    Interval,
    median_interval,
    paired_ratio,
    share_interval,
    summarise,
)


@pytest.mark.parametrize("repeats", [6, 10, 31])
def test_the_interval_of_the_median_covers(repeats):
    """2,000 exponential samples: the binomial interval covers at least 95 % by construction; the
    standard error here is 0.5 %, so 93.5 % is three of them below."""
    rng = np.random.default_rng(1)
    samples = np.sort(rng.exponential(size=(2000, repeats)), axis=1)
    ranks = median_interval(np.arange(repeats))
    low, high = (samples[:, int(rank)] for rank in (ranks.low, ranks.high))
    for sample, ends in zip(samples[:20], zip(low, high, strict=True), strict=False):
        interval = median_interval(rng.permutation(sample))
        assert (interval.low, interval.high) == ends
    assert np.mean((low <= math.log(2)) & (math.log(2) <= high)) >= 0.935


def test_ten_samples_give_the_second_and_the_ninth():
    """P(B ≤ 1) = 11/1024 for B ~ Bin(10, 1/2), and 2·56/1024 > 5 %: so k = 2."""
    interval = median_interval(np.arange(1.0, 11.0))
    assert (interval.value, interval.low, interval.high) == (5.5, 2.0, 9.0)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_the_interval_is_the_narrowest_that_covers(level):
    """Between the k-th from either end, with the largest k of which 1 − 2·P(B < k) is enough."""
    for n in range(1, 60):
        missed = [2 * sum(math.comb(n, j) for j in range(k)) / 2**n for k in range(1, n // 2 + 1)]
        k = sum(chance <= 1 - level for chance in missed)
        found = median_interval(np.arange(1.0, n + 1) ** 2, level)
        expected = (k**2, (n + 1 - k) ** 2) if k else (math.nan, math.nan)
        assert (found.low, found.high) == pytest.approx(expected, nan_ok=True)


def test_of_skewed_samples_the_middle_is_the_value():
    assert median_interval([1, 2, 4, 8, 16, 32, 64]).value == 8
    assert median_interval([1, 2, 4, 8, 16, 32]).value == 6


def test_too_few_samples_claim_nothing():
    interval = median_interval(np.arange(5.0))
    assert interval.value == 2.0
    assert math.isnan(interval.low) and math.isnan(interval.high)


@given(st.data(), st.integers(1, 10_000), st.sampled_from([0.8, 0.95, 0.999]))
def test_the_ends_of_a_share_leave_half_of_the_rest_to_either_side(data, tried, level):
    """P(X ≥ hits) at the lower end and P(X ≤ hits) at the upper: quantiles of beta laws."""
    hits = data.draw(st.integers(0, tried))
    found, half = share_interval(hits, tried, level), (1 - level) / 2
    low = beta.ppf(half, hits, tried - hits + 1) if hits else 0.0
    high = beta.ppf(1 - half, hits + 1, tried - hits) if hits < tried else 1.0
    assert (found.low, found.high) == pytest.approx((low, high), rel=0, abs=1e-12)
    assert found.value == hits / tried and found.kind == f"confidence {100 * level:.3g} %"


def test_of_a_share_of_none_the_interval_begins_at_zero():
    interval = share_interval(0, 100)
    assert (interval.value, interval.low) == (0, 0)
    assert interval.high == pytest.approx(1 - 0.025 ** (1 / 100))


def _timings(drift):
    a = pd.DataFrame({"method": "a", "repeat": range(10), "seconds": 2.0 * drift})
    b = pd.DataFrame({"method": "b", "repeat": range(10), "seconds": 1.0 * drift})
    return pd.concat([a, b]).assign(point="p", compile_seconds=0.5)


def test_a_paired_ratio_is_free_of_drift():
    timings = _timings(drift=1 + np.arange(10.0))
    ratio = paired_ratio(timings, "a", "b")
    assert (ratio.low, ratio.value, ratio.high) == (2.0, 2.0, 2.0)
    # Unpaired, the drift would be all there is to see.
    assert median_interval(timings[timings.method == "a"].seconds).high > 15


def test_a_paired_ratio_is_of_rounds_and_not_of_medians():
    timings = _timings(drift=np.array([1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512]))
    timings.loc[timings.method == "b", "seconds"] = np.roll(2.0 ** np.arange(10), 1)
    assert paired_ratio(timings, "a", "b").value == 4.0


def test_a_method_that_was_not_timed_is_named():
    with pytest.raises(ValueError, match="no timings of c"):
        paired_ratio(_timings(np.ones(10)), "a", "c")


def test_a_summary_has_what_the_homework_and_the_report_ask_for():
    row = summarise(_timings(np.arange(1, 11.0) ** 2)).set_index("method").loc["b"]
    assert (row["median"], row["low"], row["high"]) == (30.5, 4.0, 81.0)
    assert row["mean"] == pytest.approx(38.5)
    assert row["std"] == pytest.approx(np.std(np.arange(1, 11.0) ** 2, ddof=1))
    assert row["repeats"] == 10 and row["compile_seconds"] == 0.5


def test_spanning_is_the_range():
    assert Interval.spanning([9, 1, 2]) == Interval(2.0, 1.0, 9.0, "range")
