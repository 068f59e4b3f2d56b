r"""The methods that `mds` compares, each from the same random starts on the same loss.

gradient descent    W ← W − α∇L(W), by automatic differentiation
central differences the same step with G from 2d evaluations
two-point           W ← W − (α/d)·G with G from 2 evaluations, since E‖G‖² = d·‖∇L‖²
Nelder–Mead         scipy's, with Gao & Han's dimension-adaptive coefficients (2012)
L-BFGS-B            scipy's, with gradients by automatic differentiation

The first three take the fixed step α of `functions.mds.step_size` and run all starts at once as
compiled scans. The loss that is recorded along the way is not charged: it only tells us when a
method has arrived. All expect 64-bit mode and d = 2n unknowns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import OptimizeResult, minimize

from adcost.derivatives.finite_differences import best_epsilon, central, central_evaluations
from adcost.derivatives.zero_order import EVALUATIONS, on_sphere, two_point
from adcost.functions import mds

CHUNK = 250
"""Steps compiled into one scan; whether to stop is asked between scans."""


@dataclass(frozen=True)
class Path:
    """One run: cumulative ``evaluations`` (k,) and ``losses`` (k,), from the start onwards.

    ``positions``: (k, n, 2), or the last ones only, (1, n, 2).
    """

    evaluations: np.ndarray
    losses: np.ndarray
    positions: np.ndarray


@dataclass(frozen=True)
class Problem:
    """Several runs: ``starts`` (r, n, 2), ``targets`` (r, n, n) and random ``keys`` (r,)."""

    starts: np.ndarray
    targets: np.ndarray
    keys: jax.Array

    def steps(self) -> np.ndarray:
        """The fixed step of each run (r,)."""
        return np.array([mds.step_size(targets) for targets in self.targets])

    def first(self, runs: int) -> "Problem":
        """The first ``runs`` of them."""
        return Problem(self.starts[:runs], self.targets[:runs], self.keys[:runs])


Estimator = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]


@partial(jax.jit, static_argnames=("estimate", "keep"))
def _chunk(
    estimate: Estimator,
    keep: bool,
    positions: jax.Array,
    keys: jax.Array,
    first: int,
    targets: jax.Array,
    steps: jax.Array,
) -> tuple[jax.Array, tuple[jax.Array, jax.Array | None]]:
    """CHUNK steps of all runs; losses (CHUNK, runs) and, if kept, maps before each step."""

    def of_run(
        state: jax.Array, key: jax.Array, target: jax.Array, step: jax.Array, iteration: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        gradient = estimate(state, jax.random.fold_in(key, iteration), target)
        return state - step * gradient, mds.loss(state, target)

    def body(
        states: jax.Array, iteration: jax.Array
    ) -> tuple[jax.Array, tuple[jax.Array, jax.Array | None]]:
        every = jax.vmap(of_run, in_axes=(0, 0, 0, 0, None))
        moved, losses = every(states, keys, targets, steps, iteration)
        return moved, (losses, states if keep else None)

    return jax.lax.scan(body, positions, first + jnp.arange(CHUNK))


def _descend(
    estimate: Estimator,
    problem: Problem,
    steps: np.ndarray,
    *,
    price: float,
    arrived: Callable[[np.ndarray], np.ndarray],
    max_evaluations: int,
    keep: bool = False,
) -> list[Path]:
    """Fixed-step descent along ``estimate`` until every run has arrived, or to the cap.

    ``price``: evaluations of one step; ``arrived`` tells from all losses so far (k, runs) which
    runs may stop.
    """
    most = int(max_evaluations // price)
    positions = jnp.asarray(problem.starts)
    losses: list[Any] = []
    maps: list[Any] = []
    while len(losses) * CHUNK <= most:
        first = jnp.asarray(len(losses) * CHUNK)
        positions, (chunk, kept) = _chunk(
            estimate, keep, positions, problem.keys, first, problem.targets, jnp.asarray(steps)
        )
        losses.append(np.asarray(chunk))
        if keep:
            maps.append(np.asarray(kept))
        if arrived(np.concatenate(losses)).all():
            break
    history = np.concatenate(losses)[: most + 1]
    evaluations = price * np.arange(len(history))
    path = np.concatenate(maps)[: most + 1] if keep else np.asarray(positions)[None]
    return [Path(evaluations, history[:, run], path[:, run]) for run in range(history.shape[1])]


def _gradient(positions: jax.Array, key: jax.Array, targets: jax.Array) -> jax.Array:
    return jax.grad(mds.loss)(positions, targets)


def _central(positions: jax.Array, key: jax.Array, targets: jax.Array) -> jax.Array:
    epsilon = best_epsilon(positions.dtype, central=True)
    return central(lambda w: mds.loss(w, targets), positions, epsilon)


def _two_point(positions: jax.Array, key: jax.Array, targets: jax.Array) -> jax.Array:
    epsilon = best_epsilon(positions.dtype, central=True)
    direction = on_sphere(key, positions.shape, positions.dtype)
    return two_point(lambda w: mds.loss(w, targets), positions, direction, epsilon)


def gradient_descent(
    problem: Problem, *, price: float, stop_at: np.ndarray, max_evaluations: int
) -> list[Path]:
    """Gradient descent; ``price``: evaluations that one gradient counts for."""
    return _descend(
        _gradient,
        problem,
        problem.steps(),
        price=price,
        keep=True,
        arrived=_reached(stop_at),
        max_evaluations=max_evaluations,
    )


def central_differences(
    problem: Problem, *, stop_at: np.ndarray, max_evaluations: int
) -> list[Path]:
    """Gradient descent's steps with central differences in place of gradients."""
    price = central_evaluations(problem.starts[0].size)
    return _descend(
        _central,
        problem,
        problem.steps(),
        price=price,
        arrived=_reached(stop_at),
        max_evaluations=max_evaluations,
    )


