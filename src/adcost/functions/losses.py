r"""Losses of a flat weight vector w (d,) whose dimension can grow without end.

    sum_of_squares   Σ wᵢ²                              2d − 1 operations
    logistic         mean of log(1 + e^(−yᵢ xᵢ·w))      some 2bd for b examples
    network          mean of ½‖N(x; w) − t‖²            some 2bd for a batch of b

The lecture's loss of scaling is in `mds`. All are pure scalar functions of w and of data in its
dtype.
"""

import jax
import jax.numpy as jnp

from adcost.functions import mlp


def sum_of_squares(w: jax.Array) -> jax.Array:
    """Σ wᵢ²: the cheapest function of d numbers that is not linear."""
    return jnp.sum(w * w)


def logistic(w: jax.Array, features: jax.Array, labels: jax.Array) -> jax.Array:
    """The logistic loss of a linear classifier; ``features`` (b, d), ``labels`` (b,) of ±1."""
    return jnp.mean(jax.nn.softplus(-labels * (features @ w)))


def network(w: jax.Array, inputs: jax.Array, targets: jax.Array) -> jax.Array:
    """Half the mean squared error of `mlp.forward`; ``inputs`` and ``targets`` (b, width).

    ``w`` holds any number of square layers, flat: (layers · width²,).
    """
    width = inputs.shape[1]
    residuals = mlp.forward(w.reshape(-1, width, width), inputs) - targets
    return jnp.mean(jnp.sum(residuals**2, axis=1)) / 2
