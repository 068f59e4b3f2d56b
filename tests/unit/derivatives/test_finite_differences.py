import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.costs.calls import counted
from adcost.derivatives.finite_differences import (
    best_central_epsilon,
    best_epsilon,
    best_forward_epsilon,
    central,
    central_error,
    central_evaluations,
    complex_step,
    forward,
    forward_error,
    forward_evaluations,
    representable,
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
    ("way", "evaluations"),
    [
        (central, central_evaluations),
        (forward, forward_evaluations),
    ],
)
def test_the_evaluations_are_those_that_are_charged(way, evaluations):
    """Counted as they happen, by a report of each value that the function returns."""
    f, so_far = counted(lambda x: jnp.sum(x**2))
    jax.block_until_ready(way(f, jnp.ones(7), 1e-3))
    assert so_far() == evaluations(7)


@pytest.mark.parametrize("epsilon", [1e-8, 1e-100, 1e-300])
def test_the_complex_step_is_the_gradient_to_rounding_however_small(epsilon):
    step = complex_step(_f, jnp.asarray(X), epsilon)
    assert step.shape == X.shape and step.dtype == X.dtype
    np.testing.assert_allclose(step, jax.grad(_f)(X), rtol=1e-14)


def test_the_complex_step_truncates_as_the_central_difference_with_the_other_sign():
    """Im f(x + iε)/ε = f′ − f‴ε²/6 + …, where the central difference has + f‴ε²/6."""
    x, h = jnp.array([0.4]), 1e-2
    f = lambda x: jnp.sum(jnp.exp(x))  # noqa: E731
    errors = [way(f, x, h) - jnp.exp(x) for way in (complex_step, central)]
    np.testing.assert_allclose(errors[0], -errors[1], rtol=1e-4)
    np.testing.assert_allclose(errors[1], jnp.exp(x) * h**2 / 6, rtol=1e-4)


@given(st.floats(1e-3, 1e3), st.floats(1e-18, 1.0))
def test_the_representable_step_is_taken_exactly(x, share):
    with jax.enable_x64(True):
        x, epsilon = jnp.float64(x), jnp.float64(share * x)
        step = representable(x, epsilon)
        assert step == jax.jit(representable)(x, epsilon)
    x, step = float(x), float(step)
    if x + float(epsilon) == x:
        assert step == epsilon
    else:
        # Adding it to x rounds nothing.
        assert (x + step) - x == step and (x + step) - step == x
        assert abs(step - float(epsilon)) <= np.spacing(x + step) / 2


@given(
    st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.sampled_from([2.0**-24, 2.0**-53]),
    st.sampled_from([(forward_error, best_forward_epsilon), (central_error, best_central_epsilon)]),
)  # fmt: skip
def test_the_best_step_is_where_the_bound_is_least(value, curvature, roundoff, way):
    error, best = way
    epsilon = best(value, curvature, roundoff)
    least = error(epsilon, value, curvature, roundoff)
    for factor in (0.5, 0.99, 1.01, 2.0):
        assert error(factor * epsilon, value, -curvature, roundoff) > least * (1 - 1e-12)


def test_the_bounds_hold_for_a_difference_of_the_exponential():
    roundoff = float(jnp.finfo(jnp.float64).eps) / 2
    x = jnp.linspace(0.5, 2.0, 101)
    e = jnp.exp(x)
    for way, bound, least, largest in ((forward, forward_error, 1e-10, 1e-4),
                                       (central, central_error, 1e-8, 1e-3)):  # fmt: skip
        slopes = jax.jit(jax.vmap(lambda x, h, way=way: way(jnp.exp, x, h)))
        for epsilon in np.geomspace(least, largest, 5):
            step = representable(x, epsilon)
            slope = slopes(x, step)
            # The largest rounding of a library's exponential is up to one spacing, twice u|f|.
            assert (jnp.abs(slope - e) <= 2 * bound(step, e, e, roundoff)).all()


def test_the_best_steps_are_the_roots_of_the_unit_roundoff():
    assert best_epsilon(jnp.float64, central=True) == pytest.approx(4.8e-6, rel=0.01)
    assert best_epsilon(jnp.float32, central=False) == pytest.approx(2.44e-4, rel=0.01)
