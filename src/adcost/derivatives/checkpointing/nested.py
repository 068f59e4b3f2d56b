r"""The same chain as a user of JAX writes it: scans, and `jax.checkpoint` around what to recompute.

On XLA's CPU backend `jax.checkpoint` saves memory only around a loop's body, so every schedule here
is a scan, or a scan of scans.
"""

from collections.abc import Callable
from math import isqrt
from typing import Any

import jax

from adcost.derivatives.checkpointing.run import Layer

Chain = Callable[[Any, jax.Array], jax.Array]


def _repeat(step: Layer, times: int) -> Chain:
    def chain(w: Any, x: jax.Array) -> jax.Array:
        return jax.lax.scan(lambda x, _: (step(w, x), None), x, None, length=times)[0]

    return chain


def stored(layer: Layer, length: int) -> Chain:
    """Nothing special: reverse mode keeps what every layer's derivative needs."""
    return _repeat(layer, length)


def every_layer(layer: Layer, length: int) -> Chain:
    """Every layer's input is kept and its inside recomputed."""
    return _repeat(jax.checkpoint(layer), length)


def segmented(layer: Layer, length: int, segment: int | None = None) -> Chain:
    """Segments of √n layers (or ``segment``) whose inputs are kept and whose inside is recomputed.

    Where the segment does not divide the chain, a shorter one comes last.
    """
    size = segment or max(1, isqrt(length))
    if not 1 <= size <= length:
        raise ValueError(f"a segment has 1 to {length} layers, not {size}")
    whole, rest = divmod(length, size)
    main = _repeat(jax.checkpoint(_repeat(layer, size)), whole)
    if not rest:
        return main
    last = jax.checkpoint(_repeat(layer, rest))
    return lambda w, x: last(w, main(w, x))
