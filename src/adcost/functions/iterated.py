r"""Iterated maps of one number: f_k(x) = φ(φ(…φ(x))), k times.

    logistic   φ(l) = 4l(1 − l)            chaotic on [0, 1]; uses its argument twice
    ricker     φ(y) = y·exp(3(1 − y)/2)    a population with a stable size of 1; twice as well
    sine       φ(s) = sin s                uses its argument once

Written as an expression, f_k holds its x as often as φ uses its argument, to the power k. The
logistic map is the example of Baydin et al. (*JMLR* 18, 2018, table 1) and has the closed form
f_k(x) = sin²(2ᵏ arcsin √x) (Schröder 1870); Ricker's is a model of fisheries (Ricker 1954), with
rate 3/2.

Each formula takes the module ``m`` whose ``exp``, ``sin`` and ``cos`` it calls: `jax.numpy`,
`numpy`, `sympy` and `mpmath` all work, so that every way to differentiate gets the same text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Formula = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Map:
    """φ with φ′ and φ″ derived by hand, each a function of (argument, module)."""

    value: Formula
    slope: Formula
    curvature: Formula


MAPS: Mapping[str, Map] = {
    "logistic": Map(
        lambda x, m: 4 * x * (1 - x),
        lambda x, m: 4 - 8 * x,
        lambda x, m: 0 * x - 8,
    ),
    "ricker": Map(
        lambda x, m: x * m.exp(3 * (1 - x) / 2),
        lambda x, m: (1 - 3 * x / 2) * m.exp(3 * (1 - x) / 2),
        lambda x, m: (9 * x / 4 - 3) * m.exp(3 * (1 - x) / 2),
    ),
    "sine": Map(
        lambda x, m: m.sin(x),
        lambda x, m: m.cos(x),
        lambda x, m: -m.sin(x),
    ),
}


def trajectory(name: str, x: jax.Array, depth: int) -> jax.Array:
    """f_1(x), …, f_depth(x), stacked (depth, *x.shape), by a scan."""
    step = MAPS[name].value

    def body(state: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        after = step(state, jnp)
        return after, after

    return jax.lax.scan(body, x, length=depth)[1]


def iterate(name: str, x: jax.Array, depth: int) -> jax.Array:
    """f_depth(x) in the shape of ``x``, by a scan that keeps no step."""
    step = MAPS[name].value
    return jax.lax.scan(lambda state, _: (step(state, jnp), None), x, length=depth)[0]


def unrolled(name: str, x: Any, depth: int, m: Any = jnp) -> Any:
    """f_depth(x) by a Python loop: one expression, for sympy, or one jaxpr without a scan."""
    for _ in range(depth):
        x = MAPS[name].value(x, m)
    return x


def with_rates(inputs: jax.Array) -> jax.Array:
    """The logistic map with a rate for each step, l ← r_j l(1 − l), of ``inputs`` (x, r_1, …, r_n).

    ``inputs`` is (n + 1,), the result a scalar: many inputs, one output.
    """
    step = inputs[1:]
    return jax.lax.scan(lambda state, r: (r * state * (1 - state), None), inputs[0], step)[0]


def closed_form_slope(x: np.ndarray, depth: int, m: Any = np) -> np.ndarray:
    """The logistic map's f_k′(x) = 2ᵏ sin(2θ) / (2√(x(1 − x))), θ = 2ᵏ arcsin √x, for 0 < x < 1."""
    power = 2.0**depth
    root = m.sqrt(x * (1 - x))
    angle = m.asin(m.sqrt(x)) if hasattr(m, "asin") else m.arcsin(m.sqrt(x))
    return power * m.sin(2 * power * angle) / (2 * root)
