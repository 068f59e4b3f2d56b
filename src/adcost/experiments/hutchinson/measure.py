"""Measure estimates of traces: of two networks' Hessians, and of an influence matrix.

Columns of ``measurements``: ``point, matrix, state, size, method, probes, repeat, quantity,
value``. ``method`` is a distribution of probes, ``diagonal``, ``hutch_plus_plus``, ``xtrace``,
``dense`` or ``unit_vectors`` (both exact), ``automatic``, ``network`` or a chunk. ``probes`` is the
number V of one estimate's products. Quantities:

``trace, frobenius2, diagonal2, nuclear, least, largest, beyond2``   of the matrix: tr A, ‖A‖²_F,
    Σ aᵢᵢ², Σ|λᵢ|, the extreme λ, and Σ λᵢ² beyond the ``probes``/3 largest
``first``                the estimate from the first V probes of a block
``mean, mean_square``    over a block's disjoint sets of V probes: of the estimates, and of their
    squared distances from the exact trace
``square_error``         ‖d̂ − d‖²/‖d‖² of an estimated diagonal
``estimate``             of one trial
``relative_error``       of the product by differentiation against the dense one
``images, loss, accuracy``  of the network: images in the loss, its value there, and the share of
    test images that are right
``temporary_bytes``      of a compiled chunk
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from matfree import stochtrace

from adcost import seeds
from adcost.derivatives.hvp import Scalar, calculate_hessian, hvp, reverse_over_reverse
from adcost.experiments.hutchinson.chunks import measure_chunks
from adcost.experiments.hutchinson.networks import Row, network, table
from adcost.functions.smoothing import influence
from adcost.matrix_free import trace

COMPARED = 8
"""Probes on which the product by differentiation is held against the dense one."""

Keys = Callable[..., jax.Array]


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; ``chunks`` also returns the table ``timings``."""
    if point == "chunks":
        return measure_chunks(point, parameters, seed)
    with jax.enable_x64(True):
        keys = partial(seeds.key, seed, "hutchinson", point)
        if point == "influence":
            return {"measurements": _influence(point, parameters, keys)}
        matrix, state = parameters["matrix"], parameters["state"]
        x, loss, rows = network(matrix, state, parameters, seed)
        of = _dense if matrix == "dense" else _large
        rows += of(loss, x, parameters, keys)
        return {"measurements": table(point, matrix, state, x.size, rows)}


def _of_matrix(matrix: np.ndarray) -> dict[str, float]:
    return {
        "trace": float(np.trace(matrix)),
        "frobenius2": float((matrix**2).sum()),
        "diagonal2": float((np.diag(matrix) ** 2).sum()),
    }


def _exact(method: str, quantities: Mapping[str, float]) -> list[Row]:
    return [(method, 0, 0, name, value) for name, value in quantities.items()]


# --- a network whose Hessian fits -------------------------------------------------------------


