"""Forward and reverse mode step by step: what each step computes, and what the sweeps cost.

``steps``         a row for each line of a tape in each sweep: the ``node`` and its ``operation`` in
                  an ``expression``, ``formula`` and ``value``, ``derivative_formula`` and
                  ``derivative`` (of ``symbol``), the same derivative ``by_jax``, the ``products``
                  it took and the values ``held``. Each ``sweep`` is ``forward_<input>`` or
                  ``reverse``; inputs share one ``step``, as on the slides.
``edges``         a row for each edge of a graph, from ``parent`` to ``child``, of which it is the
                  argument at ``position`` (from 0): ``formula`` and value of the ``partial``
                  derivative on it.
``measurements``  counts for each ``function``: the expressions, families of growing ``inputs``,
                  and a chain of growing ``length`` (the column ``growing`` says which; ``size``
                  is the length there, else the number of inputs). Quantities: ``operations`` and
                  ``edges`` of the graph; ``sweeps`` and ``multiplications`` to the full gradient,
                  ``gradient_error`` against `jax.grad` (relative, in the maximum norm), the most
                  ``values_held``; for the reverse sweep also ``values_read`` by its partial
                  derivatives; ``temporary_bytes`` of a chain's derivative as compiled by JAX.

Everything is float64.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax import lax

from adcost.costs.memory import compiled_bytes
from adcost.derivatives.tape import formulas
from adcost.derivatives.tape.tape import Step, Tape, evaluate, forward_sweep, partial, reverse_sweep
from adcost.derivatives.tape.trace import NotScalar, trace
from adcost.functions import scalars


class CannotTrace(ValueError):
    """An expression of the configuration that the tape cannot follow; the message names it."""


Function = Callable[..., Any]
Row = dict[str, Any]

FOUND = float(np.sqrt(np.finfo(float).eps))
"""Relative error up to which a gradient, once all components are known, is right."""


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """The tables of the one point of the plan; nothing in it is random, so ``seed`` is not used."""
    steps: list[Row] = []
    edges: list[Row] = []
    counts: list[Row] = []
    with jax.enable_x64(True):
        for name, function, at in _expressions(parameters):
            tape = _traced(name, function, at)
            steps += _steps(name, tape, at)
            edges += _edges(name, tape, at)
            counts += _counts("expression", name, len(at), tape, function, at)
        for family in (scalars.speelpenning, scalars.rosenbrock):
            for d in parameters["dimensions"]:
                at = list(np.linspace(0.5, 1.5, d))
                tape = _traced(family.__name__, family, at)
                counts += _counts("inputs", family.__name__, d, tape, family, at)
        for length in parameters["lengths"]:
            chain = scalars.sines(length)
            counts += _counts("length", "sines", length, trace(chain), chain, [1.0])
            counts += _compiled(length)
    tables = {"measurements": counts, "steps": steps, "edges": edges}
    return {name: _table(point, rows) for name, rows in tables.items()}


def _table(point: str, rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    table.insert(0, "point", point)
    return table


# --- expressions --------------------------------------------------------------------------------


def _expressions(parameters: Mapping[str, Any]) -> list[tuple[str, Function, list[float]]]:
    """The lecture's function and the configured ones: name, function, where."""
    found = [("lecture", scalars.lecture, parameters["at"])]
    for other in parameters["expressions"]:
        found.append((other["name"], _function(other), other["at"]))
    return [(name, function, [float(x) for x in at]) for name, function, at in found]


def _function(expression: Mapping[str, Any]) -> Function:
    """A configured function by its import path; :class:`CannotTrace` where its module fails."""
    key = f"graph_traces.expressions: {expression['function']}, called {expression['name']},"
    module, _, name = expression["function"].partition(":")
    try:
        function = getattr(import_module(module), name)
    except Exception as error:
        problem = f"{key} cannot be imported: {type(error).__name__}: {error}"
        raise CannotTrace(problem) from error
    if not callable(function):
        raise CannotTrace(f"{key} is no function but a {type(function).__name__}")
    return function


