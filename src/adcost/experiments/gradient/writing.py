r"""What the price of a gradient depends on: the operations in a function, and how it is written.

`ON_THE_TAPE` are functions of d scalars, traced operation by operation; `WAYS` are functions of one
array (d,), among them a product written in several ways.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import mul
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from adcost.functions import scalars

Function = Callable[..., Any]


def _folded(step: Callable[[Any, Any], Any]) -> Function:
    """``step`` over all weights, from the first on."""
    return lambda *w: reduce(step, w)


ON_THE_TAPE: Mapping[str, Function] = {
    "product": scalars.speelpenning,
    "rosenbrock": scalars.rosenbrock,
    "quotients": _folded(lambda y, w: w / y),
    "square_roots": _folded(lambda y, w: jnp.sqrt(y * w)),
    "error_functions": _folded(lambda y, w: erf(y * w)),
    "powers": _folded(lambda y, w: y**w),
    "logarithms": _folded(lambda y, w: jnp.log(1 + jnp.exp(y * w / 2))),
}
"""The quotient, the error function and the power have the most expensive derivatives of all."""


def _indexed(w: jax.Array) -> jax.Array:
    y = jnp.ones((), w.dtype)
    for i in range(w.size):
        y = y * w[i]
    return y


def _looped(w: jax.Array) -> jax.Array:
    one = jnp.ones((), w.dtype)
    return jax.lax.fori_loop(0, w.size, lambda i, y: y * w[i], one)


def _filled(w: jax.Array) -> jax.Array:
    y = jnp.zeros(w.size, w.dtype).at[0].set(w[0])
    for i in range(1, w.size):
        y = y.at[i].set(y[i - 1] * w[i])
    return y[-1]


def _scanned(w: jax.Array) -> jax.Array:
    return jax.lax.scan(lambda y, x: (y * x, None), jnp.ones((), w.dtype), w)[0]


INDEXED, SCANNED = "product_indexed", "product_scanned"

EXPENSIVE: Mapping[str, Function] = {
    INDEXED: _indexed,
    "product_fori_loop": _looped,
    "product_filled": _filled,
}
"""One entry of an array at a time: the derivative of each w[i] is an array of d numbers, which is
added to the others' by d additions."""

CHEAP: Mapping[str, Function] = {
    SCANNED: _scanned,
    "product_unstacked": lambda w: reduce(mul, jnp.unstack(w)),
    "product_prod": jnp.prod,
    "product_cumprod": lambda w: jnp.cumprod(w)[-1],
    "product_of_logarithms": lambda w: jnp.exp(jnp.sum(jnp.log(w))),
    "norm": jnp.linalg.norm,
    "logsumexp": jax.nn.logsumexp,
    "standard_deviation": jnp.std,
    "largest": jnp.max,
}
WAYS: Mapping[str, Function] = {**EXPENSIVE, **CHEAP}


def inputs(d: int) -> list[float]:
    """A point at which all functions of scalars are defined."""
    return list(np.linspace(0.5, 1.5, d))
