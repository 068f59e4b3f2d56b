"""Measure what a whole gradient costs, by every method, against one evaluation of its function.

Columns of ``measurements``: ``point, dimension, method, quantity, value``. Quantities:
``operations``, counted at every dimension from the shapes alone; and where a program is run too,
``temporary_bytes`` of the compiled program; ``evaluations`` that a difference made;
``relative_error`` ‖G − ∇f‖/‖∇f‖ against reverse mode. ``timings`` has a column ``dimension`` too.

The point ``tape`` has a function of scalars as method: ``tape_value`` and ``tape_both``, operations
of the value and of value and gradient, and ``price``, of the most expensive operation in it, which
bounds their ratio; and for every operation of the tape its own ``price``, at dimension 0. The point
``writing`` has a way of writing, or one nested operation, as method: ``value`` and ``both`` by
JAX's reverse mode; the dimension of what is nested is 1.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import platforms, seeds
from adcost.costs.calls import counted
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import compile_programs, time_as_configured
from adcost.derivatives import finite_differences, modes
from adcost.derivatives.tape.operations import OPERATIONS, price
from adcost.derivatives.tape.tape import counted_operations
from adcost.derivatives.tape.trace import trace
from adcost.experiments.gradient import plan, writing
from adcost.functions import losses, mds, mlp, scalars

Loss = Callable[..., jax.Array]
"""A function of w and of the data that it is evaluated on."""

Row = tuple[int, str, str, float]

ONE_SWEEP = ("loss", "gradient", "reverse")
"""What is run at dimensions too large for the methods that take d times as long."""
LOSSES: dict[str, Loss] = {
    "sum_of_squares": losses.sum_of_squares,
    "logistic": losses.logistic,
    "network": losses.network,
    "mds": lambda w, targets: mds.loss(w.reshape(-1, 2), targets),
}
DIFFERENCES = {
    "forward_difference": finite_differences.forward,
    "central_difference": finite_differences.central,
}


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One function over all its dimensions, or one of the two points that are only counted."""
    if point in ONLY_COUNTED:
        with jax.enable_x64(True):
            return {"measurements": _table(point, ONLY_COUNTED[point](parameters))}
    rows: list[Row] = []
    timings = []
    function, examples, timing = (parameters[key] for key in ("function", "examples", "timing"))
    loss = LOSSES[function]
    methods = _methods(loss, parameters["batch"])
    with jax.enable_x64(True):
        for wanted in parameters["dimensions"]:
            d = plan.dimension(function, wanted)
            print(f"{point}: {d} dimensions", flush=True)
            shapes = structure(function, wanted, examples)
            rows += [(d, m, "operations", count(fn, *shapes).total) for m, fn in methods.items()]
            if wanted > parameters["reverse_up_to"]:
                continue
            arguments = problem(point, function, wanted, examples, seed)
            everything = wanted <= parameters["all_methods_up_to"]
            programs = compile_programs(
                {
                    name: (fn, arguments)
                    for name, fn in methods.items()
                    if everything or name in ONE_SWEEP
                }
            )
            rows += [
                (d, name, "temporary_bytes", compiled_bytes(program.compiled).temporaries)
                for name, program in programs.items()
            ]
            rows += _errors(programs, d)
            if everything:
                rows += _evaluations(loss, *arguments)
            order = seeds.generator(seed, "gradient", point, d, "order")
            timed = time_as_configured(programs, timing, point=point, rng=order)
            timings.append(timed.assign(dimension=d))
    return {"measurements": _table(point, rows), "timings": pd.concat(timings, ignore_index=True)}


def _table(point: str, rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["dimension", "method", "quantity", "value"])
    table.insert(0, "point", point)
    return table


def _on_the_tape(parameters: Mapping[str, Any]) -> list[Row]:
    """Operations of value and gradient, scalar operation by scalar operation."""
    rows: list[Row] = [(0, name, "price", price(name)) for name in OPERATIONS]
    for name, function in writing.ON_THE_TAPE.items():
        for d in parameters["dimensions"]:
            traced = trace(function, inputs=[f"w{i + 1}" for i in range(d)])
            value, both = counted_operations(traced, writing.inputs(d))
            highest_price = max(price(traced.nodes[line].operation) for line in traced.computed)
            rows += [
                (d, name, "tape_value", value),
                (d, name, "tape_both", both),
                (d, name, "price", highest_price),
            ]
    return rows