def _traced(name: str, function: Function, at: Sequence[float]) -> Tape:
    """The tape of an expression with one output; its errors name the expression."""
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    variadic = inspect.Parameter.VAR_POSITIONAL in kinds
    inputs = [f"w{i}" for i in range(1, len(at) + 1)] if variadic else None
    try:
        tape = trace(function, inputs=inputs)
        if len(tape.inputs) != len(at):
            raise ValueError(f"it takes {len(tape.inputs)} numbers, and is given {len(at)}")
        if len(tape.outputs) != 1:
            raise NotScalar(f"it returns {len(tape.outputs)} numbers, and a trace follows one")
        if tape.nodes[tape.outputs[0]].constant is not None:
            raise NotScalar("it returns a constant, whose derivative there is nothing to follow to")
        list(reverse_sweep(tape, at))
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        message = f"graph_traces.expressions: {name} at {list(at)} cannot be traced: {problem}"
        raise CannotTrace(message) from error
    return tape


# --- what every step computes -------------------------------------------------------------------


def _steps(name: str, tape: Tape, at: Sequence[float]) -> list[Row]:
    """Every line of every sweep, in the order in which the sweep comes to it."""
    tangents, adjoints = _by_jax(tape, at)
    rows: list[Row] = []
    for k, line in enumerate(tape.inputs):
        along = tape.nodes[line].name
        direction = [float(i == k) for i in range(len(at))]
        rows += [
            _row(name, tape, f"forward_{along}", step, along, tangents[step.line, k])
            for step in forward_sweep(tape, at, direction)
        ]
    rows += [
        _row(name, tape, "reverse", step, "", adjoints[step.line])
        for step in reverse_sweep(tape, at)
    ]
    return rows


def _row(name: str, tape: Tape, sweep: str, step: Step, along: str, by_jax: float) -> Row:
    node, top = tape.nodes[step.line], tape.nodes[tape.outputs[0]].name
    given = node.operation == "input"
    if along:
        symbol = f"∂{node.name}/∂{along}"
        text = f"{step.derivative:g}" if given else formulas.tangent(tape, step.line, along)
        order = 0 if given else tape.computed.index(step.line) + 1
    else:
        symbol = f"∂{top}/∂{node.name}"
        text = formulas.adjoint(tape, step.line)
        last = len(tape.computed)
        order = last if given else last - 1 - tape.computed.index(step.line)
    return {
        "expression": name,
        "sweep": sweep,
        "step": order,
        "node": node.name,
        "operation": node.operation,
        "formula": formulas.formula(tape, step.line),
        "value": step.value,
        "symbol": symbol,
        "derivative_formula": text,
        "derivative": step.derivative,
        "by_jax": float(by_jax),
        "products": step.products,
        "held": step.held,
    }


def _edges(name: str, tape: Tape, at: Sequence[float]) -> list[Row]:
    values = evaluate(tape, at)
    return [
        {
            "expression": name,
            "parent": tape.nodes[parent].name,
            "child": tape.nodes[child].name,
            "position": position,
            "formula": formulas.partial(tape, child, position),
            "partial": partial(tape, values, child, position),
        }
        for parent, uses in enumerate(tape.children())
        for child, position in uses
    ]


