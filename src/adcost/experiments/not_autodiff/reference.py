r"""What an iterated map's derivative truly is, and how far rounding may move it.

The reference runs in `mpmath` with enough digits: f_k′(x) = Π_j φ′(l_j), l_0 = x, l_{j+1} = φ(l_j).

*How far rounding may move it.* A relative error ε in l_j moves log f_k′ by ε·l_j·s_j, where

    s_j = φ″(l_j)/φ′(l_j) + φ′(l_j)·s_{j+1},   s_k = 0

(differentiate Σ_i log φ′(l_i) by l_j). With a rounding error of size u in each l_j and in each
factor φ′(l_j), f_k′ is off, to first order, by at most u·A relative to itself,

    A = Σ_j (1 + |l_j|·ŝ_j),   ŝ_j = |φ″/φ′|(l_j) + |φ′(l_j)|·ŝ_{j+1}.

This is a running error analysis (Higham, *Accuracy and Stability*, 2nd ed., 2002, §3.3). For the
chaotic logistic map A grows like 2ᵏ: the program's own values lose a bit a step.
"""

from dataclasses import dataclass

import mpmath
import numpy as np

from adcost.functions.iterated import MAPS


@dataclass(frozen=True)
class Reference:
    """True values, true derivatives and A, each (depth, samples), for f_1, …, f_depth."""

    values: np.ndarray
    slopes: np.ndarray
    amplification: np.ndarray


def reference(name: str, x: np.ndarray, depth: int) -> Reference:
    """The reference at each of ``x`` (samples,), float64, which is taken as exact."""
    step = MAPS[name]
    states = np.empty((depth + 1, x.size))
    slopes = np.empty((depth, x.size))
    # A step of the logistic map loses a bit; 30 digits remain at any depth.
    with mpmath.workdps(30 + depth // 3 + 1):
        for column, start in enumerate(x):
            state, slope = mpmath.mpf(float(start)), mpmath.mpf(1)
            states[0, column] = float(state)
            for k in range(depth):
                slope *= step.slope(state, mpmath)
                state = step.value(state, mpmath)
                states[k + 1, column], slopes[k, column] = float(state), float(slope)
    return Reference(states[1:], slopes, _amplification(name, states[:-1]))


def _amplification(name: str, states: np.ndarray) -> np.ndarray:
    """A for every depth, from l_0, …, l_{depth−1}."""
    slope = np.abs(MAPS[name].slope(states, np))
    bend = np.abs(MAPS[name].curvature(states, np)) / slope
    total = np.empty_like(states)
    for k in range(len(states)):
        s = np.zeros(states.shape[1])
        total[k] = 0
        for j in range(k, -1, -1):
            s = bend[j] + slope[j] * s
            total[k] += 1 + np.abs(states[j]) * s
    return total
