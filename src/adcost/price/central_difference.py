"""A derivative by central differences that knows how far it can be off.

The central difference D(h) = (f(h) − f(−h)) / 2h errs by truncation, ch² + …, and by rounding, at
most ε/h, where ε is the error of f itself. c comes from D(4h) − D(h) ≈ 15ch²; ε from differences of
high order of f at points close together (Moré & Wild, *Estimating computational noise*, 2011) and
from the precision of f's arithmetic. Of a ladder of steps that with the smallest sum is used, so
the bound is that of the difference and owes nothing to the derivative that it is held against.

Where f bends on a smaller scale than the step, D(4h) and D(h) may agree and both be wrong. So a
step's error is at least what its difference is apart from that of every smaller step, beyond the
rounding of that one. (Forty conjugate gradients from a symmetric point are such an f: the first
change breaks the symmetry, and the slope at 10⁻³ is off that at 10⁻⁷ by 0.4 %.)
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STEPS = 0.25 * 4.0 ** -np.arange(13)
"""Steps h of the ladder, largest first: 0.25 to 1.5e-8, each a quarter of the one before."""
NOISE_POINTS = 9
VALUES = NOISE_POINTS + 2 * len(STEPS)
"""How many values a difference takes."""
SAFETY = 4.0
"""Bounds are estimates to leading order; a pass is within this many times the estimate."""


class Difference(NamedTuple):
    """A derivative by a difference, how far it can be off, and how far steps disagree."""

    value: float
    bound: float
    bend: float
    """What the best difference is apart from that which seems best where smaller steps are not
    asked: more than the bound if the function bends or jumps within the larger step."""


def difference(along: Callable[[np.ndarray], np.ndarray], unit: float) -> Difference:
    """The derivative of ``t ↦ along([t])`` at 0 by the best central difference, and its bound.

    ``along`` takes steps (n,) and returns values (n,), of unit roundoff ``unit``. The bound is
    `SAFETY` times the sum of the estimates of truncation and rounding (the module says how).
    """
    spacing = math.sqrt(unit) * (np.arange(NOISE_POINTS) - NOISE_POINTS // 2)
    values = along(np.concatenate([spacing, STEPS, -STEPS])).astype(float)
    close, plus, minus = np.split(values, [len(spacing), len(spacing) + len(STEPS)])
    differences = (plus - minus) / (2 * STEPS)
    slope = abs(differences[len(STEPS) // 2])
    noise = noise_of(close) + unit * (abs(close[NOISE_POINTS // 2]) + slope)
    changes = np.abs(np.diff(differences)) / 15
    # That of the step before, scaled, guards against a change that is small by chance.
    truncation = np.maximum(changes[1:], changes[:-1] / 16)
    rounding = noise / STEPS
    apart = np.abs(differences[:, None] - differences) - SAFETY * (rounding[:, None] + rounding)
    finer = np.triu(np.nan_to_num(apart, nan=0.0, posinf=0.0, neginf=0.0), 1).max(axis=1)
    alone = truncation + rounding[2:]
    total = np.maximum(truncation, np.maximum(finer, 0.0)[2:]) + rounding[2:]
    total, alone = (np.where(np.isfinite(one), one, np.inf) for one in (total, alone))
    best, seeming = 2 + int(np.argmin(total)), 2 + int(np.argmin(alone))
    bend = abs(differences[best] - differences[seeming])
    return Difference(float(differences[best]), SAFETY * float(total[best - 2]), float(bend))


def noise_of(values: np.ndarray) -> float:
    """The standard deviation of the noise of a smooth function's values (n,) at even, close steps.

    √(γₖ mean(Δᵏ²)) with γₖ = (k!)²/(2k)!, the largest over orders k from 3 on (Moré & Wild 2011).
    """
    found, table = 0.0, np.asarray(values, dtype=float)
    for order in range(1, len(values) - 2):
        table = np.diff(table)
        if order >= 3:
            gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
            found = max(found, math.sqrt(gamma * float(np.mean(table**2))))
    return found
