r"""Quadratics in their eigenbasis: f(x) = ½ Σ λ_i x_i², of any condition number κ = λ_max/λ_min.

Gradient descent and everything learned about its step sizes is the same in every orthonormal
basis, so a diagonal loses nothing.
"""

import jax
import jax.numpy as jnp
import numpy as np


def half_squared_norm(x: jax.Array) -> jax.Array:
    """f(x) = ½‖x‖², a scalar, for ``x`` of (d,); its gradient is x, its condition number 1."""
    return 0.5 * jnp.vdot(x, x)


def diagonal_quadratic(x: jax.Array, eigenvalues: jax.Array) -> jax.Array:
    """f(x) = ½ Σ λ_i x_i², a scalar, for ``x`` and ``eigenvalues`` of (d,)."""
    return 0.5 * jnp.vdot(x, eigenvalues * x)


def log_spaced_eigenvalues(condition: float, dimension: int) -> np.ndarray:
    """Eigenvalues (d,), float64, from 1 to ``condition``, as many in each decade.

    ``condition`` ≥ 1 and ``dimension`` ≥ 2, or ``ValueError``.
    """
    if condition < 1 or dimension < 2:
        raise ValueError(
            f"a spectrum needs κ ≥ 1 and at least two eigenvalues, not κ = {condition} and "
            f"{dimension} of them"
        )
    return np.geomspace(1.0, condition, dimension)
