import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.derivatives.finite_differences import (
    best_epsilon,
    central,
    central_evaluations,
    forward,
    forward_evaluations,
)


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _f(x):
    return jnp.sum(jnp.sin(x) * jnp.exp(x / 2)) + jnp.prod(x)


X = np.array([[0.3, -1.1], [0.7, 0.2], [1.3, -0.4]])


@pytest.mark.parametrize(("way", "is_central", "error"), [(central, True, 1e-9),
                                                         (forward, False, 1e-6)])  # fmt: skip
def test_the_differences_are_the_gradient_as_closely_as_the_step_allows(way, is_central, error):
    epsilon = best_epsilon(jnp.float64, central=is_central)
    difference = way(_f, jnp.asarray(X), epsilon)
    assert difference.shape == X.shape
    np.testing.assert_allclose(difference, jax.grad(_f)(X), atol=error)


@pytest.mark.parametrize(("way", "order"), [(central, 2), (forward, 1)])
def test_the_truncation_error_has_its_order(way, order):
    gradient = jax.grad(_f)(X)
    errors = [np.abs(way(_f, jnp.asarray(X), h) - gradient).max() for h in (1e-2, 1e-3)]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(order, abs=0.1)


def test_central_differences_are_exact_on_a_quadratic():
    a = jnp.arange(9.0).reshape(3, 3)
    x = jnp.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(central(lambda w: w @ a @ w, x, 0.5), (a + a.T) @ x, rtol=1e-12)


@pytest.mark.parametrize(
    ("way", "evaluations"), [(central, central_evaluations), (forward, forward_evaluations)]
)
def test_the_evaluations_are_those_that_are_charged(way, evaluations):
    """Counted as they happen, by a callback for each value that the function returns."""
    calls = []

    def counted(x):
        jax.debug.callback(lambda _: calls.append(1), x[0])
        return jnp.sum(x**2)

    jax.block_until_ready(way(counted, jnp.ones(7), 1e-3))
    jax.effects_barrier()
    assert len(calls) == evaluations(7)


def test_the_best_steps_are_the_roots_of_the_unit_roundoff():
    assert best_epsilon(jnp.float64, central=True) == pytest.approx(4.8e-6, rel=0.01)
    assert best_epsilon(jnp.float32, central=False) == pytest.approx(2.44e-4, rel=0.01)
