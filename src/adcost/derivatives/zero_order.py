r"""The two-point estimator of a gradient, from two function values along one random direction.

    G = d · (L(w + εv) − L(w − εv)) / (2ε) · v,   v uniform on the unit sphere of ℝᵈ,
    G =     (L(w + εu) − L(w − εu)) / (2ε) · u,   u Gaussian, N(0, I).

E[vvᵀ] = I/d and E[uuᵀ] = I, so both have E[G] = ∇L(w) up to O(ε²), exactly so for a quadratic; on
the sphere it is the factor d that makes it so. The price is in the second moment, d·‖∇L‖² (sphere)
or (d + 2)·‖∇L‖² (Gaussian): that is why the step, and with it the speed, falls by d (Nesterov &
Spokoiny, *Found. Comput. Math.* 17, 2017; the lecture, «Градиентный спуск без градиента»).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from adcost.derivatives.vectors import require_array, sum_of_squares

Function = Callable[[jax.Array], jax.Array]

EVALUATIONS = 2
"""Function evaluations of one estimate."""


def on_sphere(key: jax.Array, shape: tuple[int, ...], dtype: DTypeLike = float) -> jax.Array:
    """A direction of the given shape, uniform on the unit sphere (a normalised Gaussian)."""
    direction = jax.random.normal(key, shape, dtype)
    return (direction / jnp.sqrt(sum_of_squares(direction))).astype(direction.dtype)


def normalised(directions: jax.Array) -> jax.Array:
    """Vectors along the last axis at length one; Gaussian ones become uniform on the sphere."""
    lengths = jnp.sqrt(sum_of_squares(directions, -1, keepdims=True))
    return (directions / lengths).astype(directions.dtype)


def slope(f: Function, x: jax.Array, v: jax.Array, epsilon: float) -> jax.Array:
    """The central difference of ``f`` at ``x`` along ``v`` (of its shape): about ⟨∇f(x), v⟩.

    As all here it takes arrays of any shape; ``TypeError`` for a tree of them.
    """
    require_array(x, "x")
    return (f(x + epsilon * v) - f(x - epsilon * v)) / (2 * epsilon)


def two_point(f: Function, x: jax.Array, v: jax.Array, epsilon: float) -> jax.Array:
    """The estimate G of ∇f at ``x`` along ``v`` (both of one shape, ‖v‖ = 1); G has that shape."""
    require_array(x, "x")
    return x.size * slope(f, x, v, epsilon) * v


def gaussian_two_point(f: Function, x: jax.Array, u: jax.Array, epsilon: float) -> jax.Array:
    """The estimate G of ∇f at ``x`` along a Gaussian ``u`` of its shape; G has that shape."""
    return slope(f, x, u, epsilon) * u


def gradient_step(smoothness: float) -> float:
    """Gradient descent's step 1/L (Nesterov, *Lectures on Convex Optimization*, 2018, §2.1.5)."""
    return 1 / smoothness


def two_point_step(d: int, smoothness: float) -> float:
    """The step 1/(4(d + 4)L) (Nesterov & Spokoiny 2017, §5, theorem 8, for all three classes)."""
    return 1 / (4 * (d + 4) * smoothness)
