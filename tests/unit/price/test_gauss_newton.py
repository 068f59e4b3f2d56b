import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.price import gauss_newton
from adcost.price.subject import subject

A = jnp.asarray(np.random.default_rng(0).standard_normal((5, 3)), "float32")
X, V = jnp.asarray([0.3, -0.2, 0.5]), jnp.asarray([1.0, 2.0, -1.0])
C = jnp.arange(1.0, 6.0)

SUMS = {
    "sum": lambda x, a: jnp.sum((a @ x - C) ** 2),
    "half": lambda x, a: 0.5 * jnp.sum(jnp.square(a @ x)),
    "mean": lambda x, a: jnp.mean((a @ x - 1) ** 2),
    "inner product": lambda x, a: (lambda r: jnp.vdot(r, r))(a @ x),
    "weighted": lambda x, a: jnp.sum(C * (a @ x) ** 2),
    "ridge": lambda x, a: jnp.sum((a @ x) ** 2) + 0.1 * jnp.sum(x**2) + 7.0,
    "mean of sums": lambda x, a: jnp.mean(jnp.sum((a * x) ** 2, axis=1)),
    "jitted": jax.jit(lambda x, a: jnp.sum((a @ x) ** 2)),
}


@pytest.mark.parametrize("name", SUMS)
def test_of_linear_residuals_it_is_the_hessian(name):
    f = SUMS[name]
    found = gauss_newton.find(subject(f, (X, A)))
    assert not isinstance(found, str), found
    product = found.product(X, (A,), V)
    np.testing.assert_allclose(product, jax.hessian(f)(X, A) @ V, rtol=1e-5)


def test_of_curved_residuals_it_leaves_their_curvature_out():
    f = lambda x, a: jnp.sum(jnp.tanh(a @ x) ** 2)  # noqa: E731
    found = gauss_newton.find(subject(f, (X, A)))
    j = jax.jacobian(lambda x: jnp.tanh(A @ x))(X)
    np.testing.assert_allclose(found.product(X, (A,), V), 2 * j.T @ (j @ V), rtol=1e-5)
    assert found.numbers == 5


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x, a: jnp.log(jnp.sum((a @ x) ** 2)), "it ends in log"),
        (lambda x, a: jnp.sum(x**2) - jnp.sum((a @ x) ** 2), "it ends in sub"),
        (lambda x, a: jnp.sum(jnp.abs(a @ x)), "it ends in abs"),
        (lambda x, a: jnp.sum(x), "it ends in one of its arguments"),
        (lambda x, a: jnp.sum(a), "nothing is squared"),
    ],
)
def test_what_is_no_sum_of_squares_is_said(f, said):
    found = gauss_newton.find(subject(f, (X, A)))
    assert isinstance(found, str) and said in found
