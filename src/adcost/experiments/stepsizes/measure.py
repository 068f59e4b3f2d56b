"""Measure step sizes learned by differentiating through gradient descent; float64 throughout.

``measurements``: ``point, method, run, quantity, at, value``, where ``at`` is what the value
belongs to: a component of α, a radius, a βC, a κ; 0 for a single number of the run. Quantities:

``squared_norm, loss``  of the start: ‖x₀‖² and L
``curvature, curvature_ratio``  max ∂²L/∂αᵢ² at the start, and over the least of them
``beta_curvature, steps, dimension, perturbations``  as configured
``loss_ratio``     L/L₀ at the end of a run; by κ, f(x_T)/f(x₀)
``diverged, diverged_at, rises``  1 or 0, that step, and how often L rose
``alpha``          the step sizes, at the start and where a run ended; ``alpha_<κ>`` by κ
``gradient_norm``  the largest component where a run ended
``nearest_one``    min |1 − αᵢ| there
``eigenvalue, rank``  of ∇²L there
``lower_share``    of random perturbations of a radius, those that lower L
``gradient_error, gradient_rounding``  relative, against the closed form; what its bound is a
    multiple of
``other_ratio``    f(x_T)/f(x₀) from another start than the steps were learned for
``worst_case, least_worst_case``  max p² over the spectrum, and the least of any steps
``gradients, arrived``  that learning took; the share of its starts that found as little

``curves``: ``point, method, run, curve, x, y, value``: ``learning`` (x = step, value = L/L_0),
``descent`` (x = k, value = f(x_k)/f(x_0)), ``valley`` (x, y = two components of α, value = L/L_0),
``contraction`` (x = λ, y = κ, value = p(λ)²).
"""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.derivatives.unrolled import values_along
from adcost.experiments.stepsizes import conditioned, gradient, stationarity
from adcost.experiments.stepsizes.learning import (
    Learned,
    constant_step,
    homework_loss,
    polyak_step,
)
from adcost.functions.diagonal_quadratic import half_squared_norm

MATCHED_STEPS = 50
"""A matched step arrives at once; more show that it stays."""

POLYAK_STEPS = 300
"""Each of them halves the distance of the leading α_i to 1, when it leads: 53 would do, and the
way there takes about as many."""

CURVE_ROWS = 80
VALLEY_POINTS = 41

