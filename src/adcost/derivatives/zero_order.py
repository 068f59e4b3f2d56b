r"""The two-point estimator of a gradient, from two function values along one random direction.

    G = d · (L(w + εv) − L(w − εv)) / (2ε) · v,   v uniform on the unit sphere of ℝᵈ.

E[vvᵀ] = I/d, so the factor d makes E[G] = ∇L(w) up to O(ε²), exactly so for a quadratic, and
E‖G‖² = d·‖∇L‖²: that is why the step, and with it the speed, falls by d (Nesterov & Spokoiny,
*Found. Comput. Math.* 17, 2017; the lecture, «Градиентный спуск без градиента»).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

EVALUATIONS = 2
"""Function evaluations of one estimate."""


def on_sphere(key: jax.Array, shape: tuple[int, ...], dtype: jnp.dtype = float) -> jax.Array:
    """A direction of the given shape, uniform on the unit sphere (a normalised Gaussian)."""
    direction = jax.random.normal(key, shape, dtype)
    return direction / jnp.sqrt((direction**2).sum())


def two_point(
    f: Callable[[jax.Array], jax.Array], x: jax.Array, v: jax.Array, epsilon: float
) -> jax.Array:
    """The estimate G of ∇f at ``x`` along ``v`` (both of one shape, ‖v‖ = 1); G has that shape."""
    slope = (f(x + epsilon * v) - f(x - epsilon * v)) / (2 * epsilon)
    return x.size * slope * v
