"""Measure Jacobians: by columns, by rows, in mixed orders, by eliminating vertices.

``measurements``: ``point, subject, shape, method, order, quantity, value``. The subject is a
function, a chain with its activation, or a graph; the shape its widths, inputs first (100-45);
the order what the method does, in words. Quantities: ``operations`` and ``multiplications`` of the
program, ``predicted_multiplications`` of the formula and the ``slope_multiplications_once`` and
``slope_multiplications_per_tangent`` that go into it (what an activation's derivative takes for
each number), ``relative_error`` against the closed form or JAX's own Jacobian; of the sweeps
``compiled_operations``, what XLA says of the compiled program (where it has no loop, which it
counts once), and ``temporary_bytes``; of the graphs the number of ``intermediate_vertices``, and
``least_possible``, what the search proved of any order.
``timings``: as everywhere, with ``subject`` and ``shape``; a short program is called in bursts, and
``seconds`` are those of one call.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.costs.count import count
from adcost.costs.timing import compile_programs
from adcost.derivatives import accumulation, bracketing, elimination
from adcost.derivatives.elimination_search import search
from adcost.derivatives.tape.trace import trace
from adcost.experiments.jacobian.bursts import time_in_bursts
from adcost.experiments.jacobian.sweeps import MODES, Row, in_words, sweep
from adcost.functions import chains, graphs
from adcost.jax_versions import TANH, Slope

SLOPES = {"linear": Slope(0, 0), "tanh": TANH}
"""What the derivative of each activation takes."""

CHOICE = ("ad_choose", "ad_choose_turned")
"""The graphs on which task 1 is answered: few inputs and many outputs, and the opposite."""


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; the sweeps and the chains also return ``timings``."""
    if point == "graphs":
        return {"measurements": _table(point, _graphs(parameters["graphs"], parameters["states"]))}
    run = _chains if point == "chains" else sweep
    rows, timings = run(point, parameters, seed)
    return {"measurements": _table(point, rows), "timings": timings}


def _table(point: str, rows: Sequence[Row]) -> pd.DataFrame:
    columns = ["subject", "shape", "method", "order", "quantity", "value"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "point", point)
    return table


def _chains(point: str, parameters: Mapping[str, Any], seed: int) -> tuple[list[Row], pd.DataFrame]:
    rows: list[Row] = []
    timings = []
    for chain in parameters["chains"]:
        name, widths = chain["name"], chain["widths"]
        shape = "-".join(map(str, widths))
        rng = seeds.generator(seed, "jacobian", "chain", shape)
        weights = [jnp.asarray(w, jnp.float32) for w in chains.draw_weights(rng, widths)]
        x = jnp.asarray(rng.standard_normal(widths[0]), jnp.float32)
        for activation in ("linear", "tanh"):
            rows += _counted_chain(name, widths, activation, weights, x)
        plans = _plans(widths, "tanh")
        programs = compile_programs(
            {method: (_along(plan, widths, "tanh"), (weights, x)) for method, plan in plans.items()}
        )
        found = {method: np.asarray(run(), np.float64) for method, run in programs.items()}
        expected = _jacobian_of_chain(weights, x)
        for method, result in found.items():
            error = np.linalg.norm(result - expected) / np.linalg.norm(expected)
            order = bracketing.describe(plans[method])
            rows.append((f"{name} tanh", shape, method, order, "relative_error", float(error)))
        most_operations = 2 * max(
            bracketing.cost(plan, _chain(widths, "tanh")) for plan in plans.values()
        )
        timed = time_in_bursts(
            programs, most_operations, point, parameters["timing"], seed, f"chain-{shape}"
        )
        timings.append(timed.assign(subject=f"{name} tanh", shape=shape))
    return rows, pd.concat(timings, ignore_index=True)


def _chain(widths: Sequence[int], activation: str) -> tuple[bracketing.Layer, ...]:
    return bracketing.dense(widths, SLOPES[activation].tangent)


