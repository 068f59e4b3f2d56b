"""The trace of the Hessian to a tolerance, and its extreme eigenvalues, from products alone.

Both need numbers: how many products are needed depends on the matrix. A pilot of a few probes gives
the variance of one, hence the number of probes at which the root-mean-square error is the
tolerance (`adcost.matrix_free.trace_laws`), with the interval that a bootstrap of the pilot gives.
"""

import math
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from adcost.costs.count import LowerBound, Operations, lower_bound
from adcost.matrix_free import lanczos, trace
from adcost.matrix_free.trace_laws import probes_needed
from adcost.price.limits import Limits, compiled, within
from adcost.price.measure import Priced, count_way, reason
from adcost.price.names import EIGENVALUES, ESTIMATED, TRACE
from adcost.price.subject import Subject
from adcost.price.ways import PRODUCTS, Way

PILOT = 32
CHUNK = 16
STEPS = (16, 48, 128)
"""Steps of Lanczos' method that are tried in turn; each is a program of its own to compile."""
BOOTSTRAPS = 1000

MatVec = Callable[[jax.Array], jax.Array]


def along(s: Subject, product: str, x: Any, rest: Any) -> tuple[MatVec, jax.Array]:
    """v ↦ ∇²f(x)·v for vectors, and ``x`` as one; what does not depend on v is computed once."""
    y, unravel = ravel_pytree(x)
    f = lambda y: s.value(unravel(y), rest)  # noqa: E731
    if product == "linearized gradient":
        return jax.linearize(jax.grad(f), y)[1], y
    return (lambda v: PRODUCTS[product](f, y, v)), y


def trace_ways(
    s: Subject, product: str, tolerance: float, limits: Limits, one: float = math.nan
) -> list[Priced]:
    """Hutchinson's estimate to the tolerance, and the exact trace by unit vectors.

    ``one``: the seconds of one product, if they are known.
    """
    size = sum(leaf.size for leaf in jax.tree.leaves(s.x))

    def forms(count: int) -> Callable[..., jax.Array]:
        def run(x: Any, rest: Any) -> jax.Array:
            matvec, y = along(s, product, x, rest)
            return trace.quadratic_forms(
                matvec,
                "rademacher",
                jax.random.key(0),
                count,
                y.size,
                chunk=min(CHUNK, count),
                dtype=y.dtype,
            )

        return run

    def exactly(x: Any, rest: Any) -> jax.Array:
        matvec, y = along(s, product, x, rest)
        return trace.unit_vectors(matvec, y.size, chunk=min(CHUNK, y.size), dtype=y.dtype)[
            :, 0
        ].sum()

    arguments = (s.x, s.rest)
    exact = Priced(Way(TRACE, "exact", exactly, arguments), notes=[f"{size:,} products"])
    estimate = Priced(Way(TRACE, f"{ESTIMATED} {tolerance:.2g}", forms(PILOT), arguments))
    try:
        count_way(exact)
        values, seconds = _timed(forms(PILOT), arguments, limits)
    except Exception as error:
        estimate.notes = [f"no pilot: {reason(error)}"]
        return [exact, estimate]
    exact.first_run = scaled(seconds, size, one)
    exact.notes.append("time scaled from the pilot's")
    probes = required_probes(values, tolerance)
    if isinstance(probes, str):
        estimate.notes = [probes]
        return [exact, estimate]
    best, low, high = probes
    estimate.count = lower_bound(jax.jit(forms(best)), *arguments)
    estimate.first_run = scaled(seconds, best, one)
    estimate.notes = [
        f"probes: {best:,} [{low:,}, {high:,}] from a pilot of {PILOT}; time scaled from the "
        "pilot's"
    ]
    return [exact, estimate]


def scaled(pilot: float, products: int, one: float = math.nan) -> float:
    """Seconds of so many products: on the line through those of the pilot and of ``one``.

    What is the same for any number of products, a call and the gradient, is not scaled then. In
    proportion to the pilot where ``one`` is not known, or takes longer than the pilot.
    """
    if not one < pilot:
        return pilot * products / PILOT
    return one + (pilot - one) * (products - 1) / (PILOT - 1)


