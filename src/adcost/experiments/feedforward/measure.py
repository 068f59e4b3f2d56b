"""Compare the lecture's recursion with `jax.grad`: values, shapes, operations.

Columns of ``measurements``: ``point, network, layers, width, batch, lengths, entries, activation,
method, quantity, value``. Quantities: ``norm`` of all ∂L/∂w_k together; ``error_by_w`` and
``error_by_v``, the greatest ‖a − b‖/‖b‖ over the layers against `jax.grad`; ``products``, the
number of matrix products; ``operations``; ``jacobian_numbers``, the entries of the dense Jacobians.
``width`` is the widest layer, ``lengths`` the sum of the lengths of all inner products on the way,
``entries`` those of v₁, …, v_t. Rows of the network `plan.SWEEP` are counted only, from shapes.

Columns of ``shapes``: ``point, network, shown, layer, derivative, lecture, expected, found``: the
lecture's shape in letters and in numbers, and that of the array computed; ``shown`` is 1 for the
network that the report prints.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.costs.count import count
from adcost.derivatives import backprop
from adcost.experiments.feedforward.plan import MOST_NUMBERS, SWEEP, jacobian_numbers
from adcost.functions import feedforward as network
from adcost.jax_versions import Jaxpr, inner_jaxprs

QUICKLY_COMPILED = {"xla_backend_optimization_level": 0}
"""Each program runs once, so what counts is the time to compile it; nothing is timed here."""

Row = tuple[str, str, str, float]
Arrays = Any

LECTURE = {
    "v": "b × nₖ",
    "w": "nₖ₋₁ × nₖ",
    "∂L/∂v": "b × nₖ",
    "∂v₊/∂v": "nₖ₊₁ × nₖ",
    "∂L/∂w": "b × nₖ₋₁·nₖ",
    "∂v₊/∂w": "nₖ₊₁ × nₖ₋₁·nₖ",
}
"""What the slide writes under each letter; v₊ is vₖ₊₁."""


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """The tables of all networks and of the sweep over widths."""
    measurements, shapes = [], []
    with jax.enable_x64(True):
        for chosen in parameters["networks"]:
            name, sizes, batch = chosen["name"], tuple(chosen["sizes"]), chosen["batch"]
            rows = _one_network(name, sizes, batch, tuple(chosen["activations"]), seed)
            measurements.append(_table(point, name, sizes, batch, rows))
            shown = int(name == parameters["shapes_of"])
            shapes += [(point, name, shown, *row) for row in _shapes(sizes, batch)]
        sweep = parameters["widths"]
        for width in sweep["width"]:
            sizes, batch = (width,) * (sweep["layers"] + 1), sweep["batch"]
            rows = _counts(sizes, batch, sweep["activation"])
            measurements.append(_table(point, SWEEP, sizes, batch, rows))
    columns = "point network shown layer derivative lecture expected found".split()
    return {
        "measurements": pd.concat(measurements, ignore_index=True),
        "shapes": pd.DataFrame(shapes, columns=columns),
    }


# --- values -----------------------------------------------------------------------------------


def _one_network(
    name: str, sizes: tuple[int, ...], batch: int, activations: tuple[str, ...], seed: int
) -> list[Row]:
    """All activations of one network; a program compiles them together, since that is quicker."""
    rng = seeds.generator(seed, "feedforward", name)
    weights = [jnp.asarray(w) for w in network.initialise(rng, sizes)]
    x, target = (jnp.asarray(rng.standard_normal((batch, n))) for n in (sizes[0], sizes[-1]))
    ways: dict[str, Callable[..., backprop.Derivatives]] = {"backprop": by_hand}
    if jacobian_numbers(sizes, batch) <= MOST_NUMBERS:
        ways["by_jacobians"] = by_jacobians

    def all_activations(way: Callable[..., Arrays]) -> dict[str, Arrays]:
        programs = {activation: partial(way, activation) for activation in activations}
        together = jax.jit(
            lambda *given: {key: fn(*given) for key, fn in programs.items()},
            compiler_options=QUICKLY_COMPILED,
        )
        return together(weights, x, target)

    reference = all_activations(autodiff)
    rows: list[Row] = []
    for method, way in ways.items():
        for activation, found in all_activations(way).items():
            right = reference[activation]
            rows += [
                (activation, method, "error_by_w", _worst(found.by_w, right.by_w)),
                (activation, method, "error_by_v", _worst(found.by_v, right.by_v)),
            ]
    for activation, right in reference.items():
        norm = math.sqrt(sum(float(jnp.sum(part**2)) for part in right.by_w))
        rows.append((activation, "autodiff", "norm", norm))
        rows += _counts(sizes, batch, activation)
    return rows


def by_hand(
    activation: str, weights: Sequence[jax.Array], x: jax.Array, target: jax.Array
) -> backprop.Derivatives:
    """The contracted recursion."""
    sigma, slope = network.ACTIVATIONS[activation], backprop.SLOPES[activation]
    return backprop.backprop(weights, x, target, sigma, slope)


def by_jacobians(
    activation: str, weights: Sequence[jax.Array], x: jax.Array, target: jax.Array
) -> backprop.Derivatives:
    """The lecture's formula with its Jacobians; gradients by w_k summed over the batch."""
    sigma, slope = network.ACTIVATIONS[activation], backprop.SLOPES[activation]
    rows = backprop.by_jacobians(weights, x, target, sigma, slope)
    pairs = zip(rows.by_w, weights, strict=True)
    return backprop.Derivatives(rows.by_v, [jnp.sum(g, 0).reshape(w.shape) for g, w in pairs])


