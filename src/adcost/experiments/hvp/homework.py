r"""The homework's own code: completed to the letter, and with the one line that mends it.

Its ``loss_fn(p)`` calls ``model.forward(x)``, which reads the model's own weights: p is not used,
so every derivative by p is zero. The mended loss reads the weights from p.
"""

import jax
import jax.numpy as jnp

from adcost.functions.mlp import MLP


def literal_hessian(model: MLP, params: jax.Array) -> jax.Array:
    """The homework's ``calculate_hessian`` completed to the letter: (p, p), all zero."""

    def loss_fn(p: jax.Array) -> jax.Array:
        x = jnp.ones((1, model.layer_sizes[0]), p.dtype)
        return jnp.sum(model.forward(x))

    return jax.hessian(loss_fn)(params)


def calculate_hessian(model: MLP, params: jax.Array) -> jax.Array:
    """The Hessian (p, p) of the summed outputs by the flat ``params`` (p,), as the homework asks.

    ``model`` gives the shapes; its weights are not read.
    """

    def loss_fn(p: jax.Array) -> jax.Array:
        x = jnp.ones((1, model.layer_sizes[0]), p.dtype)
        return jnp.sum(model.with_params(p).forward(x))  # the line that mends it

    return jax.hessian(loss_fn)(params)