def _plans(widths: Sequence[int], activation: str) -> dict[str, bracketing.Plan]:
    chain = _chain(widths, activation)
    return {
        "forward": bracketing.forward(chain),
        "reverse": bracketing.reverse(chain),
        "best": bracketing.optimal(chain),
    }


def _along(
    plan: bracketing.Plan, widths: Sequence[int], activation: str
) -> Callable[[Sequence[jax.Array], jax.Array], jax.Array]:
    """(weights, x) ↦ the chain's Jacobian as the plan says."""

    def along(weights: Sequence[jax.Array], x: jax.Array) -> jax.Array:
        layers = chains.layers(weights, activation)
        return accumulation.jacobian(plan, _chain(widths, activation), layers, x)

    return along


def _counted_chain(
    name: str, widths: Sequence[int], activation: str, weights: Sequence[jax.Array], x: jax.Array
) -> list[Row]:
    chain, slope = _chain(widths, activation), SLOPES[activation]
    # A linear layer's Jacobian needs no value; tanh's needs that of every layer.
    values = 0 if activation == "linear" else bracketing.evaluation(widths, slope.once)
    rows = []
    for method, plan in _plans(widths, activation).items():
        operations = count(_along(plan, widths, activation), weights, x)
        predicted = bracketing.cost(plan, chain) + values
        label = (f"{name} {activation}", "-".join(map(str, widths)), method)
        rows += [
            (*label, bracketing.describe(plan), quantity, float(value))
            for quantity, value in (
                ("operations", operations.total),
                ("multiplications", operations.multiplications),
                ("predicted_multiplications", predicted),
                ("slope_multiplications_once", slope.once),
                ("slope_multiplications_per_tangent", slope.tangent),
            )
        ]
    return rows


def _jacobian_of_chain(weights: Sequence[jax.Array], x: jax.Array) -> np.ndarray:
    """Π diag(1 − yₗ²) Wₗ in float64, with NumPy alone."""
    y, product = np.asarray(x, np.float64), np.eye(x.size)
    for weight in weights:
        matrix = np.asarray(weight, np.float64)
        y = np.tanh(matrix @ y)
        product = (1 - y**2)[:, None] * matrix @ product
    return product


def _stacked(f: Callable[..., graphs.Scalars], w: jax.Array) -> jax.Array:
    """A function of scalars as one of a vector."""
    return jnp.stack(f(*w))


def _graphs(names: Sequence[str], states: int) -> list[Row]:
    rows: list[Row] = []
    for name in (*CHOICE, *names):
        f, point = graphs.POINTS[name]
        graph = elimination.linearize(trace(f), point)
        shape = f"{len(graph.inputs)}-{len(graph.outputs)}"
        with jax.enable_x64(True):
            at = jnp.array(point)
            vector = partial(_stacked, f)
            expected = np.asarray(jax.jit(jax.jacrev(vector))(at))
            for mode, transform in zip(MODES, (jax.jacfwd, jax.jacrev), strict=True):
                swept = count(transform(vector), at).total
                words = in_words(mode, len(graph.inputs), len(graph.outputs))
                rows.append((name, shape, f"{mode}_sweeps", words, "operations", float(swept)))
        found = search(graph, states)
        orders = {
            "forward": elimination.forward_order(graph),
            "reverse": elimination.reverse_order(graph),
            "markowitz": elimination.markowitz_order(graph),
            "best": found.order,
        }
        for method, order in orders.items():
            result, multiplications = elimination.eliminate(graph, order)
            error = np.linalg.norm(result - expected) / np.linalg.norm(expected)
            label = (name, shape, method, " ".join(f"{vertex}" for vertex in order))
            rows.append((*label, "multiplications", float(multiplications)))
            rows.append((*label, "relative_error", float(error)))
        rows.append((*label, "least_possible", float(found.bound)))
        rows.append((*label, "intermediate_vertices", float(len(graph.intermediate))))
    return rows
