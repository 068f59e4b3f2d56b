"""Whether value and gradient are finite at the point and near it, and the digits in float32."""

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.price.check_point import Derivative, all_finite, ones, size
from adcost.price.check_rows import row
from adcost.price.subject import Subject
from adcost.price.words import number

NEAR = 8
"""Random points near the given one, a tenth of each array's size away."""


def finite(s: Subject, run: Derivative, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Value and gradient at the point, near it, and at zero, in the function's own precision."""
    adjoint = ones(s)
    here = [all_finite(part) for part in run(s.x, adjoint)]
    wrong = [name for name, fine in zip(("value", "gradient"), here, strict=True) if not fine]
    said = f"{' and '.join(wrong)} not finite" if wrong else "value and gradient are finite"
    yield row("finite", not wrong, f"{said} at the point", float(bool(wrong)), 0.0)

    def near(leaf: Any) -> Any:
        return leaf + jnp.asarray(0.1 * size(leaf) * rng.standard_normal(leaf.shape), leaf.dtype)

    bad = sum(not all_finite(run(jax.tree.map(near, s.x), adjoint)) for _ in range(NEAR))
    yield row(
        "finite",
        True if not bad else None,
        f"value and gradient are finite at {NEAR - bad} of {NEAR} random points near it",
        bad / NEAR,
        0.0,
    )
    zero = jax.tree.map(jnp.zeros_like, s.x)
    value, gradient = (all_finite(part) for part in run(zero, adjoint))
    if value and not gradient:
        yield row("finite", None, "at zero the value is finite and the gradient is not", 1.0, 0.0)


def digits(narrow: Any, exact: Any) -> dict[str, Any]:
    """Decimal digits that value and gradient have left in float32, at the same numbers.

    Both are pairs (value, gradient of the sum of all that is returned).
    """
    if not all_finite((narrow, exact)):
        return row("digits", None, "digits: there are none, since the gradient is not finite")
    found = [_agreeing(_vector(a), _vector(b)) for a, b in zip(narrow, exact, strict=True)]
    most = -math.log10(float(np.finfo(np.float32).eps))
    value, gradient = (max(0.0, min(one, most)) for one in found)
    return row(
        "digits",
        gradient >= most / 2,
        f"float32 keeps {number(value)} digits of the value and {number(gradient)} of the "
        f"gradient, of {number(most)}",
        most - gradient,
        most / 2,
    )


def _vector(tree: Any) -> np.ndarray:
    return np.concatenate(
        [np.ravel(np.asarray(leaf, dtype=float)) for leaf in jax.tree.leaves(tree)]
    )


def _agreeing(a: np.ndarray, b: np.ndarray) -> float:
    """Decimal digits to which two vectors agree, relative to the second's norm."""
    length = float(np.linalg.norm(b))
    apart = float(np.linalg.norm(a - b))
    if not math.isfinite(apart):
        return 0.0
    return -math.log10(apart / length) if apart and length else math.inf if not apart else 0.0
