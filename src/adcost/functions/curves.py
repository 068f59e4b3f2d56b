r"""Functions of one variable with every derivative in closed form, some of them to 50 digits.

They differ in curvature, so the best step of a difference differs by orders of magnitude:

    exponential   eˣ             on [1/2, 2]         all derivatives of one size
    wave          sin 64x        on [1/100, 11/100]  f″ is 64² times f: curved at the scale 1/64
    reciprocal    1/x            on [1/100, 1/50]    steep beside its pole
    logarithm     ln x           on [10, 20]         nearly straight
    cubic         x³ + x         on [1, 2]           no derivative beyond the third

All are evaluated to about one rounding, u|f|: a frequency of 2⁶ multiplies x exactly, and the cubic
adds numbers of one sign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import factorial

import jax
import jax.numpy as jnp
import numpy as np

DIGITS = 50
"""Of the exact derivatives, where a double has 16."""

FREQUENCY = 64.0


@dataclass(frozen=True)
class Curve:
    """A function of one real variable, what is known of it, and where it is differentiated."""

    name: str
    value: Callable[[jax.Array], jax.Array]
    """f, elementwise, for real and complex arguments of any shape; the same dtype comes back."""
    derivative: Callable[[int, np.ndarray], np.ndarray]
    """``derivative(k, x)``: the k-th derivative at float64 ``x``, to some roundings; 0 ≤ k ≤ 5."""
    slope: Callable[[Decimal], Decimal]
    """f′ in the precision of the current decimal context."""
    domain: tuple[float, float]
    """Where it is differentiated."""
    reach: float
    """The largest step of use: x ± ε stays half-way from a pole, and f(x + iε) within float32."""


def exact_slopes(curve: Curve, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f′ at exactly these ``x`` (float32 or float64), as two float64 that add up to it.

    The first is f′ rounded to double, the second what is left; together they have some 32 digits,
    so that the rounding of a derivative in double can be seen.
    """
    with localcontext() as context:
        context.prec = DIGITS
        slopes = [curve.slope(Decimal(float(point))) for point in x]
        high = [float(slope) for slope in slopes]
        low = [float(slope - Decimal(head)) for slope, head in zip(slopes, high, strict=True)]
    return np.array(high), np.array(low)


def cosine(z: Decimal) -> Decimal:
    """cos z by its Taylor series, in the current decimal context; for |z| up to some tens."""
    with localcontext() as context:
        # The largest term is below e^|z|, and the sum below 1: so many digits cancel.
        context.prec += int(abs(z)) + 5
        term = total = Decimal(1)
        k = 0
        while abs(term) > Decimal(10) ** -context.prec or k < abs(z):
            k += 2
            term *= -z * z / (k * (k - 1))
            total += term
    return +total


def _cubic_derivative(k: int, x: np.ndarray) -> np.ndarray:
    closed = (x**3 + x, 3 * x**2 + 1, 6 * x, np.full_like(x, 6.0))
    return closed[k] if k < len(closed) else np.zeros_like(x)


CURVES = {
    curve.name: curve
    for curve in (
        Curve(
            "exponential",
            jnp.exp,
            lambda k, x: np.exp(x),
            lambda x: x.exp(),
            (0.5, 2.0),
            np.inf,
        ),
        Curve(
            "wave",
            lambda x: jnp.sin(FREQUENCY * x),
            lambda k, x: FREQUENCY**k * np.sin(FREQUENCY * x + k * np.pi / 2),
            lambda x: Decimal(FREQUENCY) * cosine(Decimal(FREQUENCY) * x),
            (0.01, 0.11),
            1.0,
        ),
        Curve(
            "reciprocal",
            lambda x: 1 / x,
            lambda k, x: (-1) ** k * factorial(k) / x ** (k + 1),
            lambda x: -1 / (x * x),
            (0.01, 0.02),
            0.005,
        ),
        Curve(
            "logarithm",
            jnp.log,
            lambda k, x: (-1) ** (k - 1) * factorial(k - 1) / x**k if k else np.log(x),
            lambda x: 1 / x,
            (10.0, 20.0),
            5.0,
        ),
        Curve(
            "cubic",
            lambda x: x * x * x + x,
            _cubic_derivative,
            lambda x: 3 * x * x + 1,
            (1.0, 2.0),
            np.inf,
        ),
    )
}