Row = tuple[str, int, str, float, float]
CurveRow = tuple[str, int, str, float, float, float]


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan: its two tables."""
    with jax.enable_x64(True):
        rows, curves = {
            "homework": _homework,
            "sweep": _sweep,
            "condition": conditioned.compare,
        }[point](parameters, seed)
    measured = pd.DataFrame(rows, columns=["method", "run", "quantity", "at", "value"])
    drawn = pd.DataFrame(curves, columns=["method", "run", "curve", "x", "y", "value"])
    for table in (measured, drawn):
        table.insert(0, "point", point)
    return {"measurements": measured, "curves": drawn}


def random_starts(parameters: Mapping[str, Any], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """x_0 uniform in [0, 1]^d and α_0 uniform in [0, largest]^T: (runs, d) and (runs, T)."""
    d, horizon, largest = (parameters[key] for key in ("dimension", "horizon", "largest_start"))
    x0, alpha = [], []
    for run in range(parameters["starts"]):
        rng = seeds.generator(seed, "stepsizes", "start", run)
        x0.append(rng.uniform(size=d))
        alpha.append(rng.uniform(0, largest, size=horizon))
    return np.stack(x0), np.stack(alpha)


def curvatures(alpha: np.ndarray, x0: np.ndarray) -> np.ndarray:
    """∂²L/∂α_i² of each run, (runs, T), from the Hessian by automatic differentiation."""
    return np.diagonal(stationarity.hessians(alpha, x0), axis1=1, axis2=2)


def _homework(parameters: Mapping[str, Any], seed: int) -> tuple[list[Row], list[CurveRow]]:
    x0, alpha = random_starts(parameters, seed)
    curvature = curvatures(alpha, x0).max(1)
    runs = {
        "constant": constant_step(x0, alpha, parameters["beta"] / curvature, parameters["steps"]),
        "matched": constant_step(x0, alpha, 1 / curvature, MATCHED_STEPS),
        "polyak": polyak_step(x0, alpha, POLYAK_STEPS),
    }
    rows = _start_rows(alpha, x0, curvature) + gradient.compare(parameters, seed)
    curves: list[CurveRow] = [*_descent("start", alpha, x0)]
    for method, learned in runs.items():
        rows += _loss_rows(method, learned)
        rows += stationarity.examine(method, learned.alpha, x0, parameters["perturbations"], seed)
        curves += [*_learning(method, learned), *_descent(method, learned.alpha, x0)]
    rows += stationarity.ranks_on_the_valley(alpha, x0)
    curves += _valley(runs["polyak"].alpha[0], x0[0], float(runs["polyak"].losses[0, 0]))
    return rows, curves


def _start_rows(alpha: np.ndarray, x0: np.ndarray, curvature: np.ndarray) -> list[Row]:
    rows: list[Row] = []
    for run in range(len(alpha)):
        rows += [
            ("start", run, "squared_norm", 0.0, float(x0[run] @ x0[run])),
            ("start", run, "loss", 0.0, float(homework_loss(alpha[run], x0[run]))),
            ("start", run, "curvature", 0.0, float(curvature[run])),
        ]
        rows += [("start", run, "alpha", float(i), float(a)) for i, a in enumerate(alpha[run])]
    return rows


def _loss_rows(method: str, learned: Learned) -> list[Row]:
    rows: list[Row] = []
    for run, (losses, left) in enumerate(zip(learned.losses, learned.diverged_at, strict=True)):
        rows += [
            (method, run, "loss_ratio", 0.0, float(losses[-1] / losses[0])),
            (method, run, "diverged", 0.0, float(left >= 0)),
        ]
        if left >= 0:
            rows.append((method, run, "diverged_at", 0.0, float(left)))
    return rows


def _learning(method: str, learned: Learned) -> list[CurveRow]:
    last = learned.losses.shape[1] - 1
    inner = np.geomspace(1, last, CURVE_ROWS).round().astype(int)
    return [
        (method, run, "learning", float(step), 0.0, float(losses[step] / losses[0]))
        for run, losses in enumerate(learned.losses)
        for step in (0, *np.unique(inner))
    ]


def _descent(method: str, alpha: np.ndarray, x0: np.ndarray) -> list[CurveRow]:
    """f(x_k)/f(x_0) along the inner descent; a run that diverged may leave the range of floats."""
    along = jax.jit(jax.vmap(lambda x, a: values_along(half_squared_norm, x, a)))(x0, alpha)
    values = np.nan_to_num(np.asarray(along / along[:, :1]), posinf=1e300)
    return [
        (method, run, "descent", float(k), 0.0, float(value))
        for run, row in enumerate(values)
        for k, value in enumerate(row)
    ]


def _valley(alpha: np.ndarray, x0: np.ndarray, start: float) -> list[CurveRow]:
    """L/L_0 over the two components of α that ended nearest to 1, the others as they ended."""
    first, second = np.argsort(np.abs(1 - alpha), kind="stable")[:2]
    grid = np.linspace(0, 2, VALLEY_POINTS)
    x, y = (axis.reshape(-1) for axis in np.meshgrid(grid, grid))
    alphas = np.broadcast_to(alpha, (x.size, alpha.size)).copy()
    alphas[:, first], alphas[:, second] = x, y
    losses = np.asarray(jax.jit(jax.vmap(homework_loss, (0, None)))(alphas, x0)) / start
    rows = [
        ("polyak", 0, "valley", float(a), float(b), float(value))
        for a, b, value in zip(x, y, losses, strict=True)
    ]
    return [*rows, ("polyak", 0, "valley_end", float(alpha[first]), float(alpha[second]), 0.0)]


def _sweep(parameters: Mapping[str, Any], seed: int) -> tuple[list[Row], list[CurveRow]]:
    """The end of every run for each βC, and the step at which it diverged where it did."""
    x0, alpha = random_starts(parameters, seed)
    curvature = curvatures(alpha, x0)
    grid = np.linspace(parameters["smallest"], parameters["largest"], parameters["betas"])
    rows: list[Row] = [
        ("start", run, "curvature_ratio", 0.0, float(own.max() / own.min()))
        for run, own in enumerate(curvature)
    ]
    rows += [
        ("start", run, "curvature", 0.0, float(own.max())) for run, own in enumerate(curvature)
    ]
    curves: list[CurveRow] = []
    for scaled in grid:
        beta = scaled / curvature.max(1)
        learned = constant_step(x0, alpha, beta, parameters["steps"])
        for run, losses in enumerate(learned.losses):
            left = int(learned.diverged_at[run])
            ups = np.diff(losses) > 0
            rows += [
                ("constant", run, "loss_ratio", scaled, float(losses[-1] / losses[0])),
                ("constant", run, "rises", scaled, float(ups.sum())),
                ("constant", run, "diverged", scaled, float(left >= 0)),
            ]
            if left >= 0:
                rows.append(("constant", run, "diverged_at", scaled, float(left)))
    curves += _learning("constant", learned)
    return rows, curves
