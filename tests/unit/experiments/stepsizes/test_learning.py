"""The outer loop and its ends, against the closed form in NumPy."""

import jax
import numpy as np
import pytest

from adcost.experiments.stepsizes import learning, stationarity
from adcost.experiments.stepsizes.analysis import conserved_end

RNG = np.random.default_rng(5)
X0 = RNG.uniform(size=(3, 30))
ALPHA = RNG.uniform(0, 0.1, size=(3, 4))
SQUARE = (X0**2).sum(1, keepdims=True)


def closed_curvatures(alpha):
    """‖x_0‖² Π_{j≠i} (1 − α_j)², also where some α_j is 1."""
    rest = (1 - alpha) ** 2
    others = [np.delete(rest, i, axis=1).prod(1) for i in range(alpha.shape[1])]
    return SQUARE * np.stack(others, axis=1)


def closed_loop(scaled, steps):
    alpha = ALPHA
    beta = scaled / closed_curvatures(alpha).max(1, keepdims=True)
    losses = []
    for _ in range(steps + 1):
        losses.append(0.5 * SQUARE[:, 0] * ((1 - alpha) ** 2).prod(1))
        alpha, last = 1 - (1 - alpha) * (1 - beta * closed_curvatures(alpha)), alpha
    return last, np.array(losses).T


def _run(scaled, steps=20):
    with jax.enable_x64(True):
        beta = scaled / closed_curvatures(ALPHA).max(1)
        return learning.constant_step(X0, ALPHA, beta, steps)


@pytest.mark.parametrize("scaled", [0.1, 0.7, 1.9])
def test_the_loop_follows_the_closed_form(scaled):
    learned, (alpha, losses) = _run(scaled), closed_loop(scaled, 20)
    np.testing.assert_allclose(learned.alpha, alpha, rtol=1e-9)
    np.testing.assert_allclose(learned.losses, losses, rtol=1e-9)
    assert (learned.diverged_at == -1).all()


def test_the_matched_step_takes_the_steepest_component_to_one_at_once():
    learned = _run(1.0)
    steepest = closed_curvatures(ALPHA).argmax(1)
    assert (np.abs(1 - learned.alpha[range(3), steepest]) < 1e-14).all()
    assert (learned.losses[:, 1] < 1e-25 * learned.losses[:, 0]).all()


def test_a_run_that_diverges_stops_at_the_step_where_it_did_and_stays_finite():
    learned = _run(3.0)
    _, losses = closed_loop(3.0, 2)
    expected = (losses > learning.DIVERGED * losses[:, :1]).argmax(1)
    assert (expected > 0).all()
    np.testing.assert_array_equal(learned.diverged_at, expected)
    assert np.isfinite(learned.alpha).all() and np.isfinite(learned.losses).all()
    assert (learned.losses.max(1) <= learning.DIVERGED * learned.losses[:, 0] * (1 + 1e-12)).all()


def test_polyak_arrives_near_where_the_conserved_squares_say():
    with jax.enable_x64(True):
        learned = learning.polyak_step(X0, ALPHA, 200)
    assert (np.abs(1 - learned.alpha).min(1) < 1e-15).all()
    np.testing.assert_array_equal(learned.alpha.argmax(1), ALPHA.argmax(1))
    # Its steps are not small: the first takes 1 − α down by an eighth.
    np.testing.assert_allclose(learned.alpha, conserved_end(ALPHA), atol=0.08)


def test_small_steps_keep_the_differences_of_squares():
    learned = _run(0.01)
    before, after = ((1 - alpha) ** 2 for alpha in (ALPHA, learned.alpha))
    moved = np.abs(after - before).max()
    drift = np.abs((after - after[:, :1]) - (before - before[:, :1])).max()
    assert drift < 0.01 * moved


def test_the_hessian_is_that_of_the_closed_form():
    with jax.enable_x64(True):
        hessians = stationarity.hessians(ALPHA, X0)
    loss = 0.5 * SQUARE[:, 0] * ((1 - ALPHA) ** 2).prod(1)
    inverse = 1 / (1 - ALPHA)
    expected = 4 * loss[:, None, None] * inverse[:, :, None] * inverse[:, None, :]
    for own, curvature in zip(expected, closed_curvatures(ALPHA), strict=True):
        np.fill_diagonal(own, curvature)
    np.testing.assert_allclose(hessians, expected, rtol=1e-12)


def test_perturbations_of_a_slope_lower_it_half_of_the_time_and_of_a_minimum_never():
    def shares(alpha):
        with jax.enable_x64(True):
            rows = stationarity.examine("any", alpha, X0, 50, seed=1)
        return np.mean([row[4] for row in rows if row[2] == "lower_share" and row[3] == 1e-8])

    # 150 directions: the share leaves this range with probability 1e-5 (binomial).
    assert 0.32 < shares(ALPHA) < 0.68
    at_minimum = ALPHA.copy()
    at_minimum[:, 2] = 1.0
    assert shares(at_minimum) == 0


def test_the_rank_is_one_in_a_valley_zero_where_two_cross_and_full_outside():
    with jax.enable_x64(True):
        rows = stationarity.ranks_on_the_valley(ALPHA, X0)
    assert {(ones, rank) for *_, ones, rank in rows} == {(0, 4), (1, 1), (2, 0)}
