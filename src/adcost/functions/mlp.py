r"""The homework's multilayer perceptron: x ← φ(x W_k) for each hidden layer, then x W_out.

All layers have one width, so the weights are one array and the depth is a `lax.scan`: a Python
loop over 1,000 layers takes minutes to compile, the scan half a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import gelu

Initialisation = Literal["homework", "signal_preserving"]

INVERSE_SLOPE = 2.0
"""1/φ'(0) for φ = GELU, whose slope at zero is Φ(0) = 1/2."""

INPUT_SCALE = 0.01
"""How small the first layer makes the signal, so that GELU acts by its slope at zero. There
GELU(z) = z/2·(1 + 0.8 z + …), so 1,000 layers of random signs change the logarithm of the signal
by about √1000 · 0.8 · 0.01 = 0.25."""


@dataclass(frozen=True)
class MLP:
    """A network of ``hidden`` layers of one ``width``; ``weights``: (hidden + 1, width, width)."""

    weights: jax.Array

    @property
    def layer_sizes(self) -> list[int]:
        """Sizes from the input to the output, as the homework's class takes them."""
        layers, width, _ = self.weights.shape
        return [width] * (layers + 1)

    def get_params(self) -> jax.Array:
        """All weights as one vector of ``parameters(hidden, width)`` numbers."""
        return self.weights.reshape(-1)

    def with_params(self, params: jax.Array) -> "MLP":
        """The same network with the weights of a vector, as `get_params` gives it."""
        return MLP(params.reshape(self.weights.shape))

    def forward(self, x: jax.Array) -> jax.Array:
        """The output, (batch, width), for ``x`` of (batch, width)."""
        return forward(self.weights, x)


def parameters(hidden: int, width: int) -> int:
    """The number of weights: hidden + 1 matrices of width × width, no biases."""
    return (hidden + 1) * width * width


def initialise(
    rng: np.random.Generator, hidden: int, width: int, initialisation: Initialisation
) -> np.ndarray:
    """Random weights, (hidden + 1, width, width), float64; the layers are drawn in their order.

    ``homework`` draws every weight from N(0, 1), as the lecture's code does. With it the signal
    changes by a random factor at each layer and under- or overflows at depth.
    ``signal_preserving`` draws orthogonal matrices (Saxe et al. 2014, arXiv 1312.6120, §3) over
    GELU's slope at zero, and makes the signal small in the first layer. Signal and gradient then
    keep their size to any depth in use here. Scaling by the second moment (He et al. 2015) does
    not: a GELU network of this width without biases contracts or expands all the same.
    """
    weights = rng.standard_normal((hidden + 1, width, width))
    if initialisation == "homework":
        return weights
    if initialisation == "signal_preserving":
        q, r = np.linalg.qr(weights)
        # The signs make the distribution uniform over the orthogonal group (Mezzadri 2007, §5).
        q *= np.sign(np.diagonal(r, axis1=-2, axis2=-1))[:, None, :]
        q *= INVERSE_SLOPE
        q[0] *= INPUT_SCALE
        return q
    raise ValueError(f"unknown initialisation {initialisation!r}")


def forward(weights: jax.Array, x: jax.Array) -> jax.Array:
    """The network's output, (batch, width), for ``x`` of (batch, width)."""

    def layer(x: jax.Array, w: jax.Array) -> tuple[jax.Array, None]:
        return gelu(x @ w), None

    x, _ = jax.lax.scan(layer, x, weights[:-1])
    return x @ weights[-1]


def homework_loss(width: int, dtype: str) -> Callable[[jax.Array], jax.Array]:
    """The homework's f: the sum of the outputs for one input of ones, of the flat weights."""

    def loss(params: jax.Array) -> jax.Array:
        x = jnp.ones((1, width), dtype)
        return jnp.sum(forward(params.reshape(-1, width, width), x))

    return loss
