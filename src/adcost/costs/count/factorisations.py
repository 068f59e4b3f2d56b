"""Matrix factorisations by the textbook: Golub & Van Loan, *Matrix Computations*, 4th ed.

LU, Cholesky and triangular solves are exact: the textbook's loops, a pivot's search as comparisons.
The others are the textbook's own counts, the leading terms of what an orthogonal algorithm does to
an m × n matrix, half of them multiplications and half additions; the iterative ones (SVD,
eigenvalues) hold for the number of iterations that is usual. What LAPACK does may differ.

    QR                2n²(m − n/3) for R, and with m × c reflected columns of Q from k reflectors
                      4mck − 2(m + c)k² + 4k³/3, which is 4(m²n − mn² + n³/3) for all of Q  (§5.2)
    SVD, m ≥ n        Golub and Reinsch's: 4mn² − 4n³/3 the values; 14mn² + 8n³ with the thin U
                      and V; 4m²n + 8mn² + 9n³ with all of U               (§8.6, Figure 8.6.1)
    symmetric         9n³ values and vectors, which JAX always asks for                       (§8.3)
    eigenvalues       10n³; Schur's form the same, 25n³ with its vectors                      (§7.5)
    Hessenberg        10n³/3 (§7.4), tridiagonal 4n³/3 (§8.3)
"""

import math
from collections.abc import Callable, Mapping

from adcost.costs.count.operations import Operations
from adcost.jax_versions import JaxprEqn, array


def shape(equation: JaxprEqn, operand: int = 0) -> tuple[int, ...]:
    """An operand's shape."""
    return array(equation.invars[operand]).shape


def _halves(operations: float, batch: tuple[int, ...]) -> Operations:
    """The textbook's count for each matrix: as many additions as multiplications."""
    each = round(operations / 2)
    return Operations(each, each) * math.prod(batch)


def _lu(equation: JaxprEqn) -> Operations:
    """Step k of an m × n matrix: a search and m − k divisions, then (m − k)(n − k) updates."""
    *batch, m, n = shape(equation)
    steps = range(1, min(m - 1, n) + 1)
    divisions = sum(m - k for k in steps)
    updates = sum((m - k) * (n - k) for k in steps)
    return Operations(divisions + updates, updates, divisions) * math.prod(batch)


def _cholesky(equation: JaxprEqn) -> Operations:
    """n roots, n(n − 1)/2 divisions and (n³ − n)/6 updates."""
    *batch, n, _ = shape(equation)
    updates = (n**3 - n) // 6
    divisions = n * (n - 1) // 2
    return Operations(divisions + updates, updates, 0, n) * math.prod(batch)


def _triangular_solve(equation: JaxprEqn) -> Operations:
    """For each right-hand side n(n − 1)/2 updates, and n divisions unless the diagonal is one."""
    n = shape(equation)[-1]
    sides = math.prod(shape(equation, 1)) // n if n else 0
    updates = n * (n - 1) // 2
    divisions = 0 if equation.params["unit_diagonal"] else n
    return Operations(updates + divisions, updates) * sides


def _tridiagonal_solve(equation: JaxprEqn) -> Operations:
    """Thomas' algorithm (§4.3): n − 1 eliminations of the diagonal and of each side, then back."""
    *batch, n, sides = shape(equation, 3)
    down = max(n - 1, 0)
    each = Operations(2 * down + n, 2 * down) * sides
    return (Operations(2 * down, down) + each) * math.prod(batch)


def _reflected(m: int, columns: int, k: int) -> float:
    """k reflectors applied to the first ``columns`` columns of the identity, backward (§5.1.6)."""
    return 4 * m * columns * k - 2 * (m + columns) * k**2 + 4 * k**3 / 3


def _triangle(m: int, n: int) -> float:
    """R of an m × n matrix: 2k²(m − k/3) of its k = min(m, n) columns, the rest reflected."""
    k = min(m, n)
    return 2 * k**2 * (m - k / 3) + (n - k) * (4 * m * k - 2 * k**2)


def qr(equation: JaxprEqn, q_wanted: bool) -> Operations:
    """R, and Q unless nothing needs it: XLA removes the latter's call."""
    *batch, m, n = shape(equation)
    reflectors = min(m, n)
    columns = m if equation.params["full_matrices"] else reflectors
    q = _reflected(m, columns, reflectors) if q_wanted else 0.0
    return _halves(_triangle(m, n) + q, tuple(batch))


def _qr_in_place(equation: JaxprEqn) -> Operations:
    *batch, m, n = shape(equation)
    return _halves(_triangle(m, n), tuple(batch))


def _householder_product(equation: JaxprEqn) -> Operations:
    *batch, m, n = shape(equation)
    return _halves(_reflected(m, n, shape(equation, 1)[-1]), tuple(batch))


def _reflect(equation: JaxprEqn) -> Operations:
    """k reflectors of m numbers applied to n columns: (4mk − 2k²)n (§5.1.4)."""
    *batch, m, k = shape(equation)
    columns = math.prod(shape(equation, 2)[-2:]) // m if m else 0
    return _halves((4 * m * k - 2 * k**2) * columns, tuple(batch))


def _svd(equation: JaxprEqn) -> Operations:
    *batch, rows, columns = shape(equation)
    m, n = max(rows, columns), min(rows, columns)
    if not equation.params["compute_uv"]:
        operations = 4 * m * n**2 - 4 * n**3 / 3
    elif equation.params["full_matrices"]:
        operations = 4 * m**2 * n + 8 * m * n**2 + 9 * n**3
    else:
        operations = 14 * m * n**2 + 8 * n**3
    return _halves(operations, tuple(batch))


def _cubic(factor: float) -> Callable[[JaxprEqn], Operations]:
    """So many times n³ operations."""
    return lambda equation: _halves(factor * shape(equation)[-1] ** 3, shape(equation)[:-2])


def _schur(equation: JaxprEqn) -> Operations:
    return _cubic(25 if equation.params["compute_schur_vectors"] else 10)(equation)


def _symmetric_product(equation: JaxprEqn) -> Operations:
    """αAAᵀ + βC for an m × k matrix: the product in full, two scalings and a sum."""
    *batch, m, k = shape(equation)
    each = Operations(k, max(k - 1, 0)) + Operations(2, 1)
    return each * (m * m * math.prod(batch))


FACTORISATIONS: Mapping[str, Callable[[JaxprEqn], Operations]] = {
    "cholesky": _cholesky,
    "eigh": _cubic(9),
    "geqp3": _qr_in_place,
    "geqrf": _qr_in_place,
    "hessenberg": _cubic(10 / 3),
    "householder_product": _householder_product,
    "lu": _lu,
    "ormqr": _reflect,
    "schur": _schur,
    "svd": _svd,
    "symmetric_product": _symmetric_product,
    "triangular_solve": _triangular_solve,
    "tridiagonal": _cubic(4 / 3),
    "tridiagonal_solve": _tridiagonal_solve,
}


def eigenvalues_alone(equation: JaxprEqn) -> Operations | None:
    """Those of a matrix that is not symmetric (``eig``), without vectors; None with them."""
    wanted = ("compute_left_eigenvectors", "compute_right_eigenvectors")
    if any(equation.params[name] for name in wanted):
        return None
    return _cubic(10)(equation)
