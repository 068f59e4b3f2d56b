"""One function of `jacobian` over m: both modes counted, checked and timed."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.costs.count import Operations, count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import Program, compile_programs
from adcost.derivatives import jacobian
from adcost.experiments.jacobian.bursts import time_in_bursts
from adcost.functions import chains
from adcost.jax_versions import computed_flops

MODES = ("forward", "reverse")

CHECK_ROWS = 64
"""Rows of a sweep's Jacobian that are compared with the closed form: enough to see an error."""

Row = tuple[str, str, str, str, str, float]
"""subject, shape, method, order, quantity, value."""


def sweep(point: str, parameters: Mapping[str, Any], seed: int) -> tuple[list[Row], pd.DataFrame]:
    """The rows of ``measurements`` and the timings of one function at every m."""
    function, n, block = parameters["function"], parameters["inputs"], parameters["block"]
    rows: list[Row] = []
    timings = []
    for m in parameters["outputs"]:
        rng = seeds.generator(seed, "jacobian", function, n, m)
        a = jnp.asarray(chains.draw_weights(rng, (n, m))[0], jnp.float32)
        x = jnp.asarray(rng.standard_normal(n), jnp.float32)
        programs = compile_programs({o: (_mode(o, function, block), (a, x)) for o in MODES})
        rows += _counted(function, n, m, block)
        for mode, program in programs.items():
            rows += [
                (function, f"{n}-{m}", mode, in_words(mode, n, m), quantity, value)
                for quantity, value in _of_program(program, loops=m > block and function != "max")
            ]
        rows += _errors(function, programs, a, x)
        most_operations = max(_operations(mode, function, n, m, block).total for mode in MODES)
        timed = time_in_bursts(
            programs, most_operations, point, parameters["timing"], seed, f"{function}-{n}-{m}"
        )
        timings.append(timed.assign(subject=function, shape=f"{n}-{m}"))
    if function != "max":
        for m in _around_crossing(function, n, sorted(parameters["outputs"]), block):
            rows += _counted(function, n, m, block)
    return rows, pd.concat(timings, ignore_index=True)


def _mode(mode: str, function: str, block: int) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """(A, x) ↦ J by one mode."""
    f = chains.ONE_LAYER[function]
    if mode == "forward":
        return lambda a, x: jacobian.forward(partial(f, a), x)
    return lambda a, x: jacobian.reverse(partial(f, a), x, block)


def in_words(mode: str, n: int, m: int) -> str:
    """What a mode does for a Jacobian of m rows and n columns."""
    return f"{n} columns" if mode == "forward" else f"{m} rows"


def _counted(function: str, n: int, m: int, block: int) -> list[Row]:
    rows = []
    for mode in MODES:
        operations = _operations(mode, function, n, m, block)
        rows += [
            (function, f"{n}-{m}", mode, in_words(mode, n, m), quantity, float(value))
            for quantity, value in (
                ("operations", operations.total),
                ("multiplications", operations.multiplications),
            )
        ]
    return rows


@cache
def _operations(mode: str, function: str, n: int, m: int, block: int) -> Operations:
    shapes = (jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((m, n), (n,)))
    return count(_mode(mode, function, block), *shapes)


def _around_crossing(function: str, n: int, outputs: Sequence[int], block: int) -> list[int]:
    """Further m at which to count, so that the crossing is known to one: by bisection.

    They end at the last m where reverse is cheaper and the first where forward is.
    """

    def excess(m: int) -> int:
        """Operations of reverse over those of forward."""
        forward, reverse = (_operations(mode, function, n, m, block) for mode in MODES)
        return reverse.total - forward.total

    further = []
    for cheaper in (lambda m: excess(m) < 0, lambda m: excess(m) <= 0):
        below = max((m for m in outputs if cheaper(m)), default=None)
        above = min((m for m in outputs if not cheaper(m)), default=None)
        while below is not None and above is not None and above - below > 1:
            middle = (below + above) // 2
            further.append(middle)
            below, above = (middle, above) if cheaper(middle) else (below, middle)
    return sorted(set(further) - set(outputs))


def _of_program(program: Program, *, loops: bool) -> list[tuple[str, float]]:
    """What the compiled program holds and, without loops, computes."""
    rows = [("temporary_bytes", float(compiled_bytes(program.compiled).temporaries))]
    if not loops:
        rows.append(("compiled_operations", computed_flops(program.compiled)))
    return rows


def _errors(
    function: str, programs: Mapping[str, Program], a: jax.Array, x: jax.Array
) -> list[Row]:
    """Both modes against the closed form, in float64, on the first rows."""
    matrix, point = np.asarray(a, np.float64), np.asarray(x, np.float64)
    m, n = matrix.shape
    if function == "max":
        expected = matrix[np.argmax(matrix @ point)]
    else:
        slope = 1 - np.tanh(matrix @ point) ** 2 if function == "tanh" else np.ones(m)
        expected = (slope[:, None] * matrix)[:CHECK_ROWS]
    rows = []
    for mode, program in programs.items():
        found = np.asarray(program(), np.float64)[: len(expected)]
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        order = in_words(mode, n, m)
        rows.append((function, f"{n}-{m}", mode, order, "relative_error", float(error)))
    return rows
