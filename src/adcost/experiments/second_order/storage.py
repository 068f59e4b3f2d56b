"""Bytes that one step of each method holds: its program compiled for the convex problem, never run.

Arguments, results and temporaries, with the variables and the method's state updated in place, and
the problem's own data (λ and b) left out. L-BFGS is optax's here, whose state is arrays of JAX.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.sparse.linalg
import optax
import pandas as pd

from adcost.costs.memory import compiled_bytes, compiled_quickly
from adcost.derivatives.hvp import calculate_hessian
from adcost.experiments.second_order.plan import METHODS
from adcost.experiments.second_order.subjects import CONVEX, Data
from adcost.experiments.second_order.work import OPTIMISERS, solve

ITEMSIZE = 8

ROUNDS = 50
"""Conjugate gradients hold the same whatever their number."""

Step = Callable[[jax.Array, Any, Data], tuple[jax.Array, Any]]


def step(method: str, pairs: int) -> tuple[Step, Callable[[jax.Array], Any]]:
    """One step (x, state, data) → (x, state), and what gives the first state."""
    if method in OPTIMISERS or method == "l_bfgs":
        build = OPTIMISERS.get(method)
        optimiser = build(0.1) if build else optax.scale_by_lbfgs(pairs)

        def update(x: jax.Array, state: Any, data: Data) -> tuple[jax.Array, Any]:
            gradient = CONVEX.value_and_gradient(x, data)[1]
            direction, state = optimiser.update(gradient, state, x)
            return x + direction if build else x - direction, state

        return update, optimiser.init

    def newton(x: jax.Array, state: Any, data: Data) -> tuple[jax.Array, Any]:
        gradient = CONVEX.value_and_gradient(x, data)[1]
        if method == "newton":
            hessian = calculate_hessian(lambda y: CONVEX.value(y, data), x)
            return x + solve(hessian, gradient), state
        direction, _ = jax.scipy.sparse.linalg.cg(
            lambda v: CONVEX.product(x, v, data), -gradient, maxiter=ROUNDS
        )
        return x + direction, state

    return newton, lambda x: ()


def numbers_held(method: str, dimension: int, pairs: int) -> float:
    """Numbers of 8 bytes that one step holds at this dimension."""
    vector = jax.ShapeDtypeStruct((dimension,), jnp.float64)
    data = {"weights": vector, "shift": vector}
    fn, initialise = step(method, pairs)
    state = jax.eval_shape(initialise, vector)
    program = jax.jit(fn, donate_argnums=(0, 1))
    held = compiled_bytes(compiled_quickly(program.trace(vector, state, data))).total
    return (held - ITEMSIZE * 2 * dimension) / ITEMSIZE


def measure(point: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each method and dimension, in numbers of 8 bytes."""
    rows = [
        (
            point,
            "convex",
            dimension,
            0,
            method,
            "numbers_held",
            numbers_held(method, dimension, parameters["pairs"]),
        )
        for dimension in parameters["dimensions"]
        for method in METHODS
        if method != "gauss_newton_cg"
    ]
    return pd.DataFrame(
        rows, columns=["point", "problem", "size", "start", "method", "quantity", "value"]
    )
