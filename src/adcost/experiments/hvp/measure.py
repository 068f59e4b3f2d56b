"""Measure Hessian-vector products of the homework's network: agreement, operations, bytes, time.

Columns of ``measurements``: ``point, layers, parameters, dtype, initialisation, function,
method, quantity, value, draw``. Quantities: ``norm`` of the result; ``relative_error`` ‖a − b‖/‖b‖
of a product against the one through the full Hessian; ``operations`` with their four parts,
``multiplications``, ``additions``, ``elementwise`` and ``transcendental``; ``temporary_bytes`` and
``output_bytes`` of the compiled program.

The function is ``network``, but for the point ``nested``: there it is an operation applied to its
own result ``layers`` times, or, with the quantity ``tangent``, the operation whose value and
tangent are counted, over its value. The point ``homework-code`` has the methods ``literal`` and
``mended``: ``largest_entry`` of the Hessian and ``product_error``, of its product with a vector
against one that needs no Hessian.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import Program, compile_program, compile_programs, time_as_configured
from adcost.derivatives import hvp as products
from adcost.experiments.hvp import homework
from adcost.functions import mlp, scalars

AD_PRODUCTS = (
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
)

Row = tuple[str, str, float]


@dataclass(frozen=True)
class HessianThenProduct:
    """The homework's first way, timed as one: build the Hessian, then multiply."""

    hessian: Program
    product: Program

    @property
    def compile_seconds(self) -> float:
        """Both compilations."""
        return self.hessian.compile_seconds + self.product.compile_seconds

    def __call__(self) -> jax.Array:
        """Run both and wait."""
        v = self.product.arguments[1]
        return jax.block_until_ready(self.product.compiled(self.hessian(), v))


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; a point with ``timing`` also returns the table ``timings``."""
    if point == "homework-init":
        return {"measurements": _homework_initialisation(point, parameters, seed)}
    if point in ("homework-code", "nested"):
        with jax.enable_x64(True):
            of = _homework_code if point == "homework-code" else _nested
            return {"measurements": of(point, parameters, seed)}
    with jax.enable_x64(parameters["dtype"] == "float64"):
        return _one_network(point, parameters, seed)


def _one_network(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    hidden, width, dtype = parameters["hidden"], parameters["width"], parameters["dtype"]
    initialisation = parameters["initialisation"]
    x, v = _network_and_direction(point, hidden, width, initialisation, dtype, seed)
    loss = mlp.homework_loss(width, dtype)

    functions = _functions(loss)
    counted: dict[str, Program] = compile_programs(
        {
            "loss": (loss, (x,)),
            "gradient": (jax.grad(loss), (x,)),
            **{name: (functions[name], (x, v)) for name in AD_PRODUCTS},
        }
    )
    programs: dict[str, Callable[[], Any]] = dict(counted)
    if parameters["hessian"]:
        hessian = compile_program(lambda x: products.calculate_hessian(loss, x), x)
        product = compile_program(products.naive_hvp, hessian(), v)
        counted |= {"hessian": hessian, "product": product}
        programs = {
            **programs,
            "product": product,
            "hessian_then_product": HessianThenProduct(hessian, product),
        }

    rows = _agreement(programs)
    for name, program in counted.items():
        rows += _bytes(name, program)
    for name in programs:
        fn, arguments = _counted(name, loss, functions, x, v)
        operations = count(fn, *arguments)
        parts = ("multiplications", "additions", "elementwise", "transcendental")
        rows += [(name, part, getattr(operations, part)) for part in parts]
        rows.append((name, "operations", operations.total))
    tables = {"measurements": _table(point, hidden, width, dtype, initialisation, rows)}

    if "timing" in parameters:
        timing, order = parameters["timing"], seeds.generator(seed, "hvp", point, "order")
        # An empty program: what a call costs whatever it computes.
        programs["empty_call"] = compile_program(lambda x: x[:1], x)
        tables["timings"] = time_as_configured(programs, timing, point=point, rng=order)
    return tables


def _network_and_direction(
    point: str, hidden: int, width: int, initialisation: mlp.Initialisation, dtype: str, seed: int
) -> tuple[jax.Array, jax.Array]:
    """The flat weights x and a random direction v, both (p,)."""
    rng = seeds.generator(seed, "hvp", point)
    weights = mlp.initialise(rng, hidden, width, initialisation)
    network = mlp.MLP(jnp.asarray(weights, dtype))
    v = rng.standard_normal(weights.size)
    return network.get_params(), jnp.asarray(v, dtype)


def _functions(loss: products.Scalar) -> dict[str, Callable[..., jax.Array]]:
    """The AD products and the one through the Hessian, as functions of (x, v)."""
    names = (*AD_PRODUCTS, "hessian_then_product")
    return {name: partial(getattr(products, name), loss) for name in names}


def _counted(
    name: str,
    loss: products.Scalar,
    functions: Mapping[str, Callable[..., jax.Array]],
    x: jax.Array,
    v: jax.Array,
) -> tuple[Callable[..., jax.Array], tuple[Any, ...]]:
    """The function behind a program and what it is traced with (shapes suffice)."""
    if name == "loss":
        return loss, (x,)
    if name == "gradient":
        return jax.grad(loss), (x,)
    if name == "product":
        return products.naive_hvp, (jax.ShapeDtypeStruct((x.size, x.size), x.dtype), v)
    return functions[name], (x, v)


def _agreement(programs: Mapping[str, Callable[[], Any]]) -> list[Row]:
    """Norms of all products, and their distance from the first way, in float64 arithmetic."""
    names = [name for name in programs if name not in ("loss", "gradient")]
    results = {name: np.asarray(programs[name](), dtype=np.float64) for name in names}
    reference = results.get("hessian_then_product", results["reverse_over_reverse"])
    rows: list[Row] = []
    for name, result in results.items():
        rows.append((name, "norm", float(np.linalg.norm(result))))
        if result is not reference:
            distance = np.linalg.norm(result - reference) / np.linalg.norm(reference)
            rows.append((name, "relative_error", float(distance)))
    return rows


def _bytes(name: str, program: Program) -> list[Row]:
    held = compiled_bytes(program.compiled)
    return [(name, "temporary_bytes", held.temporaries), (name, "output_bytes", held.outputs)]


def _homework_code(point: str, parameters: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """The Hessians of the homework's code, against a product that needs none."""
    tables = []
    for hidden in parameters["layers"]:
        width = parameters["width"]
        x, v = _network_and_direction(point, hidden, width, "signal_preserving", "float64", seed)
        model = mlp.MLP(x.reshape(-1, width, width))
        product = products.hvp(mlp.homework_loss(width, "float64"), x, v)
        rows: list[Row] = []
        for name, of in (
            ("literal", homework.literal_hessian),
            ("mended", homework.calculate_hessian),
        ):
            hessian = of(model, x)
            apart = jnp.linalg.norm(hessian @ v - product) / jnp.linalg.norm(product)
            rows.append((name, "largest_entry", float(jnp.abs(hessian).max())))
            rows.append((name, "product_error", float(apart)))
        tables.append(_table(point, hidden, width, "float64", "signal_preserving", rows))
    return pd.concat(tables, ignore_index=True)


