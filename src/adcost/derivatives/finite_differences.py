r"""Gradients by finite differences along the coordinate axes.

    central   Gᵢ = (L(w + εeᵢ) − L(w − εeᵢ)) / (2ε)     error O(ε²),  2d evaluations
    forward   Gᵢ = (L(w + εeᵢ) − L(w)) / ε              error O(ε),    d evaluations and L(w)

Rounding adds an error of about u/ε, u the unit roundoff, so the best ε is near u^⅓ and u^½ times
the scale of w (Nocedal & Wright, *Numerical Optimization*, 2nd ed., ch. 8; the lecture, «Конечные
разности»).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

Function = Callable[[jax.Array], jax.Array]


def central_evaluations(d: int) -> int:
    """Function evaluations of a central-difference gradient in d dimensions."""
    return 2 * d


def forward_evaluations(d: int) -> int:
    """Function evaluations of a forward-difference gradient when L(w) is not known yet."""
    return d + 1


def best_epsilon(dtype: jnp.dtype, *, central: bool) -> float:
    """u^⅓ (central) or u^½ (forward), for arguments of size 1."""
    roundoff = float(jnp.finfo(dtype).eps) / 2
    return roundoff ** (1 / 3) if central else roundoff**0.5


def central(f: Function, x: jax.Array, epsilon: float) -> jax.Array:
    """The central-difference gradient of ``f`` at ``x``, in the shape of ``x``."""
    differences = jax.vmap(lambda e: f(x + e) - f(x - e))(_steps(x, epsilon))
    return (differences / (2 * epsilon)).reshape(x.shape)


def forward(f: Function, x: jax.Array, epsilon: float) -> jax.Array:
    """The forward-difference gradient of ``f`` at ``x``, in the shape of ``x``."""
    here = f(x)
    differences = jax.vmap(lambda e: f(x + e) - here)(_steps(x, epsilon))
    return (differences / epsilon).reshape(x.shape)


def _steps(x: jax.Array, epsilon: float) -> jax.Array:
    """All ε·eᵢ, stacked: (d, *x.shape)."""
    return epsilon * jnp.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