def _in_writing(parameters: Mapping[str, Any]) -> list[Row]:
    """Operations of value and gradient by JAX's reverse mode, from shapes alone."""
    number = jax.ShapeDtypeStruct((), np.float64)
    cases = [
        (d, name, function, jax.ShapeDtypeStruct((d,), np.float64))
        for name, function in writing.WAYS.items()
        for d in parameters["dimensions"]
    ]
    for name in scalars.NESTED:
        cases.append((1, name, scalars.nested(name, parameters["nested"]), number))
    rows: list[Row] = []
    for d, name, function, shape in cases:
        rows.append((d, name, "value", count(function, shape).total))
        rows.append((d, name, "both", count(partial(modes.reverse, function), shape).total))
    return rows


ONLY_COUNTED = {"tape": _on_the_tape, "writing": _in_writing}


def structure(function: str, d: int, examples: int) -> list[jax.ShapeDtypeStruct]:
    """The shapes of w and of the data of a function of at most ``d`` weights; all float64."""
    size, weights = plan.size(function, d), (plan.dimension(function, d),)
    data: dict[str, list[tuple[int, ...]]] = {
        "sum_of_squares": [],
        "logistic": [(examples, size), (examples,)],
        "network": [(examples, size), (examples, size)],
        "mds": [(size, size)],
    }
    return [jax.ShapeDtypeStruct(shape, np.float64) for shape in (weights, *data[function])]


def problem(point: str, function: str, d: int, examples: int, seed: int) -> list[jax.Array]:
    """A point w and its data, in the shapes of :func:`structure`.

    The data are arguments, since a program with a hundred megabytes of constants compiles slowly.
    """
    rng = seeds.generator(seed, "gradient", point, d)
    size = plan.size(function, d)
    if function == "sum_of_squares":
        arrays = [rng.standard_normal(size)]
    elif function == "logistic":
        features = rng.standard_normal((examples, size)) / np.sqrt(size)
        labels = rng.choice([-1.0, 1.0], examples)
        arrays = [rng.standard_normal(size), features, labels]
    elif function == "network":
        inputs, targets = (rng.standard_normal((examples, size)) for _ in range(2))
        weights = mlp.initialise(rng, plan.LAYERS - 1, size, "homework") / np.sqrt(size)
        arrays = [weights.reshape(-1), inputs, targets]
    else:
        places = rng.standard_normal((size, 2))
        arrays = [rng.standard_normal(2 * size), mds.squared_distances(places)]
    return [jnp.asarray(array) for array in arrays]


def _methods(loss: Loss, batch: int) -> dict[str, Callable[..., Any]]:
    """The function, and every way to its gradient."""

    def by(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda w, *data: method(lambda v: loss(v, *data), w)

    def difference(name: str) -> Callable[..., Any]:
        central = name == "central_difference"
        epsilon = finite_differences.best_epsilon(np.float64, central=central)
        return by(lambda f, w: DIFFERENCES[name](f, w, epsilon))

    return {
        "loss": loss,
        "gradient": by(lambda f, w: jax.grad(f)(w)),
        "reverse": by(modes.reverse),
        "forward_columns": by(modes.forward),
        "forward_batched": by(lambda f, w: modes.forward(f, w, batch)),
        **{name: difference(name) for name in DIFFERENCES},
    }


def _evaluations(loss: Loss, w: jax.Array, *data: jax.Array) -> list[Row]:
    """How often differences really evaluate the function, counted as it happens, on the CPU."""
    rows: list[Row] = []
    with platforms.on_cpu():
        for name, of in DIFFERENCES.items():
            function, so_far = counted(lambda v: loss(v, *data))
            jax.block_until_ready(jax.jit(lambda w, of=of, f=function: of(f, w, 1e-6))(w))
            rows.append((w.size, name, "evaluations", so_far()))
    return rows


def _errors(programs: Mapping[str, Callable[[], Any]], d: int) -> list[Row]:
    """How far each gradient is from reverse mode's: only of a gradient is the price of use."""
    exact = np.asarray(programs["reverse"]()[1])
    others = programs.keys() - {"loss", "reverse"}
    found = {name: np.asarray(programs[name]()) for name in programs if name in others}
    scale = float(np.linalg.norm(exact))
    return [
        (d, name, "relative_error", float(np.linalg.norm(gradient - exact)) / scale)
        for name, gradient in found.items()
    ]
