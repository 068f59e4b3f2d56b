import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.functions import rate_classes as classes
from adcost.functions.rate_classes import CLASSES, Problem

KAPPA = 4.0
HESSIANS = {name: jax.jit(jax.hessian(kind.value, argnums=1)) for name, kind in CLASSES.items()}
DIMENSIONS = (8, 9, 32)


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _problem(kind, n):
    return Problem(*(jnp.asarray(part) for part in kind.build(n, KAPPA)))


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_held_fixed_does_not_change_with_n(name):
    """The start's distance (or height), the mean curvature of the start, and f* = 0 at 0."""
    kind = CLASSES[name]
    for n in DIMENSIONS:
        problem = _problem(kind, n)
        assert float(kind.value(problem, jnp.zeros(n))) == 0
        if name == "smooth":
            assert float(kind.value(problem, problem.start)) == pytest.approx(1)
        else:
            assert float(jnp.linalg.norm(problem.start)) == pytest.approx(1)
        assert (problem.curvatures > 0).all() and float(problem.curvatures.max()) == 1


@settings(max_examples=15)
@given(st.sampled_from(sorted(CLASSES)), st.integers(0, 999))
def test_the_smoothness_constant_is_one(name, seed):
    """No second derivative exceeds 1 in size, at random points; at the solution one is 1."""
    kind, n = CLASSES[name], 8
    problem = _problem(kind, n)
    x = jnp.asarray(np.random.default_rng(seed).normal(size=n) * 2 * problem.start)
    assert np.abs(np.linalg.eigvalsh(HESSIANS[name](problem, x))).max() <= 1 + 1e-9
    assert np.linalg.eigvalsh(HESSIANS[name](problem, jnp.zeros(n))).max() == pytest.approx(1)


def test_the_smooth_problem_starts_where_every_direction_curves_down():
    problem = _problem(classes.SMOOTH, 8)
    hessian = np.asarray(HESSIANS["smooth"](problem, problem.start))
    assert (np.diag(hessian) < 0).all()
    assert np.count_nonzero(hessian - np.diag(np.diag(hessian))) == 0


def test_the_strongly_convex_problem_has_its_condition_number():
    curvatures = classes.strongly_convex_problem(9, KAPPA).curvatures
    assert curvatures.max() / curvatures.min() == KAPPA
    assert (curvatures == 1 / KAPPA).sum() == 5


@pytest.mark.parametrize("name", ["convex", "strongly_convex"])
def test_the_weights_are_the_errors_at_unit_vectors(name):
    kind = CLASSES[name]
    problem = _problem(kind, 8)
    errors = [float(kind.error(problem, e)) for e in jnp.eye(8)]
    np.testing.assert_allclose(kind.weights(problem), errors)


@pytest.mark.parametrize("name", CLASSES)
def test_gradient_descent_follows_the_law_of_the_docstring(name):
    """100 steps of length 1: 1/(ℓt), 1/(4ℓt), and ½(1 − μ)²ᵗ exactly."""
    kind, n, t = CLASSES[name], 32, 100 if name != "strongly_convex" else 10
    problem = _problem(kind, n)
    gradient = jax.grad(lambda x: kind.value(problem, x))
    x = jax.lax.fori_loop(0, t, lambda _, x: x - gradient(x), problem.start)
    decades = np.log(1 / classes.LEAST_CURVATURE)
    law = {"smooth": 1 / (decades * t), "convex": 1 / (4 * decades * t),
           "strongly_convex": 0.5 * (1 - 1 / KAPPA) ** (2 * t)}[name]  # fmt: skip
    # Corrections of order 1/t and of order c·t.
    assert float(kind.error(problem, x)) == pytest.approx(law, rel=0.03)
