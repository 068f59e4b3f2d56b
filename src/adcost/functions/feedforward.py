r"""The lecture's feedforward network: v₀ = x, v_k = σ(v_{k−1} w_k) for k = 1, …, t, then L(v_t).

A batch of b inputs is a matrix x of (b, n₀); the weights w_k are (n_{k−1}, n_k), without biases.
Widths may differ, so the layers are a Python loop (the network of equal widths that is scanned is
`functions.mlp`). The lecture leaves σ and L open; L here is the squared error, a mean over the
batch. (Lecture, «Архитектура прямого распространения».)
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

Activation = Callable[[jax.Array], jax.Array]

ACTIVATIONS: Mapping[str, Activation] = {
    "identity": lambda z: z,
    "relu": jax.nn.relu,
    "logistic": lambda z: 1 / (1 + jnp.exp(-z)),
    "tanh": jnp.tanh,
    "gelu": lambda z: z * (1 + jax.lax.erf(z / np.sqrt(2))) / 2,
}
"""σ by name; each acts on every entry of an array. GELU is the exact one, z·Φ(z). At its kink
JAX's ReLU takes the slope 0 (`jnp.maximum(z, 0)` would take 1/2); after a layer whose units are
all off, z is exactly 0 and the convention shows."""


def initialise(rng: np.random.Generator, sizes: Sequence[int]) -> list[np.ndarray]:
    """Weights w₁, …, w_t from N(0, 1/n_{k−1}), float64, for ``sizes`` n₀, …, n_t."""
    return [rng.standard_normal((n, m)) / np.sqrt(n) for n, m in pairwise(sizes)]


def layers(weights: Sequence[jax.Array], x: jax.Array, activation: Activation) -> list[jax.Array]:
    """v₀, …, v_t: all layers for ``x`` of (b, n₀), each (b, n_k)."""
    v = [x]
    for w in weights:
        v.append(activation(v[-1] @ w))
    return v


def squared_error(output: jax.Array, target: jax.Array) -> jax.Array:
    """L = 1/(2b) Σᵢ ‖v_t[i] − y[i]‖², a scalar, for ``output`` and ``target`` of (b, n_t)."""
    return jnp.sum((output - target) ** 2) / (2 * output.shape[0])


def loss(
    weights: Sequence[jax.Array], x: jax.Array, target: jax.Array, activation: Activation
) -> jax.Array:
    """L of the network's output."""
    return squared_error(layers(weights, x, activation)[-1], target)
