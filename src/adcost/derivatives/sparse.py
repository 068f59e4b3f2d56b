r"""Sparse Jacobians by colours: columns that share no row are differentiated together.

Columns j and k of J that have no row in common can be had from one product: J(eⱼ + eₖ) holds both
(Curtis, Powell & Reid, *J. Inst. Maths. Applics.* 13, 1974). A colouring of the graph whose edges
join columns with a row in common gives a seed S (n, p), p colours, and the p products J·S hold every
entry of J (Gebremedhin, Manne & Pothen, *SIAM Review* 47, 2005); the same with rows and SᵀJ.

The greedy colouring takes columns by falling degree (Welsh & Powell 1967): p is not the least
number possible, but at least the most entries in a row, which no colouring can beat.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

Function = Callable[[jax.Array], jax.Array]


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
        return int(self.colour.max()) + 1

    @property
    def seed(self) -> np.ndarray:
        """S of zeros and ones, (colours, n) or (colours, m): row c has ones at colour c."""
        return np.asarray(self.colour == np.arange(self.colours)[:, None], np.float64)


def greedy(pattern: sparse.sparray | np.ndarray) -> np.ndarray:
    """A colour for each column of a (m, n) pattern; columns of one colour share no row."""
    p = sparse.csc_array(pattern, dtype=bool).astype(np.int64)
    neighbours = sparse.csr_array(p.T @ p)
    order = np.argsort(-np.diff(neighbours.indptr), kind="stable")
    colour = np.full(p.shape[1], -1)
    for j in order:
        near = colour[neighbours.indices[neighbours.indptr[j] : neighbours.indptr[j + 1]]]
        taken = np.zeros(near.size + 1, bool)
        taken[near[(near >= 0) & (near < taken.size)]] = True
        colour[j] = int(np.argmin(taken))  # the least that no neighbour has
    return colour


def fewest(pattern: sparse.sparray | np.ndarray) -> int:
    """The most entries in a row, or in a column if that is less: no colouring takes fewer."""
    p = sparse.csr_array(pattern, dtype=bool).astype(np.int64)
    return int(min(np.max(p.sum(axis=axis), initial=0) for axis in (0, 1)))


def colouring(pattern: sparse.sparray | np.ndarray, how: str = "") -> Colouring:
    """The colouring of columns or of rows with fewer colours; of columns if they are equal."""
    p = sparse.csr_array(pattern, dtype=bool)
    by_columns, by_rows = greedy(p), greedy(p.T)
    columns = by_columns.max(initial=0) <= by_rows.max(initial=0)
    return Colouring(by_columns if columns else by_rows, bool(columns), int(p.nnz), how)


def compressed_columns(f: Function, x: jax.Array, seed: np.ndarray) -> jax.Array:
    """J·Sᵀ for ``seed`` S (p, n): (p, m), a product of forward mode for each colour."""
    tangent = jax.linearize(f, x)[1]
    return jax.vmap(tangent)(jnp.asarray(seed, x.dtype))


def compressed_rows(f: Function, x: jax.Array, seed: np.ndarray) -> jax.Array:
    """S·J for ``seed`` S (p, m): (p, n), a product of reverse mode for each colour."""
    value, pull = jax.vjp(f, x)
    return jax.vmap(lambda row: pull(row)[0])(jnp.asarray(seed, value.dtype))


def expanded(
    compressed: np.ndarray, pattern: sparse.sparray | np.ndarray, found: Colouring
) -> sparse.csr_array:
    """The sparse matrix (m, n) from its compressed products: each entry read where it stands."""
    p = sparse.coo_array(pattern)
    i, j = p.coords
    of = np.asarray(compressed)
    values = of[found.colour[j], i] if found.columns else of[found.colour[i], j]
    return sparse.csr_array((values, (i, j)), shape=p.shape)
