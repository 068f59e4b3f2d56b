import numpy as np
import pytest

from adcost.functions import spectra


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_the_singular_values_are_those_asked_for(rng):
    values = np.array([3.0, 2.0, 0.5])
    matrix = spectra.with_singular_values(rng, 5, values)
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), values)
    assert np.linalg.cond(spectra.conditioned(rng, 4, 4, 1e5)) == pytest.approx(1e5, rel=1e-6)


def test_the_exact_adjoints_are_the_derivatives(rng):
    a, b, x_bar = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    a_bar, b_bar = spectra.exact_solve_adjoint(a, b, x_bar)
    step = 1e-6
    direction = rng.standard_normal((3, 3))
    ends = [np.linalg.solve(a + s * direction, b) @ x_bar for s in (step, -step)]
    assert np.vdot(a_bar, direction) == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)
    np.testing.assert_allclose(b_bar, np.linalg.solve(a.T, x_bar), rtol=1e-12)


def test_the_exact_least_squares_adjoints_are_the_derivatives(rng):
    a, b, x_bar = rng.standard_normal((5, 3)), rng.standard_normal(5), rng.standard_normal(3)
    a_bar, b_bar = spectra.exact_least_squares_adjoint(a, b, x_bar)
    direction, step = rng.standard_normal((5, 3)), 1e-6
    ends = [np.linalg.lstsq(a + s * direction, b)[0] @ x_bar for s in (step, -step)]
    assert np.vdot(a_bar, direction) == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)
    np.testing.assert_allclose(b_bar, np.linalg.pinv(a).T @ x_bar, rtol=1e-11)


def test_the_polar_factor_is_orthogonal_and_that_of_the_svd(rng):
    w = spectra.conditioned(rng, 4, 4, 1e8)
    factor = spectra.exact_polar_factor(w)
    np.testing.assert_allclose(factor.T @ factor, np.eye(4), atol=1e-15)
    u, _, vt = np.linalg.svd(w)
    np.testing.assert_allclose(factor, u @ vt, atol=1e-6)
