"""Lanczos' method against identities, the dense eigensolver and matfree's implementation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matfree.decomp import tridiag_sym

from adcost.matrix_free.lanczos import lanczos, orthogonality, ritz, unit_vector

N, STEPS = 40, 12
EPS = float(np.finfo(float).eps)


def symmetric(seed, n=N, decay=0.8):
    """A symmetric matrix with eigenvalues of both signs that decay geometrically."""
    rng = np.random.default_rng(seed)
    q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return (q * (decay ** np.arange(n) * rng.choice([-1.0, 1.0], n))) @ q.T


def decompose(matrix, steps=STEPS, seed=0, **options):
    with jax.enable_x64(True):
        a = jnp.asarray(matrix)
        v = jnp.asarray(unit_vector(np.random.default_rng(seed), len(a), "float64"))
        return lanczos(lambda v: a @ v, v, steps, **options)


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_the_basis_makes_the_matrix_tridiagonal_but_for_the_remainder(seed):
    a = symmetric(seed)
    found = decompose(a, seed=seed)
    q = np.asarray(found.basis)
    t = np.diag(found.diagonal)
    t += np.diag(found.off_diagonal, 1) + np.diag(found.off_diagonal, -1)
    rest = a @ q.T - q.T @ t
    size = 100 * EPS * np.abs(np.linalg.eigvalsh(a)).max()
    assert np.abs(rest[:, :-1]).max() < size
    assert np.linalg.norm(rest[:, -1]) == pytest.approx(found.remainder, abs=size)
    assert np.abs(q @ rest[:, -1]).max() < size
    assert orthogonality(found.basis)[-1] < 100 * EPS


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_within_every_radius_there_is_an_eigenvalue(seed):
    a = symmetric(seed)
    exact = np.linalg.eigvalsh(a)
    result = ritz(decompose(a, seed=seed))
    nearest = np.abs(result.values[:, None] - exact).min(axis=1)
    assert (nearest <= result.radii + 100 * EPS).all()
    assert result.weights.sum() == pytest.approx(1)
    assert exact[0] - 100 * EPS <= result.values[0] and result.values[-1] <= exact[-1] + 100 * EPS


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_the_quadrature_is_exact_to_degree_2k_minus_1_and_no_further(seed):
    a, steps = symmetric(seed, decay=0.95), 4
    found = decompose(a, steps, seed=seed)
    result, v = ritz(found), np.asarray(found.basis[0])
    power = v
    for degree in range(2 * steps + 1):
        exact, by_rule = v @ power, result.weights @ result.values**degree
        if degree < 2 * steps:
            assert by_rule == pytest.approx(exact, abs=1e-13)
        else:
            # The next moment misses by the square of all β's product.
            missing = (np.prod(found.off_diagonal) * found.remainder) ** 2
            assert exact - by_rule == pytest.approx(missing, rel=1e-3, abs=1e-14)
        power = a @ power


def test_as_many_steps_as_dimensions_give_all_eigenvalues():
    a = symmetric(3, n=10)
    result = ritz(decompose(a, 10))
    assert np.allclose(result.values, np.linalg.eigvalsh(a), atol=1e-13)


def test_the_same_decomposition_as_matfrees():
    a = symmetric(4)
    found = decompose(a)
    with jax.enable_x64(True):
        q, (diagonal, off_diagonal), *_ = tridiag_sym(STEPS, materialize=False)(
            lambda v: jnp.asarray(a) @ v, found.basis[0]
        )
    assert np.allclose(diagonal, found.diagonal, atol=1e-12)
    assert np.allclose(off_diagonal, found.off_diagonal, atol=1e-12)
    assert np.allclose(q, found.basis, atol=1e-9)


def test_without_reorthogonalisation_ghosts_appear_and_the_basis_is_lost():
    exact = np.sort(0.6 ** np.arange(N))
    with_it, without = (decompose(np.diag(exact), N, reorthogonalise=on) for on in (True, False))
    copies = [int((np.abs(ritz(f).values - exact[-1]) < 1e-6).sum()) for f in (with_it, without)]
    assert copies[0] == 1 and copies[1] > 1
    assert orthogonality(with_it.basis)[-1] < 1e-13 < 0.1 < orthogonality(without.basis)[-1]


def test_it_ends_where_krylovs_space_ends():
    a = np.diag([3.0, -1.0, 0.0, *[0.0] * (N - 3)])
    found = decompose(a)
    assert len(found.diagonal) == 3 == len(found.basis)
    assert np.allclose(ritz(found).values, [-1, 0, 3], atol=1e-12)
    zero = ritz(decompose(np.zeros((N, N))))
    assert zero.values == pytest.approx([0]) and zero.weights == pytest.approx([1])


def test_progress_is_reported_after_every_step():
    steps = []
    decompose(symmetric(5), 4, report=steps.append)
    assert steps == [1, 2, 3, 4]


@pytest.mark.parametrize("steps", [0, -1, N + 1])
def test_too_few_or_more_steps_than_dimensions_are_refused(steps):
    with pytest.raises(ValueError, match=f"{steps} Lanczos steps in {N} dimensions; 1 to {N}"):
        decompose(symmetric(0), steps)


def test_a_zero_start_and_a_product_that_is_not_finite_are_refused():
    with pytest.raises(ValueError, match="zero vector"):
        lanczos(lambda v: v, jnp.zeros(N), 2)
    with pytest.raises(ArithmeticError, match="step 1 is not finite"):
        lanczos(lambda v: v * jnp.nan, jnp.ones(N), 2)


def _three(scale, dtype, start=1.0, **options):
    """Ritz values of diag(1, 2, 3)·scale, over the scale."""
    d = jnp.array([1, 2, 3], dtype) * jnp.asarray(scale, dtype)
    v = jnp.full(3, start, dtype)
    return ritz(lanczos(lambda w: d * w, v, 3, **options)).values / float(jnp.asarray(scale, dtype))


@pytest.mark.parametrize("reorthogonalise", [True, False])
@pytest.mark.parametrize("scale", [1e-36, 1e-25, 1e-19, 1.0, 1e19, 1e25, 1e37])
def test_products_of_any_size_give_all_eigenvalues(scale, reorthogonalise):
    values = _three(scale, "float32", reorthogonalise=reorthogonalise)
    np.testing.assert_allclose(values, [1, 2, 3], rtol=1e-5)
    started = _three(1.0, "float32", start=scale, reorthogonalise=reorthogonalise)
    np.testing.assert_allclose(started, [1, 2, 3], rtol=1e-5)


@pytest.mark.parametrize("scale", [3e-4, 1.0, 1e4])
def test_products_in_half_precision_do_not_underflow(scale):
    np.testing.assert_allclose(_three(scale, "float16"), [1, 2, 3], rtol=5e-3)


def test_a_power_of_two_changes_no_digit():
    a = symmetric(5).astype("float32")
    v = jnp.asarray(unit_vector(np.random.default_rng(5), N))
    one, other = (lanczos(lambda w, s=s: s * (a @ w), v, STEPS) for s in (1.0, 2.0**-70))
    assert np.array_equal(one.basis, other.basis)
    assert np.array_equal(one.diagonal, np.ldexp(other.diagonal, 70))


def test_a_start_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="a vector that is not finite"):
        lanczos(lambda w: w, jnp.array([1.0, jnp.inf]), 1)
