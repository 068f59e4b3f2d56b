"""Functions and products are held against dense matrices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.experiments.second_order.subjects import convex, hadamard, logistic, mixed, network

RNG = np.random.default_rng


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("p", [4, 16, 32, 128])
def test_the_transform_is_orthogonal_and_dense(p):
    q = jax.vmap(mixed)(jnp.eye(p))
    np.testing.assert_allclose(q @ q.T, np.eye(p), atol=1e-14)
    np.testing.assert_allclose(np.abs(q), p**-0.5)
    np.testing.assert_allclose(hadamard(p) @ hadamard(p).T, np.eye(p), atol=1e-14)


def test_the_minimum_has_the_condition_that_was_set_and_an_even_diagonal():
    found = convex(32, 1000.0, RNG(0))
    x = jnp.linalg.solve(jax.vmap(mixed)(jnp.eye(32)).T, found.data["shift"])
    value, gradient = found.family.value_and_gradient(x, found.data)
    assert abs(value) < 1e-25
    assert jnp.abs(gradient).max() < 1e-12
    hessian = jax.hessian(lambda y: found.family.value(y, found.data))(x)
    assert np.linalg.cond(hessian) == pytest.approx(1000, rel=1e-6)
    diagonal = jnp.diagonal(hessian)
    assert diagonal.max() / diagonal.min() == pytest.approx(1, rel=1e-6)


def _small(family):
    if family == "network":
        return network(2, 20, RNG(0))
    if family == "convex":
        return convex(16, 10.0, RNG(0))
    return logistic(family, 1, 40, 1e-2, RNG(0))


@pytest.mark.parametrize("family", ["convex", "breast_cancer", "wine", "network"])
def test_products_are_those_of_the_dense_matrices(family):
    found = _small(family)
    rng = RNG(1)
    x = jnp.asarray(found.start + 0.1 * rng.standard_normal(found.start.size))
    v = jnp.asarray(rng.standard_normal(x.size))
    hessian = jax.hessian(lambda y: found.family.value(y, found.data))(x)
    product = found.family.product(x, v, found.data)
    np.testing.assert_allclose(product, hessian @ v, rtol=1e-9, atol=1e-10)

    z = found.family.model(x, found.data)
    jacobian = jax.jacobian(lambda y: found.family.model(y, found.data).ravel())(x)
    outer = jax.hessian(lambda r: found.family.outer(r.reshape(z.shape), found.data))(z.ravel())
    dense = jacobian.T @ outer @ jacobian + found.data.get("ridge", 0.0) * jnp.eye(x.size)
    gauss_newton = found.family.gauss_newton_product(x, v, found.data)
    np.testing.assert_allclose(gauss_newton, dense @ v, rtol=1e-9, atol=1e-10)
    same = np.allclose(gauss_newton, product, rtol=1e-6)
    assert same == found.family.linear


def test_logistic_regression_is_that_of_the_textbook():
    found = _small("breast_cancer")
    x = RNG(2).standard_normal(found.start.size)
    z = found.data["features"] @ x
    sign = 2 * found.data["labels"] - 1
    expected = np.mean(np.log1p(np.exp(-sign * z))) + 0.5e-2 * x @ x
    assert float(found.family.value(x, found.data)) == pytest.approx(expected)


def test_products_of_features_are_features():
    assert logistic("breast_cancer", 2, 40, 1e-2, RNG(0)).start.size == 496
