r"""Gradients by differences along the coordinate axes, and the steps that the theory advises.

    central       Gᵢ = (L(w + εeᵢ) − L(w − εeᵢ)) / (2ε)     error O(ε²),  2d evaluations
    forward       Gᵢ = (L(w + εeᵢ) − L(w)) / ε              error O(ε),    d evaluations and L(w)
    complex step  Gᵢ = Im L(w + iεeᵢ) / ε                    error O(ε²),  d complex evaluations

A difference subtracts two values that each carry a rounding error of up to u|L|, u the unit
roundoff, and divides by ε; so its error is at most (Nocedal & Wright, *Numerical Optimization*,
2nd ed., §8.1; the lecture, «Конечные разности»)

    forward   |L″|ε/2 + 2u|L|/ε     least at ε* = 2·(u|L|/|L″|)^½
    central   |L‴|ε²/6 + u|L|/ε     least at ε* = (3u|L|/|L‴|)^⅓

to leading order, with the derivatives along the axis. The complex step subtracts nothing, and its
ε can be as small as the numbers go (Squire & Trapp, *SIAM Review* 40, 1998).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from adcost.derivatives.vectors import require_array
from adcost.roundoff import unit_roundoff

Function = Callable[[jax.Array], jax.Array]


def central_evaluations(d: int) -> int:
    """Function evaluations of a central-difference gradient in d dimensions."""
    return 2 * d


def forward_evaluations(d: int) -> int:
    """Function evaluations of a forward-difference gradient when L(w) is not known yet."""
    return d + 1


def best_epsilon(dtype: DTypeLike, *, central: bool) -> float:
    """u^⅓ (central) or u^½ (forward), for arguments of size 1."""
    roundoff = unit_roundoff(jnp.dtype(dtype).name)
    return roundoff ** (1 / 3) if central else roundoff**0.5


def forward_error(
    epsilon: np.ndarray, value: np.ndarray, second: np.ndarray, roundoff: float
) -> np.ndarray:
    """The bound |L″|ε/2 + 2u|L|/ε on the forward difference's error, to leading order."""
    return np.abs(second) * epsilon / 2 + 2 * roundoff * np.abs(value) / epsilon


def best_forward_epsilon(value: np.ndarray, second: np.ndarray, roundoff: float) -> np.ndarray:
    """The ε that minimises :func:`forward_error`, for L and L″ at the point."""
    return 2 * np.sqrt(roundoff * np.abs(value) / np.abs(second))


def central_error(
    epsilon: np.ndarray, value: np.ndarray, third: np.ndarray, roundoff: float
) -> np.ndarray:
    """The bound |L‴|ε²/6 + u|L|/ε on the central difference's error, to leading order."""
    return np.abs(third) * epsilon**2 / 6 + roundoff * np.abs(value) / epsilon


def best_central_epsilon(value: np.ndarray, third: np.ndarray, roundoff: float) -> np.ndarray:
    """The ε that minimises :func:`central_error`, for L and L‴ at the point."""
    return np.cbrt(3 * roundoff * np.abs(value) / np.abs(third))


def representable(x: jax.Array, epsilon: jax.Array | float) -> jax.Array:
    """The step really taken from ``x``: (x + ε) − x, or ε where that is zero.

    x + ε is rounded to a number, so a difference spans this step rather than ε; dividing by ε
    would add an error of u|x·L′|/ε (Press et al., *Numerical Recipes*, 3rd ed., §5.7). The
    subtraction is exact where |ε| ≤ |x| (Dekker 1971), and elsewhere off by a rounding of ε.
    Elementwise, in the dtype of ``x``.
    """
    step = (x + epsilon) - x
    return jnp.where(step == 0, epsilon, step)


def central(f: Function, x: jax.Array, epsilon: ArrayLike) -> jax.Array:
    """The central-difference gradient of ``f`` at ``x``, in the shape of ``x``."""
    differences = jax.vmap(lambda e: f(x + e) - f(x - e))(_steps(x, epsilon))
    return (differences / (2 * epsilon)).reshape(x.shape)


def forward(f: Function, x: jax.Array, epsilon: ArrayLike) -> jax.Array:
    """The forward-difference gradient of ``f`` at ``x``, in the shape of ``x``."""
    steps, here = _steps(x, epsilon), f(x)
    differences = jax.vmap(lambda e: f(x + e) - here)(steps)
    return (differences / epsilon).reshape(x.shape)


def complex_step(f: Function, x: jax.Array, epsilon: ArrayLike) -> jax.Array:
    """The complex-step gradient of ``f`` at the real ``x``, in its shape and dtype.

    ``f`` must be analytic and accept complex arguments: no ``abs``, ``max`` or conjugate in it.
    """
    values = jax.vmap(lambda e: f(jax.lax.complex(x, e)))(_steps(x, epsilon))
    return (jnp.imag(values) / epsilon).reshape(x.shape)


def _steps(x: jax.Array, epsilon: ArrayLike) -> jax.Array:
    """All ε·eᵢ, stacked: (d, *x.shape). ``TypeError`` for a tree of arrays."""
    require_array(x, "x")
    return jnp.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape) * epsilon
