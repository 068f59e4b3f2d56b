"""What functions of vectors ask of their arguments, and norms that neither under- nor overflow."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from adcost.jax_versions import is_traced


def require_array(x: Any, name: str, *, dimensions: int | None = None) -> None:
    """Raise ``TypeError`` unless ``x`` is an array of floating-point numbers.

    A tree of arrays is one vector after ``jax.flatten_util.ravel_pytree``, and the message says so.
    With ``dimensions`` the array must have so many axes.
    """
    if not (hasattr(x, "shape") and hasattr(x, "dtype")):
        raise TypeError(
            f"{name} must be an array, not {type(x).__name__}; make one vector of a tree of arrays "
            "with jax.flatten_util.ravel_pytree, and have the function unravel it"
        )
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        raise TypeError(f"{name} must hold floating-point numbers, not {x.dtype}")
    if dimensions is not None and len(x.shape) != dimensions:
        raise TypeError(f"{name} must have {dimensions} axes, not the shape {x.shape}")


def require_finite(values: jax.Array, what: str) -> jax.Array:
    """``values``; raises ``ArithmeticError`` if they are known and not all finite."""
    if not is_traced(values) and not bool(jnp.isfinite(values).all()):
        raise ArithmeticError(f"{what}: not all of it is finite (NaN or infinity)")
    return values


def sum_of_squares(x: jax.Array, axis: int | None = None, keepdims: bool = False) -> jax.Array:
    """Σ xᵢ², added in single precision at least: float16 ends at 65,504."""
    wide = jnp.promote_types(x.dtype, jnp.float32)
    return (x.astype(wide) ** 2).sum(axis, keepdims=keepdims)


def scaled(x: jax.Array) -> tuple[jax.Array, int]:
    """x/2ᵉ with its largest entry in [½, 1), and e; zero and what is not finite stay (e = 0).

    Exact, so that what is computed of it is the same to the last digit, times 2ᵉ. The squares of
    numbers below 10⁻¹⁹ or above 10¹⁹ leave float32's range, and with them a norm (Blue 1978).
    """
    largest = float(jnp.max(jnp.abs(x)))
    exponent = math.frexp(largest)[1] if math.isfinite(largest) else 0
    half = -exponent // 2  # 2⁻ᵉ itself may be out of range
    factors = (2.0**half, 2.0 ** (-exponent - half))
    return x * jnp.asarray(factors[0], x.dtype) * jnp.asarray(factors[1], x.dtype), exponent
