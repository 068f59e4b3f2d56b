r"""Three problems, one of each class, on which descent is as slow as its rate says, for any n.

Every problem has smoothness constant L = 1, f* = 0 at x* = 0, a curvature in every direction, and
the same spectrum in distribution for every n, so that nothing but n changes with n. With step h
and t = hk:

smooth, not convex   f(x) = ½ Σ λᵢxᵢ²/(1 + xᵢ²/ρᵢ²), started where every direction has negative
                     curvature; f₀ − f* = 1;      ‖∇f(x_k)‖² → 1/(ℓt)
convex               f(x) = ½ Σ λᵢxᵢ²; ‖x₀‖ = 1;   f(x_k) − f* → 1/(4ℓt)
strongly convex      the same with half of the λᵢ at μ = 1/κ, half at 1; ‖x₀‖ = 1;
                     ‖x_k‖² = ½(1 − hμ)²ᵏ + ½(1 − h)²ᵏ

In the first two λ is log-uniform on [c, 1], ℓ = ln(1/c). *Convex*: descent leaves
½ Σ wᵢλᵢ(1 − hλᵢ)²ᵏ ≈ ½ ∫ e^(−2λt) dλ/ℓ = (e^(−2ct) − e^(−2t))/(4ℓt). *Smooth*: each term is
ρ²λψ(x/ρ)/2 with ψ(θ) = θ²/(1 + θ²) (Geman & McClure 1985), whose flow is θ(λt) with
dθ/ds = −ψ′/2; with ρᵢ² = 2wᵢ/(λᵢψ(θ₀)) we have ‖∇f‖² = Σ wᵢλᵢψ′(θ(λᵢt))²/(2ψ(θ₀)), which goes to
(1/ℓt) ∫ ψ′²ds/(2ψ(θ₀)) = (1/ℓt) ∫ ψ′dθ/ψ(θ₀) = 1/(ℓt). Both for 1 ≪ t ≪ 1/c. So the orders 1/k
of the upper bounds (Nesterov, *Lectures on Convex Optimization*, 2018, §1.2.3, 2.1.5) are
attained, up to the constant ℓ. The last law attains Nesterov's (1 − μ/L)²ᵏ from the first step.

Functions are of one point x (n,) and return scalars; arrays keep the dtype they are given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

LEAST_CURVATURE = 1e-4
"""c, the flattest direction of the classes that are not strongly convex."""

START = 1.0
"""θ₀, where all xᵢ/ρᵢ start: beyond the inflection of ψ at 1/√3, and steep enough for ‖∇f(x₀)‖² to
be above what descent soon reaches."""


class Problem(NamedTuple):
    """``curvatures`` λ, ``scales`` ρ (infinite for a quadratic) and ``start`` x₀, each (n,)."""

    curvatures: Any
    scales: Any
    start: Any


@dataclass(frozen=True)
class RateClass:
    """A class of problems: its problem in n dimensions, f, and the error its rate speaks of.

    ``weights``: where f is a quadratic, the error is Σ wᵢxᵢ² with these wᵢ, (n,).
    """

    name: str
    build: Callable[[int, float], Problem]
    value: Callable[[Problem, jax.Array], jax.Array]
    error: Callable[[Problem, jax.Array], jax.Array]
    weights: Callable[[Problem], np.ndarray] | None = None


def log_uniform(n: int, least: float = LEAST_CURVATURE) -> tuple[np.ndarray, np.ndarray]:
    """Nodes from 1 to ``least`` and their weights, (n,) each, of the log-uniform distribution.

    The trapezoidal rule: equally spaced logarithms, and half a weight for both ends. n ≥ 2.
    """
    weights = np.ones(n)
    weights[[0, -1]] = 0.5
    return np.geomspace(1.0, least, n), weights / weights.sum()


def quadratic(problem: Problem, x: jax.Array) -> jax.Array:
    """½ Σ λᵢxᵢ²."""
    return 0.5 * jnp.sum(problem.curvatures * x * x)


def saturating(problem: Problem, x: jax.Array) -> jax.Array:
    """½ Σ λᵢxᵢ²/(1 + xᵢ²/ρᵢ²): near zero the quadratic, far away constant."""
    return 0.5 * jnp.sum(problem.curvatures * x * x / (1 + (x / problem.scales) ** 2))


def saturating_problem(n: int, condition: float) -> Problem:
    """The smooth problem; ``condition`` is not used."""
    curvatures, weights = log_uniform(n)
    scales = np.sqrt(2 * weights / curvatures * (1 + START**2) / START**2)
    return Problem(curvatures, scales, START * scales)


def convex_problem(n: int, condition: float) -> Problem:
    """The convex problem; ``condition`` is not used."""
    curvatures, weights = log_uniform(n)
    return Problem(curvatures, np.full(n, np.inf), np.sqrt(weights))


def strongly_convex_problem(n: int, condition: float) -> Problem:
    """The strongly convex problem with κ = ``condition``; the middle of an odd n lies at μ."""
    flat = np.arange(n) < (n + 1) // 2
    share = np.where(flat, 0.5 / flat.sum(), 0.5 / (~flat).sum())
    return Problem(np.where(flat, 1 / condition, 1.0), np.full(n, np.inf), np.sqrt(share))


def squared_gradient(problem: Problem, x: jax.Array) -> jax.Array:
    """‖∇f(x)‖² of the smooth problem."""
    return jnp.sum(jax.grad(saturating, argnums=1)(problem, x) ** 2)


def squared_distance(problem: Problem, x: jax.Array) -> jax.Array:
    """‖x − x*‖²."""
    return jnp.sum(x * x)


SMOOTH = RateClass("smooth", saturating_problem, saturating, squared_gradient)
CONVEX = RateClass(
    "convex", convex_problem, quadratic, quadratic, lambda problem: problem.curvatures / 2
)
STRONGLY_CONVEX = RateClass(
    "strongly_convex",
    strongly_convex_problem,
    quadratic,
    squared_distance,
    lambda problem: np.ones(len(problem.curvatures)),
)
CLASSES = {one.name: one for one in (SMOOTH, CONVEX, STRONGLY_CONVEX)}
