"""Implicit derivatives against closed forms, dense matrices, differences and the unrolled loop."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs.memory import program_bytes
from adcost.derivatives.implicit import fixed_point, successive, until

# Neither symmetric nor normal, so that a transpose that is left out is seen.
M = np.array([[0.3, 0.5, 0.0], [-0.2, 0.1, 0.4], [0.1, 0.0, -0.3]])
C = np.array([1.0, -2.0, 0.5])


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def affine(theta, x):
    return M @ x + theta


def curved(theta, x):
    return jnp.tanh(M @ x + theta)


def repeat(steps):
    return lambda update, x: jax.lax.fori_loop(0, steps, lambda _, y: update(y), x)


def dense(a, b):
    return jnp.linalg.solve(jax.jacfwd(a)(b), b)


by_successive = partial(successive, tolerance=1e-15, most=500)
THETA = np.array([0.2, -0.1, 0.4])


@pytest.mark.parametrize("solver", [dense, by_successive], ids=["dense", "successive"])
def test_the_gradient_of_an_affine_map_is_the_inverse_transposed(solver):
    solution = fixed_point(affine, repeat(200), solver)
    found = jax.grad(lambda theta: C @ solution(theta, jnp.zeros(3)))(THETA)
    np.testing.assert_allclose(found, np.linalg.solve((np.eye(3) - M).T, C), rtol=1e-13)
    columns = jax.jacfwd(lambda theta: solution(theta, jnp.zeros(3)))(THETA)
    np.testing.assert_allclose(columns, np.linalg.inv(np.eye(3) - M), rtol=1e-12)


@pytest.mark.parametrize("solver", [dense, by_successive], ids=["dense", "successive"])
def test_it_is_that_of_the_unrolled_loop_where_this_has_converged(solver):
    def unrolled(theta, steps):
        return C @ repeat(steps)(partial(curved, theta), jnp.zeros(3))

    def implicit(theta, steps):
        return C @ fixed_point(curved, repeat(steps), solver)(theta, jnp.zeros(3))

    right, found = (jax.grad(f)(THETA, 200) for f in (unrolled, implicit))
    np.testing.assert_allclose(found, right, rtol=1e-13)
    early, found = (jax.grad(f)(THETA, 2) for f in (unrolled, implicit))
    assert np.abs(found - early).max() > 1e-3, "before, they are two things"


def test_it_is_what_differences_give():
    def loss(theta):
        return C @ fixed_point(curved, repeat(200), dense)(theta, jnp.zeros(3))

    h = 1e-6
    central = [(loss(THETA + h * e) - loss(THETA - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(jax.grad(loss)(THETA), central, rtol=1e-8)


def test_the_start_has_no_derivative():
    solution = fixed_point(affine, repeat(3), dense)
    assert not jax.grad(lambda x: C @ solution(THETA, x))(jnp.ones(3)).any()


def test_of_the_iterations_nothing_is_kept():
    def bytes_of(steps):
        solution = fixed_point(curved, repeat(steps), by_successive)
        return program_bytes(
            jax.grad(lambda theta: C @ solution(theta, jnp.zeros(3))), THETA
        ).temporaries

    assert bytes_of(10) == bytes_of(10_000)


def test_it_stops_at_the_first_step_that_is_small_enough():
    start = 1000 * jnp.ones(3)  # a tolerance is a share of the first step, whatever its size
    # Every step halves the last one: the n-th is 2⁻ⁿ⁺¹ of the first.
    halve = partial(until, lambda x: x / 2, start)
    for tolerance, steps in ((1.0, 1), (0.5, 2), (0.3, 3), (2.0**-9, 10)):
        x, count = halve(tolerance, 100)
        assert count == steps
        np.testing.assert_array_equal(x, start / 2**steps)


def test_it_stops_at_the_most_updates():
    x, count = until(lambda x: -x, jnp.ones(2), 0.1, 7)
    assert count == 7
    np.testing.assert_array_equal(x, -jnp.ones(2))


def test_successive_substitution_solves():
    found = by_successive(lambda u: u - M @ u, jnp.asarray(C))
    np.testing.assert_allclose(found, np.linalg.solve(np.eye(3) - M, C), rtol=1e-13)
