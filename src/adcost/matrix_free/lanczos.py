r"""Lanczos' method: the outer eigenvalues of a matrix that is only multiplied by vectors.

From a symmetric A (n, n) and a unit vector v, k products build an orthonormal basis Q (k, n) of
span{v, Av, …, A^{k−1}v} in which A is tridiagonal: A Qᵀ = Qᵀ T + β_k q_{k+1} e_kᵀ. With
T = S Θ Sᵀ (Ritz values θᵢ, sᵢ the columns of S):

* the extreme θᵢ approach the extreme eigenvalues, and within β_k |s_{k,i}| of every θᵢ there is an
  eigenvalue (Parlett, *The Symmetric Eigenvalue Problem*, §13.2);
* the s²_{1,i} are the weights of Gauss' quadrature for vᵀ f(A) v (Golub & Welsch 1969); what
  becomes of them is in `matrix_free.spectral_density`.

In rounded arithmetic Q loses its orthogonality as soon as a Ritz value converges, and copies of
converged values appear (Paige 1980). Full reorthogonalisation, twice, restores it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import eigh_tridiagonal

from adcost.derivatives.vectors import require_array, scaled
from adcost.matrix_free.spectral_density import Ritz

MatVec = Callable[[jax.Array], jax.Array]


@dataclass(frozen=True)
class Tridiagonal:
    """T: its diagonal (k,), its off-diagonal (k − 1,), the remainder β_k, and the basis.

    ``basis`` is (k, n), row j is q_{j+1}. k is smaller than asked where Krylov's space ended:
    there the remainder is at the level of rounding and every Ritz value is an eigenvalue.
    """

    diagonal: np.ndarray
    off_diagonal: np.ndarray
    remainder: float
    basis: jax.Array


def lanczos(
    matvec: MatVec,
    v: jax.Array,
    steps: int,
    *,
    reorthogonalise: bool = True,
    report: Callable[[int], None] | None = None,
) -> Tridiagonal:
    """``steps`` steps from the start vector ``v`` (n,), in the precision of ``v``.

    The loop is Python's, so that ``matvec`` is compiled once and by itself: an unrolled
    convolutional network inside a loop of XLA's is slow on a CPU, and long programs want to show
    progress (``report`` is called with the number of every finished step). Products are scaled by
    a power of two before their norm is taken, so any size will do that ``v``'s precision holds.
    Raises TypeError unless ``v`` is a vector of floating-point numbers, ValueError for a start
    vector of zeros or of what is not finite, fewer than one step or more steps than n, and
    ArithmeticError if a product is not finite.
    """
    require_array(v, "the start vector", dimensions=1)
    n = v.shape[0]
    if not 1 <= steps <= n:
        raise ValueError(f"{steps} Lanczos steps in {n} dimensions; 1 to {n} are possible")
    v, _ = scaled(v)
    length = float(jnp.linalg.norm(v))
    if not 0 < length < np.inf:
        kind = "the zero vector" if length == 0 else "a vector that is not finite"
        raise ValueError(f"Lanczos' method cannot start from {kind}")
    basis = jnp.zeros((steps + 1, n), v.dtype).at[0].set(v / length)
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    update = _orthogonalise_fully if reorthogonalise else _orthogonalise_locally
    for j in range(steps):
        product, exponent = scaled(matvec(basis[j]))
        before = math.ldexp(off_diagonal[-1], -exponent) if j else 0.0
        basis, alpha, beta = update(basis, j, product, before)
        diagonal.append(math.ldexp(float(alpha), exponent))
        off_diagonal.append(math.ldexp(float(beta), exponent))
        if not np.isfinite(diagonal[-1] + off_diagonal[-1]):
            raise ArithmeticError(f"the product of Lanczos step {j + 1} is not finite")
        if report:
            report(j + 1)
        if _ended(diagonal, off_diagonal, n, v.dtype):
            break
    k = len(diagonal)
    return Tridiagonal(np.array(diagonal), np.array(off_diagonal[:-1]), off_diagonal[-1], basis[:k])


def _ended(
    diagonal: Sequence[float], off_diagonal: Sequence[float], n: int, dtype: np.dtype
) -> bool:
    # What is left of a vector of which everything was subtracted: rounding of the largest parts.
    scale = max(map(abs, [*diagonal, *off_diagonal]))
    return off_diagonal[-1] <= np.sqrt(n) * float(jnp.finfo(dtype).eps) * scale


@partial(jax.jit, donate_argnums=0)
def _orthogonalise_fully(
    basis: jax.Array, j: int, w: jax.Array, beta: float
) -> tuple[jax.Array, jax.Array, jax.Array]:
    # Rows after j are zero, so the whole basis may take part. Twice is enough (Parlett §6.9).
    alpha = jnp.vdot(basis[j], w)
    for _ in range(2):
        w = w - (basis @ w) @ basis
    return _append(basis, j, w, alpha)


@partial(jax.jit, donate_argnums=0)
def _orthogonalise_locally(
    basis: jax.Array, j: int, w: jax.Array, beta: float
) -> tuple[jax.Array, jax.Array, jax.Array]:
    w = w - beta * basis[jnp.maximum(j - 1, 0)]
    alpha = jnp.vdot(basis[j], w)
    return _append(basis, j, w - alpha * basis[j], alpha)


def _append(
    basis: jax.Array, j: int, w: jax.Array, alpha: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    beta = jnp.linalg.norm(w)
    w = w / jnp.where(beta > 0, beta, 1)
    return basis.at[j + 1].set(w), alpha, beta


def ritz(tridiagonal: Tridiagonal) -> Ritz:
    """Ritz values, weights and radii of a decomposition, in float64."""
    values, vectors = eigh_tridiagonal(tridiagonal.diagonal, tridiagonal.off_diagonal)
    return Ritz(values, vectors[0] ** 2, abs(tridiagonal.remainder * vectors[-1]))


def unit_vector(rng: np.random.Generator, n: int, dtype: str = "float32") -> np.ndarray:
    """A start vector (n,), uniform on the unit sphere."""
    v = rng.standard_normal(n)
    return (v / np.linalg.norm(v)).astype(dtype)


def orthogonality(basis: jax.Array) -> np.ndarray:
    """max |Q Qᵀ − I| of the first 1, 2, …, k rows: how far from orthonormal they are (k,)."""
    q = np.asarray(basis)
    off = np.abs(np.tril(q @ q.T - np.eye(len(q), dtype=q.dtype)))
    return np.maximum.accumulate(off.max(axis=1))
