r"""Exponents of a power law y = c·xᵖ, from a least-squares line through (log x, log y).

The interval is that of the studentised residual bootstrap (Efron & Tibshirani, *An Introduction
to the Bootstrap*, 1993, §9.4 and §12.5; Davison & Hinkley 1997, algorithm 6.1): residuals are
drawn with replacement, the line is fitted again, and t* = (p* − p)/se* gives the quantiles. Its
unit is the point of the sweep: what varies from one point to the next (a job's own placement in
memory, the clock of the machine) is seen there, while repeats within a point share it.
"""

import math
from collections.abc import Sequence

import numpy as np

from adcost.statistics.intervals import TOO_FEW, Interval, confidence, over

RESAMPLES = 4000

LEAST_POINTS = 5
"""Points that an interval needs. Three leave one degree of freedom, and the bootstrap of their
residuals covers the exponent in two of three cases where it says 95 %."""


def fit_line(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope, intercept and standard error of the slope, over the last axis of ``y``."""
    centred = x - x.mean()
    sxx = (centred**2).sum()
    slope = (y * centred).sum(-1) / sxx
    intercept = y.mean(-1) - slope * x.mean()
    residuals = y - slope[..., None] * x - intercept[..., None]
    error = np.sqrt((residuals**2).sum(-1) / (x.size - 2) / sxx)
    return slope, intercept, error


def fit_exponent(
    x: Sequence[float] | np.ndarray,
    y: Sequence[float] | np.ndarray,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """The exponent p of y = c·xᵖ with its interval at ``level``.

    ``x``, ``y``: positive, one value a point (a median where there are repeats), at least three
    points and three distinct ``x``; otherwise ``ValueError``. With fewer than `LEAST_POINTS`
    distinct ``x`` the interval is NaN, "too few points": the slope is shown and claims nothing.
    Points on an exact power law give an interval of rounding width.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"x and y must be two lists of one length, not {x.shape} and {y.shape}")
    if np.unique(x).size < 3:
        raise ValueError(f"an exponent needs at least three distinct points, not {sorted(set(x))}")
    if not ((x > 0).all() and (y > 0).all() and np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("an exponent needs positive, finite values")
    log_x, log_y = np.log(x), np.log(y)
    slope, intercept, error = (float(part) for part in fit_line(log_x, log_y))
    if np.unique(x).size < LEAST_POINTS:
        return Interval(slope, math.nan, math.nan, TOO_FEW)
    fitted = slope * log_x + intercept
    # Dividing by √(1 − leverage) gives every residual the variance of the noise.
    centred = log_x - log_x.mean()
    leverage = 1 / x.size + centred**2 / (centred**2).sum()
    residuals = (log_y - fitted) / np.sqrt(1 - leverage)
    residuals = residuals - residuals.mean()
    if np.abs(residuals).max() < 1e-12:
        return Interval.exactly(slope)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(residuals, size=(resamples, x.size))
    slopes, _, errors = fit_line(log_x, fitted + drawn)
    # A resample of one repeated residual has no error of its own; it says nothing.
    usable = errors > 1e-9 * error
    t = (slopes[usable] - slope) / errors[usable]
    below, above = np.quantile(t, [(1 - level) / 2, (1 + level) / 2])
    low, high = slope - float(above) * error, slope - float(below) * error
    return Interval(slope, low, high, confidence(level))


def local_exponents(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> Interval:
    """The exponent of exact data: the fitted slope, between the least and greatest local one.

    Counted data has no noise, so what keeps its slope from the leading power is the lower-order
    terms; the range over neighbouring points shows how much they still weigh.
    """
    order = np.argsort(x)
    log_x = np.log(np.asarray(x, dtype=float)[order])
    log_y = np.log(np.asarray(y, dtype=float)[order])
    if log_x.size < 2:
        raise ValueError("a local exponent needs at least two points")
    local = np.diff(log_y) / np.diff(log_x)
    slope = float(np.polyfit(log_x, log_y, 1)[0])
    low, high = min(slope, float(local.min())), max(slope, float(local.max()))
    return Interval(slope, low, high, over("neighbouring points"))
