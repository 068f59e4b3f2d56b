r"""The influence matrix of a discrete smoothing spline: what Hutchinson's estimator was made for.

Smoothing y by Whittaker's method, x̂ = argmin ‖x − y‖² + α‖D₂x‖² with second differences D₂, is
linear: x̂ = Ay with A = (I + αD₂ᵀD₂)⁻¹, the influence matrix ∂x̂/∂y. Its trace, the effective number
of parameters, is what generalised cross-validation needs (Hutchinson 1990, §1; Eilers,
*Anal. Chem.* 75, 2003). A is symmetric and positive definite, with most of its weight close to the
diagonal: the smaller α, the closer.
"""

import numpy as np


def influence(size: int, alpha: float) -> np.ndarray:
    """A, (size, size), float64, for ``size`` ≥ 3 observations and a smoothing ``alpha`` ≥ 0."""
    if size < 3 or alpha < 0:
        raise ValueError(f"size ≥ 3 and alpha ≥ 0, not {size} and {alpha}")
    second = np.diff(np.eye(size), n=2, axis=0)
    matrix = np.linalg.inv(np.eye(size) + alpha * second.T @ second)
    return (matrix + matrix.T) / 2
