r"""Sparse Jacobians by colours: columns that share no row are differentiated together.

Columns j and k of J that have no row in common can be had from one product: J(eⱼ + eₖ) holds both
(Curtis, Powell & Reid, *J. Inst. Maths. Applics.* 13, 1974). A colouring of the graph whose edges
join columns with a row in common gives a seed S (n, p), p colours, and the p products J·S hold all
entries of J (Gebremedhin, Manne & Pothen, *SIAM Review* 47, 2005); the same with rows and SᵀJ.
Where a few rows and a few columns are dense, neither helps: `both` takes some rows by products of
reverse mode and the rest by products of forward mode (Coleman & Verma, *SIAM J. Sci. Comput.* 19,
1998). Symmetric matrices: `adcost.derivatives.sparse_symmetric`.

The greedy colouring takes next the column whose neighbours have the most colours (DSATUR: Brélaz,
*Comm. ACM* 22, 1979). p is not the least number possible, but at least the most entries in a row,
which no colouring can beat. On a grid's five-point stencil this order takes the five colours of
that bound, where columns by number or by falling degree (Welsh & Powell 1967) take seven.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

Function = Callable[[jax.Array], jax.Array]
Pattern: TypeAlias = sparse.sparray | np.ndarray
"""(m, n), whose entries are the numbers that are not zero, or booleans."""

NONE = -1
"""The colour of a column or row that is in no product."""

MOST_SPLITS = 8
"""So many borders between few and many entries `both` tries, of rows and of columns."""


@dataclass(frozen=True)
class Colouring:
    """Groups of columns, or of rows, that share no row, or no column."""

    colour: np.ndarray
    """The colour of each column or row, integers (n,) or (m,)."""
    columns: bool
    entries: int
    """Entries of the matrix that may differ from zero."""
    how: str = ""
    """How the pattern was found."""

    @property
    def colours(self) -> int:
        """How many products the matrix takes."""
        return number_of(self.colour)

    @property
    def seed(self) -> np.ndarray:
        """S of zeros and ones, (colours, n) or (colours, m): row c has ones at colour c."""
        return seed_of(self.colour)


def number_of(colour: np.ndarray) -> int:
    """How many colours there are."""
    return int(colour.max(initial=NONE)) + 1


def seed_of(colour: np.ndarray) -> np.ndarray:
    """S of zeros and ones, (colours, n): row c has ones at colour c."""
    return np.asarray(colour == np.arange(number_of(colour))[:, None], np.float64)


def greedy(pattern: Pattern) -> np.ndarray:
    """A colour for each column of a (m, n) pattern; columns of one colour share no row.

    The graph is not held, since one dense row gives it n² edges: neighbours are looked up by way
    of the rows. Of columns whose neighbours have equally many colours that of the longest rows is
    first.
    """
    p = sparse.csr_array(pattern, dtype=bool).astype(np.int64)
    n = p.shape[1]
    if np.max(p.sum(axis=1), initial=0) == n:  # all share that row
        return np.arange(n)
    by_column = sparse.csc_array(p)
    rows_of = np.split(by_column.indices, by_column.indptr[1:-1])
    columns_of = np.split(p.indices, p.indptr[1:-1])
    colour = np.full(n, NONE)
    priority = p.T @ p.sum(axis=1)
    one_colour_more = int(priority.max(initial=0)) + 1
    taken = np.zeros((8, n), bool)  # which colours the neighbours of a column have
    for _ in range(n):
        j = int(np.argmax(priority))
        colour[j] = c = int(np.argmin(taken[:, j]))
        if c == len(taken) - 1:
            taken = np.concatenate([taken, np.zeros_like(taken)])
        near = np.concatenate([columns_of[i] for i in rows_of[j]] or [rows_of[j]])
        priority[near[~taken[c, near]]] += one_colour_more  # once, however often one is named
        taken[c, near] = True
        priority[j] = np.iinfo(priority.dtype).min // 2  # is not chosen again
    return colour


def fewest(pattern: Pattern) -> int:
    """The most entries in a row, or in a column if that is less: no colouring takes fewer."""
    p = sparse.csr_array(pattern, dtype=bool).astype(np.int64)
    return int(min(np.max(p.sum(axis=axis), initial=0) for axis in (0, 1)))


def colouring(pattern: Pattern, how: str = "") -> Colouring:
    """The colouring of columns or of rows with fewer colours; of columns if they are equal."""
    p = sparse.csr_array(pattern, dtype=bool)
    by_columns, by_rows = greedy(p), greedy(p.T)
    columns = by_columns.max(initial=0) <= by_rows.max(initial=0)
    return Colouring(by_columns if columns else by_rows, bool(columns), int(p.nnz), how)


def both(pattern: Pattern) -> tuple[np.ndarray, np.ndarray]:
    """Colours of columns (n,) and of rows (m,), `NONE` for those in no product.

    Rows with more entries than some border are taken by reverse mode and the rest by columns, or
    columns with more by forward mode and the rest by rows; of all borders tried, that with the
    fewest products. A colouring of columns alone, or of rows alone, is what it falls back to.
    """
    p = sparse.csr_array(pattern, dtype=bool)
    one = colouring(p)
    nothing = np.full(p.shape[0 if one.columns else 1], NONE)
    best = (one.colour, nothing) if one.columns else (nothing, one.colour)
    for turned in (False, True):
        matrix = sparse.csr_array(p.T) if turned else p
        counts = np.diff(matrix.indptr)
        borders = np.unique(counts)[:-1]
        for border in borders[:: max(1, -(-borders.size // MOST_SPLITS))]:
            dense = counts > border
            most = np.max(matrix[dense].astype(np.int64).sum(axis=0))
            if border + most >= sum(map(number_of, best)):  # then this split takes no fewer
                continue
            rows = np.full(counts.size, NONE)
            rows[dense] = greedy(matrix[dense].T)
            rest = sparse.csr_array(matrix[~dense])
            columns = np.where(rest.sum(axis=0) > 0, greedy(rest), NONE)
            split = (rows, columns) if turned else (columns, rows)
            if sum(map(number_of, split)) < sum(map(number_of, best)):
                best = split
    return best


class NotReadable(ValueError):
    """Products of these colours do not hold every entry by itself."""


@dataclass(frozen=True)
class Reading:
    """Where each entry of a sparse matrix stands in its products."""

    pattern: sparse.coo_array
    columns: np.ndarray
    """Colours (n,) of the products J·S of forward mode."""
    rows: np.ndarray
    """Colours (m,) of the products SᵀJ of reverse mode."""
    place: np.ndarray
    """For each entry, its place in the products (p, m) and then (q, n), one after the other."""

    @property
    def products(self) -> int:
        """How many products of both modes there are."""
        return number_of(self.columns) + number_of(self.rows)

    def product_of(self) -> tuple[np.ndarray, np.ndarray]:
        """For each entry the mode of the product it is read from, and which of that mode it is."""
        m, n = self.pattern.shape
        forward = self.place < number_of(self.columns) * m
        first = self.place - number_of(self.columns) * m
        return (
            np.where(forward, "forward", "reverse"),
            np.where(forward, self.place // m, first // n),
        )

    def matrix(self, values: np.ndarray | jax.Array) -> sparse.csr_array:
        """The sparse matrix (m, n) of its entries, as `entries` returns them."""
        return sparse.csr_array((np.asarray(values), self.pattern.coords), self.pattern.shape)


def reading(pattern: Pattern, columns: np.ndarray, rows: np.ndarray | None = None) -> Reading:
    """Where the products of these colours hold the entries, each by itself.

    An entry (i, j) is read from the product of column j's colour if no other column of that colour
    has an entry in row i, or else from that of row i's. Raises `NotReadable` if neither holds it.
    """
    p = sparse.coo_array(pattern)
    m, n = p.shape
    rows = np.full(m, NONE) if rows is None else rows
    i, j = p.coords
    by_column, by_row = _alone(i, columns[j]), _alone(j, rows[i])
    if not (by_column | by_row).all():
        k = int(np.argmin(by_column | by_row))
        raise NotReadable(f"no product holds the entry ({i[k]}, {j[k]}) by itself")
    place = np.where(by_column, columns[j] * m + i, number_of(columns) * m + rows[i] * n + j)
    return Reading(p, columns, rows, place)


def _alone(line: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """For each entry, whether it has a colour, and no other entry of its line has the same."""
    key = line.astype(np.int64) * (number_of(colour) + 1) + colour
    _, which, times = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray((times[which] == 1) & (colour != NONE))


def entries(f: Function, x: jax.Array, read: Reading) -> jax.Array:
    """The Jacobian's entries at ``x`` (n,), in the order of ``read.pattern``, from its products."""
    parts = [
        compress(f, x, seed_of(colour)).ravel()
        for compress, colour in ((compressed_columns, read.columns), (compressed_rows, read.rows))
        if number_of(colour)
    ]
    return jnp.concatenate(parts)[read.place]


def compressed_columns(f: Function, x: jax.Array, seed: np.ndarray) -> jax.Array:
    """J·Sᵀ for ``seed`` S (p, n): (p, m), a product of forward mode for each colour."""
    tangent = jax.linearize(f, x)[1]
    return jax.vmap(tangent)(jnp.asarray(seed, x.dtype))


def compressed_rows(f: Function, x: jax.Array, seed: np.ndarray) -> jax.Array:
    """S·J for ``seed`` S (p, m): (p, n), a product of reverse mode for each colour."""
    value, pull = jax.vjp(f, x)
    return jax.vmap(lambda row: pull(row)[0])(jnp.asarray(seed, value.dtype))


def nonzero_at(matrices: Iterable[np.ndarray | jax.Array]) -> np.ndarray:
    """The entries (m, n) that are not zero in one of the matrices; NaN is no zero.

    So the pattern of a Jacobian is probed, with its values at some points: an entry that is zero at
    all of them and not elsewhere is missed.
    """
    found = np.zeros((), bool)
    for values in matrices:
        found = found | ~(np.asarray(values) == 0)
    return found