def _by_jax(tape: Tape, at: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """∂(line)/∂(input), (lines, inputs), and ∂(output)/∂(line), (lines,), by JAX's own rules.

    The tape's operations bear the names of JAX's primitives. A shift added to each line makes the
    output a function of that line alone.
    """

    def run(inputs: jax.Array, shifts: jax.Array) -> jax.Array:
        given = iter(inputs)
        values: list[jax.Array] = []
        for node, shift in zip(tape.nodes, shifts, strict=True):
            if node.constant is not None:
                value = jnp.asarray(node.constant)
            elif node.operation == "input":
                value = next(given)
            else:
                value = getattr(lax, node.operation)(*(values[p] for p in node.parents))
            values.append(value + shift)
        return jnp.stack(values)

    none = jnp.zeros(len(tape.nodes))

    @jax.jit
    def derivatives(inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
        by_line = jax.grad(lambda shifts: run(inputs, shifts)[tape.outputs[0]])
        return jax.jacfwd(run)(inputs, none), by_line(none)

    tangents, adjoints = derivatives(jnp.asarray(at))
    return np.asarray(tangents), np.asarray(adjoints)


# --- what the sweeps cost -----------------------------------------------------------------------


def _counts(
    growing: str, name: str, size: int, tape: Tape, function: Function, at: Sequence[float]
) -> list[Row]:
    """Counts of the graph, and of the full gradient by either mode."""
    truth = np.asarray(jax.grad(function, tuple(range(len(at))))(*map(float, at)))
    scale = np.abs(truth).max() or 1.0
    counts: list[tuple[str, str, float]] = [
        ("graph", "operations", len(tape.computed)),
        ("graph", "edges", sum(map(len, tape.children()))),
        ("reverse", "values_read", len(formulas.read_by_reverse(tape))),
    ]
    for method, sweeps in (("forward", _forward_sweeps), ("reverse", _reverse_sweeps)):
        gradients, products, held = sweeps(tape, at)
        errors = [float(np.abs(g - truth).max() / scale) for g in gradients]
        whole = [k for k, error in enumerate(errors, start=1) if error <= FOUND]
        counts += [
            # A gradient that never gets whole takes more sweeps than there were.
            (method, "sweeps", whole[0] if whole else len(errors) + 1),
            (method, "gradient_error", errors[-1]),
            (method, "multiplications", products),
            (method, "values_held", held),
        ]
    labels = {"growing": growing, "function": name, "size": size, "inputs": len(at)}
    return [labels | dict(zip(("method", "quantity", "value"), c, strict=True)) for c in counts]


Counted = tuple[list[np.ndarray], int, int]
"""The gradient after each sweep, the multiplications of all, and the most values held."""


def _forward_sweeps(tape: Tape, at: Sequence[float]) -> Counted:
    """By a sweep along each unit vector; a component that is not known yet is NaN."""
    gradient, gradients = np.full(len(at), np.nan), []
    products = held = 0
    for k in range(len(at)):
        steps = list(forward_sweep(tape, at, [float(i == k) for i in range(len(at))]))
        (gradient[k],) = (step.derivative for step in steps if step.line == tape.outputs[0])
        gradients.append(gradient.copy())
        products += sum(step.products for step in steps)
        held = max(held, *(step.held for step in steps))
    return gradients, products, held


def _reverse_sweeps(tape: Tape, at: Sequence[float]) -> Counted:
    """By the one sweep that gives the whole gradient."""
    steps = list(reverse_sweep(tape, at))
    adjoints = {step.line: step.derivative for step in steps}
    gradient = np.array([adjoints[line] for line in tape.inputs])
    return [gradient], sum(step.products for step in steps), max(step.held for step in steps)


def _compiled(length: int) -> list[Row]:
    """Bytes that JAX's programs for a chain's derivative keep between its steps."""

    def chain(x: jax.Array) -> jax.Array:
        return lax.scan(lambda y, _: (jnp.sin(y), None), x, length=length)[0]

    programs = {
        "jax_forward": jax.jit(lambda x: jax.jvp(chain, (x,), (jnp.ones_like(x),))),
        "jax_reverse": jax.jit(jax.value_and_grad(chain)),
    }
    held = {m: compiled_bytes(p.lower(jnp.asarray(1.0)).compile()) for m, p in programs.items()}
    labels = {"growing": "length", "function": "sines", "size": length, "inputs": 1}
    return [
        labels | {"method": method, "quantity": "temporary_bytes", "value": bytes_.temporaries}
        for method, bytes_ in held.items()
    ]
