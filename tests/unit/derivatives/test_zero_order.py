import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost import seeds
from adcost.derivatives.zero_order import (
    gaussian_two_point,
    gradient_step,
    normalised,
    on_sphere,
    two_point,
    two_point_step,
)


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _quadratic(seed, d):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(d, d))
    a, b, x = jnp.asarray(a + a.T), jnp.asarray(rng.normal(size=d)), jnp.asarray(rng.normal(size=d))
    return (lambda w: w @ a @ w / 2 + b @ w), a @ x + b, x


@settings(max_examples=20)
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


def test_directions_have_length_one_in_any_shape():
    v = on_sphere(seeds.key(1, "v"), (5, 2), jnp.float64)
    assert v.shape == (5, 2)
    assert float((v**2).sum()) == pytest.approx(1)


def test_the_estimate_keeps_the_shape_of_its_point():
    x = jnp.ones((3, 2))
    v = on_sphere(seeds.key(2, "v"), (3, 2), jnp.float64)
    assert two_point(lambda w: (w**2).sum(), x, v, 1e-3).shape == (3, 2)


def test_gaussian_directions_need_no_factor_and_have_d_plus_two():
    """Mean and second moment within 4.5 standard errors: a false alarm in 20,000."""
    d, draws = 6, 40_000
    f, gradient, x = _quadratic(5, d)
    directions = jax.random.normal(seeds.key(0, "gaussian"), (draws, d), jnp.float64)
    estimates = np.asarray(jax.vmap(lambda u: gaussian_two_point(f, x, u, 0.3))(directions))
    error = estimates.std(0) / np.sqrt(draws)
    assert (np.abs(estimates.mean(0) - gradient) < 4.5 * error).all()
    squares = (estimates**2).sum(1)
    expected = (d + 2) * float(gradient @ gradient)
    assert abs(squares.mean() - expected) < 4.5 * squares.std() / np.sqrt(draws)


def test_both_estimates_agree_along_one_direction_of_the_right_length():
    """A Gaussian direction of length √d is √d times one of the sphere: the same estimate."""
    d = 5
    f, _, x = _quadratic(7, d)
    v = on_sphere(seeds.key(4, "v"), (d,), jnp.float64)
    np.testing.assert_allclose(
        two_point(f, x, v, 0.1), gaussian_two_point(f, x, d**0.5 * v, 0.1), rtol=1e-9
    )


def test_normalised_works_on_rows():
    rows = normalised(jnp.array([[3.0, 4.0], [0.0, 2.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, 1.0]])


def test_steps_are_the_theorys():
    assert gradient_step(4.0) == 1 / 4
    assert two_point_step(12, 0.5) == 1 / 32


def test_directions_of_half_precision_have_length_one_in_many_dimensions():
    for v in (
        on_sphere(jax.random.key(0), (100_000,), "float16"),
        normalised(jnp.full(100_000, 2.0, "float16")),
    ):
        assert float((v.astype("float32") ** 2).sum()) == pytest.approx(1, rel=0.02)
