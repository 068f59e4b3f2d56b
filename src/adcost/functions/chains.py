"""Chains of dense layers, and single layers with a Jacobian to be had: f(x) = Ax and two more."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

Layer = Callable[[jax.Array], jax.Array]


def linear(a: jax.Array, x: jax.Array) -> jax.Array:
    """Ax: (m, n) and (n,) to (m,)."""
    return a @ x


def tanh(a: jax.Array, x: jax.Array) -> jax.Array:
    """tanh(Ax), one by one: (m, n) and (n,) to (m,). Its Jacobian depends on x."""
    return jnp.tanh(a @ x)


def largest(a: jax.Array, x: jax.Array) -> jax.Array:
    """maxᵢ (Ax)ᵢ: (m, n) and (n,) to a scalar."""
    return (a @ x).max()


ONE_LAYER: Mapping[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "linear": linear,
    "tanh": tanh,
    "max": largest,
}


def draw_weights(rng: np.random.Generator, widths: Sequence[int]) -> list[np.ndarray]:
    """Matrices (widths[i+1], widths[i]), N(0, 1/widths[i]): a signal keeps its size."""
    pairs = pairwise(widths)
    return [rng.standard_normal((after, before)) / before**0.5 for before, after in pairs]


def layers(weights: Sequence[jax.Array], activation: str) -> list[Layer]:
    """The chain's layers x ↦ Wx (``"linear"``) or x ↦ tanh(Wx) (``"tanh"``), first to last."""
    f = ONE_LAYER[activation]
    return [partial(f, w) for w in weights]
