"""Measure four ways to a derivative on iterated maps: by hand, symbolic, numerical, automatic.

Columns of ``measurements``: ``point, function, depth, method, step, quantity, value``; ``depth``
counts applications of the map (or inputs, for the function ``with_rates``), ``step`` is a
difference's step and 0 otherwise. Quantities:

- ``operations``: of an expression as sympy counts them, of a program as `costs.count` does;
- ``paths``: terms of the chain rule written out; ``edges`` of the graph that they run through;
  ``evaluations``: of f, for one derivative;
- ``samples``: how many there are; ``error``: the median over them of |a − b|/|b| against the
  reference; ``scaled_error``: the greatest of |a − b|/(u·A·|b|), with the amplification A of
  `reference`;
- ``function_error``: the greatest |a/b − 1| of the symbolic derivative and reverse mode's program,
  both in 60 digits;
- ``temporary_bytes`` of the compiled program;
- ``gradient_operations`` by d inputs, ``jacobian_operations`` of d outputs by one input;
- ``timed``, 1: a method's program at a depth is among the timings.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import sympy

from adcost import seeds
from adcost.costs.count import count
from adcost.costs.memory import program_bytes
from adcost.derivatives import finite_differences, symbolic
from adcost.derivatives.paths import paths_and_edges
from adcost.experiments.not_autodiff.extended import difference
from adcost.experiments.not_autodiff.reference import Reference, reference
from adcost.experiments.not_autodiff.timings import STEP, TIMED, time_methods
from adcost.functions import iterated
from adcost.roundoff import unit_roundoff

Row = tuple[int, str, float, str, float]

UNIT_ROUNDOFF = unit_roundoff()
STEPS = np.logspace(-2, -14, 25)
"""Steps of the differences: the best of them, known only afterwards, is what they are granted."""
MARGIN = 0.02
"""Samples keep this distance from 0 and 1, beyond which the logistic map runs to infinity."""


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; ``time`` also returns ``timings``."""
    with jax.enable_x64(True):
        if point == "time":
            rows, timings = time_methods(point, parameters, seed)
            return {"measurements": _table(point, TIMED, rows), "timings": timings}
        rng = seeds.generator(seed, "not_autodiff", "samples")
        x = rng.uniform(MARGIN, 1 - MARGIN, parameters["samples"])
        tables = []
        for name in parameters["functions"]:
            rows = _errors(name, x, parameters["symbolic_depths"], parameters["depths"])
            rows += _programs(name, parameters["symbolic_depths"], parameters["depths"])
            rows += _memory(name, parameters["memory_depths"])
            tables.append(_table(point, name, rows))
        tables.append(_table(point, "with_rates", _many(parameters["inputs"])))
        return {"measurements": pd.concat(tables, ignore_index=True)}


# --- one map: expressions and errors ----------------------------------------------------------


def _errors(name: str, x: np.ndarray, symbolic_depths: list[int], depths: list[int]) -> list[Row]:
    """Sizes of the symbolic derivatives, and the errors of all methods."""
    all_depths = sorted({*symbolic_depths, *depths})
    right = reference(name, x, all_depths[-1])
    rows: list[Row] = []
    for k in sorted(symbolic_depths):
        f, derivative = symbolic.differentiate(partial(_expression, name, k))
        rows += [
            (k, "expression", 0.0, "operations", symbolic.size(f)),
            (k, "symbolic", 0.0, "operations", symbolic.size(derivative)),
            (k, "symbolic_shared", 0.0, "operations", symbolic.shared_size(derivative)),
        ]
        rows.append((k, "symbolic", 0.0, "function_error", difference(name, k, derivative, x)))
        for method, shared in (("symbolic", False), ("symbolic_shared", True)):
            found = symbolic.compile_function(derivative, "numpy", shared=shared)(x)
            rows += _compared(k, method, found, right)
    for method, found in _slopes(name, x, all_depths[-1]).items():
        for k in all_depths:
            rows += _compared(k, method, found[k - 1], right)
    if name == TIMED:
        for k in all_depths:
            found = iterated.closed_form_slope(x, k)
            rows += _compared(k, "closed_form", found, right)
    return rows + _differences(name, x, all_depths, right)


def _expression(name: str, depth: int, x: Any) -> Any:
    return iterated.unrolled(name, x, depth, sympy)


def _slopes(name: str, x: np.ndarray, depth: int) -> dict[str, np.ndarray]:
    """f_1′, …, f_depth′ by hand and by both modes, (depth, samples)."""
    samples = jnp.asarray(x)
    forward, reverse = (way(samples).T for way in _modes(name, depth))
    states = [x]
    for _ in range(depth - 1):
        states.append(iterated.MAPS[name].value(states[-1], np))
    by_hand = np.cumprod(iterated.MAPS[name].slope(np.stack(states), np), axis=0)
    return {"by_hand": by_hand, "forward": np.asarray(forward), "reverse": np.asarray(reverse)}


