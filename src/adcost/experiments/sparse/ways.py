"""The ways to a sparse matrix: dense, or by colours, read directly or by substitution."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np
from scipy import sparse as scipy_sparse

from adcost.costs.memory import compiled_quickly
from adcost.derivatives import sparse, sparse_symmetric
from adcost.experiments.sparse.matrices import Matrix, Pattern


@dataclass(frozen=True)
class Way:
    """A program x (n,) ↦ all that makes up the matrix, and how the matrix is made of it."""

    name: str
    products: int
    program: Callable[[jax.Array], jax.Array]
    read: sparse.Reading | None = None
    substitution: sparse_symmetric.Substitution | None = None

    @property
    def dense(self) -> bool:
        """Whether the program returns the matrix as it is."""
        return self.read is None and self.substitution is None

    @property
    def levels(self) -> int:
        """How many times an entry follows from others, one after the other; 0 if all are read."""
        return len(self.substitution.levels) if self.substitution else 0

    def matrix(self, x: jax.Array) -> Pattern:
        """The matrix (n, n) at ``x``."""
        found = np.asarray(compiled_quickly(jax.jit(self.program).trace(x))(x))
        if self.read:
            return self.read.matrix(found)
        if self.substitution:
            return self.substitution.matrix(found)
        return scipy_sparse.csr_array(found)


def dense(matrix: Matrix, n: int) -> list[Way]:
    """Column by column; a Jacobian also row by row (a Hessian's rows are its columns)."""
    found = [Way("columns", n, jax.jacfwd(matrix.differentiated))]
    return found if matrix.hessian else [*found, Way("rows", n, jax.jacrev(matrix.differentiated))]


def direct(matrix: Matrix, pattern: Pattern) -> Way:
    """The way with the fewest products whose entries are all read directly."""
    if matrix.hessian:
        star = sparse_symmetric.star(pattern)
        return _read("star", matrix, sparse_symmetric.direct(pattern, star))
    return _read("coloured_both", matrix, sparse.reading(pattern, *sparse.both(pattern)))


def of(matrix: Matrix, pattern: Pattern) -> list[Way]:
    """All ways to a matrix with this pattern."""
    none = np.full(pattern.shape[0], sparse.NONE)
    columns = sparse.reading(pattern, sparse.greedy(pattern))
    found = [*dense(matrix, pattern.shape[0]), _read("coloured_columns", matrix, columns)]
    if not matrix.hessian:
        rows = sparse.reading(pattern, none, sparse.greedy(pattern.T))
        return [*found, _read("coloured_rows", matrix, rows), direct(matrix, pattern)]
    acyclic = sparse_symmetric.substitution(pattern, sparse_symmetric.acyclic(pattern))
    seed = sparse.seed_of(acyclic.colour)
    program = lambda x: sparse.compressed_columns(matrix.differentiated, x, seed)  # noqa: E731
    substituted = Way("acyclic", acyclic.products, program, substitution=acyclic)
    return [*found, direct(matrix, pattern), substituted]


def least(pattern: Pattern, hessian: bool) -> dict[str, int]:
    """Products that no colouring of each kind does without: entries in a row, numbers in all.

    A product has n numbers, which must hold all entries, those of a symmetric matrix once.
    """
    n = pattern.shape[0]
    most_in_row, most_in_column = (int(pattern.sum(axis=axis).max()) for axis in (1, 0))
    unknown = (pattern.nnz + n) // 2 if hessian else pattern.nnz
    by_numbers = -(-unknown // n)
    return {
        "columns": n, "rows": n, "coloured_columns": most_in_row, "coloured_rows": most_in_column,
        "coloured_both": by_numbers, "star": by_numbers, "acyclic": by_numbers,
    }  # fmt: skip


def _read(name: str, matrix: Matrix, read: sparse.Reading) -> Way:
    return Way(name, read.products, lambda x: sparse.entries(matrix.differentiated, x, read), read)