def _dense(loss: Scalar, x: jax.Array, parameters: Mapping[str, Any], keys: Keys) -> list[Row]:
    """Everything that needs the exact trace, with the dense Hessian's products."""
    hessian = jax.jit(lambda x: calculate_hessian(loss, x))(x)
    matrix = np.asarray(hessian)
    exact = _of_matrix(matrix)
    spectrum = np.linalg.eigvalsh(matrix)
    rows = _exact("dense", exact) + _exact(
        "dense",
        {
            "nuclear": float(np.abs(spectrum).sum()),
            "least": float(spectrum[0]),
            "largest": float(spectrum[-1]),
        },
    )
    by_size = np.sort(np.abs(spectrum))[::-1]
    for products in parameters["products"]:
        left = float((by_size[products // 3 :] ** 2).sum())
        rows.append(("dense", products, 0, "beyond2", left))
    rows += _by_unit_vectors(partial(partial, reverse_over_reverse, loss), x, parameters["chunk"])
    rows += _agreement(loss, x, hessian, keys("agreement"))
    # Rounded to single precision a quadratic form is off by 1e-6 or so, and the estimates made of
    # them by a thousand times as much; it takes half the time.
    single = hessian.astype(jnp.float32)
    rows += _blocks(_product, single, x.size, exact["trace"], parameters, keys)
    rows += _diagonals(hessian, parameters, keys)
    return rows + _trials(hessian, parameters, keys)


def _product(matrix: jax.Array) -> trace.MatVec:
    return lambda v: matrix @ v


def _linear_map(loss: Scalar, x: jax.Array) -> trace.MatVec:
    """v ↦ ∇²loss(x)·v, with the gradient's own part evaluated once for all v."""
    return jax.linearize(jax.grad(loss), x)[1]


def _by_unit_vectors(
    products: Callable[[jax.Array], trace.MatVec], x: jax.Array, chunk: int
) -> list[Row]:
    """The exact trace without the matrix, from one product for each parameter."""

    @jax.jit
    def columns(x: jax.Array) -> jax.Array:
        return trace.unit_vectors(products(x), x.size, chunk=chunk, dtype=x.dtype)

    entries, squares = np.asarray(columns(x)).T
    exact = {
        "trace": float(entries.sum()),
        "frobenius2": float(squares.sum()),
        "diagonal2": float((entries**2).sum()),
    }
    return _exact("unit_vectors", exact)


def _agreement(loss: Scalar, x: jax.Array, hessian: jax.Array, key: jax.Array) -> list[Row]:
    """The product by differentiation against the dense one, on a few probes."""
    directions = jax.random.normal(key, (COMPARED, x.size), x.dtype)
    automatic = jax.jit(jax.vmap(lambda v: hvp(loss, x, v)))(directions)
    by_matrix = directions @ hessian
    errors = jnp.linalg.norm(automatic - by_matrix, axis=1) / jnp.linalg.norm(by_matrix, axis=1)
    return [("automatic", 1, i, "relative_error", float(e)) for i, e in enumerate(errors)]


def _blocks(
    products: Callable[[Any], trace.MatVec],
    of: jax.Array,
    size: int,
    exact: float,
    parameters: Mapping[str, Any],
    keys: Keys,
) -> list[Row]:
    """Hutchinson's estimates with the product ``products(of)``: see `_sets`."""
    rows: list[Row] = []
    for distribution, numbers in parameters["probes"].items():
        forms = _forms(products, distribution, max(numbers), size, parameters["chunk"])
        for block in range(parameters["repeats"]):
            values = np.asarray(forms(of, keys(distribution, block)), dtype=float)
            rows += _sets(distribution, block, values, numbers, exact)
    return rows


@cache
def _forms(
    products: Callable[[Any], trace.MatVec], distribution: str, count: int, size: int, chunk: int
) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """vᵀAv of ``count`` probes, as a function of what the product is made of and a key."""

    def forms(of: jax.Array, key: jax.Array) -> jax.Array:
        return trace.quadratic_forms(
            products(of), distribution, key, count, size, chunk=chunk, dtype=of.dtype
        )

    return jax.jit(forms)


def _sets(
    method: str, block: int, forms: np.ndarray, numbers: Sequence[int], exact: float
) -> list[Row]:
    """A block of quadratic forms, split into disjoint sets of V for each V."""
    rows: list[Row] = []
    for probes in sorted(numbers):
        estimates = forms.reshape(-1, probes).mean(axis=1)
        rows += [
            (method, probes, block, "first", float(estimates[0])),
            (method, probes, block, "mean", float(estimates.mean())),
            (method, probes, block, "mean_square", float(((estimates - exact) ** 2).mean())),
        ]
    return rows


def _diagonals(hessian: jax.Array, parameters: Mapping[str, Any], keys: Keys) -> list[Row]:
    """The diagonal from the first V of the same probes, for each V; every block has its own."""
    numbers = tuple(sorted(parameters["diagonal"]))
    errors = _diagonal_errors(numbers, parameters["chunk"])
    return [
        ("diagonal", probes, block, "square_error", float(error))
        for block in range(parameters["repeats"])
        for probes, error in zip(numbers, errors(hessian, keys("diagonal", block)), strict=True)
    ]


@cache
def _diagonal_errors(
    numbers: tuple[int, ...], chunk: int
) -> Callable[[jax.Array, jax.Array], list[jax.Array]]:
    """‖d̂ − d‖²/‖d‖² at each of ``numbers`` probes, from a dense matrix and a key."""

    def errors(matrix: jax.Array, key: jax.Array) -> list[jax.Array]:
        products = trace.diagonal_products(
            _product(matrix),
            "rademacher",
            key,
            numbers[-1],
            len(matrix),
            chunk=chunk,
            dtype=matrix.dtype,
        )
        exact = jnp.diag(matrix)
        estimates = [trace.diagonal(products[:probes]) for probes in numbers]
        return [((e - exact) ** 2).sum() / (exact**2).sum() for e in estimates]

    return jax.jit(errors)


def _trials(hessian: jax.Array, parameters: Mapping[str, Any], keys: Keys) -> list[Row]:
    """Hutch++ (this study's) and XTrace (matfree's) at equal numbers of products."""
    return [
        (
            method,
            products,
            trial,
            "estimate",
            float(_trial(method, products)(hessian, keys(method, products, trial))),
        )
        for products in sorted(parameters["products"])
        for method in ("hutch_plus_plus", "xtrace")
        for trial in range(parameters["trials"])
    ]


@cache
def _trial(method: str, products: int) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """One estimate from a dense matrix and a key; compiled once for both states."""

    def estimate(matrix: jax.Array, key: jax.Array) -> jax.Array:
        size, dtype = len(matrix), matrix.dtype
        if method == "hutch_plus_plus":
            return trace.hutch_plus_plus(_product(matrix), key, products, size, dtype)
        sampler = stochtrace.sampler_signs(jnp.zeros(size, dtype), num=products // 2)
        leave_one_out = stochtrace.leave_one_out_xtrace()
        return stochtrace.estimator_leave_one_out(leave_one_out, sampler)(_product(matrix), key)

    return jax.jit(estimate)


# --- a network whose Hessian does not fit, and a matrix ------------------------------------------


def _large(loss: Scalar, x: jax.Array, parameters: Mapping[str, Any], keys: Keys) -> list[Row]:
    """The trace by unit vectors and by Hutchinson, with products by differentiation alone."""
    rows = _by_unit_vectors(partial(_linear_map, loss), x, parameters["chunk"])
    exact = next(value for *_, quantity, value in rows if quantity == "trace")
    return rows + _blocks(partial(_linear_map, loss), x, x.size, exact, parameters, keys)


def _influence(point: str, parameters: Mapping[str, Any], keys: Keys) -> pd.DataFrame:
    matrix = influence(parameters["size"], parameters["alpha"])
    exact = _of_matrix(matrix)
    rows = _exact("dense", exact)
    rows += _blocks(_product, jnp.asarray(matrix), len(matrix), exact["trace"], parameters, keys)
    return table(point, "influence", "fixed", len(matrix), rows)
