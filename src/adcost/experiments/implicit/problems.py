"""The fixed points whose derivatives are compared, each with its derivative known independently.

The truth is NumPy's alone: singular values for ridge regression, Newton's method with dense
Jacobians for the layer, the homework's closed form for its step sizes. None of it uses the
iteration, a product or automatic differentiation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.sparse.linalg import bicgstab, cg
from sklearn.datasets import load_diabetes

from adcost import seeds
from adcost.derivatives.implicit import LinearSolver, Step
from adcost.derivatives.unrolled import descend
from adcost.functions.images import DATASETS

NEWTON_STEPS = 30
"""More than enough: the layer's map contracts, and Newton doubles the digits at each step."""

CLASSES = 10


@dataclass(frozen=True)
class Problem:
    """L(θ) = ``loss``(x*(θ)) with x* = ``step``(θ, x*).

    ``theta`` (p,); ``start`` is x₀ of any shape; ``krylov`` solves with I − ∂T/∂x by
    ``products_a_round`` products a round. ``fixed_point`` and ``gradient`` (p,) are the truth;
    ``condition`` is that of I − ∂T/∂x in the fixed point, ∞ where it is singular.
    """

    step: Step
    loss: Callable[[jax.Array], jax.Array]
    theta: jax.Array
    start: jax.Array
    krylov: Callable[..., tuple[jax.Array, Any]]
    products_a_round: int
    fixed_point: np.ndarray
    gradient: np.ndarray
    condition: float

    def linear_solver(self, tolerance: float | jax.Array, most: int) -> LinearSolver:
        """The Krylov solver with a relative tolerance, at most ``most`` rounds."""
        return lambda a, b: self.krylov(a, b, tol=tolerance, atol=0.0, maxiter=most)[0]


@dataclass(frozen=True)
class Regression:
    """Ridge regression: w minimises ½‖Xw − y‖² + ½λ‖w‖², L is the mean error of validation.

    ``x`` (n, d), ``y`` (n,); ``held_x`` (m, d), ``held_y`` (m,), of which w sees nothing.
    """

    x: np.ndarray
    y: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray

    def minimiser(self, penalty: float) -> tuple[np.ndarray, float]:
        """w* and dL/dλ by the singular values of X; at λ = 0 their limits from above.

        X = UΣVᵀ: w = Σ σ/(σ² + λ) (uᵀy) v, dw/dλ = −Σ σ/(σ² + λ)² (uᵀy) v, over σ > 0.
        """
        u, s, vt = np.linalg.svd(self.x, full_matrices=False)
        kept = s > s[0] * max(self.x.shape) * np.finfo(float).eps
        u, s, vt = u[:, kept], s[kept], vt[kept]
        w = vt.T @ (s / (s**2 + penalty) * (u.T @ self.y))
        slope = -vt.T @ (s / (s**2 + penalty) ** 2 * (u.T @ self.y))
        return w, float(self._pull(w) @ slope)

    def _pull(self, w: np.ndarray) -> np.ndarray:
        return self.held_x.T @ (self.held_x @ w - self.held_y) / len(self.held_y)

    def problem(self, penalty: float) -> Problem:
        """The fixed point of gradient descent on w; θ is λ, of shape (1,)."""
        x, y, held_x, held_y = map(jnp.asarray, (self.x, self.y, self.held_x, self.held_y))
        squares = np.linalg.eigvalsh(self.x.T @ self.x)
        least = max(float(squares[0]), 0.0) if len(self.y) >= self.x.shape[1] else 0.0
        most = float(squares[-1])
        # Of the positive curvatures the least: where there is none below, nothing moves.
        slowest = squares[squares > squares[-1] * 1e-12][0] if penalty == 0 else least + penalty
        rate = 2 / (most + penalty + float(slowest))

        def step(theta: jax.Array, w: jax.Array) -> jax.Array:
            return w - rate * (x.T @ (x @ w - y) + theta[0] * w)

        def loss(w: jax.Array) -> jax.Array:
            return 0.5 * jnp.mean((held_x @ w - held_y) ** 2)

        w, slope = self.minimiser(penalty)
        condition = (most + penalty) / (least + penalty) if least + penalty else np.inf
        return Problem(
            step, loss, jnp.array([penalty]), jnp.asarray(np.zeros(x.shape[1])), cg, 1,
            w, np.array([slope]), condition,
        )  # fmt: skip


def diabetes() -> Regression:
    """scikit-learn's 442 patients (Efron et al. 2004): every other one is held out.

    Features as they are shipped, centred and of length 1; the target centred and of deviation 1.
    """
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    return Regression(x[::2], y[::2], x[1::2], y[1::2])


