"""Steps learned for quadratics of condition number κ, beside Chebyshev's, equal and Krylov's best.

Gradient descent on α would crawl here: steps for κ = 1,000 differ by a factor of 1,000, and so do
the curvatures of L. The same gradients by automatic differentiation therefore feed L-BFGS-B
(scipy), on log L as a function of log α, where everything is of one size. The box 1/κ ≤ α ≤ 1 holds
the best steps, whose inverses lie inside the spectrum. A few starts end short of the least L, and
the best of several is kept.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

from adcost import seeds
from adcost.derivatives.unrolled import loss_of_steps
from adcost.experiments.stepsizes.horizon import (
    chebyshev_steps,
    contraction,
    equal_steps,
    krylov_least,
    least_worst_case,
    worst_case,
)
from adcost.functions.diagonal_quadratic import diagonal_quadratic, log_spaced_eigenvalues

CURVE_POINTS = 241

ARRIVED = 1e-6
"""A start has arrived when its L is within this of the best start's, relatively."""

Row = tuple[str, int, str, float, float]
CurveRow = tuple[str, int, str, float, float, float]


@jax.jit
def loss(alpha: jax.Array, x0: jax.Array, eigenvalues: jax.Array) -> jax.Array:
    """L(α) = f(x_T) of the quadratic with ``eigenvalues`` (d,), started at ``x0`` (d,)."""
    return loss_of_steps(partial(diagonal_quadratic, eigenvalues=eigenvalues))(alpha, x0)


@jax.jit
def _log_value_and_slope(
    theta: jax.Array, x0: jax.Array, eigenvalues: jax.Array
) -> tuple[jax.Array, jax.Array]:
    return jax.value_and_grad(lambda t: jnp.log(loss(jnp.exp(t), x0, eigenvalues)))(theta)


def learn(start: np.ndarray, x0: np.ndarray, eigenvalues: np.ndarray) -> tuple[np.ndarray, int]:
    """Steps (T,) learned from ``start`` (T,), positive, and the gradients that it took."""
    held = jnp.asarray(x0), jnp.asarray(eigenvalues)

    def fun(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = _log_value_and_slope(theta, *held)
        return float(value), np.asarray(slope)

    found = minimize(
        fun,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-np.log(eigenvalues.max()), -np.log(eigenvalues.min()))] * len(start),
        options={"maxiter": 2000, "maxfun": 5000, "ftol": 1e-15, "gtol": 1e-10, "maxcor": 20},
    )
    return np.exp(found.x), int(found.nfev)


def compare(parameters: Mapping[str, Any], seed: int) -> tuple[list[Row], list[CurveRow]]:
    """Each κ and start (``at``: κ): f(x_T)/f(x_0) of each choice of steps, and its worst case.

    ``loss_ratio`` from the start that steps were learned for; ``other_ratio`` from another start;
    ``worst_case`` max p² over the spectrum; ``gradients`` that learning took; ``arrived``: the
    share of its starts that found as little.
    """
    rows: list[Row] = []
    curves: list[CurveRow] = []
    horizon = parameters["horizon"]
    for condition in parameters["numbers"]:
        eigenvalues = log_spaced_eigenvalues(condition, parameters["dimension"])
        fixed = {
            "chebyshev": chebyshev_steps(condition, horizon),
            "equal": equal_steps(condition, horizon),
        }
        for run in range(parameters["starts"]):
            rng = seeds.generator(seed, "stepsizes", "condition", condition, run)
            x0, other = rng.uniform(size=(2, parameters["dimension"]))
            found = [
                learn(first, x0, eigenvalues)
                for first in condition ** -rng.uniform(size=(parameters["restarts"], horizon))
            ]
            losses = [float(loss(alpha, x0, eigenvalues)) for alpha, _ in found]
            learned, gradients = found[int(np.argmin(losses))]
            arrived = np.mean(np.array(losses) <= (1 + ARRIVED) * min(losses))
            steps = {"learned": learned, **fixed}
            for method, alpha in steps.items():
                rows += [
                    (method, run, "loss_ratio", condition, _ratio(alpha, x0, eigenvalues)),
                    (method, run, "other_ratio", condition, _ratio(alpha, other, eigenvalues)),
                    (method, run, "worst_case", condition, worst_case(alpha, condition)),
                ]
            least = krylov_least(eigenvalues, x0, horizon) / _f(x0, eigenvalues)
            rows += [
                ("krylov", run, "loss_ratio", condition, least),
                ("learned", run, "gradients", condition, float(gradients)),
                ("learned", run, "arrived", condition, float(arrived)),
                *(
                    ("learned", run, f"alpha_{condition:g}", i, float(a))
                    for i, a in enumerate(np.sort(learned))
                ),
            ]
            if run == 0:
                curves += _contractions(steps, condition)
        rows.append(
            (
                "chebyshev",
                0,
                "least_worst_case",
                condition,
                least_worst_case(condition, horizon),
            )
        )
    return rows, curves


def _f(x: np.ndarray, eigenvalues: np.ndarray) -> float:
    return float(0.5 * eigenvalues @ x**2)


def _ratio(alpha: np.ndarray, x0: np.ndarray, eigenvalues: np.ndarray) -> float:
    return float(loss(alpha, x0, eigenvalues)) / _f(x0, eigenvalues)


def _contractions(steps: Mapping[str, np.ndarray], condition: float) -> list[CurveRow]:
    grid = np.geomspace(1, condition, CURVE_POINTS)
    return [
        (method, 0, "contraction", float(x), float(condition), float(value))
        for method, alpha in steps.items()
        for x, value in zip(grid, contraction(alpha, grid), strict=True)
    ]
