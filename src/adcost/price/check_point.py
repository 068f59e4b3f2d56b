"""What is checked: a function made scalar at a point, its sizes and its gradient there."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost import jax_versions as versions
from adcost.jax_versions import ClosedJaxpr
from adcost.price.central_difference import SAFETY
from adcost.price.limits import Limits, program_of
from adcost.price.subject import Subject
from adcost.roundoff import unit_roundoff

STOPPED = math.sqrt(float(np.finfo(np.float32).eps))
"""What an iteration may leave of the error that it stops at: half of float32's digits."""
NEARBY = 8
"""Points near the given one at which noise is measured, where there is a reason to."""


@dataclass(frozen=True)
class Point:
    """A function of one tree made scalar, where it is checked, and along what."""

    f: Callable[[Any], jax.Array]
    x: Any
    weights: jax.Array
    """Of the numbers that a vector-valued function returns; 1 of a scalar."""
    sizes: Any
    """The size of each array of ``x``, which its changes are in proportion to."""
    unit: float
    """The unit roundoff of the function's arithmetic: of its narrowest floating-point numbers."""
    program: ClosedJaxpr

    def stopped(self, error: float) -> bool:
        """Whether a while loop that stops at a tolerance may err by as much."""
        equations = (equation for part in versions.programs(self.program) for equation in part.eqns)
        return error <= STOPPED and any(e.primitive.name == "while" for e in equations)

    def direction(self, rng: np.random.Generator) -> Any:
        """Normal numbers times the arrays' sizes."""
        return jax.tree.map(
            lambda leaf, size: jnp.asarray(size * rng.standard_normal(leaf.shape), leaf.dtype),
            self.x,
            self.sizes,
        )

    def moved(self, rng: np.random.Generator) -> Any:
        """``x`` moved by a few units in the last place of each array's size."""
        return jax.tree.map(
            lambda leaf, change: leaf + 4 * float(jnp.finfo(leaf.dtype).eps) * change,
            self.x,
            self.direction(rng),
        )

    def norm(self, gradient: Any) -> float:
        """The typical size of a directional derivative: ‖size ∘ gradient‖."""
        pairs = zip(jax.tree.leaves(gradient), jax.tree.leaves(self.sizes), strict=True)
        return math.sqrt(sum(float(np.sum((size * np.asarray(g)) ** 2)) for g, size in pairs))


def point(s: Subject, rng: np.random.Generator) -> Point:
    """The function at its arguments; a vector-valued one as a sum with random weights."""
    shape = s.result
    weights = jnp.asarray(rng.standard_normal(shape.shape) if shape.shape else 1.0, shape.dtype)

    def f(x: Any) -> jax.Array:
        result = s.value(x, s.rest)
        return jnp.vdot(weights, result) if weights.ndim else result

    sizes = jax.tree.map(size, s.x)
    program = jax.make_jaxpr(f)(s.x)
    return Point(f, s.x, weights, sizes, _unit(program), program)


def size(leaf: Any) -> float:
    """The root of the mean square of an array's numbers; 1 if they are all 0."""
    return float(np.sqrt(np.mean(np.asarray(leaf, dtype=float) ** 2))) or 1.0


def _unit(jaxpr: ClosedJaxpr) -> float:
    """The unit roundoff of the narrowest floating-point numbers that a program computes."""
    dtypes = {
        getattr(variable.aval, "dtype", np.dtype(int))
        for program in versions.programs(jaxpr)
        for equation in program.eqns
        for variable in equation.outvars
    }
    floating = (dtype for dtype in dtypes if jnp.issubdtype(dtype, jnp.floating))
    return max((float(jnp.finfo(dtype).eps) / 2 for dtype in floating), default=0.0)


Derivative = Callable[[Any, jax.Array], Any]
"""(x, adjoint) ↦ (value, adjoint · Jacobian), compiled once."""


def derivative(s: Subject, limits: Limits) -> Derivative:
    """Value and product of an adjoint with the Jacobian, at any ``x`` and adjoint."""

    def run(x: Any, rest: Any, adjoint: jax.Array) -> Any:
        value, pull = jax.vjp(lambda y: s.value(y, rest), x)
        return value, pull(adjoint)[0]

    program = program_of(limits, run, s.x, s.rest, ones(s))
    return lambda x, adjoint: program(x, s.rest, adjoint)


def ones(s: Subject) -> jax.Array:
    """The adjoint of the sum of all that the function returns."""
    return jnp.ones(s.result.shape, s.result.dtype)


def all_finite(tree: Any) -> bool:
    """Whether no number of a tree is NaN or infinite."""
    return all(bool(np.all(np.isfinite(np.asarray(leaf)))) for leaf in jax.tree.leaves(tree))


def dot(a: Any, b: Any) -> float:
    """The sum of the products of two trees' numbers, in float64."""
    pairs = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    return sum(float(np.vdot(np.asarray(x), np.asarray(y))) for x, y in pairs)


@dataclass(frozen=True)
class Checked:
    """A gradient that is checked, and with what."""

    point: Point
    gradient: Any
    run: Derivative
    rng: np.random.Generator
    limits: Limits

    def gradient_at(self, x: Any) -> Any:
        """The gradient of the scalar function at another point."""
        return self.run(x, self.point.weights)[1]

    def noise(self, of: Callable[[Any], float]) -> float:
        """How far rounding moves a number of ``x``: `SAFETY` standard deviations near the point."""
        found = [of(self.point.moved(self.rng)) for _ in range(NEARBY)]
        return SAFETY * float(np.std(found, ddof=1))


def tolerance(point: Point) -> float:
    """A difference of half of the digits: what agrees to these agrees."""
    return math.sqrt(max(point.unit, unit_roundoff()))
