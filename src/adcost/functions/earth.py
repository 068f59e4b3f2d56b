"""The Earth as a sphere: great-circle distances by the haversine formula.

hav(θ) = hav(φ₂ − φ₁) + cos φ₁ cos φ₂ hav(λ₂ − λ₁) with hav(θ) = sin²(θ/2), for latitudes φ and
longitudes λ (Sinnott, *Sky and Telescope* 68, 1984); accurate for near places as well.
"""

import numpy as np

EARTH_RADIUS_KM = 6371.0088
"""The mean radius (2a + b)/3 of the ellipsoid of 1980 (IUGG; Moritz 1980)."""


def great_circle(latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    """Distances in km (n, n) on a sphere of the Earth's mean radius; degrees (n,) go in."""
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    haversine = (
        np.sin((phi[:, None] - phi) / 2) ** 2
        + np.cos(phi[:, None]) * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1)))
