"""Chebyshev's steps and the least of all, against their theory and a second way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.experiments.stepsizes import horizon

CONDITION, HORIZON = 50.0, 5
EIGENVALUES = np.geomspace(1, CONDITION, 40)
X0 = np.random.default_rng(3).uniform(size=40)


def _f(steps):
    return 0.5 * (EIGENVALUES * horizon.contraction(steps, EIGENVALUES) * X0**2).sum()


def _conjugate_gradients(steps):
    """Hestenes & Stiefel's recursion on Λx = 0."""
    x, residual = X0.copy(), -EIGENVALUES * X0
    direction = residual.copy()
    for _ in range(steps):
        length = residual @ residual / (direction @ (EIGENVALUES * direction))
        x = x + length * direction
        new = residual - length * EIGENVALUES * direction
        direction = new + (new @ new) / (residual @ residual) * direction
        residual = new
    return 0.5 * x @ (EIGENVALUES * x)


def test_chebyshev_touches_its_worst_case_one_time_more_than_it_has_steps():
    grid = np.geomspace(1, CONDITION, 20001)
    left = horizon.contraction(horizon.chebyshev_steps(CONDITION, HORIZON), grid)
    least = horizon.least_worst_case(CONDITION, HORIZON)
    assert left.max() == pytest.approx(least, rel=1e-6)
    inner = (left[1:-1] >= left[:-2]) & (left[1:-1] > left[2:]) & (left[1:-1] > 0.999 * least)
    ends = sum(value > 0.999 * least for value in (left[0], left[-1]))
    assert inner.sum() + ends == HORIZON + 1


def test_one_step_of_chebyshev_is_the_best_constant_step():
    np.testing.assert_allclose(
        horizon.chebyshev_steps(CONDITION, 1), horizon.equal_steps(CONDITION, 1)
    )


places = st.lists(st.floats(0.0, 1.0), min_size=HORIZON, max_size=HORIZON).map(np.array)


@settings(max_examples=100)
@given(place=places)
def test_no_steps_beat_chebyshev_in_the_worst_case_nor_conjugate_gradients_at_one_start(place):
    steps = CONDITION**-place
    least = horizon.least_worst_case(CONDITION, HORIZON)
    assert horizon.worst_case(steps, CONDITION) >= least * (1 - 1e-3)  # the grid's own error
    assert _f(steps) >= horizon.krylov_least(EIGENVALUES, X0, HORIZON) * (1 - 1e-9)


@pytest.mark.parametrize("steps", [1, 3, 5, 8])
def test_the_least_is_what_conjugate_gradients_reach(steps):
    least = horizon.krylov_least(EIGENVALUES, X0, steps)
    assert least == pytest.approx(_conjugate_gradients(steps), rel=1e-9)


def test_as_many_steps_as_eigenvalues_leave_nothing():
    few = np.array([1.0, 2.0, 5.0])
    assert horizon.krylov_least(few, np.ones(3), 3) < 1e-28
    assert horizon.krylov_least(few, np.ones(3), 2) > 1e-3
    np.testing.assert_array_equal(horizon.contraction(1 / few, few), 0)
