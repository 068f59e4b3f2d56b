"""The gradient of L by automatic differentiation through the loop against its closed form."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import jax
import numpy as np

from adcost import seeds
from adcost.experiments.stepsizes.learning import homework_loss
from adcost.roundoff import unit_roundoff

NEAR_ONE = (1e-1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 0.0)
"""Distances of one α_i to 1, where the formula −2L/(1 − α_i) becomes 0/0."""

Row = tuple[str, int, str, float, float]


def compare(parameters: Mapping[str, Any], seed: int) -> list[Row]:
    """AD through the loop against −2L/(1 − α_i), at random α and with one α_i near or at 1.

    ``at``: that distance to 1, or 1 where α is random. ``gradient_error``: the largest relative
    error over the components; ``gradient_rounding``: the u·(…) that its bound is a multiple of.
    """
    by_ad = jax.jit(jax.grad(homework_loss))
    rows: list[Row] = []
    d, horizon = parameters["dimension"], parameters["horizon"]
    for run, distance in enumerate((*[1.0] * parameters["starts"], *NEAR_ONE)):
        rng = seeds.generator(seed, "stepsizes", "gradient", run)
        x0 = rng.uniform(size=d)
        # Beyond the homework's [0, 0.1], and to both sides of 1, where L rises again.
        alpha = rng.uniform(0, 2, size=horizon)
        if distance < 1:
            alpha[rng.integers(horizon)] = 1 - distance
        error = relative_error(np.asarray(by_ad(alpha, x0)), exact_gradient(alpha, x0))
        rows.append(("gradient", run, "gradient_error", distance, error))
        rows.append(("gradient", run, "gradient_rounding", distance, rounding(alpha, d)))
    return rows


def exact_gradient(alpha: np.ndarray, x0: np.ndarray) -> list[Fraction]:
    """∂L/∂α_i = −2L/(1 − α_i) = −‖x_0‖² (1 − α_i) Π_{j≠i} (1 − α_j)², without any rounding.

    The second form holds at α_i = 1 too. Every double is a fraction, and so is the result.
    """
    square = sum(Fraction(float(x)) ** 2 for x in x0)
    rest = [1 - Fraction(float(a)) for a in alpha]
    gradient = []
    for i, own in enumerate(rest):
        others = Fraction(1)
        for j, other in enumerate(rest):
            others *= other**2 if j != i else 1
        gradient.append(-square * own * others)
    return gradient


def relative_error(measured: np.ndarray, exact: list[Fraction]) -> float:
    """The largest |measured − exact|/|exact|; a component that must be 0 may have no error."""
    worst = 0.0
    for value, true in zip(measured, exact, strict=True):
        error = abs(Fraction(float(value)) - true)
        worst = max(worst, float(error / abs(true)) if true else (float("inf") if error else 0.0))
    return min(worst, 1e300)


def rounding(alpha: np.ndarray, d: int) -> float:
    """First-order relative rounding error of the loop's gradient, up to a constant.

    A step x − αx rounds αx, then the difference: (1 − α)x is off by a relative
    u(1 + |α|/|1 − α|). An inner product of d positive terms is off by d·u at most (Higham 2002,
    §3.1 and §4.2).
    """
    u = unit_roundoff()
    rest = np.abs(1 - alpha)
    # A factor of exactly zero leaves nothing to be off.
    amplified = 1 + np.divide(np.abs(alpha), rest, out=np.zeros_like(rest), where=rest > 0)
    return float(u * (amplified.sum() + d))
