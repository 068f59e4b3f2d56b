"""Random matrices with singular values of one's choice, and what is exact about them.

The exact side is computed with `mpmath` to many digits, from the very floating-point entries.
"""

import mpmath
import numpy as np

DIGITS = 60
"""Of the exact side: at condition 1e12 squared some thirty are left."""


def with_singular_values(rng: np.random.Generator, rows: int, values: np.ndarray) -> np.ndarray:
    """A matrix (rows, k) of float64 with the k singular ``values``, its bases uniform."""
    u, _ = np.linalg.qr(rng.standard_normal((rows, len(values))))
    v, _ = np.linalg.qr(rng.standard_normal((len(values), len(values))))
    return (u * values) @ v.T


def conditioned(rng: np.random.Generator, rows: int, columns: int, condition: float) -> np.ndarray:
    """A matrix (rows, columns) whose singular values run from 1 to 1/condition, log-spaced."""
    return with_singular_values(rng, rows, np.geomspace(1.0, 1 / condition, columns))


def exact_solve_adjoint(
    a: np.ndarray, b: np.ndarray, x_bar: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ā (n, n) and b̄ (n,) of ⟨x̄, A⁻¹b⟩, rounded once from many digits."""
    with mpmath.workdps(DIGITS):
        matrix = mpmath.matrix(a.tolist())
        x = mpmath.lu_solve(matrix, mpmath.matrix(b.tolist()))
        b_bar = mpmath.lu_solve(matrix.T, mpmath.matrix(x_bar.tolist()))
        return _rounded(-b_bar * x.T), _rounded(b_bar).reshape(-1)


def exact_least_squares_adjoint(
    a: np.ndarray, b: np.ndarray, x_bar: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ā (m, n) and b̄ (m,) of ⟨x̄, argmin ‖Ax − b‖⟩, by the normal equations in many digits."""
    with mpmath.workdps(DIGITS):
        matrix, right = mpmath.matrix(a.tolist()), mpmath.matrix(b.tolist())
        normal = matrix.T * matrix
        x = mpmath.lu_solve(normal, matrix.T * right)
        z = mpmath.lu_solve(normal, mpmath.matrix(x_bar.tolist()))
        b_bar = matrix * z
        a_bar = (right - matrix * x) * z.T - b_bar * x.T
        return _rounded(a_bar), _rounded(b_bar).reshape(-1)


def exact_polar_factor(w: np.ndarray) -> np.ndarray:
    """UVᵀ of a regular square ``w``: Newton's iteration X ← (X + X⁻ᵀ)/2 (Higham 1986, §2)."""
    with mpmath.workdps(DIGITS):
        x = mpmath.matrix(w.tolist())
        for _ in range(200):
            following = (x + (x**-1).T) / 2
            moved, x = mpmath.mnorm(following - x, 1), following
            if moved < mpmath.mpf(10) ** (-DIGITS // 2):
                return _rounded(x)
    raise ArithmeticError("the iteration for the polar factor has not converged")


def _rounded(matrix: mpmath.matrix) -> np.ndarray:
    return np.array(matrix.tolist(), dtype=float)
