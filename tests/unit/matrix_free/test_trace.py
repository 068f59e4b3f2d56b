"""Estimators against exact traces and exhaustive averages; the laws against enumeration.

Sampled comparisons have fixed seeds and 5 standard errors: one in 1.7 million fails by chance.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.matrix_free import trace
from adcost.matrix_free.trace_laws import diagonal_error2, probes_needed, variance

KEY = jax.random.key(3)


def _symmetric(seed, size):
    matrix = np.random.default_rng(seed).standard_normal((size, size))
    return matrix + matrix.T


def _of(matrix):
    return len(matrix), np.trace(matrix), (matrix**2).sum(), (np.diag(matrix) ** 2).sum()


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


@given(st.integers(0, 10**6), st.integers(2, 8))
@settings(max_examples=30)
def test_mean_and_variance_over_all_signs_are_the_trace_and_the_law(seed, size):
    matrix = _symmetric(seed, size)
    signs = np.array(list(itertools.product([-1, 1], repeat=size)))
    forms = np.einsum("ni,ij,nj->n", signs, matrix, signs)
    assert forms.mean() == pytest.approx(np.trace(matrix), abs=1e-9)
    assert forms.var() == pytest.approx(variance("rademacher", *_of(matrix)), abs=1e-9)
    errors = (signs * (signs @ matrix) - np.diag(matrix)) ** 2
    _, _, frobenius2, diagonal2 = _of(matrix)
    assert errors.sum(1).mean() == pytest.approx(diagonal_error2(frobenius2, diagonal2), abs=1e-9)


def test_gaussian_and_sphere_laws_of_eigenvalues():
    """On the sphere in two dimensions vᵀAv = λ₁ + λ₂ + (λ₁ − λ₂)·cos 2t, by quadrature."""
    t = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    v = np.sqrt(2) * np.stack([np.cos(t), np.sin(t)])
    matrix = _symmetric(1, 2)
    forms = np.einsum("it,ij,jt->t", v, matrix, v)
    assert forms.var() == pytest.approx(variance("sphere", *_of(matrix)))
    # A chi-squared variable of one degree of freedom has the variance 2.
    assert variance("gaussian", 1, 3.0, 9.0, 9.0) == pytest.approx(2 * 9)
    # On the sphere, and with signs, the identity has no variance at all.
    assert variance("sphere", *_of(np.eye(7))) == pytest.approx(0)
    assert variance("rademacher", *_of(np.eye(7))) == 0
    assert probes_needed(2.0, 10.0, 0.01) == pytest.approx(200)
    with pytest.raises(ValueError, match="uniform"):
        variance("uniform", 1, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("name", list(trace.PROBES))
def test_probes_have_the_identity_as_second_moment_and_follow_their_law(name):
    count, size = 20000, 5
    probes = np.asarray(trace.map_probes(lambda v: v, name, KEY, count, size, chunk=500))
    np.testing.assert_allclose(probes.T @ probes / count, np.eye(size), atol=5 * np.sqrt(2 / count))
    matrix = _symmetric(2, size)
    forms = np.einsum("ni,ij,nj->n", probes, matrix, probes)
    law = variance(name, *_of(matrix))
    assert abs(forms.mean() - np.trace(matrix)) < 5 * np.sqrt(law / count)
    squares = (forms - np.trace(matrix)) ** 2
    assert abs(squares.mean() - law) < 5 * squares.std() / np.sqrt(count)


def test_the_chunk_changes_no_probe_and_the_remainder_is_not_lost():
    matrix = jnp.asarray(_symmetric(4, 6))
    forms = [
        trace.quadratic_forms(lambda v: matrix @ v, "rademacher", KEY, 7, 6, chunk=chunk)
        for chunk in (3, 50)
    ]
    assert all(part.shape == (7,) for part in forms)
    for part in forms[1:]:
        np.testing.assert_allclose(part, forms[0], rtol=1e-12)
    more = trace.quadratic_forms(lambda v: matrix @ v, "rademacher", KEY, 9, 6, chunk=3)
    np.testing.assert_allclose(more[:7], forms[0], rtol=1e-12)


def test_a_diagonal_matrix_is_exact_with_one_probe_of_signs():
    entries = jnp.arange(1.0, 8.0)
    products = trace.diagonal_products(lambda v: entries * v, "rademacher", KEY, 1, 7, chunk=1)
    np.testing.assert_allclose(trace.diagonal(products), entries)
    assert trace.hutchinson(lambda v: entries * v, "rademacher", KEY, 1, 7, chunk=1) == 28
    # Gaussian probes too, entry by entry, for they are divided by their own squares.
    products = trace.diagonal_products(lambda v: entries * v, "gaussian", KEY, 2, 7, chunk=2)
    np.testing.assert_allclose(trace.diagonal(products), entries)


def test_unit_vectors_give_diagonal_and_columns():
    matrix = jnp.asarray(_symmetric(5, 7))
    entries, squares = trace.unit_vectors(lambda v: matrix @ v, 7, chunk=3).T
    np.testing.assert_allclose(entries, jnp.diag(matrix))
    np.testing.assert_allclose(squares, (matrix**2).sum(0))


def test_hutch_plus_plus_is_exact_for_low_rank_and_unbiased_for_any_sign():
    rng = np.random.default_rng(6)
    basis = np.linalg.qr(rng.standard_normal((20, 3)))[0]
    low = jnp.asarray(basis @ np.diag([5.0, -2.0, 1.0]) @ basis.T)
    assert trace.hutch_plus_plus(lambda v: low @ v, KEY, 12, 20) == pytest.approx(4, abs=1e-10)
    indefinite = jnp.asarray(_symmetric(7, 20))
    estimates = jax.jit(
        jax.vmap(lambda key: trace.hutch_plus_plus(lambda v: indefinite @ v, key, 12, 20))
    )(jax.random.split(KEY, 4000))
    error = estimates.std() / np.sqrt(len(estimates))
    assert abs(estimates.mean() - jnp.trace(indefinite)) < 5 * error


def test_hutch_plus_plus_takes_no_more_products_than_it_says():
    calls = []

    def product(v):
        jax.debug.callback(lambda v: calls.append(v), v)
        return 2 * v

    jax.block_until_ready(trace.hutch_plus_plus(product, KEY, 9, 30))
    jax.effects_barrier()
    assert len(calls) == 9


@pytest.mark.parametrize("products", [0, 10, 60])
def test_numbers_of_products_that_make_no_sense_are_refused(products):
    with pytest.raises(ValueError, match="multiple of 3"):
        trace.hutch_plus_plus(lambda v: v, KEY, products, 20)


def test_no_probes_and_unknown_ones_are_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        trace.hutchinson(lambda v: v, "rademacher", KEY, 0, 3, chunk=1)
    with pytest.raises(ValueError, match="'uniform'; there are rademacher, gaussian, sphere"):
        trace.hutchinson(lambda v: v, "uniform", KEY, 1, 3, chunk=1)


def test_a_relative_error_of_a_trace_of_zero_cannot_be_asked():
    with pytest.raises(ValueError, match=r"the trace is 0.*absolute"):
        probes_needed(2.0, 0.0, 0.01)
    with pytest.raises(ValueError, match="the error must be positive, not 0"):
        probes_needed(2.0, 10.0, 0.0)


ESTIMATES = {
    "hutchinson": lambda a, **o: trace.hutchinson(a, "rademacher", KEY, 4, 6, chunk=2, **o),
    "diagonal": lambda a, **o: trace.diagonal_products(a, "gaussian", KEY, 4, 6, chunk=2, **o),
    "unit vectors": lambda a, **o: trace.unit_vectors(a, 6, chunk=2, **o),
    "hutch++": lambda a, **o: trace.hutch_plus_plus(a, KEY, 6, 6, **o),
}


@pytest.mark.parametrize("estimate", ESTIMATES.values(), ids=ESTIMATES)
def test_a_product_that_is_not_finite_is_an_error(estimate):
    with pytest.raises(ArithmeticError, match=r"product with a .*not all of it is finite"):
        estimate(lambda v: v * jnp.nan)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("estimate", ESTIMATES.values(), ids=ESTIMATES)
def test_half_precision_needs_its_dtype_and_is_told_so(estimate, dtype):
    x = jnp.ones(6, dtype)
    product = jax.linearize(jax.grad(lambda x: (x**3).sum()), x)[1]  # 6 times the identity
    with pytest.raises(TypeError, match=r"a probe of shape \(6,\) and dtype float64; give dtype="):
        estimate(product)
    assert estimate(product, dtype=dtype).dtype == dtype


def test_probes_on_a_large_sphere_have_its_radius_in_half_precision():
    v = trace.sphere(KEY, 100_000, "float16")
    assert float((v.astype("float32") ** 2).mean()) == pytest.approx(1, rel=1e-3)