@cache
def _modes(name: str, depth: int) -> tuple[Callable[[jax.Array], jax.Array], ...]:
    """Forward and reverse mode of the whole trajectory, for a batch of x, (samples, depth)."""
    run = partial(iterated.trajectory, name, depth=depth)
    return jax.jit(jax.vmap(jax.jacfwd(run))), jax.jit(jax.vmap(jax.jacrev(run)))


def _compared(k: int, method: str, found: Any, right: Reference) -> list[Row]:
    true = right.slopes[k - 1]
    error = np.abs(np.broadcast_to(np.asarray(found), true.shape) / true - 1)
    unit = UNIT_ROUNDOFF * right.amplification[k - 1]
    return [
        (k, method, 0.0, "error", float(np.median(error))),
        (k, method, 0.0, "scaled_error", float((error / unit).max())),
    ]


def _differences(name: str, x: np.ndarray, depths: list[int], right: Reference) -> list[Row]:
    """Errors of differences at every step, and of f itself, at the given depths."""
    up, down = x + STEPS[:, None], x - STEPS[:, None]
    runs, rows = {"here": x, "up": up, "down": down}, []
    for k in range(1, depths[-1] + 1):
        runs = {key: iterated.MAPS[name].value(state, np) for key, state in runs.items()}
        if k not in depths:
            continue
        values = np.abs(runs["here"] / right.values[k - 1] - 1)
        rows.append((k, "value", 0.0, "error", float(np.median(values))))
        # The steps really taken: x + h is rounded.
        slopes = {
            "forward_difference": (runs["up"] - runs["here"]) / (up - x),
            "central_difference": (runs["up"] - runs["down"]) / (up - down),
        }
        for method, slope in slopes.items():
            errors = np.median(np.abs(slope / right.slopes[k - 1] - 1), axis=1)
            rows += [
                (k, method, float(h), "error", float(e)) for h, e in zip(STEPS, errors, strict=True)
            ]
    return rows


# --- one map: programs ------------------------------------------------------------------------


def _programs(name: str, symbolic_depths: list[int], depths: list[int]) -> list[Row]:
    """Operations of the programs, evaluations of the differences, terms of the chain rule."""
    rows: list[Row] = []
    for k in sorted({*symbolic_depths, *depths}):
        f = partial(iterated.iterate, name, depth=k)
        ways: dict[str, Callable[..., Any]] = {
            "value": f,
            "forward": lambda x, f=f: jax.jvp(f, (x,), (jnp.ones_like(x),))[1],
            "reverse": jax.grad(f),
        }
        if name == TIMED:
            ways["closed_form"] = partial(iterated.closed_form_slope, depth=k, m=jnp)
        ways["central_difference"] = lambda x, f=f: (f(x + STEP) - f(x - STEP)) / (2 * STEP)
        rows += [(k, m, 0.0, "operations", count(way, 1.0).total) for m, way in ways.items()]
        central = finite_differences.central_evaluations(1)
        rows += [
            (k, "central_difference", 0.0, "evaluations", central),
            (
                k,
                "forward_difference",
                0.0,
                "evaluations",
                finite_differences.forward_evaluations(1),
            ),
        ]
        paths, edges = paths_and_edges(partial(iterated.unrolled, name, depth=k), 1.0)
        rows += [(k, "chain_rule", 0.0, "paths", paths), (k, "chain_rule", 0.0, "edges", edges)]
    return rows


def _memory(name: str, depths: list[int]) -> list[Row]:
    """Bytes of temporaries of the compiled derivative, for one number x."""
    rows: list[Row] = []
    x = jax.ShapeDtypeStruct((), np.float64)
    for k in depths:
        f = partial(iterated.iterate, name, depth=k)
        for method, way in (("forward", jax.jacfwd(f)), ("reverse", jax.jacrev(f))):
            rows.append((k, method, 0.0, "temporary_bytes", program_bytes(way, x).temporaries))
    return rows


# --- many inputs, many outputs ----------------------------------------------------------------


def _many(inputs: list[int]) -> list[Row]:
    """Operations of a gradient by d inputs, and of the Jacobian of d outputs by one input."""
    rows: list[Row] = []
    for d in inputs:
        given = jax.ShapeDtypeStruct((d,), np.float64)
        one = jax.ShapeDtypeStruct((), np.float64)
        f = iterated.with_rates
        run = partial(iterated.trajectory, "logistic", depth=d)
        value, path = count(f, given).total, count(run, one).total
        evaluations = finite_differences.central_evaluations(d)
        rows += [
            (d, "value", 0.0, "gradient_operations", value),
            (d, "reverse", 0.0, "gradient_operations", count(jax.grad(f), given).total),
            (d, "forward", 0.0, "gradient_operations", count(jax.jacfwd(f), given).total),
            (d, "central_difference", 0.0, "evaluations", evaluations),
            (d, "value", 0.0, "jacobian_operations", path),
            (d, "forward", 0.0, "jacobian_operations", count(jax.jacfwd(run), one).total),
            (d, "reverse", 0.0, "jacobian_operations", count(jax.jacrev(run), one).total),
        ]
    return rows


def _table(point: str, function: str, rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["depth", "method", "step", "quantity", "value"])
    table.insert(0, "point", point)
    table.insert(1, "function", function)
    return table.astype({"value": float})
