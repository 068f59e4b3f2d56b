r"""GPT-2 as a pure function of parameters and tokens, its blocks stacked for `jax.lax.scan`.

Radford et al. 2019: normalisation before attention and before the perceptron of 4h units with
GELU (its tanh form), learned positions, output weights tied to those of the tokens. No dropout.
Everything is computed in the parameters' dtype, the loss's logarithm of a sum in float32.

Two ways of causal attention give the same numbers (:data:`ATTENTION`). ``ordinary`` holds the
a × s × s scores of a sequence at once; ``chunked`` goes through the queries by chunks and computes
a chunk's scores again in its derivative, so none are stored (after Rabe & Staats 2021, arXiv
2112.05682; with whole rows of scores no running maximum is needed).
"""

from collections.abc import Callable
from functools import partial
from math import gcd, sqrt
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.ad_checkpoint import checkpoint_name

from adcost.functions.gpt2_sizes import Size

Block = Callable[[Any, jax.Array], jax.Array]
"""One block: its parameters and x of (batch, sequence, width) to the next x."""

Through = Callable[[Block, Any, jax.Array], jax.Array]
"""A way through a stack of blocks: block, parameters with the layers as first axis, x."""

OPERANDS = "operands"
"""The name, for policies of `jax.checkpoint`, of what enters a product, normalisation or GELU."""

SCORES = "scores"
"""The name of attention's scores after the softmax, which enter a product too."""

CHUNK = 128
"""Places whose scores, or logits, are held at once where that goes by chunks."""


def scan_blocks(block: Block, stack: Any, x: jax.Array) -> jax.Array:
    """All blocks of a stack one after the other, nothing said on what to keep."""
    return jax.lax.scan(lambda x, parameters: (block(parameters, x), None), x, stack)[0]


def loss(
    parameters: dict[str, Any],
    tokens: jax.Array,
    *,
    heads: int,
    attention: str = "ordinary",
    through: Through = scan_blocks,
    loss_by_chunks: bool = False,
) -> jax.Array:
    """Mean cross-entropy of each next token, a float32 scalar.

    ``parameters`` as :func:`shapes` has them; ``tokens``: integers of (batch, sequence), of which
    all but the last are read and all but the first are predicted, in place, so that shapes stay
    round. With ``loss_by_chunks`` the logits of a chunk of places are there at a time, and are
    computed again in the derivative. ``KeyError`` for an unknown attention.
    """
    sequence = tokens.shape[1]
    x = parameters["tokens"][tokens] + parameters["positions"][:sequence]
    x = through_stacks(parameters["stacks"], x, heads=heads, attention=attention, through=through)
    x = _normalise(parameters["norm"], x)
    following = jnp.roll(tokens, -1, axis=1)
    if not loss_by_chunks:
        return jnp.mean(_surprise(parameters["tokens"], x, following)[:, :-1])
    size = gcd(sequence, CHUNK)
    chunks = [jnp.moveaxis(a.reshape(len(a), -1, size, *a.shape[2:]), 1, 0) for a in (x, following)]
    surprise = jax.checkpoint(partial(_surprise, parameters["tokens"]))
    _, found = jax.lax.scan(lambda _, chunk: (None, surprise(*chunk)), None, tuple(chunks))
    return jnp.mean(jnp.moveaxis(found, 0, 1).reshape(tokens.shape)[:, :-1])


def _surprise(table: jax.Array, x: jax.Array, following: jax.Array) -> jax.Array:
    """−log softmax of the logits of x at the tokens that follow, float32, a number a place."""
    logits = x @ table.T
    right = jnp.take_along_axis(logits, following[..., None], axis=-1)[..., 0]
    return jax.nn.logsumexp(logits.astype(jnp.float32), axis=-1) - right.astype(jnp.float32)


def through_stacks(
    stacks: tuple[Any, ...],
    x: jax.Array,
    *,
    heads: int,
    attention: str = "ordinary",
    through: Through = scan_blocks,
) -> jax.Array:
    """The blocks alone: x of (batch, sequence, width) through all stacks, one after the other."""
    one = partial(block, heads=heads, attend=ATTENTION[attention])
    for stack in stacks:
        x = through(one, stack, x)
    return x


