r"""The lecture's loss of multidimensional scaling: L(W) = Σᵢⱼ (‖Wᵢ − Wⱼ‖² − Dᵢⱼ)².

D holds squared distances (the lecture calls it a matrix of distances), and the sum runs over all
ordered pairs, so each pair counts twice. In
the literature this is the s-stress (Takane, Young & de Leeuw, *Psychometrika* 42, 1977).

The functions take NumPy and JAX arrays alike: JAX differentiates them, and scipy's methods call
the very same loss on NumPy arrays.
"""

from typing import Any

import numpy as np


def squared_distances(positions: Any) -> Any:
    """‖Wᵢ − Wⱼ‖² for positions (n, d): an array (n, n)."""
    # A sum over the few coordinates: NumPy is slow at reducing a last axis of length two.
    return sum((x[:, None] - x[None, :]) ** 2 for x in positions.T)


def loss(positions: Any, targets: Any) -> Any:
    """L(W) for positions W (n, d) and squared target distances D (n, n): a scalar."""
    return ((squared_distances(positions) - targets) ** 2).sum()


def hessian(positions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    r"""∇²L at W (n, d) in closed form: (nd, nd), for W flattened row by row.

    With Δ = Wᵢ − Wⱼ and r = ‖Δ‖² − Dᵢⱼ the block (i, j) is −8(2ΔΔᵀ + rI), and each block row sums
    to zero, because a shift of the whole map changes nothing.
    """
    n, d = positions.shape
    apart = positions[:, None] - positions[None, :]
    residuals = (apart**2).sum(-1) - targets
    blocks = 2 * apart[..., :, None] * apart[..., None, :] + residuals[..., None, None] * np.eye(d)
    blocks[np.arange(n), np.arange(n)] = 0
    whole = -8 * blocks
    whole[np.arange(n), np.arange(n)] = 8 * blocks.sum(1)
    return whole.transpose(0, 2, 1, 3).reshape(n * d, n * d)


def scaled(kilometres: np.ndarray) -> tuple[np.ndarray, float]:
    """Squared distances D (n, n) of mean 1, and the kilometres that one unit of length stands for.

    ``kilometres``: distances (n, n). The mean runs over all n² entries, so that a map which fits
    has the same spread at every size: its positions have a mean squared radius of 1/2.
    """
    unit = float(np.sqrt((kilometres**2).mean()))
    return (kilometres / unit) ** 2, unit


def step_size(targets: np.ndarray) -> float:
    r"""A fixed step for gradient descent, from the data alone: 1/(16·λmax(Λ)).

    Λ is the Laplacian of the complete graph with weights D. At a map that fits, the second
    derivative along H is 8 Σᵢⱼ ((Wᵢ − Wⱼ)·(Hᵢ − Hⱼ))² ≤ 8 Σᵢⱼ Dᵢⱼ ‖Hᵢ − Hⱼ‖² = 16 ⟨H, ΛH⟩, by
    Cauchy and Schwarz, so 16·λmax(Λ) bounds the curvature there, and its inverse is the step of
    the theory. It falls like 1/n, as the curvature grows.
    """
    laplacian = np.diag(targets.sum(1)) - targets
    return float(1 / (16 * np.linalg.eigvalsh(laplacian)[-1]))
