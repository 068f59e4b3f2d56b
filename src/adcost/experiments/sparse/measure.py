"""Measure sparse matrices: the patterns found, products by every way, operations, errors, seconds.

Columns of ``measurements``: ``point, way, size, entries, draw, row, column, quantity, value``.

Ways: ``columns`` and ``rows`` are the dense ones, ``coloured_columns``, ``coloured_rows`` and
``coloured_both`` a Jacobian's by colours, ``coloured_columns``, ``star`` and ``acyclic`` a
Hessian's; ``forward`` and ``reverse`` a single product, ``function`` the function itself;
``traced`` and ``probed`` patterns; ``band`` and ``random`` patterns with so many ``entries`` a row,
by ``draw``; ``burst`` calls in a row.

Quantities: ``products``, ``least_possible`` (no way of its kind takes fewer), ``operations``;
``missed`` and ``superfluous`` entries of a pattern found and the ``products`` that it took;
``dense_error`` against the dense matrix and ``direction_error`` of products in random directions,
``row_entries``, the most entries in a row, and ``levels``, how many entries follow one from the
other; ``forward_product`` or ``reverse_product``, which product of which mode the entry in ``row``
and ``column`` is read from, at the size drawn; ``calls`` of a burst that is timed. ``timings`` has
columns ``structure`` and ``size`` too, and the function itself at the largest size.

Patterns are probed at the size ``dense``, where the matrix is made by columns, and traced at the
largest, where it is not; at both everything is measured. At other sizes products alone are counted,
of the pattern as it is written down.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from adcost import seeds
from adcost.costs.count import count
from adcost.costs.memory import compiled_quickly
from adcost.costs.pattern import traced
from adcost.costs.timing import Burst, compile_programs, time_as_configured
from adcost.derivatives import colouring_search, sparse, sparse_symmetric
from adcost.experiments.sparse import ways
from adcost.experiments.sparse.matrices import MATRICES, Matrix, Pattern
from adcost.experiments.sparse.plan import LEAST_SIZE, STRUCTURES
from adcost.experiments.sparse.ways import Way

Row = tuple[str, int, int, int, str, float]
"""way, size, entries, draw, quantity, value."""

PROBES = 3
"""Points at which a pattern is probed."""

DIRECTIONS = 3

BURST_NUMBERS = 200_000
"""Numbers of the dense matrices of a burst of calls, at the most."""


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; those that time also return the table ``timings``."""
    timings = {}
    with jax.enable_x64(True):
        if point == "random":
            rows = list(_random(parameters, seeds.generator(seed, "sparse", point)))
        elif "timing" in parameters:
            rows = [
                ("burst", n, 0, 0, "calls", _calls(n, parameters["burst"]))
                for n in parameters["sizes"]
            ]
            timings = {"timings": _timings(point, parameters, seed)}
        else:
            matrix = MATRICES[parameters["matrix"], parameters["structure"]]
            rows = list(_counted(matrix, point, parameters, seed))
            drawn = _drawn(matrix, parameters["drawn"])
            return {"measurements": pd.concat([_table(point, rows), _table(point, *drawn)])}
    return {"measurements": _table(point, rows), **timings}


def _table(
    point: str,
    rows: list[Row],
    row: np.ndarray | int = 0,
    column: np.ndarray | int = 0,
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["way", "size", "entries", "draw", "quantity", "value"])
    table.insert(0, "point", point)
    table.insert(5, "row", row)
    table.insert(6, "column", column)
    return table.astype({"value": float})


def _counted(matrix: Matrix, point: str, parameters: Mapping[str, Any], seed: int) -> Iterator[Row]:
    """Products, operations and errors of one matrix over n."""
    optimum = _optimum(matrix, parameters["search"])
    for n in parameters["sizes"]:
        rng = seeds.generator(seed, "sparse", point, n)
        x = jnp.asarray(rng.standard_normal(n))
        pattern = right = matrix.pattern(n)
        looked_at = n in (parameters["dense"], parameters["sizes"][-1])
        dense = None
        if n == parameters["dense"]:
            whole = compiled_quickly(jax.jit(jax.jacfwd(matrix.differentiated)).trace(x))
            at = [x + 0.01 * k * rng.standard_normal(n) for k in range(PROBES)]
            values = [np.asarray(whole(y)) for y in at]
            pattern, dense = csr_array(sparse.nonzero_at(values)), values[0]
            yield from _found("probed", n, PROBES * n, pattern, right)
        elif looked_at:
            pattern = traced(matrix.differentiated, x)
            yield from _found("traced", n, 0, pattern, right)
        by = ways.of(matrix, pattern)
        least = ways.least(right, matrix.hessian)
        for way in by:
            yield way.name, n, 0, 0, "products", way.products
            bound = max(least[way.name], optimum.get(way.name, 0))
            yield way.name, n, 0, 0, "least_possible", bound
        if looked_at:
            yield from _operations(matrix, n, by)
            yield from _errors(matrix, x, by, dense, rng)


def _found(way: str, n: int, products: int, found: Pattern, right: Pattern) -> Iterator[Row]:
    """The entries that a pattern found lacks and has too many, and the products it took."""
    yield way, n, 0, 0, "products", products
    yield way, n, 0, 0, "missed", (right.astype(bool) > found.astype(bool)).sum()
    yield way, n, 0, 0, "superfluous", (found.astype(bool) > right.astype(bool)).sum()