def block(
    parameters: dict[str, jax.Array],
    x: jax.Array,
    *,
    heads: int,
    attend: Callable[[jax.Array, jax.Array, jax.Array], jax.Array],
) -> jax.Array:
    """One block: attention, then the perceptron, each normalised before and added to x."""
    batch, sequence, width = x.shape
    p = parameters
    y = _operand(_normalise(p["norm_1"], x)) @ p["qkv"] + p["qkv_bias"]
    q, k, v = jnp.moveaxis(y.reshape(batch, sequence, 3, heads, width // heads), 2, 0)
    mixed = attend(*(_operand(jnp.swapaxes(part, 1, 2)) for part in (q, k, v)))
    mixed = _operand(jnp.swapaxes(mixed, 1, 2).reshape(batch, sequence, width))
    x = _operand(x + mixed @ p["mix"] + p["mix_bias"])
    y = _operand(_operand(_normalise(p["norm_2"], x)) @ p["up"] + p["up_bias"])
    y = _operand(jax.nn.gelu(y, approximate=True))
    return x + y @ p["down"] + p["down_bias"]


def ordinary(q: jax.Array, k: jax.Array, v: jax.Array) -> jax.Array:
    """Causal attention; each of (batch, heads, sequence, width of a head), and so the result."""
    return _rows(k, v, q, jnp.arange(q.shape[2]))


def chunked(q: jax.Array, k: jax.Array, v: jax.Array, chunk: int = CHUNK) -> jax.Array:
    """The same numbers; the scores of at most ``chunk`` queries at a time, none stored.

    The chunk is lowered to a divisor of the sequence.
    """
    batch, heads, sequence, width = q.shape
    size = gcd(sequence, chunk)
    parts = jnp.moveaxis(q.reshape(batch, heads, sequence // size, size, width), 2, 0)
    places = jnp.arange(sequence).reshape(-1, size)
    rows = jax.checkpoint(partial(_rows, k, v))
    _, mixed = jax.lax.scan(lambda _, part: (None, rows(*part)), None, (parts, places))
    return jnp.moveaxis(mixed, 0, 2).reshape(q.shape)


ATTENTION = {"ordinary": ordinary, "chunked": chunked}


def _rows(k: jax.Array, v: jax.Array, q: jax.Array, places: jax.Array) -> jax.Array:
    """Attention of queries at these places; a place sees itself and what is before it."""
    scores = jnp.einsum("bhqd,bhkd->bhqk", q, k) / sqrt(q.shape[-1])
    seen = places[:, None] >= jnp.arange(k.shape[2])
    scores = jnp.where(seen, scores, jnp.finfo(scores.dtype).min)
    weights = jax.nn.softmax(scores, axis=-1)
    return jnp.einsum("bhqk,bhkd->bhqd", checkpoint_name(weights, SCORES), v)


def _operand(x: jax.Array) -> jax.Array:
    """x, named for the policies of `jax.checkpoint`."""
    return checkpoint_name(x, OPERANDS)


def _normalise(parameters: jax.Array, x: jax.Array) -> jax.Array:
    """Layer normalisation (Ba et al. 2016); ``parameters``: (2, width), gain less one and bias."""
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.mean(jnp.square(centred), axis=-1, keepdims=True)
    return centred * jax.lax.rsqrt(variance + 1e-5) * (1 + parameters[0]) + parameters[1]


def shapes(
    size: Size, sequence: int, dtype: str, stacks: tuple[int, ...] | None = None
) -> dict[str, Any]:
    """The parameters as ``jax.ShapeDtypeStruct``: nothing is held.

    ``stacks`` cuts the layers into stacks of so many each; by default there is one.
    """
    h, kind = size.width, jnp.dtype(dtype)
    stacks = (size.layers,) if stacks is None else stacks
    if sum(stacks) != size.layers:
        raise ValueError(f"stacks of {stacks} layers are not {size.layers} layers together")
    of_block = {
        "norm_1": (2, h),
        "qkv": (h, 3 * h),
        "qkv_bias": (3 * h,),
        "mix": (h, h),
        "mix_bias": (h,),
        "norm_2": (2, h),
        "up": (h, 4 * h),
        "up_bias": (4 * h,),
        "down": (4 * h, h),
        "down_bias": (h,),
    }
    return {
        "tokens": jax.ShapeDtypeStruct((size.vocabulary, h), kind),
        "positions": jax.ShapeDtypeStruct((sequence, h), kind),
        "norm": jax.ShapeDtypeStruct((2, h), kind),
        "stacks": tuple(
            {name: jax.ShapeDtypeStruct((n, *shape), kind) for name, shape in of_block.items()}
            for n in stacks
        ),
    }


def initialise(rng: np.random.Generator, like: dict[str, Any]) -> dict[str, Any]:
    """Parameters of these shapes: weights from N(0, 0.02²), biases and normalisations zero."""

    def draw(path: tuple[Any, ...], shape: jax.ShapeDtypeStruct) -> jax.Array:
        name = path[-1].key
        if "bias" in name or "norm" in name:
            return jnp.zeros(shape.shape, shape.dtype)
        return jnp.asarray(0.02 * rng.standard_normal(shape.shape, np.float32), shape.dtype)

    return jax.tree_util.tree_map_with_path(draw, like)
