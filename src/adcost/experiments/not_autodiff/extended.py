"""Is it the same function? The symbolic derivative and AD's program, both in 60 digits.

AD's program is the jaxpr of the gradient, evaluated equation by equation with `mpmath`'s numbers in
place of floats; the symbolic derivative is sympy's expression in the same numbers. What either way
rounds in double precision plays no part.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import mpmath
import numpy as np
import sympy

from adcost.derivatives import symbolic
from adcost.functions import iterated
from adcost.jax_versions import Literal, opened

DIGITS = 60
SAMPLES = 5
"""Points of the samples at which both are evaluated: enough to tell two functions apart."""

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "add_any": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "exp": mpmath.exp,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "copy": lambda a: a,
    "convert_element_type": lambda a: a,
}
"""Primitives of JAX that the maps and their derivatives consist of."""


def evaluate(f: Callable[[jax.Array], jax.Array], x: Any) -> Any:
    """The jaxpr of ``f``, a function of one number, at ``x`` in `mpmath`'s arithmetic.

    ``NotImplementedError`` for a primitive that `OPERATIONS` lacks.
    """
    jaxpr, constants = opened(jax.make_jaxpr(f)(1.0))
    known = dict(zip(jaxpr.constvars, map(_number, constants), strict=True))
    known[jaxpr.invars[0]] = x

    def read(atom: Any) -> Any:
        return _number(atom.val) if isinstance(atom, Literal) else known[atom]

    for equation in jaxpr.eqns:
        name = equation.primitive.name
        if name not in OPERATIONS:
            raise NotImplementedError(f"no operation of mpmath for the primitive {name}")
        known[equation.outvars[0]] = OPERATIONS[name](*map(read, equation.invars))
    return read(jaxpr.outvars[0])


def _number(value: Any) -> Any:
    return mpmath.mpf(float(value))


def difference(name: str, depth: int, derivative: sympy.Expr, x: np.ndarray) -> float:
    """The largest |a/b − 1| of the symbolic derivative and reverse mode's, in `DIGITS` digits."""
    by_symbols = symbolic.compile_function(derivative, "mpmath")
    reverse = jax.grad(partial(iterated.unrolled, name, depth=depth))
    with mpmath.workdps(DIGITS):
        apart = [
            abs(by_symbols(mpmath.mpf(float(one))) / evaluate(reverse, mpmath.mpf(float(one))) - 1)
            for one in x[:SAMPLES]
        ]
        return float(max(apart))