def autodiff(
    activation: str, weights: Sequence[jax.Array], x: jax.Array, target: jax.Array
) -> backprop.Derivatives:
    """`jax.grad` by the weights, and by zeros added to each layer, which is ∂L/∂v_k."""
    sigma = network.ACTIVATIONS[activation]

    def loss(weights: list[jax.Array], shifts: list[jax.Array]) -> jax.Array:
        v = x
        for w, shift in zip(weights, shifts, strict=True):
            v = sigma(v @ w) + shift
        return network.squared_error(v, target)

    shifts = [jnp.zeros((x.shape[0], w.shape[1]), x.dtype) for w in weights]
    by_w, by_v = jax.grad(loss, (0, 1))(list(weights), shifts)
    return backprop.Derivatives(by_v, by_w)


def _worst(found: Sequence[jax.Array], right: Sequence[jax.Array]) -> float:
    """The greatest relative difference over the layers; absolute where the right one is zero."""
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(found, right, strict=True)]
    return max(float(np.linalg.norm(a - b) / (np.linalg.norm(b) or 1.0)) for a, b in pairs)


# --- operations -------------------------------------------------------------------------------


def _counts(sizes: tuple[int, ...], batch: int, activation: str) -> list[Row]:
    """Operations of L and of its gradient by the weights, three ways, from shapes alone."""
    weights, x, target = _shapes_of(sizes, batch)
    sigma = network.ACTIVATIONS[activation]
    loss = partial(network.loss, activation=sigma)
    ways: dict[str, Callable[..., Arrays]] = {
        "loss": loss,
        "autodiff": jax.grad(loss),
        "backprop": lambda *given: by_hand(activation, *given).by_w,
        "by_jacobians": lambda *given: by_jacobians(activation, *given).by_w,
    }
    rows: list[Row] = []
    for method, fn in ways.items():
        rows.append((activation, method, "operations", count(fn, weights, x, target).total))
        if method != "by_jacobians":
            jaxpr = jax.make_jaxpr(fn)(weights, x, target).jaxpr
            rows.append((activation, method, "products", matrix_products(jaxpr)))
    rows.append((activation, "by_jacobians", "jacobian_numbers", jacobian_numbers(sizes, batch)))
    return rows


def matrix_products(jaxpr: Jaxpr) -> int:
    """Matrix products written in a jaxpr without loops."""
    inner = (matrix_products(part) for e in jaxpr.eqns for part in inner_jaxprs(e))
    return sum(e.primitive.name == "dot_general" for e in jaxpr.eqns) + sum(inner)


def _shapes_of(sizes: tuple[int, ...], batch: int) -> tuple[Arrays, Arrays, Arrays]:
    shapes = [*pairwise(sizes), (batch, sizes[0]), (batch, sizes[-1])]
    *weights, x, target = (jax.ShapeDtypeStruct(shape, np.float64) for shape in shapes)
    return weights, x, target


# --- shapes -----------------------------------------------------------------------------------


def _shapes(sizes: tuple[int, ...], batch: int) -> list[tuple[int, str, str, str, str]]:
    """layer, derivative, and its shape: the lecture's, in numbers, and found (any σ will do)."""
    weights, x, target = _shapes_of(sizes, batch)
    given = (network.ACTIVATIONS["tanh"], backprop.SLOPES["tanh"])
    v = jax.eval_shape(lambda w, x: network.layers(w, x, given[0]), weights, x)
    rows = jax.eval_shape(
        lambda w, x, y: backprop.by_jacobians(w, x, y, *given), weights, x, target
    )
    jacobians = jax.eval_shape(
        lambda w, x, y: backprop.layer_jacobians(w, x, y, *given), weights, x, target
    )
    table = []
    for k in range(1, len(sizes)):
        n = {"b": batch, "nₖ₋₁": sizes[k - 1], "nₖ": sizes[k], "nₖ₊₁": (*sizes, 1)[k + 1]}
        found = {
            "v": v[k].shape,
            "w": weights[k - 1].shape,
            "∂L/∂v": rows.by_v[k - 1].shape,
            "∂v₊/∂v": jacobians[0][k - 1].shape[1:],  # the first axis is the batch's
            "∂L/∂w": rows.by_w[k - 1].shape,
            "∂v₊/∂w": jacobians[1][k - 1].shape[1:],
        }
        for name, letters in LECTURE.items():
            axes = [
                math.prod(n[letter] for letter in axis.split("·")) for axis in letters.split(" × ")
            ]
            table.append((k, name, letters, _written(axes), _written(found[name])))
    return table


def _written(shape: Sequence[int]) -> str:
    return " × ".join(str(length) for length in shape)


def _table(
    point: str, name: str, sizes: tuple[int, ...], batch: int, rows: list[Row]
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["activation", "method", "quantity", "value"])
    labels = {
        "point": point,
        "network": name,
        "layers": len(sizes) - 1,
        "width": max(sizes),
        "batch": batch,
        "lengths": 2 * sum(sizes) + batch,
        "entries": batch * sum(sizes[1:]),
    }
    for position, (column, label) in enumerate(labels.items()):
        table.insert(position, column, label)
    return table.astype({"value": float})