def _optimum(matrix: Matrix, steps: int) -> dict[str, int]:
    """The fewest colours of the smallest matrix, by search: it is part of every larger one."""
    pattern = matrix.pattern(LEAST_SIZE)
    graphs = {"coloured_columns": (colouring_search.conflicts(pattern), colouring_search.proper)}
    if matrix.hessian:
        near = sparse_symmetric.graph(pattern)
        graphs["star"] = near, colouring_search.star
        graphs["acyclic"] = near, colouring_search.acyclic
    return {way: colouring_search.fewest(*of, steps).colours for way, of in graphs.items()}


def _operations(matrix: Matrix, n: int, by: list[Way]) -> Iterator[Row]:
    x = v = jax.ShapeDtypeStruct((n,), jnp.float64)
    of = matrix.differentiated
    yield "function", n, 0, 0, "operations", count(matrix.f, x).total
    yield "forward", n, 0, 0, "operations", count(lambda x, v: jax.jvp(of, (x,), (v,)), x, v).total
    yield "reverse", n, 0, 0, "operations", count(lambda x, v: jax.vjp(of, x)[1](v), x, v).total
    for way in by:
        if way.products < n or way.dense:
            yield way.name, n, 0, 0, "operations", count(way.program, x).total


def _errors(
    matrix: Matrix,
    x: jax.Array,
    by: list[Way],
    dense: np.ndarray | None,
    rng: np.random.Generator,
) -> Iterator[Row]:
    """Matrices by colours against products in random directions and, if given, the dense one.

    An entry's error is relative to the largest entry of its row, that of a number of J·v to the sum
    of what it adds up.
    """
    n, of = x.size, matrix.differentiated
    directions = rng.standard_normal((DIRECTIONS, n))
    along = jax.jit(jax.vmap(lambda v: jax.jvp(of, (x,), (v,))[1])).trace(directions)
    expected = np.asarray(compiled_quickly(along)(directions)).T
    for way in by:
        if way.products == n:  # the dense way itself
            continue
        found = way.matrix(x)
        off = np.abs(found @ directions.T - expected) / (abs(found) @ np.abs(directions).T)
        yield way.name, n, 0, 0, "direction_error", off.max()
        yield way.name, n, 0, 0, "levels", way.levels
        yield way.name, n, 0, 0, "row_entries", np.diff(found.indptr).max()
        if dense is not None:
            off = np.abs(found.toarray() - dense).max(axis=1) / np.abs(dense).max(axis=1)
            yield way.name, n, 0, 0, "dense_error", off.max()


def _drawn(matrix: Matrix, n: int) -> tuple[list[Row], np.ndarray, np.ndarray]:
    """From which product of which mode each entry is read directly; its row, and its column."""
    way = ways.direct(matrix, matrix.pattern(n))
    assert way.read is not None  # it reads directly
    i, j = way.read.pattern.coords
    modes, products = way.read.product_of()
    rows = [
        (way.name, n, 0, 0, f"{mode}_product", float(product))
        for mode, product in zip(modes, products, strict=True)
    ]
    return rows, i, j


def _random(parameters: Mapping[str, Any], rng: np.random.Generator) -> Iterator[Row]:
    """Products of a band and of patterns at random with as many entries in each row."""
    n = parameters["size"]
    for entries in parameters["entries"]:
        below = (entries - 1) // 2
        offset = np.subtract.outer(np.arange(n), np.arange(n))
        band = (-below <= offset) & (offset < entries - below)
        yield "band", n, entries, 0, "products", _fewest(band)
        for draw in range(parameters["draws"]):
            scores = rng.random((n, n))
            np.fill_diagonal(scores, -1.0)  # the diagonal has an entry, the others are drawn
            chosen = np.argpartition(scores, entries - 1, axis=1)[:, :entries]
            pattern = np.zeros((n, n), bool)
            np.put_along_axis(pattern, chosen, True, axis=1)
            yield "random", n, entries, draw, "products", _fewest(pattern)


def _fewest(pattern: np.ndarray) -> float:
    """The products of the best colouring: of columns, of rows, or of some of both."""
    return float(sum(map(sparse.number_of, sparse.both(pattern))))


def _timings(point: str, parameters: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """The dense ways and the best direct one, over n, for each structure."""
    cases = {}
    for structure in STRUCTURES:
        matrix = MATRICES[parameters["matrix"], structure]
        for n in parameters["sizes"]:
            x = jnp.asarray(seeds.generator(seed, "sparse", point, structure, n).standard_normal(n))
            chosen = [*ways.dense(matrix, n), ways.direct(matrix, matrix.pattern(n))]
            programs = {way.name: way.program for way in chosen}
            if n == parameters["sizes"][-1]:
                programs["function"] = matrix.f
            for name, program in programs.items():
                cases[structure, n, name] = (program, (x,))
    compiled = compile_programs(cases)
    tables = []
    for structure in STRUCTURES:
        for n in parameters["sizes"]:
            own = {name: p for (s, m, name), p in compiled.items() if (s, m) == (structure, n)}
            rng = seeds.generator(seed, "sparse", point, structure, n, "order")
            calls = _calls(n, parameters["burst"])
            bursts = {name: Burst(program, calls) for name, program in own.items()}
            timed = time_as_configured(bursts, parameters["timing"], point=point, rng=rng)
            timed = timed.assign(seconds=timed.seconds / calls, structure=structure, size=n)
            tables.append(timed)
    return pd.concat(tables, ignore_index=True)


def _calls(n: int, most: int) -> int:
    """Calls of a burst."""
    return max(1, min(most, BURST_NUMBERS // n**2))
