r"""A matrix of low rank from part of its entries: what the nuclear norm is for.

    min_W  ½ ‖P(W − M)‖²_F + λ Σσᵢ(W),   P keeps the entries that are known

(Cai, Candès & Shen 2010; the lecture's task 3). Three descents with step 1, the inverse of the
smooth part's curvature: without the regulariser, with its subgradient as AD gives it, and with
its proximal operator (`linear_algebra.shrink`).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives import linear_algebra as rules

CLEARLY = 1e-3
"""A singular value counts towards the rank above this part of the largest."""


def recover(
    parameters: Mapping[str, Any], rng: np.random.Generator
) -> list[dict[str, dict[str, np.ndarray]]]:
    """For each draw and descent the objective, relative error and rank after each step."""
    n, rank = parameters["size"], parameters["rank"]
    descents = {
        name: jax.jit(partial(_course, move, parameters["strength"], parameters["steps"]))
        for name, move in MOVES.items()
    }
    drawn = []
    for _ in range(parameters["draws"]):
        left, right = rng.standard_normal((n, rank)), rng.standard_normal((rank, n))
        truth = jnp.asarray(left @ right / np.sqrt(rank))
        known = jnp.asarray(rng.random((n, n)) < parameters["observed"], float)
        drawn.append({name: descend(truth, known) for name, descend in descents.items()})
    return jax.tree.map(np.asarray, drawn)


def _misfit(w: jax.Array, truth: jax.Array, known: jax.Array) -> jax.Array:
    return 0.5 * jnp.sum((known * (w - truth)) ** 2)


def _plain(w: jax.Array, k: jax.Array, strength: float, *data: jax.Array) -> jax.Array:
    return w - jax.grad(_misfit)(w, *data)


def _subgradient(w: jax.Array, k: jax.Array, strength: float, *data: jax.Array) -> jax.Array:
    # A subgradient needs a falling step; 1/√k is the classical one (Nesterov 2018, §3.2.3).
    slope = jax.grad(lambda w: _misfit(w, *data) + strength * rules.nuclear_norm(w))(w)
    return w - slope / jnp.sqrt(k + 1.0)


def _proximal(w: jax.Array, k: jax.Array, strength: float, *data: jax.Array) -> jax.Array:
    return rules.shrink(_plain(w, k, strength, *data), strength)


MOVES = {"no_regulariser": _plain, "subgradient": _subgradient, "proximal": _proximal}


def _course(
    move: Callable[..., jax.Array], strength: float, steps: int, truth: jax.Array, known: jax.Array
) -> dict[str, jax.Array]:
    def step(w: jax.Array, k: jax.Array) -> tuple[jax.Array, dict[str, jax.Array]]:
        w = move(w, k, strength, truth, known)
        s = jnp.linalg.svd(w, compute_uv=False)
        return w, {
            "objective": _misfit(w, truth, known) + strength * s.sum(),
            "error": jnp.linalg.norm(w - truth) / jnp.linalg.norm(truth),
            "rank": jnp.sum(s > CLEARLY * s[0]),
        }

    return jax.lax.scan(step, jnp.zeros_like(truth), jnp.arange(steps))[1]
