r"""Differentiation through gradient descent itself: the loop unrolled, its step sizes learned.

    x_{k+1} = x_k − α_k ∇f(x_k),   k = 0 … T−1,   L(α) = f(x_T).

The loop is a program like any other, so reverse mode differentiates L by α at the price of a small
constant times the loop (Domke, *AISTATS* 2012; Maclaurin, Duvenaud & Adams, *ICML* 2015; the
lecture, домашняя задача 2). It is a `lax.scan`: any number of steps compiles as fast as one.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Tree = Any
Scalar = Callable[[Tree], jax.Array]


def _step(f: Scalar, x: Tree, a: jax.Array) -> Tree:
    return jax.tree.map(lambda leaf, slope: leaf - a * slope, x, jax.grad(f)(x))


def descend(f: Scalar, x0: Tree, alpha: jax.Array) -> Tree:
    """x_T, of ``x0``'s shape, after one step of gradient descent for each of ``alpha`` (T,).

    Here and below ``x0`` is an array or a tree of arrays.
    """

    def step(x: Tree, a: jax.Array) -> tuple[Tree, None]:
        return _step(f, x, a), None

    return jax.lax.scan(step, x0, alpha)[0]


def values_along(f: Scalar, x0: Tree, alpha: jax.Array) -> jax.Array:
    """f(x_0), …, f(x_T), of (T + 1,), along the descent with the steps ``alpha`` (T,)."""

    def step(x: Tree, a: jax.Array) -> tuple[Tree, jax.Array]:
        return _step(f, x, a), f(x)

    last, values = jax.lax.scan(step, x0, alpha)
    return jnp.append(values, f(last))


def loss_of_steps(f: Scalar) -> Callable[[jax.Array, Tree], jax.Array]:
    """L(α, x0) = f(x_T), to be differentiated by its first argument."""
    return lambda alpha, x0: f(descend(f, x0, alpha))
