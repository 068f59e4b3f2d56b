r"""Planar maps: the true one, the closed-form one, and how far two are apart.

Classical scaling (Torgerson, *Psychometrika* 17, 1952; Gower, *Biometrika* 53, 1966): with J the
centring matrix, B = −½ J D J has the Gram matrix of the centred positions when D holds squared
Euclidean distances; its two leading eigenvectors, scaled by √λ, are the map.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import orthogonal_procrustes

from adcost.functions.earth import EARTH_RADIUS_KM


@dataclass(frozen=True)
class ClassicalMap:
    """Positions (n, 2) of classical scaling and all eigenvalues (n,) of B, descending."""

    positions: np.ndarray
    eigenvalues: np.ndarray

    @property
    def planar_share(self) -> float:
        """(λ₁ + λ₂)/Σλ: what of the distances two dimensions hold (above 1 is possible)."""
        return float(self.eigenvalues[:2].sum() / np.abs(self.eigenvalues).sum())

    @property
    def negative_share(self) -> float:
        """Σ|λ| over negative eigenvalues, in Σ|λ|: zero just for Euclidean distances."""
        negative = self.eigenvalues[self.eigenvalues < 0]
        return float(-negative.sum() / np.abs(self.eigenvalues).sum())


def classical_scaling(targets: np.ndarray) -> ClassicalMap:
    """The closed form for squared distances D (n, n)."""
    centred = targets - targets.mean(0) - targets.mean(1)[:, None] + targets.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    values, vectors = values[::-1], vectors[:, ::-1]
    return ClassicalMap(vectors[:, :2] * np.sqrt(np.maximum(values[:2], 0)), values)


def centre(positions: np.ndarray) -> np.ndarray:
    """Positions (n, 2) shifted so that their mean is the origin."""
    return positions - positions.mean(0)


def rigid_motion(positions: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The orthogonal matrix (2, 2), a rotation or reflection, that best turns one onto the other.

    Both (n, 2), both centred first; the scale is fixed, since distances in km fix it.
    """
    return orthogonal_procrustes(centre(positions), centre(truth))[0]


def aligned(positions: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Positions (n, 2) shifted, rotated and reflected onto ``truth``, at their own scale."""
    return centre(positions) @ rigid_motion(positions, truth) + truth.mean(0)


def radius(positions: np.ndarray) -> float:
    """The root mean square distance from the centroid."""
    return float(np.sqrt((centre(positions) ** 2).sum(1).mean()))


def procrustes_error(positions: np.ndarray, truth: np.ndarray) -> float:
    """The root mean square distance of the cities after alignment, in the maps' unit (km)."""
    return float(np.sqrt(((aligned(positions, truth) - truth) ** 2).sum(1).mean()))


def shape_error(positions: np.ndarray, truth: np.ndarray) -> float:
    """As `procrustes_error` at the best scale, in radii of ``truth``: 0 for maps of one shape."""
    ours, theirs = centre(positions), centre(truth)
    overlap = float(np.linalg.svd(ours.T @ theirs, compute_uv=False).sum())
    return float(np.sqrt(max(0.0, 1 - overlap**2 / ((ours**2).sum() * (theirs**2).sum()))))


def true_map(latitudes: np.ndarray, longitudes: np.ndarray) -> tuple[np.ndarray, float]:
    r"""The azimuthal equidistant map (n, 2) in km about the region's middle, north up; and θ.

    θ is the angle in radians from the middle to the farthest city. No flat map of a cap of angular
    radius θ has a scale that varies by less than the factor θ/sin θ, and this one attains it
    (Milnor, *American Mathematical Monthly* 76, 1969). The middle is the mean unit vector's
    direction.
    """
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    units = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], 1)
    middle = units.mean(0) / np.linalg.norm(units.mean(0))
    east = np.cross([0.0, 0.0, 1.0], middle)
    east /= np.linalg.norm(east)
    north = np.cross(middle, east)
    x, y = units @ east, units @ north
    across = np.hypot(x, y)
    angle = np.arctan2(across, units @ middle)
    # At the middle itself angle/across is 0/0, and the scale there is 1.
    stretch = np.where(across > 0, angle / np.where(across > 0, across, 1), 1)
    flat = EARTH_RADIUS_KM * stretch[:, None] * np.stack([x, y], 1)
    return flat, float(angle.max())


def least_distortion(angle: float) -> float:
    """Milnor's ln(θ/sin θ) for θ < π: how much the scale of the best flat map varies."""
    return float(np.log(angle / np.sin(angle)))
