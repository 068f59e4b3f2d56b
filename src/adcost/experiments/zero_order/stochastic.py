r"""Noisy descent: F(x; ξ) = ½‖x − ξ‖² with E[ξ] = 0, E‖ξ‖² = σ², so f(x) − f* = ½‖x‖².

A step sees one sample ξ, and either the gradient x − ξ, or two values F(x ± εv; ξ) of that same
sample. With v on the sphere and step h, exactly,

    E‖x‖² ← (1 − 2h + dh²)·E‖x‖² + dh²σ²          (d = 1 for the gradient),

so that after K steps of the size R/(σ√(dK)) the gap is ¼Rσ√(d/K), up to a factor 1 + O(√(d/K)) and
a start that is forgotten like exp(−2(R/σ)√(K/d)).
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives.zero_order import normalised, stochastic_step, two_point

RADIUS, NOISE = 1.0, 2.0
"""R = ‖x₀ − x*‖ and σ, the same for every d."""

METHODS = ("sphere", "stochastic_gradient")


def noisy_value(x: jax.Array, sample: jax.Array) -> jax.Array:
    """F(x; ξ) for one point and one sample, (d,) each."""
    return 0.5 * jnp.sum((x - sample) ** 2)


def estimates(key: jax.Array, x: jax.Array, samples: jax.Array, epsilon: float) -> jax.Array:
    """Two-point estimates on the sphere, of F(·; ξ) at the rows of ``x``, one sample ξ a row."""
    directions = normalised(jax.random.normal(key, x.shape, x.dtype))

    def one(x: jax.Array, sample: jax.Array, v: jax.Array) -> jax.Array:
        return two_point(partial(noisy_value, sample=sample), x, v, epsilon)

    return jax.vmap(one)(x, samples, directions)


@jax.jit
def _last(x, key, epsilon, steps, budget):
    noise = NOISE / x.shape[1] ** 0.5

    def one(k, state):
        first, second = state
        of_sample, of_direction = jax.random.split(jax.random.fold_in(key, k))
        samples = noise * jax.random.normal(of_sample, x.shape, x.dtype)
        first = first - steps[0] * estimates(of_direction, first, samples, epsilon)
        return first, second - steps[1] * jax.vmap(jax.grad(noisy_value))(second, samples)

    return [0.5 * (last**2).sum(1) for last in jax.lax.fori_loop(0, budget, one, (x, x))]


def last_gaps(
    *, dimension: int, budget: int, runs: int, key: jax.Array, epsilon: float
) -> dict[str, np.ndarray]:
    """f(x_K) − f* of each run after ``budget`` K steps, with the step for that K: (runs,) each.

    Both methods see the same samples.
    """
    x = jnp.full((runs, dimension), RADIUS / dimension**0.5, jnp.float32)
    steps = jnp.array([step_size(method, dimension, budget) for method in METHODS])
    found = _last(x, key, epsilon, steps, budget)
    return {method: np.asarray(gaps) for method, gaps in zip(METHODS, found, strict=True)}


def step_size(method: str, dimension: int, budget: int) -> float:
    """R/(σ√(dK)), or R/(σ√K) with gradients."""
    return stochastic_step(RADIUS, NOISE, budget, dimension if method == "sphere" else 1)


def expected_gap(method: str, dimension: int, budget: int) -> float:
    """E[f(x_K) − f*] by the exact recursion, in closed form."""
    d = dimension if method == "sphere" else 1
    step = step_size(method, dimension, budget)
    factor = 1 - 2 * step + d * step**2
    at_rest = d * step**2 * NOISE**2 / (1 - factor)
    return 0.5 * (at_rest + factor**budget * (RADIUS**2 - at_rest))
