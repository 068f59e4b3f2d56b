"""The outer loop: gradient descent on the step sizes themselves, many runs at once.

A run that diverges stops where it is found out, so that no table ever holds an infinity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives.unrolled import loss_of_steps
from adcost.functions.diagonal_quadratic import half_squared_norm

DIVERGED = 1e6
"""A run has diverged when L exceeds its start by this factor. Where that happens every curvature
has grown, so βC > 2 in every direction, and it never comes back."""

Rule = Callable[[jax.Array, jax.Array], jax.Array]
Found = tuple[jax.Array, jax.Array, jax.Array]

homework_loss = loss_of_steps(half_squared_norm)
"""L(α, x0) = f(x_T) of the homework: f = ½‖x‖², ``alpha`` (T,), ``x0`` (d,)."""


@dataclass(frozen=True)
class Learned:
    """What runs of the outer loop came to.

    ``alpha`` (runs, T); ``losses`` (runs, steps + 1), those from the divergence on being its limit;
    ``diverged_at`` (runs,): the step at which L left it, −1 where it did not.
    """

    alpha: np.ndarray
    losses: np.ndarray
    diverged_at: np.ndarray


def constant_step(starts: np.ndarray, alpha: np.ndarray, beta: np.ndarray, steps: int) -> Learned:
    """α ← α − β ∇L with one constant β a run: ``starts`` (runs, d), ``alpha`` (runs, T)."""
    return _as_learned(_constant(jnp.asarray(alpha), jnp.asarray(starts), beta, steps=steps))


def polyak_step(starts: np.ndarray, alpha: np.ndarray, steps: int) -> Learned:
    """The same with β = L/‖∇L‖² (Polyak, *Introduction to Optimization*, 1987, §5.3.2).

    Polyak's step is (L − L*)/‖∇L‖²; here L* = 0 is known. It grows as the gradient fades.
    """
    return _as_learned(_polyak(jnp.asarray(alpha), jnp.asarray(starts), steps=steps))


@partial(jax.jit, static_argnames="steps")
def _constant(alpha: jax.Array, starts: jax.Array, beta: jax.Array, *, steps: int) -> Found:
    # One run after another: a run's arrays fit the cache, those of all runs together do not.
    return jax.lax.map(
        lambda run: _descend(run[0], run[1], lambda value, slope: run[2], steps),
        (alpha, starts, jnp.asarray(beta)),
    )


@partial(jax.jit, static_argnames="steps")
def _polyak(alpha: jax.Array, starts: jax.Array, *, steps: int) -> Found:
    def rule(value: jax.Array, slope: jax.Array) -> jax.Array:
        square = jnp.vdot(slope, slope)
        return jnp.where(square > 0, value / jnp.where(square > 0, square, 1), 0)

    return jax.lax.map(lambda run: _descend(run[0], run[1], rule, steps), (alpha, starts))


def _descend(alpha: jax.Array, x0: jax.Array, rule: Rule, steps: int) -> Found:
    limit = DIVERGED * homework_loss(alpha, x0)
    gradient = jax.value_and_grad(homework_loss)

    def step(alpha: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        value, slope = gradient(alpha, x0)
        alive = value <= limit  # false for NaN
        moved = alpha - rule(value, slope) * slope
        return jnp.where(alive, moved, alpha), jnp.where(alive, value, limit)

    alpha, losses = jax.lax.scan(step, alpha, None, length=steps)
    last = homework_loss(alpha, x0)
    losses = jnp.append(losses, jnp.where(last <= limit, last, limit))
    left = losses >= limit
    return alpha, losses, jnp.where(left.any(), jnp.argmax(left), -1)


def _as_learned(parts: Found) -> Learned:
    return Learned(*(np.asarray(part) for part in parts))
