"""Measure derivatives of fixed points: through the iterations, and implicitly.

Columns of ``measurements``: ``point, method, steps, tolerance, quantity, value``. Steps k are
applications of T, a tolerance is a share of the first step, and each is 0 where it says nothing.

- ``operations`` of a program and ``temporary_bytes`` of it compiled, by k; the method ``function``
  is L itself, ``step`` one T;
- ``products`` that solve the adjoint system in the fixed point to the adjoint tolerance;
- ``error``: ‖ḡ − g‖/‖g‖ against the truth g of `problems`, after k steps or at a tolerance;
- ``distance``: ‖x_k − x*‖/‖x₀ − x*‖, and ``norm``: ‖ḡ‖, at a tolerance;
- ``loop_error``: the same against the derivative of what the loop returns, in closed form;
- ``condition`` of I − ∂T/∂x, ``parameters`` and ``state``: numbers in θ and in x.

At ``singular`` the tolerance column has the penalty λ, and ``finite`` says if there is an error.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from adcost.costs.calls import counted
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes, compiled_quickly
from adcost.derivatives import modes
from adcost.derivatives.checkpointing.nested import segmented, stored
from adcost.derivatives.implicit import LinearSolver, Map, fixed_point, successive, until
from adcost.experiments.implicit.plan import MOST
from adcost.experiments.implicit.problems import Problem, few_images, problem, slope_of_the_loop

Row = tuple[str, int, float, str, float]
Gradient = Callable[[jax.Array], jax.Array]

LARGEST = 1e300
"""An error that is larger is written so, since tables hold finite numbers."""


def measure(point: str, parameters: Mapping[str, Any], seed: int | None) -> dict[str, pd.DataFrame]:
    """One point of the plan."""
    # NumPy's matrices are small: BLAS's threads would wait for each other longer than they compute.
    with jax.enable_x64(True), threadpool_limits(1, "blas"):
        if point == "singular":
            rows = _singular(parameters)
        else:
            subject = problem(point, parameters["problem"], seed)
            products, rounds = _rounds(subject, parameters)
            rows = [*_of_the_problem(subject), *products, *_cost(subject, parameters, rounds)]
            rows += _tolerances(subject, parameters, rounds)
    table = pd.DataFrame(rows, columns=["method", "steps", "tolerance", "quantity", "value"])
    table.insert(0, "point", point)
    return {"measurements": table.astype({"value": float})}


def _of_the_problem(subject: Problem) -> list[Row]:
    facts = {
        "condition": subject.condition,
        "parameters": subject.theta.size,
        "state": subject.start.size,
    }
    return [("problem", 0, 0.0, name, float(value)) for name, value in facts.items()]


def linear_solvers(subject: Problem, tolerance: float | jax.Array) -> dict[str, LinearSolver]:
    """Both ways of solving the adjoint system, to a tolerance of each one's own kind."""
    return {
        "krylov": subject.linear_solver(tolerance, MOST),
        "successive": partial(successive, tolerance=tolerance, most=MOST),
    }


def gradients(subject: Problem, steps: int, tolerance: float) -> dict[str, Gradient]:
    """∇L(θ) after so many steps by every method, the adjoint system solved to the tolerance."""

    def through(chain: Callable[..., jax.Array]) -> Callable[[jax.Array], jax.Array]:
        return lambda theta: subject.loss(chain(theta, subject.start))

    def repeat(update: Map, x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, steps, lambda _, x: update(x), x)

    unrolled = through(stored(subject.step, steps))
    found: dict[str, Gradient] = {
        "reverse": jax.grad(unrolled),
        "checkpointed": jax.grad(through(segmented(subject.step, steps))),
        "forward": partial(modes.forward, unrolled),
    }
    for name, solver in linear_solvers(subject, tolerance).items():
        found[name] = jax.grad(through(fixed_point(subject.step, repeat, solver)))
    return found


