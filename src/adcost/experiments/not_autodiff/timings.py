"""Seconds to derive and to evaluate the logistic map's derivative, method by method.

What it takes to derive is compile time here: for the symbolic derivative sympy's differentiation,
the text made of it, and XLA's compilation; for the others XLA's compilation. Every program then
runs on the same samples, compiled by the same compiler, which finds common subexpressions itself.
"""

import dataclasses
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import pandas as pd
import sympy
from sympy.core.cache import clear_cache

from adcost import seeds
from adcost.costs.timing import Program, compile_program, time_as_configured
from adcost.derivatives import symbolic
from adcost.experiments.not_autodiff.programs import program
from adcost.functions import iterated

TIMED = "logistic"
STEP = 1e-6


def time_methods(
    point: str, parameters: Mapping[str, Any], seed: int
) -> tuple[list[tuple[int, str, float, str, float]], pd.DataFrame]:
    """Rows that name the programs, and the timings; `programs` names the methods."""
    rng = seeds.generator(seed, "not_autodiff", point, "samples")
    x = jnp.asarray(rng.random(parameters["samples"]))
    programs: dict[str, Program] = {}
    rows = []
    for k in parameters["depths"]:
        for method, way in _ways(k).items():
            programs[program(method, k)] = compile_program(jax.vmap(way), x)
            rows.append((k, method, 0.0, "timed", 1.0))
        programs[program("symbolic", k)] = _symbolic(k, x)
        rows.append((k, "symbolic", 0.0, "timed", 1.0))
    order = seeds.generator(seed, "not_autodiff", point, "order")
    return rows, time_as_configured(programs, parameters, point=point, rng=order)


def _ways(depth: int) -> dict[str, Callable[[jax.Array], Any]]:
    """Derivatives of f_depth at one number; loops unrolled, as the expression has none."""
    f = partial(iterated.unrolled, TIMED, depth=depth)
    return {
        "value": f,
        "closed_form": partial(iterated.closed_form_slope, depth=depth, m=jnp),
        "forward": lambda x: jax.jvp(f, (x,), (jnp.ones_like(x),))[1],
        "reverse": jax.grad(f),
        "central_difference": lambda x: (f(x + STEP) - f(x - STEP)) / (2 * STEP),
    }


def _symbolic(depth: int, x: jax.Array) -> Program:
    """The compiled symbolic derivative; its compile time includes deriving it."""
    clear_cache()  # sympy remembers the derivatives of smaller depths
    start = time.perf_counter()
    _, derivative = symbolic.differentiate(
        lambda symbol: iterated.unrolled(TIMED, symbol, depth, sympy)
    )
    function = symbolic.compile_function(derivative, "jax")
    seconds = time.perf_counter() - start
    program = compile_program(function, x)
    return dataclasses.replace(program, compile_seconds=program.compile_seconds + seconds)
