"""What is differentiated: six functions of any number of variables, and where their matrices stand.

Three residuals ℝⁿ → ℝⁿ for the Jacobian and three energies ℝⁿ → ℝ for the Hessian. The patterns are
written down from the formulas, by hand, to be held against what is found by tracing and by probing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

from adcost.experiments.sparse.plan import ABOVE, BELOW, HALF_BAND

Function = Callable[[jax.Array], jax.Array]
Pattern = Any
"""``scipy.sparse.csr_array`` of zeros and ones, (n, n)."""


def broyden(x: jax.Array) -> jax.Array:
    """Broyden's banded function (Moré, Garbow & Hillstrom 1981, no. 31)."""
    g = jnp.pad(x * (1 + x), (BELOW, ABOVE))
    near = sum(g[k : k + x.size] for k in range(BELOW + ABOVE + 1) if k != BELOW)
    return x * (2 + 5 * x**2) + 1 - near


def mean_field(x: jax.Array) -> jax.Array:
    """Units that feel one shared field, the last unknown, which is made by all of them."""
    units, field = x[:-1], x[-1]
    return jnp.append(units + units**3 - jnp.sin(field), field - jnp.tanh(units).mean())


def burgers(u: jax.Array) -> jax.Array:
    """Convection, diffusion and reaction on a grid, u zero outside, by five-point differences."""
    k = math.isqrt(u.size)
    grid = u.reshape(k, k)
    wide = jnp.pad(grid, 1)
    north, south, west, east = wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]
    diffusion = north + south + west + east - 4 * grid
    return (0.5 * grid * (east - west) - diffusion - grid * (1 - grid)).ravel()


def bending(x: jax.Array) -> jax.Array:
    """The energy of a chain that resists bending, each link held by a spring."""
    return (1 - jnp.cos(x[:-2] - 2 * x[1:-1] + x[2:])).sum() + (x**4).sum() / 4


def hierarchical(x: jax.Array) -> jax.Array:
    """Minus the logarithm of a posterior: a logistic effect for each group, one common variance."""
    effects, log_variance = x[:-1], x[-1]
    answers = jnp.arange(effects.size) % 2
    prior = 0.5 * jnp.exp(-log_variance) * effects**2 + 0.5 * log_variance
    return (prior + jnp.log1p(jnp.exp(effects)) - answers * effects).sum()


def denoising(u: jax.Array) -> jax.Array:
    """Smoothed total variation of an image, and its distance from a given one."""
    k = math.isqrt(u.size)
    grid = u.reshape(k, k)
    given = jnp.sin(jnp.arange(u.size, dtype=u.dtype)).reshape(k, k)
    steps = (grid[1:] - grid[:-1], grid[:, 1:] - grid[:, :-1])
    return sum(jnp.sqrt(1 + step**2).sum() for step in steps) + ((grid - given) ** 2).sum() / 2


def _band(n: int, below: int, above: int) -> Pattern:
    offsets = [k for k in range(-below, above + 1) if abs(k) < n]
    diagonals = [np.ones(n - abs(k), np.int64) for k in offsets]
    return sparse.diags_array(diagonals, offsets=offsets, dtype=np.int64).tocsr()


def _arrow(n: int) -> Pattern:
    line = np.ones((1, n - 1), np.int64)
    return sparse.block_array(
        [[sparse.eye_array(n - 1, dtype=np.int64), line.T], [line, np.ones((1, 1), np.int64)]]
    ).tocsr()


def _five_point(n: int) -> Pattern:
    k = math.isqrt(n)
    one, line = sparse.eye_array(k, dtype=np.int64), _band(k, 1, 1)
    joined = sparse.kron(one, line) + sparse.kron(line, one)
    return (joined != 0).astype(np.int64).tocsr()


@dataclass(frozen=True)
class Matrix:
    """A Jacobian or a Hessian: its function, and where it may have entries."""

    f: Function
    pattern: Callable[[int], Pattern]
    hessian: bool

    @property
    def differentiated(self) -> Function:
        """The function ℝⁿ → ℝⁿ whose Jacobian the matrix is: f, or its gradient."""
        return jax.grad(self.f) if self.hessian else self.f


MATRICES = {
    ("jacobian", "banded"): Matrix(broyden, lambda n: _band(n, BELOW, ABOVE), False),
    ("jacobian", "arrow"): Matrix(mean_field, _arrow, False),
    ("jacobian", "stencil"): Matrix(burgers, _five_point, False),
    ("hessian", "banded"): Matrix(bending, lambda n: _band(n, HALF_BAND, HALF_BAND), True),
    ("hessian", "arrow"): Matrix(hierarchical, _arrow, True),
    ("hessian", "stencil"): Matrix(denoising, _five_point, True),
}
