r"""What is minimised: f(x) = h(m(x)) + μ/2‖x‖² of one vector x (p,), float64.

The split into a model m and a convex h of its outputs is what Gauss–Newton needs. Data are an
argument, so that one compiled program serves all data of one shape.

convex    Σ λ_i (√(1 + t_i²) − 1), t = Qx − b (Charbonnier's loss, a smooth |t|), with Q orthogonal
          and dense, and λ spaced evenly on a logarithmic scale from 1/κ to 1. The minimum is 0, at
          Qx = b, and the Hessian there Qᵀ diag(λ) Q: its condition number is κ, its diagonal nearly
          constant, so that no scaling of the coordinates (Adam's) undoes κ.
logistic  the mean cross-entropy of linear logits of products of features, with μ > 0
network   the mean cross-entropy of a network with one hidden layer of tanh, without μ
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from adcost import seeds
from adcost.derivatives.hvp import hvp
from adcost.experiments.second_order.plan import convex_problem
from adcost.functions import classifiers
from adcost.functions.diagonal_quadratic import log_spaced_eigenvalues

Data = dict[str, Any]

FACTOR = 16
"""The transform multiplies by Hadamard matrices of this size at most, along one axis at a time."""


@dataclass(frozen=True)
class Family:
    """A model ``model(x, data) → z`` and a convex ``outer(z, data)`` → scalar."""

    model: Callable[[jax.Array, Data], jax.Array]
    outer: Callable[[jax.Array, Data], jax.Array]
    linear: bool
    """Whether the model is linear in x: then Gauss–Newton's matrix is the Hessian."""
    dense: bool = False
    """Whether its work is products of matrices, which a library computes."""

    def value(self, x: jax.Array, data: Data) -> jax.Array:
        """f(x), a scalar."""
        value = self.outer(self.model(x, data), data)
        return value + 0.5 * data["ridge"] * jnp.vdot(x, x) if "ridge" in data else value

    def value_and_gradient(self, x: jax.Array, data: Data) -> tuple[jax.Array, jax.Array]:
        """f(x) and ∇f(x) (p,) in one: the unit of cost."""
        return jax.value_and_grad(self.value)(x, data)

    def product(self, x: jax.Array, v: jax.Array, data: Data) -> jax.Array:
        """∇²f(x)·v (p,), without the Hessian."""
        return hvp(lambda y: self.value(y, data), x, v)

    def gauss_newton_product(self, x: jax.Array, v: jax.Array, data: Data) -> jax.Array:
        """(Jᵀ ∇²h J + μI)·v (p,) with J = m′(x): a tangent, a product with ∇²h, an adjoint.

        Schraudolph, *Neural Computation* 14, 2002.
        """
        z, tangent = jax.jvp(lambda y: self.model(y, data), (x,), (v,))
        pulled = jax.vjp(lambda y: self.model(y, data), x)[1]
        (product,) = pulled(hvp(lambda y: self.outer(y, data), z, tangent))
        return product + data["ridge"] * v if "ridge" in data else product


@dataclass(frozen=True)
class Subject:
    """A family with its data and a start (p,); ``lowest``: f at the minimum, or below it."""

    family: Family
    data: Data
    start: np.ndarray
    lowest: float | None

    def __post_init__(self) -> None:
        """Data are put where JAX computes once, and not at every call."""
        object.__setattr__(self, "data", jax.device_put(self.data))


def hadamard(n: int) -> np.ndarray:
    """Sylvester's orthogonal matrix of ±1/√n, (n, n), for n a power of two."""
    matrix = np.ones((1, 1))
    while len(matrix) < n:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix / np.sqrt(n)


def mixed(x: jax.Array) -> jax.Array:
    """Qx for an orthogonal Q (p, p) of entries ±1/√p: Kronecker factors, one axis at a time."""
    left = x.size
    while left > 1:
        size = min(left, FACTOR)
        x = (x.reshape(-1, size) @ jnp.asarray(hadamard(size))).T.ravel()
        left //= size
    return x


