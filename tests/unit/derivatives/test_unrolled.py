"""Differentiation through the loop against a loop by hand, its adjoint by hand, and differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives.unrolled import descend, loss_of_steps, values_along

A = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, 0.2], [0.0, 0.2, 0.5]])


def f(x):
    """Not a quadratic, so that the loop's derivative needs the Hessian along the way."""
    return 0.5 * x @ A @ x + 0.1 * jnp.sum(x**4)


def slope(x):
    return A @ x + 0.4 * x**3


def curvature(x):
    return A + np.diag(1.2 * x**2)


loss_and_gradient = jax.jit(jax.value_and_grad(loss_of_steps(f)))
along = jax.jit(lambda x0, alpha: values_along(f, x0, alpha))
end = jax.jit(lambda x0, alpha: descend(f, x0, alpha))


def by_hand(alpha, x0):
    """The loop and its adjoint: λ ← (I − α ∇²f(x_k)) λ, ∂L/∂α_k = −λ_{k+1}·∇f(x_k)."""
    path = [x0]
    for a in alpha:
        path.append(path[-1] - a * slope(path[-1]))
    adjoint, gradient = slope(path[-1]), np.empty_like(alpha)
    for k in reversed(range(len(alpha))):
        gradient[k] = -adjoint @ slope(path[k])
        adjoint = adjoint - alpha[k] * curvature(path[k]) @ adjoint
    return np.array(path), gradient


steps = st.lists(st.floats(0.0, 0.4), min_size=4, max_size=4).map(np.array)
starts = st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3).map(np.array)


@settings(max_examples=50)
@given(alpha=steps, x0=starts)
def test_the_loop_and_its_gradient_are_those_by_hand(alpha, x0):
    path, gradient = by_hand(alpha, x0)
    with jax.enable_x64(True):
        loss, measured = loss_and_gradient(alpha, x0)
        np.testing.assert_allclose(end(x0, alpha), path[-1], atol=1e-14)
        values = [float(f(x)) for x in path]
        np.testing.assert_allclose(along(x0, alpha), values, atol=1e-14)
    assert loss == pytest.approx(values[-1], abs=1e-14)
    np.testing.assert_allclose(measured, gradient, atol=1e-13)


def test_the_gradient_is_the_limit_of_differences():
    alpha, x0, h = np.array([0.1, 0.3, 0.2, 0.05]), np.array([1.0, -0.5, 0.7]), 1e-5
    with jax.enable_x64(True):
        _, gradient = loss_and_gradient(alpha, x0)
        for k, e in enumerate(np.eye(4)):
            up, down = (loss_and_gradient(alpha + s * h * e, x0)[0] for s in (1, -1))
            assert gradient[k] == pytest.approx(float(up - down) / (2 * h), rel=1e-8)


def test_steps_of_zero_stay_where_they_are():
    x0 = np.array([1.0, -0.5, 0.7])
    with jax.enable_x64(True):
        np.testing.assert_array_equal(end(x0, np.zeros(4)), x0)
        values = np.asarray(along(x0, np.zeros(4)))
    assert (values == values[0]).all()


def test_the_descent_of_a_tree_is_that_of_the_flat_vector():
    tree = {"a": jnp.array([0.3, -0.5]), "b": jnp.array([[0.2], [0.9]])}
    flat, unravel = jax.flatten_util.ravel_pytree(tree)

    def value(x):
        return jnp.sum(jnp.cos(x["a"])) * jnp.sum(x["b"] ** 2)

    alpha = jnp.array([0.1, 0.2, 0.05])
    expected = values_along(lambda y: value(unravel(y)), flat, alpha)
    np.testing.assert_allclose(values_along(value, tree, alpha), expected, rtol=1e-6)
    last = jax.flatten_util.ravel_pytree(descend(value, tree, alpha))[0]
    np.testing.assert_allclose(last, descend(lambda y: value(unravel(y)), flat, alpha), rtol=1e-6)
