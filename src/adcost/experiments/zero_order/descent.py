"""Descent on the problems of `functions.rate_classes`: many runs at once, in compiled loops.

All two-point runs of a loop take one key a step and draw their directions together; one program
serves both kinds of directions, since compiling costs more than most loops. Gradient descent is
run in all dimensions at once. Single precision: the quantities compared differ by far more than
its rounding, and it halves the time.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives.zero_order import Function, gaussian_two_point, gradient_step, normalised
from adcost.functions.rate_classes import Problem, RateClass

DTYPE = "float32"


def single(problem: Problem) -> Problem:
    """The problem in single precision."""
    return Problem(*(jnp.asarray(part, DTYPE) for part in problem))


def estimates(
    f: Function, on_sphere: jax.Array | bool, key: jax.Array, x: jax.Array, epsilon: float
) -> jax.Array:
    """Two-point estimates of the gradients of ``f``, a function of (n,), at the rows of ``x``.

    Directions are Gaussian, or if ``on_sphere`` uniform on the sphere of radius √n, where the
    Gaussian ones lie nearly: that is the unit sphere with the factor n and the difference's step
    ε√n. ``x``: (runs, n).
    """
    # A direction's own rounding changes nothing but the direction.
    drawn = jax.random.normal(key, x.shape, DTYPE).astype(x.dtype)
    directions = jnp.where(on_sphere, x.shape[1] ** 0.5 * normalised(drawn), drawn)
    return jax.vmap(lambda x, u: gaussian_two_point(f, x, u, epsilon))(x, directions)


class Descent(NamedTuple):
    """Two-point runs on a problem: their kind of directions, random key, step and ε."""

    problem: Problem
    on_sphere: bool
    key: jax.Array
    step: float
    epsilon: float

    def moved(self, kind: RateClass, k: jax.Array, x: jax.Array) -> jax.Array:
        """The points (runs, n) after step ``k`` from ``x``."""
        f, now = partial(kind.value, self.problem), jax.random.fold_in(self.key, k)
        return x - self.step * estimates(f, self.on_sphere, now, x, self.epsilon)


Progress = tuple[jax.Array, jax.Array, jax.Array]
"""Steps taken, points (runs, n), and the step at which each run arrived, −1 before."""


@partial(jax.jit, static_argnames=("kind",))
def _until(
    kind: RateClass, descent: Descent, x: jax.Array, tolerance: float, cap: int
) -> jax.Array:
    def goes_on(state: Progress) -> jax.Array:
        k, _, arrived = state
        return (k <= cap) & (arrived < 0).any()

    def body(state: Progress) -> Progress:
        k, x, arrived = state
        errors = jax.vmap(partial(kind.error, descent.problem))(x)
        arrived = jnp.where((arrived < 0) & (errors <= tolerance), k, arrived)
        return k + 1, descent.moved(kind, k, x), arrived

    state = (jnp.int32(0), x, jnp.full(len(x), -1, jnp.int32))
    return jax.lax.while_loop(goes_on, body, state)[2]


def steps_to_tolerance(
    kind: RateClass, directions: str, problem: Problem, *, runs: int, key: jax.Array, step: float,
    epsilon: float, tolerance: float, cap: int,
) -> np.ndarray:  # fmt: skip
    """For each run the first step with an error of at most ``tolerance``, or −1 if beyond ``cap``.

    For ‖∇f‖² that is the step at which its least value so far, which the theory bounds, gets there.
    """
    descent = Descent(problem, directions == "sphere", key, step, epsilon)
    x = jnp.tile(problem.start, (runs, 1))
    return np.asarray(_until(kind, descent, x, tolerance, cap))


@partial(jax.jit, static_argnames=("kind",))
def _errors(kind: RateClass, descent: Descent, x: jax.Array, steps: jax.Array) -> jax.Array:
    def stretch(
        state: tuple[jax.Array, jax.Array], stop: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        k, x = state
        x = jax.lax.fori_loop(k, stop, partial(descent.moved, kind), x)
        return (stop, x), jax.vmap(partial(kind.error, descent.problem))(x)

    return jax.lax.scan(stretch, (jnp.int32(0), x), steps)[1]


def errors_at(
    kind: RateClass,
    directions: str,
    problem: Problem,
    *,
    runs: int,
    key: jax.Array,
    step: float,
    epsilon: float,
    steps: np.ndarray,
) -> np.ndarray:
    """The errors after each of ``steps`` (increasing, m of them): (m, runs)."""
    descent = Descent(problem, directions == "sphere", key, step, epsilon)
    x, stops = jnp.tile(problem.start, (runs, 1)), jnp.asarray(steps, jnp.int32)
    return np.asarray(_errors(kind, descent, x, stops))


@partial(jax.jit, static_argnames=("kind", "steps"))
def _gradient_descents(kind: RateClass, problems: Problem, step: float, steps: int) -> jax.Array:
    def body(x: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        errors = jax.vmap(kind.error)(problems, x)
        gradients = jax.vmap(jax.grad(kind.value, argnums=1))(problems, x)
        return x - step * gradients, errors

    return jax.lax.scan(body, problems.start, length=steps + 1)[1]


def gradient_descents(kind: RateClass, problems: Sequence[Problem], *, steps: int) -> np.ndarray:
    """The errors of gradient descent after 0, 1, …, ``steps`` steps: (steps + 1, problems).

    All at once: problems of fewer dimensions get further coordinates that start, and stay, at 0.
    """
    most = max(len(problem.start) for problem in problems)

    def padded(part: np.ndarray, with_: float) -> np.ndarray:
        return np.pad(part, (0, most - len(part)), constant_values=with_)

    stacked = Problem(
        *(
            np.stack([padded(problem[i], with_) for problem in problems])
            for i, with_ in enumerate(Problem(curvatures=1.0, scales=1.0, start=0.0))
        )
    )
    return np.asarray(_gradient_descents(kind, single(stacked), gradient_step(1.0), steps))
