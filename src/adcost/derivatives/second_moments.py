r"""What to expect of two-point descent on a quadratic: E[xᵢ²] after each step, without sampling.

On f(x) = ½ Σ λᵢxᵢ² a step is x ← x − h(uᵀg)u with gᵢ = λᵢxᵢ. Gaussian directions have
E[(uᵀg)²uᵢ²] = ‖g‖² + 2gᵢ² (Isserlis 1918), those of the sphere, with the factor n, n/(n + 2) of
it; so sᵢ = E[xᵢ²] follows, for any start, the linear recursion

    sᵢ ← (1 − 2hλᵢ)sᵢ + c·h²·(2λᵢ²sᵢ + Σⱼ λⱼ²sⱼ),   c = 1 (Gaussian) or n/(n + 2) (sphere).

It contracts if and only if c·Σ hλᵢ/(2 − 2c·hλᵢ) < 1 and c·hλᵢ < 1 for all i: a diagonal matrix
plus one of rank one is below the identity if and only if its secular function at 1 is.
"""

import numpy as np
from scipy.optimize import brentq

DIRECTIONS = ("gaussian", "sphere")


def share(directions: str, n: int) -> float:
    """c: 1 for ``gaussian`` directions, n/(n + 2) for the ``sphere``."""
    return {"gaussian": 1.0, "sphere": n / (n + 2)}[directions]


def advance(
    squares: np.ndarray, curvatures: np.ndarray, step: np.ndarray | float, c: float = 1.0
) -> np.ndarray:
    """E[xᵢ²] after one step of length h, (…, n), from those before; λ: (n,), h: (…, 1)."""
    scaled = (step * curvatures) ** 2 * squares
    return (1 - 2 * step * curvatures) * squares + c * (2 * scaled + scaled.sum(-1, keepdims=True))


def largest_stable_step(curvatures: np.ndarray, c: float = 1.0) -> float:
    """The step h below which E‖x‖² falls to zero from every start, and above which it grows.

    ``curvatures`` (n,), all positive. With all equal to λ it is 2/((n + 2)cλ).
    """
    scaled = c * np.asarray(curvatures, dtype=float)

    def excess(step: float) -> float:
        return float((step * scaled / (2 - 2 * step * scaled)).sum()) - 1

    # At 1/(cλmax) the secular function is infinite, at a step of 1/(n·cλmax) still below 1.
    top = 1 / scaled.max()
    return float(brentq(excess, top * 1e-3 / scaled.size, top * (1 - 1e-12), rtol=1e-12))