TANGENTS: Mapping[str, Callable[..., jax.Array]] = {
    "add": jnp.add,
    "subtract": jnp.subtract,
    "multiply": jnp.multiply,
    "divide": jnp.divide,
    "negative": jnp.negative,
    "square": jnp.square,
    **scalars.ELEMENTARY,
    "cos": jnp.cos,
    "tanh": jnp.tanh,
    "logistic": jax.lax.logistic,
    "erf": jax.lax.erf,
}
"""The operations that gradients are made of."""


def _nested(point: str, parameters: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Operations of an operation's tangent, and of products of operations applied many times."""
    number, times = jax.ShapeDtypeStruct((), np.float64), parameters["times"]
    tables = []
    for name, operation in TANGENTS.items():
        inputs = (number,) * (2 if name in ("add", "subtract", "multiply", "divide") else 1)
        both = count(partial(jax.jvp, operation), inputs, inputs).total
        rows: list[Row] = [("jvp", "tangent", both / count(operation, *inputs).total)]
        tables.append(_table(point, 1, 1, "float64", "none", rows).assign(function=name))
    for name in parameters["operations"]:
        function = scalars.nested(name, times)
        counted = {
            "loss": count(function, number).total,
            "gradient": count(jax.grad(function), number).total,
        } | {
            method: count(partial(getattr(products, method), function), number, number).total
            for method in AD_PRODUCTS
        }
        rows = [(method, "operations", total) for method, total in counted.items()]
        tables.append(_table(point, times, 1, "float64", "none", rows).assign(function=name))
    return pd.concat(tables, ignore_index=True)


def _homework_initialisation(point: str, parameters: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """The norm of ∇²f·v over depth, for both initialisations and precisions.

    A network of depth n is the first n + 1 layers of the deepest, drawn in float64 and rounded to
    the precision, so that all differences are of depth and precision.
    """
    width, layers = parameters["width"], sorted(parameters["layers"])
    tables = []
    for initialisation in ("homework", "signal_preserving"):
        rng = seeds.generator(seed, "hvp", point, initialisation)
        draws = range(parameters["draws"])
        weights = np.stack([mlp.initialise(rng, layers[-1], width, initialisation) for _ in draws])
        directions = rng.standard_normal(weights.shape)
        for dtype, hidden in itertools.product(("float32", "float64"), layers):
            with jax.enable_x64(dtype == "float64"):
                stacks = (part[:, : hidden + 1].astype(dtype) for part in (weights, directions))
                x, v = (jnp.asarray(stack.reshape(len(draws), -1)) for stack in stacks)
                results = np.asarray(_products(width, dtype)(x, v), dtype=np.float64)
            rows = [("reverse_over_reverse", "norm", _norm(result)) for result in results]
            table = _table(point, hidden, width, dtype, initialisation, rows)
            tables.append(table.assign(draw=draws))
    return pd.concat(tables, ignore_index=True)


@cache
def _products(width: int, dtype: str) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """The lecture's product for a batch of networks and directions, (draws, p) each."""
    loss = mlp.homework_loss(width, dtype)
    return jax.jit(jax.vmap(lambda x, v: products.reverse_over_reverse(loss, x, v)))


def _norm(vector: np.ndarray) -> float:
    """The Euclidean norm, scaled first, since squares of 1e-200 underflow."""
    scale = np.abs(vector).max()
    return float(scale * np.linalg.norm(vector / scale)) if scale > 0 else 0.0


def _table(
    point: str, hidden: int, width: int, dtype: str, initialisation: str, rows: list[Row]
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["method", "quantity", "value"])
    labels = {
        "point": point,
        "layers": hidden,
        "parameters": mlp.parameters(hidden, width),
        "dtype": dtype,
        "initialisation": initialisation,
        "function": "network",
    }
    for position, (name, label) in enumerate(labels.items()):
        table.insert(position, name, label)
    return table.assign(draw=0)
