r"""The estimator by itself, central differences in the place of gradients, and the illustrations.

All in double precision. The function is a quadratic ½xᵀAx + bᵀx with a random symmetric A, on
which E[G] = ∇f exactly, however large ε is; the sample's mean differs by chance alone.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.costs.calls import counted
from adcost.derivatives.finite_differences import central
from adcost.derivatives.zero_order import (
    gaussian_two_point,
    gradient_step,
    normalised,
    two_point,
    two_point_step,
)
from adcost.experiments.zero_order.plan import BATCHES
from adcost.functions.rate_classes import CONVEX, SMOOTH, Problem, RateClass, quadratic
from adcost.roundoff import unit_roundoff

EPSILON = 0.5
"""Large on purpose: a quadratic's central difference has no truncation error."""

DIFFERENCE = {"convex": 1.0, "smooth": 2.0**-17}
"""ε of central differences: any on a quadratic; near ∛u where there is truncation. Powers of two,
so that dividing by them rounds nothing."""

Row = tuple[str, int, int, int, str, float]
"""method, dimension, run, step, quantity, value."""


PARTS = ("along_gradient", "across_gradient", "second_moment")


def unbiased(rng: np.random.Generator, key: jax.Array, n: int, draws: int) -> Iterator[Row]:
    """Means of the estimate, batch by batch, in parts: along ∇f, and across it.

    ``along_gradient``: ⟨Ḡ, ∇f⟩/‖∇f‖², 1 if unbiased. ``across_gradient``: Ḡ's component along a
    random direction orthogonal to ∇f, over ‖∇f‖, 0 if unbiased. ``second_moment``: ‖G‖²/‖∇f‖².
    """
    a, b, x = rng.normal(size=(n, n)), rng.normal(size=n), rng.normal(size=n)
    a = (a + a.T) / 2
    gradient, across = a @ x + b, rng.normal(size=n)
    square = gradient @ gradient
    across -= across @ gradient / square * gradient
    frame = np.stack([gradient / square, across / np.linalg.norm(across) / square**0.5])
    means = np.asarray(_means(key, a, b, x, frame, square, draws // BATCHES))
    for batch, methods in enumerate(means):
        for method, values in zip(("sphere", "gaussian"), methods, strict=True):
            yield from (
                (method, n, batch, 0, name, float(value))
                for name, value in zip(PARTS, values, strict=True)
            )


@partial(jax.jit, static_argnames=("draws",))
def _means(
    key: jax.Array,
    a: jax.Array,
    b: jax.Array,
    x: jax.Array,
    frame: jax.Array,
    square: jax.Array,
    draws: int,
) -> jax.Array:
    """Mean parts of the estimate, (BATCHES, 2, 3), over ``draws`` in each batch."""

    def f(x: jax.Array) -> jax.Array:
        return 0.5 * x @ a @ x + b @ x

    def parts(g: jax.Array) -> jax.Array:
        return jnp.append(frame @ g, g @ g / square)

    def batch(key: jax.Array) -> jax.Array:
        drawn = jax.random.normal(key, (2, draws, x.size), x.dtype)
        sphere = jax.vmap(lambda v: parts(two_point(f, x, v, EPSILON)))(normalised(drawn[0]))
        gaussian = jax.vmap(lambda u: parts(gaussian_two_point(f, x, u, EPSILON)))(drawn[1])
        return jnp.stack([sphere.mean(0), gaussian.mean(0)])

    return jax.lax.map(batch, jax.random.split(key, BATCHES))


def differences(n: int, steps: int) -> Iterator[Row]:
    """The path of descent with central differences against gradient descent's, and what it costs.

    ``path_difference``: the largest ‖x_k − y_k‖ so far, over ‖x₀‖; ``rounding_bound``: what
    rounding alone may make of it; ``evaluations``: counted as they happen. Methods
    ``central_differences`` (convex) and ``central_differences_smooth``.
    """
    for kind in (CONVEX, SMOOTH):
        problem = Problem(*(jnp.asarray(part) for part in kind.build(n, 1.0)))
        f, evaluations = counted(partial(kind.value, problem))
        epsilon, step = DIFFERENCE[kind.name], gradient_step(1.0)
        gradient = jax.jit(jax.grad(partial(kind.value, problem)))
        difference = jax.jit(lambda x, f=f, epsilon=epsilon: central(f, x, epsilon))
        x = y = problem.start
        size = float(jnp.linalg.norm(x))
        worst = bound = 0.0
        name = "central_differences" + ("" if kind is CONVEX else f"_{kind.name}")
        for k in range(1, steps + 1):
            bound += step * _rounding(kind, problem, np.asarray(y), epsilon) / size
            x, y = x - step * gradient(x), y - step * difference(y)
            worst = max(worst, float(jnp.linalg.norm(x - y)) / size)
            yield (name, n, 0, k, "path_difference", worst)
            yield (name, n, 0, k, "rounding_bound", bound)
            yield (name, n, 0, k, "evaluations", float(evaluations()))


def _rounding(kind: RateClass, problem: Problem, x: Any, epsilon: float) -> float:
    """A bound on ‖G − ∇f‖ from rounding, for G by central differences.

    A value of f, a sum of n terms of a few operations, is off by (n + 8)·u·f at most (Higham
    2002, §4.2), and x + εe by u(|x| + ε), which changes f by λ(|x| + ε) times that. G takes two
    values over 2ε, in each of n components. Subtracting the step and the gradient's own rounding
    add u(‖x‖ + 8‖∇f‖), below the rest.
    """
    unit, n = unit_roundoff(), len(x)
    reach = np.abs(x) + epsilon
    curvatures = np.asarray(problem.curvatures)
    value = float(kind.value(problem, x)) + 0.5 * curvatures * reach**2
    component = ((n + 8) * unit * value + curvatures * reach * unit * reach) / epsilon
    return float(np.linalg.norm(component) + 9 * unit * np.linalg.norm(x))


def trajectories(key: jax.Array, *, condition: float, steps: int, runs: int) -> Iterator[Row]:
    """Paths on f(x) = ½(x₁²/κ + x₂²) from (−1, ½): of gradients, differences and two points.

    Gradient descent and central differences take ``steps`` steps, the two-point method as many
    times 4(n + 4), since its step is that much smaller.
    """
    curvatures = np.array([1 / condition, 1.0])
    yield from (
        ("quadratic", 2, 0, 0, f"curvature_{axis}", float(value))
        for axis, value in zip("xy", curvatures, strict=True)
    )
    paths = _paths(key, curvatures, steps, runs)
    for method, found in zip(
        ("gradient_descent", "central_differences", "sphere"), paths, strict=True
    ):
        for run, path in enumerate(np.asarray(found)):
            for k, (x, y) in enumerate(path):
                yield (method, 2, run, k, "x", float(x))
                yield (method, 2, run, k, "y", float(y))


@partial(jax.jit, static_argnames=("steps", "runs"))
def _paths(
    key: jax.Array, curvatures: jax.Array, steps: int, runs: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Paths (runs, steps + 1, 2) of gradient descent, central differences and two points."""
    start, small = jnp.array([-1.0, 0.5]), two_point_step(2, 1.0)
    f = partial(quadratic, Problem(curvatures, np.full(2, np.inf), start))

    def path(step_of: Callable[..., jax.Array], inputs: jax.Array) -> jax.Array:
        def body(x: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
            y = x - step_of(x, given)
            return y, y

        return jnp.vstack([start, jax.lax.scan(body, start, inputs)[1]])

    def of_two_points(x: jax.Array, v: jax.Array) -> jax.Array:
        return small * two_point(f, x, v, EPSILON)

    nothing = jnp.zeros(steps)
    descent = path(lambda x, _: gradient_step(1.0) * jax.grad(f)(x), nothing)
    differences = path(lambda x, _: gradient_step(1.0) * central(f, x, EPSILON), nothing)
    directions = normalised(jax.random.normal(key, (runs, round(steps / small), 2)))
    return descent[None], differences[None], jax.vmap(partial(path, of_two_points))(directions)
