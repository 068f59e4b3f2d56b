import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost import seeds
from adcost.derivatives.zero_order import on_sphere, two_point


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _quadratic(seed, d):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(d, d))
    a, b, x = jnp.asarray(a + a.T), jnp.asarray(rng.normal(size=d)), jnp.asarray(rng.normal(size=d))
    return (lambda w: w @ a @ w / 2 + b @ w), a @ x + b, x


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(1, 8))
def test_on_a_quadratic_the_mean_over_an_orthonormal_basis_is_the_gradient(seed, d):
    """E[vvᵀ] = I/d, and a random orthonormal basis has that moment exactly."""
    f, gradient, x = _quadratic(seed, d)
    basis, _ = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(d, d)))
    estimates = [two_point(f, x, jnp.asarray(v), 0.1) for v in basis.T]
    np.testing.assert_allclose(np.mean(estimates, axis=0), gradient, rtol=1e-9, atol=1e-10)


def test_the_estimator_is_unbiased_and_its_square_is_d_times_the_gradients():
    d, draws = 6, 40_000
    f, gradient, x = _quadratic(5, d)
    keys = jax.random.split(seeds.key(0, "two-point"), draws)
    directions = jax.vmap(lambda k: on_sphere(k, (d,), jnp.float64))(keys)
    estimates = np.asarray(jax.jit(jax.vmap(lambda v: two_point(f, x, v, 1e-3)))(directions))
    error = estimates.std(0) / np.sqrt(draws)
    assert (np.abs(estimates.mean(0) - gradient) < 4.5 * error).all()
    squares = (estimates**2).sum(1)
    expected = d * float(gradient @ gradient)
    assert abs(squares.mean() - expected) < 4.5 * squares.std() / np.sqrt(draws)


def test_without_the_factor_d_the_check_would_fail():
    d = 6
    f, gradient, x = _quadratic(5, d)
    basis = np.eye(d)
    estimates = [two_point(f, x, jnp.asarray(v), 0.1) / d for v in basis]
    assert not np.allclose(np.mean(estimates, axis=0), gradient)


def test_directions_have_length_one_in_any_shape():
    v = on_sphere(seeds.key(1, "v"), (5, 2), jnp.float64)
    assert v.shape == (5, 2)
    assert float((v**2).sum()) == pytest.approx(1)


def test_the_estimate_keeps_the_shape_of_its_point():
    x = jnp.ones((3, 2))
    v = on_sphere(seeds.key(2, "v"), (3, 2), jnp.float64)
    assert two_point(lambda w: (w**2).sum(), x, v, 1e-3).shape == (3, 2)