def two_point_descent(problem: Problem, *, stop_at: np.ndarray, max_evaluations: int) -> list[Path]:
    """Descent along two-point estimates, with the step α/d."""
    steps = problem.steps() / problem.starts[0].size
    return _descend(
        _two_point,
        problem,
        steps,
        price=EVALUATIONS,
        arrived=_reached(stop_at),
        max_evaluations=max_evaluations,
    )


def descent_to_rest(problem: Problem, *, tolerance: float, max_steps: int) -> list[Path]:
    """Gradient descent with one evaluation a step, until a chunk gains at most ``tolerance``.

    The gain is taken relative to all that the run has gained, so no minimum need be known.
    """

    def arrived(losses: np.ndarray) -> np.ndarray:
        return losses[-CHUNK] - losses[-1] <= tolerance * (losses[0] - losses[-1])

    return _descend(
        _gradient, problem, problem.steps(), price=1, arrived=arrived, max_evaluations=max_steps
    )


def _reached(stop_at: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda losses: losses.min(0) <= stop_at


def nelder_mead(
    start: np.ndarray, targets: np.ndarray, *, stop_at: float, max_evaluations: int
) -> Path:
    """Nelder–Mead from one start (n, 2) until the simplex's best loss is at most ``stop_at``."""
    evaluations, losses, positions = [1], [mds.loss(start, targets)], [start]
    calls = 0

    def f(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return mds.loss(x.reshape(start.shape), targets)

    def record(intermediate_result: OptimizeResult) -> None:
        evaluations.append(calls)
        losses.append(float(intermediate_result.fun))
        positions.append(np.array(intermediate_result.x).reshape(start.shape))
        if losses[-1] <= stop_at:
            raise StopIteration

    # Its own tests are switched off: it stops at the goal or at the cap.
    options = {
        "adaptive": True,
        "maxfev": max_evaluations,
        "maxiter": max_evaluations,
        "xatol": 0.0,
        "fatol": 0.0,
    }
    minimize(f, start.ravel(), method="Nelder-Mead", callback=record, options=options)
    return Path(np.array(evaluations), np.array(losses), np.array(positions))


def l_bfgs(start: np.ndarray, targets: np.ndarray, *, price: float) -> Path:
    """L-BFGS-B from one start (n, 2), to rounding; each evaluation is one loss with gradient."""
    losses, positions = [], []

    def f(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = _value_and_grad(x.reshape(start.shape), targets)
        losses.append(float(value))
        positions.append(np.array(x).reshape(start.shape))
        return losses[-1], np.asarray(gradient).ravel()

    options = {"ftol": 1e-15, "gtol": 1e-12, "maxiter": 5000, "maxfun": 20000}
    minimize(f, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return Path(price * np.arange(len(losses)), np.array(losses), np.array(positions))


_value_and_grad = jax.jit(jax.value_and_grad(mds.loss))
