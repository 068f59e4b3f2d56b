import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.experiments.finite_differences import analysis
from adcost.experiments.finite_differences.analysis import Case, Sweeps
from adcost.statistics.intervals import CONFIDENCE, NOT_MEASURED, Interval

CASE = Case("forward", "exponential", "float64")


def _sweeps(method, best, noise=0.0):
    """A U as the theory has it, with its bottom at ``best``, over eight sets."""
    epsilons = 10.0 ** np.arange(-16, 0.1, 0.2)
    rng = np.random.default_rng(0)
    errors = 1e-8 * analysis.bound(method, epsilons / best)
    errors = errors * np.exp(noise * rng.standard_normal((8, epsilons.size)))
    case = Case(method, CASE.curve, CASE.dtype)
    one = pd.DataFrame({0.0: [1.0]})
    tables = {
        (case, "relative_error"): pd.DataFrame(errors, columns=epsilons),
        **{(case, name): one * value for name, value in {
            "predicted_epsilon": best, "left_from": best / 1e4, "left_to": best / 10,
            "right_from": 10 * best, "right_to": 1e3 * best,
        }.items()},
    }  # fmt: skip
    return case, Sweeps(pd.DataFrame(), tables, (CASE.curve,))


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2)])
def test_arms_of_the_theory_have_the_theorys_slopes(method, order):
    case, of = _sweeps(method, 1e-7)
    assert analysis.arm(of, case, "left").value == pytest.approx(-1, abs=0.01)
    assert analysis.arm(of, case, "right").value == pytest.approx(order, abs=0.01)


@settings(max_examples=25)
@given(st.floats(-12, -4))
def test_the_bottom_is_found_wherever_it_lies_on_the_grid(place):
    case, of = _sweeps("forward", 10.0**place)
    assert analysis.valley(of, case).value == pytest.approx(place, abs=0.02)


def test_the_interval_of_the_bottom_covers_it_under_noise():
    case, of = _sweeps("forward", 1e-7, noise=0.1)
    found = analysis.valley(of, case)
    assert found.low < -7 < found.high and 0 < found.high - found.low < 0.3
    off = analysis.off_theory(of, case, found)
    assert off.value == pytest.approx(found.value + 7)


def test_without_a_bottom_the_end_of_the_grid_is_told():
    case, of = _sweeps("forward", 1e-7)
    table = of.tables[case, "relative_error"]
    table.loc[:] = np.asarray(table.columns)[None] * 1.0
    end = np.log10(table.columns[0])
    # Without width, and yet a bootstrap's.
    assert analysis.valley(of, case) == Interval(end, end, end, CONFIDENCE)


def test_too_few_steps_on_an_arm_claim_nothing():
    case, of = _sweeps("forward", 1e-7)
    of.tables[case, "right_to"].loc[:] = 1.2e-6
    assert np.isnan(analysis.arm(of, case, "right").value)


@pytest.mark.parametrize("method", ["forward", "central"])
def test_the_bound_is_least_at_its_best_step(method):
    ratio = 10.0 ** np.linspace(-2, 2, 81)
    bound = analysis.bound(method, ratio)
    assert bound.min() == bound[40] == pytest.approx(1)


@pytest.mark.parametrize(("method", "least"), [("forward", -0.42), ("central", -0.28)])
def test_random_roundings_put_the_bottom_left_of_the_bounds_but_within_the_tolerance(method, least):
    """Roundings of a seventh at the least, under a root: what the claims' half decade rests on."""
    assert least < analysis.place_if_uniform(method) < -0.1


def test_the_exponent_of_two_bottoms_without_width_has_none():
    found = analysis.root(Interval.exactly(-4), Interval.exactly(-8), 8.0)
    assert found == Interval(0.5, 0.5, 0.5, CONFIDENCE)


def test_a_union_holds_all_and_one_that_claims_nothing_spoils_it():
    parts = [Interval(1, 0, 2), Interval(3, 2, 5), Interval(2, 1, 3)]
    kind = f"range over curves, each {CONFIDENCE}"
    assert analysis.union(parts) == Interval(2, 0, 5, kind)
    spoilt = analysis.union([*parts, analysis.NOTHING])
    assert np.isnan(spoilt.low)
    assert spoilt.kind == NOT_MEASURED