def _cost(subject: Problem, parameters: Mapping[str, Any], rounds: Mapping[str, int]) -> list[Row]:
    """Operations and bytes against k, and every method's error where the solver has converged."""
    step = count(subject.step, subject.theta, subject.start).total
    rows: list[Row] = [("step", 1, 0.0, "operations", step)]
    for steps in parameters["steps"]:
        ways = _jitted(subject, steps, parameters["adjoint_tolerance"])
        rows += _operations(subject, ways, rounds, steps)
        runs = steps == parameters["converged"] and subject.gradient.any()
        for name, gradient in ways.items():
            traced = gradient.trace(subject.theta)
            # Forward mode carries a tangent for each parameter: it runs longer than it compiles.
            slowly = runs and name == "forward"
            compiled = traced.lower().compile() if slowly else compiled_quickly(traced)
            held = compiled_bytes(compiled).temporaries
            rows.append((name, steps, 0.0, "temporary_bytes", held))
            if runs:
                error = relative(compiled(subject.theta), subject.gradient)
                rows.append((name, steps, 0.0, "error", error))
    return rows


def _jitted(subject: Problem, steps: int, tolerance: float) -> dict[str, Any]:
    """The `gradients`, each traced once for its count and its bytes."""
    return {name: jax.jit(way) for name, way in gradients(subject, steps, tolerance).items()}


def _operations(
    subject: Problem,
    ways: Mapping[str, Any],
    rounds: Mapping[str, int],
    steps: int,
    tolerance: float = 0.0,
) -> list[Row]:
    """Of L and of its gradient by every method, after so many steps."""
    chain = stored(subject.step, steps)
    programs = {
        "function": lambda theta: subject.loss(chain(theta, subject.start)),
        **ways,
    }
    counts = {
        name: count(program, subject.theta, trips={"while": rounds.get(name, 0)}).total
        for name, program in programs.items()
    }
    return [(name, steps, tolerance, "operations", n) for name, n in counts.items()]


