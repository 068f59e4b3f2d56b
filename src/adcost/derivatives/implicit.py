r"""The derivative of a fixed point by the implicit function theorem, at one linear solve.

    x* = T(θ, x*),   (I − ∂T/∂x) dx* = ∂T/∂θ dθ,
    θ̄ = (∂T/∂θ)ᵀ u   where   (I − ∂T/∂x)ᵀ u = x̄

(Christianson, *Optim. Methods Softw.* 3, 1994; Griewank & Walther, *Evaluating Derivatives*, 2nd
ed., ch. 15; Blondel et al., *NeurIPS* 2022.) A minimiser of f is the fixed point of a step of
gradient descent. Only products with ∂T/∂x are taken, in the point where the solver stopped: of how
it came there nothing is kept, and nothing enters the derivative.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

Step = Callable[[Any, jax.Array], jax.Array]
"""T(θ, x): parameters, a tree of arrays, and a state to the next state, of the same shape."""

Map = Callable[[jax.Array], jax.Array]
Solver = Callable[[Map, jax.Array], jax.Array]
"""A map x ↦ T(θ, x) and a start to the state in which the iteration stopped."""

LinearSolver = Callable[[Map, jax.Array], jax.Array]
"""A linear map and a right-hand side to the solution; it is given the transposed map for a reverse
sweep, and need not be differentiable itself."""


def fixed_point(step: Step, solver: Solver, linear_solver: LinearSolver) -> Step:
    """x*(θ, x₀), found by ``solver`` from x₀ and differentiated implicitly by θ, in both modes.

    Its derivative by x₀ is zero. Where I − ∂T/∂x is singular there is none, and what comes out is
    what ``linear_solver`` makes of it.
    """

    def solution(theta: Any, start: jax.Array) -> jax.Array:
        def residual(x: jax.Array) -> jax.Array:
            return x - step(theta, x)

        def solve(_: Map, x: jax.Array) -> jax.Array:
            return solver(partial(step, theta), x)

        def tangent_solve(a: Map, b: jax.Array) -> jax.Array:
            # Those of jax.scipy cannot be transposed where their start depends on b, as it does.
            return jax.lax.custom_linear_solve(a, b, linear_solver, linear_solver)

        return jax.lax.custom_root(residual, start, solve, tangent_solve)

    return solution


def until(
    update: Map, start: jax.Array, tolerance: float | jax.Array, most: int
) -> tuple[jax.Array, jax.Array]:
    """Iterate ``update`` until a step is at most ``tolerance`` of the first, or ``most`` times.

    Returns the state and how many times it was updated, at least once.
    """
    first = update(start)
    bound = tolerance * jnp.linalg.norm(first - start)

    def goes_on(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        x, before, count = carry
        return (jnp.linalg.norm(x - before) > bound) & (count < most)

    def body(
        carry: tuple[jax.Array, jax.Array, jax.Array],
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        x, _, count = carry
        return update(x), x, count + 1

    x, _, count = jax.lax.while_loop(goes_on, body, (first, start, jnp.int32(1)))
    return x, count


def successive(
    matvec: Map, right: jax.Array, *, tolerance: float | jax.Array, most: int
) -> jax.Array:
    """A `LinearSolver`: A u = ``right`` by u ← u + (right − A u), for A = I − J with ‖J‖ < 1.

    With J = (∂T/∂x)ᵀ this is Christianson's second phase: reverse mode through one step, taken at
    the fixed point again and again. It stops as `until` does.
    """

    def update(u: jax.Array) -> jax.Array:
        return u + (right - matvec(u))

    return until(update, jnp.zeros_like(right), tolerance, most)[0]
