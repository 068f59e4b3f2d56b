r"""Derivatives through linear algebra: the adjoint formulas, as rules, beside what AD does unaided.

    x = A⁻¹b             b̄ = A⁻ᵀx̄,  Ā = −b̄ xᵀ                            (Giles 2008, §2.3.1)
    x = argmin ‖Ax − b‖  z = (AᵀA)⁻¹x̄,  b̄ = Az,  Ā = r zᵀ − b̄ xᵀ,  r = b − Ax
    R = Σσᵢ(W)           R̄_W = UVᵀ where all σᵢ > 0                        (Watson 1992, example 2)

A rule reuses the factors of the forward pass, so the derivative costs two triangular solves. Where
some σᵢ = 0 the nuclear norm has many subgradients, U₁V₁ᵀ + M with ‖M‖₂ ≤ 1, U₁ᵀM = 0 and MV₁ = 0;
`nuclear_norm` takes the least of them, M = 0. Everything is pure and may be jitted.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import lu_factor, lu_solve, solve_triangular


class SingularMatrix(ValueError):
    """A matrix that cannot be solved with."""


def require_regular(matrix: np.ndarray, name: str) -> None:
    """Raise :class:`SingularMatrix` where the columns of ``matrix`` are dependent to rounding."""
    rank = np.linalg.matrix_rank(matrix)
    if rank < matrix.shape[1]:
        raise SingularMatrix(
            f"{name}: the matrix ({matrix.shape[0]} × {matrix.shape[1]}) has rank {rank}, so the "
            "solution is not unique and has no derivative"
        )


@jax.custom_vjp
def solve(a: jax.Array, b: jax.Array) -> jax.Array:
    """x (n,) with a x = b, for a regular ``a`` (n, n); its adjoint solves with the same factors."""
    return lu_solve(lu_factor(a), b)


def _solve_forward(
    a: jax.Array, b: jax.Array
) -> tuple[jax.Array, tuple[tuple[jax.Array, jax.Array], jax.Array]]:
    factors = lu_factor(a)
    x = lu_solve(factors, b)
    return x, (factors, x)


def _solve_backward(
    kept: tuple[tuple[jax.Array, jax.Array], jax.Array], x_bar: jax.Array
) -> tuple[jax.Array, jax.Array]:
    factors, x = kept
    b_bar = lu_solve(factors, x_bar, trans=1)
    return -jnp.outer(b_bar, x), b_bar


solve.defvjp(_solve_forward, _solve_backward)


def eliminate(a: jax.Array, b: jax.Array) -> jax.Array:
    """x (n,) with a x = b by Gaussian elimination with row exchanges, operation by operation.

    What a textbook writes, as loops that AD goes through: n steps of rank one, each of which
    reverse mode stores.
    """
    n = b.size
    rows = jnp.arange(n)

    def step(table: jax.Array, k: jax.Array) -> tuple[jax.Array, None]:
        pivot = jnp.argmax(jnp.where(rows >= k, jnp.abs(table[:, k]), -1.0))
        order = jnp.where(rows == k, pivot, jnp.where(rows == pivot, k, rows))
        table = table[order]
        factors = jnp.where(rows > k, table[:, k] / table[k, k], 0.0)
        return table - jnp.outer(factors, table[k]), None

    table, _ = jax.lax.scan(step, jnp.column_stack([a, b]), rows)

    def back(x: jax.Array, k: jax.Array) -> tuple[jax.Array, None]:
        return x.at[k].set((table[k, n] - table[k, :n] @ x) / table[k, k]), None

    x, _ = jax.lax.scan(back, jnp.zeros_like(b), rows[::-1])
    return x


@jax.custom_vjp
def least_squares(a: jax.Array, b: jax.Array) -> jax.Array:
    """argmin ‖a x − b‖ (n,), for ``a`` (m, n) of full column rank and ``b`` (m,), by QR."""
    return _least_squares_forward(a, b)[0]


def _least_squares_forward(
    a: jax.Array, b: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]]:
    q, r = jnp.linalg.qr(a)
    x = solve_triangular(r, q.T @ b)
    return x, (a, q, r, x, b - a @ x)


def _least_squares_backward(
    kept: tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array], x_bar: jax.Array
) -> tuple[jax.Array, jax.Array]:
    _, q, r, x, residual = kept
    y = solve_triangular(r, x_bar, trans=1)
    z, b_bar = solve_triangular(r, y), q @ y
    return jnp.outer(residual, z) - jnp.outer(b_bar, x), b_bar


least_squares.defvjp(_least_squares_forward, _least_squares_backward)


@jax.custom_vjp
def nuclear_norm(w: jax.Array) -> jax.Array:
    """Σσᵢ(w), a scalar, for ``w`` (m, n); its gradient is U₁V₁ᵀ over the σᵢ that are not zero."""
    return jnp.linalg.svd(w, compute_uv=False).sum()


def _nuclear_norm_forward(w: jax.Array) -> tuple[jax.Array, jax.Array]:
    u, s, vt = jnp.linalg.svd(w, full_matrices=False)
    # What a backward stable SVD of a matrix of lower rank leaves (as NumPy's matrix_rank).
    zero = s.max() * max(w.shape) * jnp.finfo(w.dtype).eps
    return s.sum(), (u * (s > zero)) @ vt


def _nuclear_norm_backward(subgradient: jax.Array, bar: jax.Array) -> tuple[jax.Array]:
    return (bar * subgradient,)


nuclear_norm.defvjp(_nuclear_norm_forward, _nuclear_norm_backward)


def shrink(w: jax.Array, threshold: jax.Array | float) -> jax.Array:
    """argmin ½‖x − w‖² + threshold·Σσᵢ(x): singular values less ``threshold``, not below zero.

    (The proximal operator of the nuclear norm: Cai, Candès & Shen 2010, theorem 2.1.)
    """
    u, s, vt = jnp.linalg.svd(w, full_matrices=False)
    return (u * jnp.maximum(s - threshold, 0)) @ vt


def distance_to_subdifferential(g: np.ndarray, w: np.ndarray, rank: int) -> float:
    """How far ``g`` is from ∂Σσᵢ at ``w`` of the given rank, in the spectral norm (0: inside).

    Its part on U₁, V₁ must be U₁V₁ᵀ, and the rest at most 1 in the spectral norm (Watson 1992).
    """
    u, _, vt = np.linalg.svd(w)
    u1, v1 = u[:, :rank], vt[:rank].T
    rest = g - u1 @ v1.T
    inner = rest - u1 @ (u1.T @ rest)
    inner = inner - (inner @ v1) @ v1.T
    outside = np.linalg.norm(rest - inner, 2)
    return float(outside + max(0.0, float(np.linalg.norm(inner, 2)) - 1))
