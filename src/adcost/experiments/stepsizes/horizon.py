r"""The best fixed steps for a horizon of T steps on a quadratic with eigenvalues λ in [μ, L].

After T steps x_T = p(Λ) x_0 with p(λ) = Π (1 − α_i λ): choosing steps is choosing a polynomial of
degree T with p(0) = 1. Three choices, in NumPy:

``chebyshev_steps``   least max |p| over all of [μ, L], whatever x_0 (Young 1953);
``equal_steps``       the best single step, 2/(L + μ);
``krylov_least``      the least f(x_T) for one x_0 that any polynomial gives, which is what
                      conjugate gradients reach (Hestenes & Stiefel 1952): the roots of its
                      polynomial are real and inside the spectrum, so steps exist that attain it.
"""

import numpy as np

POINTS = 2001


def chebyshev_steps(condition: float, horizon: int) -> np.ndarray:
    """Steps (T,): inverses of the Chebyshev nodes of [1, κ], the smallest step first."""
    middle, half = (condition + 1) / 2, (condition - 1) / 2
    angles = (2 * np.arange(1, horizon + 1) - 1) * np.pi / (2 * horizon)
    return 1 / (middle + half * np.cos(angles))


def equal_steps(condition: float, horizon: int) -> np.ndarray:
    """Steps (T,), all 2/(κ + 1): the best constant step for the spectrum [1, κ]."""
    return np.full(horizon, 2 / (condition + 1))


def least_worst_case(condition: float, horizon: int) -> float:
    """max p² for Chebyshev's steps, 1/T_T((κ + 1)/(κ − 1))²: no T steps have less."""
    return float(1 / np.cosh(horizon * np.arccosh((condition + 1) / (condition - 1))) ** 2)


def contraction(steps: np.ndarray, eigenvalues: np.ndarray) -> np.ndarray:
    """p(λ)² at each of ``eigenvalues``: what is left of f in that direction after all steps."""
    return np.prod(1 - np.multiply.outer(eigenvalues, steps), axis=-1) ** 2


def worst_case(steps: np.ndarray, condition: float) -> float:
    """max p² over [1, κ], on a logarithmic grid, which can only miss a little of the maximum."""
    return float(contraction(steps, np.geomspace(1, condition, POINTS)).max())


def krylov_least(eigenvalues: np.ndarray, x0: np.ndarray, horizon: int) -> float:
    """The least f(x_T) = ½ Σ λ p(λ)² x_0² over polynomials of degree T with p(0) = 1.

    Solved as least squares on an orthonormal basis of the Krylov space (Lanczos with full
    reorthogonalisation), in which conjugate gradients would lose orthogonality.
    """
    # f = ½‖Λ^½ x_0 + correction‖², the correction in Λ^½ · span{Λx_0, …, Λ^T x_0}.
    target = np.sqrt(eigenvalues) * x0
    basis = np.empty((horizon, len(x0)))
    vector = eigenvalues * target
    for k in range(horizon):
        for _ in range(2):
            vector = vector - basis[:k].T @ (basis[:k] @ vector)
        basis[k] = vector / np.linalg.norm(vector)
        vector = eigenvalues * basis[k]
    rest = target
    for _ in range(2):
        rest = rest - basis.T @ (basis @ rest)
    return float(0.5 * rest @ rest)
