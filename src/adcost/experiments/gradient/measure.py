"""Measure what a whole gradient costs, by every method, against one evaluation of its function.

Columns of ``measurements``: ``point, dimension, method, quantity, value``. Quantities:
``operations``; ``temporary_bytes`` of the compiled program; ``evaluations`` that a difference made;
``relative_error`` ‖G − ∇f‖/‖∇f‖ against reverse mode. ``timings`` has a column ``dimension`` too.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.costs.calls import counted
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import compile_program, time_interleaved
from adcost.derivatives import finite_differences, modes
from adcost.experiments.gradient import plan
from adcost.functions import losses, mds, mlp

Loss = Callable[..., jax.Array]
"""A function of w and of the data that it is evaluated on."""

Row = tuple[int, str, str, float]

NOT_COMPARED = ("loss", "reverse")
DIFFERENCES = {
    "forward_difference": finite_differences.forward,
    "central_difference": finite_differences.central,
}


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One function over all its dimensions."""
    rows: list[Row] = []
    timings = []
    timing = parameters["timing"]
    with jax.enable_x64(True):
        for wanted in parameters["dimensions"]:
            loss, *arguments = problem(
                point, parameters["function"], wanted, parameters["examples"], seed
            )
            d = arguments[0].size
            print(f"{point}: {d} dimensions", flush=True)
            everything = wanted <= parameters["all_methods_up_to"]
            methods = _methods(loss, parameters["batch"] if everything else 0)
            programs = {name: compile_program(fn, *arguments) for name, fn in methods.items()}
            for name, fn in methods.items():
                held = compiled_bytes(programs[name].compiled).temporaries
                rows.append((d, name, "operations", count(fn, *arguments).total))
                rows.append((d, name, "temporary_bytes", held))
            rows += _errors(programs, d)
            if everything:
                rows += _evaluations(loss, *arguments)
            timed = time_interleaved(
                programs,
                point=point,
                rng=seeds.generator(seed, "gradient", point, d, "order"),
                min_repeats=timing["runs"],
                max_repeats=timing["max_runs"],
                budget_seconds=timing["seconds"],
                warmup=timing["warmup"],
            )
            timings.append(timed.assign(dimension=d))
    table = pd.DataFrame(rows, columns=["dimension", "method", "quantity", "value"])
    table.insert(0, "point", point)
    return {"measurements": table, "timings": pd.concat(timings, ignore_index=True)}


def problem(
    point: str, function: str, d: int, examples: int, seed: int
) -> tuple[Loss, jax.Array, *tuple[jax.Array, ...]]:
    """A loss of at most ``d`` weights, a point w (its dimension,), and its data; all float64.

    The data are arguments, since a program with a hundred megabytes of constants compiles slowly.
    """
    rng = seeds.generator(seed, "gradient", point, d)
    size = plan.size(function, d)
    if function == "sum_of_squares":
        return losses.sum_of_squares, jnp.asarray(rng.standard_normal(size))
    if function == "logistic":
        features = jnp.asarray(rng.standard_normal((examples, size)) / np.sqrt(size))
        labels = jnp.asarray(rng.choice([-1.0, 1.0], examples))
        return losses.logistic, jnp.asarray(rng.standard_normal(size)), features, labels
    if function == "network":
        inputs, targets = (jnp.asarray(rng.standard_normal((examples, size))) for _ in range(2))
        weights = mlp.initialise(rng, plan.LAYERS - 1, size, "homework") / np.sqrt(size)
        return losses.network, jnp.asarray(weights.reshape(-1)), inputs, targets
    places, w = rng.standard_normal((size, 2)), rng.standard_normal(2 * size)
    targets = jnp.asarray(mds.squared_distances(places))
    return _scaling, jnp.asarray(w), targets


def _scaling(w: jax.Array, targets: jax.Array) -> jax.Array:
    return mds.loss(w.reshape(-1, 2), targets)


def _methods(loss: Loss, batch: int) -> dict[str, Callable[..., Any]]:
    """What is measured: those that take d times as long only where there is a ``batch``."""

    def by(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda w, *data: method(lambda v: loss(v, *data), w)

    def difference(name: str) -> Callable[..., Any]:
        central = name == "central_difference"
        epsilon = finite_differences.best_epsilon(np.float64, central=central)
        return by(lambda f, w: DIFFERENCES[name](f, w, epsilon))

    methods = {
        "loss": loss,
        "gradient": by(lambda f, w: jax.grad(f)(w)),
        "reverse": by(modes.reverse),
    }
    if not batch:
        return methods
    methods["forward_columns"] = by(modes.forward)
    methods["forward_batched"] = by(lambda f, w: modes.forward(f, w, batch))
    return methods | {name: difference(name) for name in DIFFERENCES}


def _evaluations(loss: Loss, w: jax.Array, *data: jax.Array) -> list[Row]:
    """How often differences really evaluate the function, counted as it happens."""
    rows: list[Row] = []
    for name, of in DIFFERENCES.items():
        function, so_far = counted(lambda v: loss(v, *data))
        jax.block_until_ready(jax.jit(lambda w, of=of, f=function: of(f, w, 1e-6))(w))
        rows.append((w.size, name, "evaluations", so_far()))
    return rows


def _errors(programs: Mapping[str, Callable[[], Any]], d: int) -> list[Row]:
    """How far each gradient is from reverse mode's: only of a gradient is the price of use."""
    exact = np.asarray(programs["reverse"]()[1])
    found = {name: np.asarray(programs[name]()) for name in programs if name not in NOT_COMPARED}
    scale = float(np.linalg.norm(exact))
    return [
        (d, name, "relative_error", float(np.linalg.norm(gradient - exact)) / scale)
        for name, gradient in found.items()
    ]
