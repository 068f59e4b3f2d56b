"""A loss on one block of a transformer: attention, a feed-forward layer, a residual each."""

import jax
import jax.numpy as jnp


def normalised(x: jax.Array) -> jax.Array:
    """Layer normalisation of the last axis, without parameters."""
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    return centred * jax.lax.rsqrt(jnp.mean(centred**2, axis=-1, keepdims=True) + 1e-5)


def attention(parameters: dict[str, jax.Array], x: jax.Array, heads: int) -> jax.Array:
    """Causal self-attention of ``x`` (batch, length, width)."""
    batch, length, width = x.shape
    split = (x @ parameters["qkv"]).reshape(batch, length, 3, heads, width // heads)
    query, key, value = jnp.moveaxis(split, 2, 0)
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) / jnp.sqrt(width / heads)
    causal = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(causal, scores, -1e9), axis=-1)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", weights, value).reshape(x.shape)
    return mixed @ parameters["out"]


def loss(
    parameters: dict[str, jax.Array], x: jax.Array, target: jax.Array, heads: int = 4
) -> jax.Array:
    """Mean squared distance of the block's output from ``target`` (batch, length, width)."""
    x = x + attention(parameters, normalised(x), heads)
    hidden = jax.nn.gelu(normalised(x) @ parameters["up"])
    x = x + hidden @ parameters["down"]
    return jnp.mean((x - target) ** 2)


def arguments(
    batch: int = 4, length: int = 32, width: int = 64
) -> tuple[dict[str, jax.Array], jax.Array, jax.Array]:
    """Random parameters, inputs and targets."""
    keys = jax.random.split(jax.random.key(0), 6)
    shapes = {
        "qkv": (width, 3 * width),
        "out": (width, width),
        "up": (width, 4 * width),
        "down": (4 * width, width),
    }
    parameters = {
        name: jax.random.normal(key, shape) / jnp.sqrt(shape[0])
        for (name, shape), key in zip(shapes.items(), keys[:4], strict=True)
    }
    x, target = (jax.random.normal(key, (batch, length, width)) for key in keys[4:])
    return parameters, x, target