def required_probes(values: np.ndarray, tolerance: float) -> tuple[int, int, int] | str:
    """Probes to a relative error of ``tolerance`` from a pilot's vᵀAv, with a 95 % interval.

    A sentence where the trace cannot be told from zero, so that no number follows.
    """
    values = np.asarray(values, float)
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    if not math.isfinite(mean + spread):
        return "the products are not finite"
    if abs(mean) <= 2 * spread / math.sqrt(values.size) or mean == 0:
        return (
            f"the trace, {mean:.2g} ± {spread / math.sqrt(values.size):.1g}, cannot be told from 0 "
            "by the pilot: no relative error can be asked of it"
        )
    rng = np.random.default_rng(0)
    again = rng.choice(values, (BOOTSTRAPS, values.size))
    means = again.mean(axis=1)
    some = [
        probes_needed(float(v), float(m), tolerance)
        for v, m in zip(again.var(axis=1, ddof=1), means, strict=True)
        if m
    ]
    low, high = np.quantile(some, (0.025, 0.975))
    best, low, high = (
        max(1, math.ceil(n)) for n in (probes_needed(spread**2, mean, tolerance), low, high)
    )
    return int(best), int(low), int(high)


def eigenvalue_way(s: Subject, product: str, tolerance: float, limits: Limits) -> Priced:
    """Lanczos' method until both ends are within ``tolerance`` of the largest in size."""
    way = Way(EIGENVALUES, f"Lanczos to {tolerance:.2g}", s.value, (s.x, s.rest))
    found = Priced(way)

    def matvec(v: jax.Array, x: Any, rest: Any) -> jax.Array:
        return along(s, product, x, rest)[0](v)

    try:
        y, _ = ravel_pytree(s.x)
        each = lower_bound(jax.jit(matvec), y, s.x, s.rest)
        multiply = compiled(jax.jit(matvec).trace(y, s.x, s.rest), limits)[0]
        start = jnp.asarray(lanczos.unit_vector(np.random.default_rng(0), y.size), y.dtype)
        one = lambda v: multiply(v, s.x, s.rest)  # noqa: E731
        product_seconds = _seconds(lambda: one(start))
        affordable = int(limits.one_run / max(product_seconds, 1e-9))
        for steps in dict.fromkeys(min(n, y.size, max(affordable, 1)) for n in STEPS):
            run = partial(lanczos.lanczos, one, start, steps)
            ritz = lanczos.ritz(within(2 * limits.one_run, run, "Lanczos' method"))
            taken = len(ritz.values)
            wide = tolerance * np.abs(ritz.values).max()
            done = bool(max(ritz.radii[0], ritz.radii[-1]) <= wide)
            if done or taken < steps:
                break
        seconds = _seconds(run)
    except Exception as error:
        found.notes = [reason(error)]
        return found
    # Each step multiplies by the whole basis twice, there and back.
    turned = Operations(4 * taken * (taken + 1) * y.size, 4 * taken * (taken + 1) * y.size)
    found.count = LowerBound(each.operations * taken + turned, each.unknown)
    found.first_run = seconds
    ends = f"from {ritz.values[0]:.4g} to {ritz.values[-1]:.4g}"
    radius = max(ritz.radii[0], ritz.radii[-1])
    found.notes = [
        f"{taken} products: {ends} ± {radius:.1g}" + ("" if done else ", not to the tolerance yet")
    ]
    return found


def _timed(run: Callable[..., Any], arguments: Any, limits: Limits) -> tuple[np.ndarray, float]:
    """The values of a program, and the seconds of a further run."""
    program = compiled(jax.jit(run).trace(*arguments), limits)[0]
    run_it = lambda: jax.block_until_ready(program(*arguments))  # noqa: E731
    values = within(limits.one_run, run_it, f"a pilot of {PILOT} products")
    return np.asarray(values), _seconds(run_it)


def _seconds(run: Callable[[], Any]) -> float:
    started = perf_counter()
    jax.block_until_ready(run())
    return perf_counter() - started