def _charbonnier(t: jax.Array, data: Data) -> jax.Array:
    return jnp.vdot(data["weights"], jnp.sqrt(1 + t * t) - 1)


CONVEX = Family(lambda x, data: mixed(x) - data["shift"], _charbonnier, linear=True)


def _linear(x: jax.Array, data: Data) -> jax.Array:
    return data["features"] @ x.reshape(data["features"].shape[1], -1)


def _cross_entropy(z: jax.Array, data: Data) -> jax.Array:
    if z.shape[1] == 1:  # two classes, one logit
        return jnp.mean(jax.nn.softplus(z[:, 0]) - data["labels"] * z[:, 0])
    return classifiers.cross_entropy(z, data["labels"])


LOGISTIC = Family(_linear, _cross_entropy, linear=True, dense=True)


def convex(dimension: int, condition: float, rng: np.random.Generator) -> Subject:
    """The convex problem with a random b from N(0, I), started at 0."""
    weights = log_spaced_eigenvalues(condition, dimension) / condition
    data = {"weights": weights, "shift": rng.standard_normal(dimension)}
    return Subject(CONVEX, data, np.zeros(dimension), 0.0)


def logistic(
    dataset: str, degree: int, samples: int, ridge: float, rng: np.random.Generator
) -> Subject:
    """Logistic regression on a random subset of one of scikit-learn's sets, started at 0.

    Features are standardised; columns constant over the subset are left out but for the one of 1.
    """
    from sklearn import datasets
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    bunch = getattr(datasets, f"load_{dataset}")()
    chosen = rng.permutation(len(bunch.target))[:samples]
    x, labels = bunch.data[chosen], bunch.target[chosen]
    x = StandardScaler().fit_transform(x)
    x = PolynomialFeatures(degree, include_bias=False).fit_transform(x)
    x = StandardScaler().fit_transform(x[:, x.std(0) > 0])
    features = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    classes = len(bunch.target_names)
    data = {"features": features, "labels": labels, "ridge": np.float64(ridge)}
    return Subject(
        LOGISTIC, data, np.zeros(features.shape[1] * (classes if classes > 2 else 1)), None
    )


def network(width: int, samples: int, rng: np.random.Generator) -> Subject:
    """A network of one hidden layer on a random subset of the digits, from random weights."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    chosen = rng.permutation(len(bunch.target))[:samples]
    built = classifiers.mlp(classifiers.Shape(8, 8, 1, 10), (width,))
    parameters = jax.tree.map(lambda a: jnp.asarray(a, jnp.float64), built.initialise(rng))
    flat, unravel = ravel_pytree(parameters)

    def model(x: jax.Array, data: Data) -> jax.Array:
        return built.apply(unravel(x), data["images"])[0]

    family = Family(model, _cross_entropy, linear=False, dense=True)
    data = {"images": bunch.images[chosen] / 16, "labels": bunch.target[chosen]}
    return Subject(family, data, np.asarray(flat), 0.0)


def problems(parameters: Mapping[str, Any]) -> list[str]:
    """What a point minimises, by name: its family, with each condition number of it."""
    return list(_conditions(parameters)) or [parameters["family"]]


def _conditions(parameters: Mapping[str, Any]) -> dict[str, float]:
    """The condition number of each convex problem of a point."""
    return {convex_problem(number): float(number) for number in parameters.get("conditions", ())}


def subject(
    parameters: Mapping[str, Any], problem: str, seed: int, point: str, start: int
) -> Subject:
    """A problem of a point, from its parameters; ``start`` numbers its random draws."""
    rng = seeds.generator(seed, "second_order", point, start)
    if parameters["family"] == "convex":
        return convex(parameters["dimension"], _conditions(parameters)[problem], rng)
    if parameters["family"] == "logistic":
        return logistic(
            parameters["dataset"],
            parameters["degree"],
            parameters["samples"],
            parameters["ridge"],
            rng,
        )
    return network(parameters["width"], parameters["samples"], rng)
