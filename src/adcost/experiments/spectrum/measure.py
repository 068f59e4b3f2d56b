"""Look at the Hessian of a checkpoint: by Lanczos' method, and whole where it fits.

Rows of ``measurements`` as in `prepare`; here with the methods

``lanczos``  full reorthogonalisation: ``ritz_value``, ``weight``, ``radius`` by index, ascending,
             for each probe; ``orthogonality`` max |QQᵀ − I|
``dense``    the Hessian's ``eigenvalue`` by index, ascending; ``symmetry`` and, for each probe, the
             ``quadrature_distance`` of Lanczos' weighted Ritz values from the eigenvalues weighted
             by the very same start vector
``full``, ``none``  the same start vector with and without reorthogonalisation: the ``largest_<i>``
             Ritz value after ``index`` steps (1 the largest), and the ``orthogonality`` of the
             first ``index`` basis vectors

The Hessian is that of the loss on fixed images, with batch normalisation by these images' own
statistics, differentiated through: the function whose minibatch version training descends.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.experiments.spectrum import network
from adcost.experiments.spectrum.rows import LARGEST, Rows
from adcost.matrix_free.lanczos import Tridiagonal, lanczos, orthogonality, ritz, unit_vector
from adcost.matrix_free.spectral_density import distance

Arrays = Mapping[str, Mapping[str, np.ndarray]]


def measure(
    point: str, parameters: Mapping[str, Any], seed: int, needs: Arrays
) -> dict[str, pd.DataFrame]:
    """One point of the plan; ``needs`` holds the checkpoint's parameters (p,)."""
    (checkpoint,) = needs.values()
    rows = Rows(point, parameters["network"], parameters["epoch"])
    if "ghosts" in parameters:
        with jax.enable_x64(True):
            _dense(rows, parameters, checkpoint["parameters"].astype(np.float64), seed)
    else:
        _one_probe(rows, parameters, checkpoint["parameters"], seed)
    return {"measurements": rows.table()}


def _loss(parameters: Mapping[str, Any], seed: int, dtype: str) -> Any:
    name = parameters["network"]
    classifier, data = network.load(parameters)
    like = network.initial(classifier, name, seed)
    return network.loss_of_vector(classifier, data, like, name, parameters["images"], seed, dtype)


def _product(loss: Any, w: np.ndarray) -> Any:
    """v ↦ ∇²L(w) v. The gradient is linearised once, for all products of the decomposition."""
    linear = jax.jit(lambda w: jax.linearize(jax.grad(loss), w)[1])(jnp.asarray(w))
    apply = jax.jit(lambda linear, v: linear(v))
    return lambda v: apply(linear, v)


def _start(parameters: Mapping[str, Any], probe: int, seed: int, n: int, dtype: str) -> jax.Array:
    # By the network's name alone: the same direction is followed through training.
    rng = seeds.generator(seed, "spectrum", parameters["network"], "probe", probe)
    return jnp.asarray(unit_vector(rng, n, dtype))


def _one_probe(rows: Rows, parameters: Mapping[str, Any], w: np.ndarray, seed: int) -> None:
    probe, steps = parameters["probe"], parameters["steps"]
    found = lanczos(
        _product(_loss(parameters, seed, "float32"), w),
        _start(parameters, probe, seed, len(w), "float32"),
        steps,
        report=lambda step: print(f"step {step} of {steps}") if step % 10 == 0 else None,
    )
    _add(rows, found, probe)


def _add(rows: Rows, found: Tridiagonal, probe: int) -> None:
    result = ritz(found)
    rows.add("lanczos", "ritz_value", result.values, probe)
    rows.add("lanczos", "weight", result.weights, probe)
    rows.add("lanczos", "radius", result.radii, probe)
    rows.add("lanczos", "orthogonality", [orthogonality(found.basis)[-1]], probe)


def _dense(rows: Rows, parameters: Mapping[str, Any], w: np.ndarray, seed: int) -> None:
    loss = _loss(parameters, seed, "float64")
    hessian = np.asarray(jax.jit(jax.hessian(loss))(w))
    rows.add("dense", "symmetry", [np.abs(hessian - hessian.T).max() / np.abs(hessian).max()])
    eigenvalues, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    rows.add("dense", "eigenvalue", eigenvalues)
    product = _product(loss, w)
    for probe in range(parameters["probes"]):
        v = _start(parameters, probe, seed, len(w), "float64")
        found = lanczos(product, v, parameters["steps"])
        _add(rows, found, probe)
        result = ritz(found)
        apart = distance(
            result.values, result.weights, eigenvalues, (vectors.T @ np.asarray(v)) ** 2
        )
        rows.add("dense", "quadrature_distance", [apart], probe)
    _ghosts(rows, parameters, product, seed, len(w))


def _ghosts(rows: Rows, parameters: Mapping[str, Any], product: Any, seed: int, n: int) -> None:
    """Ritz values after every number of steps, with and without reorthogonalisation."""
    ghosts = parameters["ghosts"]
    steps = min(ghosts["steps"], n)
    v = _start(parameters, 0, seed, n, "float64")
    for method, reorthogonalise in (("full", True), ("none", False)):
        found = lanczos(product, v, steps, reorthogonalise=reorthogonalise)
        for k in range(1, len(found.diagonal) + 1):
            part = Tridiagonal(found.diagonal[:k], found.off_diagonal[: k - 1], 0.0, found.basis)
            largest = ritz(part).values[::-1][: ghosts["shown"]]
            for quantity, value in zip(LARGEST, largest, strict=False):
                rows.add(method, quantity, [value], 0, first=k)
        rows.add(method, "orthogonality", orthogonality(found.basis), 0, first=1)