def few_images(count: int) -> Regression:
    """The digit that an image shows, from its 64 pixels: fewer images than pixels.

    Pixels in [0, 1] and digits less their mean over the ``count`` training images, so that
    infinitely many w fit them equally well.
    """
    images = DATASETS["digits"].load()
    x = images.train_x.reshape(len(images.train_x), -1).astype(float)
    y = images.train_y.astype(float)
    held = slice(count, 10 * count)
    means = x[:count].mean(0), y[:count].mean()
    return Regression(
        x[:count] - means[0], y[:count] - means[1], x[held] - means[0], y[held] - means[1]
    )


def step_sizes(settings: Mapping[str, Any], seed: int | None) -> Problem:
    """Homework 2: its ten steps of gradient descent on ½‖x‖², again and again; θ is α (T,).

    x₀ and α are as the homework has them. The limit is 0 whatever α is, and so is dL/dα in it.
    """
    rng = seeds.generator(seed, "implicit", "step_sizes")
    alpha = rng.uniform(0, settings["largest"], settings["horizon"])
    start = rng.uniform(0, 1, settings["dimension"])

    def half_square(x: jax.Array) -> jax.Array:
        return 0.5 * jnp.vdot(x, x)

    def step(theta: jax.Array, x: jax.Array) -> jax.Array:
        return descend(half_square, x, theta)

    return Problem(
        step, half_square, jnp.asarray(alpha), jnp.asarray(start), cg, 1,
        np.zeros_like(start), np.zeros_like(alpha), 1.0,
    )  # fmt: skip


def slope_of_the_loop(alpha: np.ndarray, start: np.ndarray, rounds: int) -> np.ndarray:
    """∂L/∂α_i = −2kL/(1 − α_i) after k rounds of the steps α (T,), L = ½‖x₀‖² Π(1 − α)^2k."""
    loss = 0.5 * start @ start * np.prod((1 - alpha) ** 2) ** rounds
    return -2 * rounds * loss / (1 - alpha)


def layer(settings: Mapping[str, Any], seed: int | None) -> Problem:
    """A deep equilibrium layer (Bai et al. 2019): z = tanh(zW + c + b), for a batch of digits.

    c is a random projection of each image, W is orthogonal times ``gain`` < 1, and L compares a
    random readout of z with the digit's indicator. θ = (W, b), flat: (n² + n,).
    """
    rng = seeds.generator(seed, "implicit", "layer")
    width, examples = settings["width"], settings["examples"]
    images = DATASETS["digits"].load()
    pixels = images.train_x[:examples].reshape(examples, -1).astype(float)
    given = pixels @ rng.normal(size=(pixels.shape[1], width)) / np.sqrt(pixels.shape[1])
    readout = rng.normal(size=(width, CLASSES)) / np.sqrt(width)
    right = np.eye(CLASSES)[images.train_y[:examples]]
    weights = settings["gain"] * np.linalg.qr(rng.normal(size=(width, width)))[0]
    theta = np.concatenate([weights.ravel(), 0.1 * rng.normal(size=width)])
    held = jnp.asarray(given), jnp.asarray(readout), jnp.asarray(right)

    def step(theta: jax.Array, z: jax.Array) -> jax.Array:
        w, b = theta[: width * width].reshape(width, width), theta[width * width :]
        return jnp.tanh(z @ w + held[0] + b)

    def loss(z: jax.Array) -> jax.Array:
        return 0.5 * jnp.mean(jnp.sum((z @ held[1] - held[2]) ** 2, axis=1))

    z, gradient, condition = _dense_layer(weights, given + theta[width * width :], readout, right)
    return Problem(
        step, loss, jnp.asarray(theta), jnp.asarray(np.zeros((examples, width))), bicgstab, 2,
        z, gradient, condition,
    )  # fmt: skip


def _dense_layer(
    weights: np.ndarray, given: np.ndarray, readout: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Fixed point, gradient and the worst condition, example by example, with dense Jacobians."""
    width = len(weights)
    states, of_weights, of_bias = [], np.zeros_like(weights), np.zeros(width)
    condition = 1.0
    for c, target in zip(given, right, strict=True):
        z = np.zeros(width)
        for _ in range(NEWTON_STEPS):
            value = np.tanh(z @ weights + c)
            z = z - np.linalg.solve(_regular(value, weights), z - value)
        pull = readout @ (z @ readout - target) / len(given)
        regular = _regular(np.tanh(z @ weights + c), weights)
        u = (1 - z**2) * np.linalg.solve(regular.T, pull)
        of_weights += np.outer(z, u)
        of_bias += u
        states.append(z)
        condition = max(condition, float(np.linalg.cond(regular)))
    return np.array(states), np.concatenate([of_weights.ravel(), of_bias]), condition


def _regular(value: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """I − ∂tanh(zW + c)/∂z at a point where the layer has this ``value`` (n,)."""
    return np.eye(len(weights)) - (1 - value**2)[:, None] * weights.T


def problem(name: str, settings: Mapping[str, Any], seed: int | None) -> Problem:
    """The problem of that name with its section of the configuration."""
    if name == "ridge":
        return diabetes().problem(settings["penalty"])
    return {"step_sizes": step_sizes, "layer": layer}[name](settings, seed)
