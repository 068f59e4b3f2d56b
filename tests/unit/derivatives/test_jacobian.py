import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs.count import count
from adcost.derivatives import jacobian

MATRIX = jnp.asarray(np.random.default_rng(0).standard_normal((7, 3)), jnp.float32)
X = jnp.asarray([0.3, -0.5, 0.8], jnp.float32)


def f(x):
    return jnp.tanh(MATRIX @ x)


@pytest.mark.parametrize("block", [1, 3, 7])
def test_rows_in_blocks_are_the_rows(block):
    expected = (1 - f(X) ** 2)[:, None] * MATRIX
    np.testing.assert_allclose(jacobian.forward(f, X), expected, rtol=1e-5)
    np.testing.assert_allclose(jacobian.reverse(f, X, block), expected, rtol=1e-5)


@pytest.mark.parametrize("block", [2, 3])
def test_blocks_do_the_operations_of_all_rows_at_once(block):
    whole = count(lambda x: jax.jacrev(f)(x), X)
    assert count(lambda x: jacobian.reverse(f, x, block), X) == whole


def test_a_scalar_has_one_row():
    np.testing.assert_allclose(
        jacobian.reverse(lambda x: f(x).max(), X, 1), jax.grad(lambda x: f(x).max())(X), rtol=1e-6
    )