def _rounds(subject: Problem, parameters: Mapping[str, Any]) -> tuple[list[Row], dict[str, int]]:
    """Products with (I − ∂T/∂x)ᵀ that each way takes in the fixed point, and its loop's rounds."""
    tolerance = parameters["adjoint_tolerance"]
    solvers = linear_solvers(subject, tolerance)
    taken = {}

    def solve_all() -> list[jax.Array]:
        step = partial(subject.step, subject.theta)
        at = until(step, subject.start, tolerance, MOST)[0]
        _, pull = jax.vjp(step, at)
        solutions = []
        for name, solver in solvers.items():
            product, taken[name] = counted(lambda u: u - pull(u)[0])
            solutions.append(solver(product, jax.grad(subject.loss)(at)))
        return solutions

    jax.block_until_ready(jax.jit(solve_all)())
    products = {name: so_far() for name, so_far in taken.items()}
    a_round = {"krylov": subject.products_a_round, "successive": 1}
    rows = [(name, 0, tolerance, "products", float(n)) for name, n in products.items()]
    # One product comes before the loop.
    return rows, {name: -(-(n - 1) // a_round[name]) for name, n in products.items()}


def _tolerances(
    subject: Problem, parameters: Mapping[str, Any], rounds: Mapping[str, int]
) -> list[Row]:
    """Errors against the solver's tolerance; the adjoint system is solved to the same one.

    ``krylov_exact`` solves it to the adjoint tolerance instead, so that what is left is the
    solver's error alone. Operations are those after the steps to the least tolerance.
    """
    tolerances, tight = parameters["tolerances"], parameters["adjoint_tolerance"]
    start = np.asarray(subject.start)
    run = jax.jit(lambda at: until(partial(subject.step, subject.theta), subject.start, at, MOST))
    most = int(run(min(tolerances))[1])
    program = compiled_quickly(jax.jit(_at_tolerance(subject, most, tight)).trace(1.0))
    scale = float(np.linalg.norm(subject.gradient) or np.linalg.norm(program(1.0)["reverse"]))
    farthest = np.linalg.norm(start - subject.fixed_point)
    rows = _operations(subject, _jitted(subject, most, tight), rounds, most, min(tolerances))
    for tolerance in tolerances:
        state, steps = run(tolerance)
        k, away = int(steps), np.linalg.norm(np.asarray(state) - subject.fixed_point)
        rows.append(("function", k, tolerance, "distance", float(away / farthest)))
        for name, gradient in program(tolerance).items():
            found = np.asarray(gradient)
            rows.append((name, k, tolerance, "error", relative(found, subject.gradient, scale)))
            rows.append((name, k, tolerance, "norm", float(np.linalg.norm(found))))
            if not subject.gradient.any():  # of a loop whose limit does not depend on θ
                loop = slope_of_the_loop(np.asarray(subject.theta), start, k)
                rows.append((name, k, tolerance, "loop_error", relative(found, loop)))
    return rows


def _at_tolerance(subject: Problem, most: int, tight: float) -> Callable[..., dict[str, jax.Array]]:
    """Gradients where the solver stops at a tolerance, after ``most`` steps at the latest.

    One program for all tolerances: what is unrolled goes on to the end, and steps past the last
    one are left out of value and derivative alike.
    """

    def program(tolerance: jax.Array) -> dict[str, jax.Array]:
        steps = until(partial(subject.step, subject.theta), subject.start, tolerance, most)[1]

        def unrolled(theta: jax.Array) -> jax.Array:
            def body(x: jax.Array, k: jax.Array) -> tuple[jax.Array, None]:
                return jnp.where(k < steps, subject.step(theta, x), x), None

            return subject.loss(jax.lax.scan(body, subject.start, jnp.arange(most))[0])

        def implicit(solver: LinearSolver) -> jax.Array:
            def solve(update: Map, x: jax.Array) -> jax.Array:
                return until(update, x, tolerance, most)[0]

            solution = fixed_point(subject.step, solve, solver)
            return jax.grad(lambda theta: subject.loss(solution(theta, subject.start)))(
                subject.theta
            )

        return {
            "reverse": jax.grad(unrolled)(subject.theta),
            **{name: implicit(s) for name, s in linear_solvers(subject, tolerance).items()},
            "krylov_exact": implicit(linear_solvers(subject, tight)["krylov"]),
        }

    return program


def _singular(parameters: Mapping[str, Any]) -> list[Row]:
    """dL/dλ with fewer images than pixels, where λ is all that keeps I − ∂T/∂x regular.

    The descent starts at 0 and stays in the span of the images, so it tends to the least of all
    minimisers, and its derivative has a limit, also where λ is 0.
    """
    regression = few_images(parameters["images"])
    subject = regression.problem(0.0)
    ways = gradients(subject, parameters["steps"], parameters["adjoint_tolerance"])
    programs = {name: jax.jit(ways[name]) for name in ("reverse", "krylov", "successive")}
    rows: list[Row] = []
    for penalty in parameters["penalties"]:
        right = np.array([regression.minimiser(penalty)[1]])
        for name, program in programs.items():
            found = np.asarray(program(jnp.array([float(penalty)])))
            finite = bool(np.isfinite(found).all())
            rows.append((name, parameters["steps"], penalty, "finite", float(finite)))
            if finite:
                error = relative(found, right)
                rows.append((name, parameters["steps"], penalty, "error", error))
    return rows


def relative(found: Any, right: np.ndarray, scale: float | None = None) -> float:
    """‖found − right‖ over ``scale``, by default ‖right‖; at most `LARGEST`, as is NaN."""
    error = np.linalg.norm(np.asarray(found) - right) / (scale or np.linalg.norm(right))
    return float(error) if error < LARGEST else LARGEST
