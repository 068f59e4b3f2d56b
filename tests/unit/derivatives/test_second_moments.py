import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives.second_moments import DIRECTIONS, advance, largest_stable_step, share


def _sampled(directions, curvatures, x, step, draws):
    """Squares after one step x − h(uᵀg)u, of many draws, in plain NumPy."""
    u = np.random.default_rng(3).normal(size=(draws, x.size))
    factor = 1.0
    if directions == "sphere":
        u /= np.linalg.norm(u, axis=1, keepdims=True)
        factor = x.size
    return (x - step * factor * (u @ (curvatures * x))[:, None] * u) ** 2


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_one_step_has_the_expected_squares(directions):
    """Within 4.5 standard errors in each of five coordinates: a false alarm in 30,000."""
    n, step, draws = 5, 0.15, 200_000
    curvatures, x = np.geomspace(1, 0.1, n), np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    squares = _sampled(directions, curvatures, x, step, draws)
    expected = advance(x**2, curvatures, step, share(directions, n))
    error = squares.std(0) / np.sqrt(draws)
    assert (np.abs(squares.mean(0) - expected) < 4.5 * error).all()


def test_equal_curvatures_contract_as_in_closed_form():
    """1 − 2h + h²(n + 2) for Gaussian directions, 1 − 2h + h²n on the sphere."""
    n, h = 7, 0.05
    squares = np.full(n, 0.3)
    for directions, m in (("gaussian", n + 2), ("sphere", n)):
        after = advance(squares, np.ones(n), h, share(directions, n))
        np.testing.assert_allclose(after, squares * (1 - 2 * h + h**2 * m))


def test_many_step_sizes_go_at_once():
    curvatures, squares, steps = np.geomspace(1, 0.1, 4), np.ones(4), np.array([0.01, 0.1])
    both = advance(np.tile(squares, (2, 1)), curvatures, steps[:, None])
    for row, h in zip(both, steps, strict=True):
        np.testing.assert_allclose(row, advance(squares, curvatures, h))


@settings(max_examples=30)
@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=12), st.sampled_from(DIRECTIONS))
def test_the_largest_stable_step_is_where_the_spectral_radius_is_one(curvatures, directions):
    curvatures = np.array(curvatures)
    c = share(directions, curvatures.size)
    step = largest_stable_step(curvatures, c)

    def radius(h):
        matrix = advance(np.eye(curvatures.size), curvatures, h, c).T
        return np.abs(np.linalg.eigvals(matrix)).max()

    assert radius(step) == pytest.approx(1, abs=1e-8)
    assert radius(0.9 * step) < 1 < radius(1.1 * step)


def test_with_equal_curvatures_the_largest_stable_step_is_known():
    assert largest_stable_step(np.full(6, 0.5)) == pytest.approx(2 / (8 * 0.5))
