r"""The spectral density from weighted Ritz values: stochastic Lanczos quadrature.

For a symmetric A (n, n) and a unit vector v, Lanczos' method gives Ritz values θᵢ and weights wᵢ
with vᵀ f(A) v ≈ Σ wᵢ f(θᵢ), exact for polynomials of degree 2k − 1. For v uniform on the unit
sphere E vᵀ f(A) v = tr f(A)/n, so the weighted Ritz values are a random sketch of A's eigenvalue
distribution (Ubaru, Chen & Saad 2017; for networks Ghorbani, Krishnan & Xiao 2019, arXiv
1901.10159, §2). Nothing here needs the matrix: it reads what `matrix_free.lanczos` found.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, wasserstein_distance


@dataclass(frozen=True)
class Ritz:
    """Ritz values (k,), ascending, their weights in Gauss' quadrature (k,), which sum to one, and
    for each the radius (k,) within which there is an eigenvalue."""

    values: np.ndarray
    weights: np.ndarray
    radii: np.ndarray


def smoothed_density(
    values: np.ndarray, weights: np.ndarray, at: np.ndarray, sigma: float
) -> np.ndarray:
    """Σᵢ wᵢ N(t; θᵢ, σ²) at the points ``at`` (m,): (m,), integrates to Σ wᵢ."""
    return norm.pdf(np.asarray(at)[:, None], values, sigma) @ weights


def distance(
    values: np.ndarray,
    weights: np.ndarray,
    eigenvalues: np.ndarray,
    eigenweights: np.ndarray | None = None,
) -> float:
    """Wasserstein's distance W₁ = ∫ |F − F̂| dt of weighted Ritz values from eigenvalues."""
    return float(wasserstein_distance(values, eigenvalues, weights, eigenweights))


def quadrature_bound(eigenvalues: np.ndarray, steps: int) -> float:
    r"""How far W₁ may be between vᵀδ(A − t)v and its Gauss quadrature of ``steps`` nodes.

    Both have the same moments to degree 2k − 1, so for a 1-Lipschitz f their integrals differ by
    at most twice its distance from polynomials of that degree, which on an interval of length L is
    at most (π/2)(L/2)/(2k) (Favard's constant in Jackson's theorem, through t = cos φ; Cheney,
    *Introduction to Approximation Theory*, ch. 4 §6). Hence W₁ ≤ π L/(4k).
    """
    return float(np.pi * np.ptp(eigenvalues) / (4 * steps))


def sampling_deviation(eigenvalues: np.ndarray, probes: int) -> float:
    r"""The root-mean-square W₁ between the spectrum and ``probes`` unit vectors' mean, at most.

    For v uniform on the sphere in n dimensions the weight of m eigenvectors is Beta(m/2,
    (n − m)/2), of variance 2F(1 − F)/(n + 2) with F = m/n; Minkowski's inequality takes the norm
    inside the integral: √E W₁² ≤ ∫ √(2F(1 − F)/((n + 2) N)) dt.
    """
    ordered = np.sort(eigenvalues)
    n = len(ordered)
    share = np.arange(1, n) / n
    deviation = np.sqrt(2 * share * (1 - share) / ((n + 2) * probes))
    return float(np.sum(deviation * np.diff(ordered)))
