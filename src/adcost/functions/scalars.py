"""Scalar expressions of scalars, whose computational graphs are small enough to draw or to count.

Every function takes Python or JAX scalars (any real dtype) and returns one scalar of that dtype.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from itertools import pairwise
from operator import add, mul
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import erf

Scalar = jax.Array | float


def lecture(w1: Scalar, w2: Scalar) -> Scalar:
    """The lecture's L(w₁, w₂) = w₂ log w₁ + √(w₂ log w₁), for w₁ > 1 and w₂ > 0."""
    return w2 * jnp.log(w1) + jnp.sqrt(w2 * jnp.log(w1))


def survey(x1: Scalar, x2: Scalar) -> Scalar:
    """f(x₁, x₂) = ln x₁ + x₁x₂ − sin x₂, for x₁ > 0 (Baydin et al., *JMLR* 18, 2018, §3.1)."""
    return jnp.log(x1) + x1 * x2 - jnp.sin(x2)


def neuron(w: Scalar, b: Scalar, x: Scalar, y: Scalar) -> Scalar:
    """The squared error (σ(wx + b) − y)² of one logistic neuron at one datum (x, y)."""
    return jnp.square(jax.nn.sigmoid(w * x + b) - y)


def rosenbrock(*w: Scalar) -> Scalar:
    """Σ 100 (w_{i+1} − w_i²)² + (1 − w_i)², i = 1 … d − 1; its minimum is 0 at ones.

    Rosenbrock, *The Computer Journal* 3 (1960), in its usual form for d ≥ 2 variables.
    """
    terms = (
        100 * jnp.square(after - jnp.square(here)) + jnp.square(1 - here)
        for here, after in pairwise(w)
    )
    return reduce(add, terms)


def speelpenning(*w: Scalar) -> Scalar:
    """The product w₁w₂ … w_d (Speelpenning 1980; Griewank & Walther 2008, §3.3)."""
    return reduce(mul, w)


def sines(length: int) -> Callable[[Scalar], Scalar]:
    """The chain sin(sin(… sin(x))) of ``length`` sines."""

    def chain(x: Scalar) -> Scalar:
        for _ in range(length):
            x = jnp.sin(x)
        return x

    return chain


ELEMENTARY: Mapping[str, Callable[[Any], Any]] = {
    "sqrt": jnp.sqrt,
    "rsqrt": jax.lax.rsqrt,
    "exp": jnp.exp,
    "log": jnp.log,
    "log1p": jnp.log1p,
    "sin": jnp.sin,
}
"""Elementary functions of one number."""

NESTED: Mapping[str, Callable[[Any], Any]] = {
    "reciprocal": lambda y: 1 / y,
    "erf": erf,
    **ELEMENTARY,
    "tanh": jnp.tanh,
    "logistic": jax.lax.logistic,
    "gelu": jax.nn.gelu,
    "square": lambda y: y * y,
}
"""Operations of one number, to be applied to their own result."""


def nested(name: str, times: int) -> Callable[[Any], Any]:
    """An operation of `NESTED` applied so many times, one result to the next."""
    return lambda x: reduce(lambda y, _: NESTED[name](y), range(times), x)
