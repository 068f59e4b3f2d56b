"""Where a run of the outer loop ended: is the gradient gone, is it a minimum, is it flat?"""

import jax
import jax.numpy as jnp
import numpy as np

from adcost import seeds
from adcost.experiments.stepsizes.learning import homework_loss
from adcost.roundoff import unit_roundoff

RADII = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)

Row = tuple[str, int, str, float, float]


@jax.jit
def _hessians(alpha: jax.Array, x0: jax.Array) -> jax.Array:
    return jax.lax.map(lambda run: jax.hessian(homework_loss)(*run), (alpha, x0))


@jax.jit
def _gradients(alpha: jax.Array, x0: jax.Array) -> jax.Array:
    return jax.lax.map(lambda run: jax.grad(homework_loss)(*run), (alpha, x0))


def hessians(alpha: np.ndarray, x0: np.ndarray) -> np.ndarray:
    """∇²L of each run, (runs, T, T), forward over reverse through the loop."""
    return np.asarray(_hessians(jnp.asarray(alpha), jnp.asarray(x0)))


def examine(
    method: str, alpha: np.ndarray, x0: np.ndarray, perturbations: int, seed: int
) -> list[Row]:
    """What tells a minimum: for each run, rows of

    ``alpha`` and ``eigenvalue`` (of ∇²L, ascending; ``at``: the index), ``gradient_norm`` (largest
    component), ``nearest_one`` min |1 − α_i|, and ``lower_share`` (``at``: the radius): the share
    of random perturbations of that length that lower L.
    """
    spectra = np.linalg.eigvalsh(hessians(alpha, x0))
    slopes = np.abs(np.asarray(_gradients(jnp.asarray(alpha), jnp.asarray(x0)))).max(1)
    lower = _lower_shares(method, alpha, x0, perturbations, seed)
    rows: list[Row] = []
    for run in range(len(alpha)):
        rows += [(method, run, "alpha", float(i), float(a)) for i, a in enumerate(alpha[run])]
        rows += [
            (method, run, "eigenvalue", float(i), float(e)) for i, e in enumerate(spectra[run])
        ]
        rows += [
            (method, run, "gradient_norm", 0.0, float(slopes[run])),
            (method, run, "nearest_one", 0.0, float(np.abs(1 - alpha[run]).min())),
        ]
        rows += [
            (method, run, "lower_share", radius, float(share))
            for radius, share in zip(RADII, lower[run], strict=True)
        ]
    return rows


def _lower_shares(
    method: str, alpha: np.ndarray, x0: np.ndarray, number: int, seed: int
) -> np.ndarray:
    """(runs, radii): shares of ``number`` directions, uniform on the sphere, that lower L."""
    directions = np.stack(
        [
            seeds.generator(seed, "stepsizes", method, "perturbation", run).normal(
                size=(len(RADII), number, alpha.shape[1])
            )
            for run in range(len(alpha))
        ]
    )
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    moves = directions * np.array(RADII)[:, None, None]
    return np.asarray(_shares(jnp.asarray(alpha), jnp.asarray(x0), jnp.asarray(moves)))


@jax.jit
def _shares(alpha: jax.Array, x0: jax.Array, moves: jax.Array) -> jax.Array:
    def of_run(run: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        alpha, x0, moves = run

        def loss(some: jax.Array) -> jax.Array:
            return homework_loss(some, x0)

        def at_radius(some: jax.Array) -> jax.Array:
            return (jax.vmap(lambda move: loss(alpha + move))(some) < loss(alpha)).mean()

        return jax.lax.map(at_radius, moves)

    return jax.lax.map(of_run, (alpha, x0, moves))


def ranks_on_the_valley(alpha: np.ndarray, x0: np.ndarray) -> list[Row]:
    """The rank of ∇²L where the first none, one or two of α_0's components are set to 1.

    ``at``: how many. The rank counts eigenvalues beyond the rounding of the largest one, T·u; of a
    Hessian that is zero it is 0.
    """
    rows: list[Row] = []
    for ones in range(3):
        placed = alpha.copy()
        placed[:, :ones] = 1.0
        spectra = np.abs(np.linalg.eigvalsh(hessians(placed, x0)))
        for run, spectrum in enumerate(spectra):
            rank = (spectrum > 10 * spectrum.size * unit_roundoff() * spectrum.max()).sum()
            rows.append(("valley", run, "rank", float(ones), float(rank)))
    return rows
