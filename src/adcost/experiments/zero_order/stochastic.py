r"""Noisy descent: F(x; ξ) = ½Σλᵢxᵢ² + ⟨ξ, x⟩ with E[ξ] = 0, E‖ξ‖² = σ²: f is convex, no more.

One direction has no curvature at all. `SIGNAL` directions hold the start, ‖x₀‖ = 1, with curvatures
log-uniform on [10⁻⁴, 1], so that without noise f falls like 1/(4ℓhk), ℓ = ln 10⁴, as slowly as
convexity allows (`functions.rate_classes`); all others start at the minimum, have λ = 1, and hold
nothing but noise. The noise is the same in every direction, σ²/n.

A step sees one sample ξ, and either the gradient Λx + ξ, or two values F(x ± εv; ξ) of that same
sample. E[xᵢ²] follows, exactly, a linear recursion (`derivatives.second_moments`) that the noise
enters: with v on the sphere

    sᵢ ← (1 − 2hλᵢ)sᵢ + n/(n + 2)·h²·(2λᵢ²sᵢ + Σⱼ λⱼ²sⱼ) + h²σ²

and with the gradient sᵢ ← (1 − hλᵢ)²sᵢ + h²σ²/n. So the error is about 1/(4ℓhk) + ¼hσ²n (or
without n), and its least over all fixed steps about ½σ√(n/(ℓk)): the √n comes of the best step,
whichever it is, and not of one that was prescribed. On a strongly convex function the same sweep
gives other powers, tending to n/k: `expected_gap_strongly_convex`.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives.zero_order import normalised, two_point
from adcost.functions.rate_classes import log_uniform

NOISE = 0.35
"""σ, the same for every n: the best step then lies where 1/(4ℓhk) holds, and far below 2/(nL)."""

SIGNAL = 7
"""Directions that hold the start, two in each decade of curvatures; few, so that the share of those
with noise alone hardly changes with n."""

METHODS = ("sphere", "stochastic_gradient")

SWEEP = 2.0 ** (np.arange(-112, 1) / 8)
"""Steps tried by the exact recursion, from 2⁻¹⁴ to 1 = 1/L, 9 % apart."""

BESIDE = (0.5, 1.0, 2.0)
"""Steps that are simulated, as multiples of the best: both neighbours must be worse."""


def curvatures(n: int) -> np.ndarray:
    """λ (n,): the signal's, zero once, and one for the rest."""
    return np.concatenate([log_uniform(SIGNAL)[0], [0.0], np.ones(n - SIGNAL - 1)])


def start(n: int) -> np.ndarray:
    """x₀ (n,), of length 1, in the signal's directions."""
    return np.concatenate([np.sqrt(log_uniform(SIGNAL)[1]), np.zeros(n - SIGNAL)])


def noisy_value(x: jax.Array, sample: jax.Array, curvature: jax.Array) -> jax.Array:
    """F(x; ξ) for one point and one sample, (n,) each."""
    return 0.5 * jnp.sum(curvature * x * x) + jnp.sum(sample * x)


def estimates(
    key: jax.Array, x: jax.Array, samples: jax.Array, curvature: jax.Array, epsilon: float
) -> jax.Array:
    """Two-point estimates on the sphere, of F(·; ξ) at ``x`` (steps, runs, n), one ξ a run.

    Runs with another step see the same directions and samples.
    """
    directions = normalised(jax.random.normal(key, x.shape[1:], x.dtype))

    def estimate(x: jax.Array, sample: jax.Array, v: jax.Array) -> jax.Array:
        return two_point(partial(noisy_value, sample=sample, curvature=curvature), x, v, epsilon)

    over_runs = jax.vmap(estimate)
    return jax.vmap(lambda x: over_runs(x, samples, directions))(x)


@jax.jit
def _last(
    x: jax.Array,
    key: jax.Array,
    epsilon: float,
    steps: jax.Array,
    budget: int,
    curvature: jax.Array,
) -> list[jax.Array]:
    noise = NOISE / x.shape[-1] ** 0.5
    steps = steps[:, :, None, None]

    def body(k: jax.Array, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        first, second = state
        of_sample, of_direction = jax.random.split(jax.random.fold_in(key, k))
        samples = noise * jax.random.normal(of_sample, x.shape[1:], x.dtype)
        first = first - steps[0] * estimates(of_direction, first, samples, curvature, epsilon)
        return first, second - steps[1] * (curvature * second + samples)

    both = jax.lax.fori_loop(0, budget, body, (x, x))
    return [0.5 * (curvature * last**2).sum(-1) for last in both]


def last_gaps(
    *, dimension: int, budget: int, runs: int, key: jax.Array, epsilon: float
) -> dict[str, np.ndarray]:
    """f(x_K) − f* of each run after ``budget`` K steps, for each of `BESIDE`: (3, runs) each.

    Both methods, and all steps, see the same samples.
    """
    x = jnp.asarray(start(dimension), jnp.float32)
    x = jnp.broadcast_to(x, (len(BESIDE), runs, dimension))
    best = [best_step(method, dimension, budget) for method in METHODS]
    steps = jnp.asarray(np.outer(best, BESIDE), jnp.float32)
    curvature = jnp.asarray(curvatures(dimension), jnp.float32)
    found = _last(x, key, epsilon, steps, budget, curvature)
    return {method: np.asarray(gaps) for method, gaps in zip(METHODS, found, strict=True)}


def expected_gap(method: str, dimension: int, budget: int, step: float) -> float:
    """E[f(x_K) − f*] after ``budget`` K steps of one size, by the exact recursion.

    The directions with λ = 1 that start at the minimum are one unknown, so the recursion is a
    power of a small matrix.
    """
    n, noise = dimension, NOISE**2
    each, weights = log_uniform(SIGNAL)
    curvature, squares = np.append(each, 1.0), np.append(weights, 0.0)
    many = np.append(np.ones(SIGNAL), n - SIGNAL - 1)
    if method == "sphere":
        scaled = n / (n + 2) * step**2
        matrix = np.diag(1 - 2 * step * curvature + 2 * scaled * curvature**2)
        matrix += scaled * (many * curvature**2)
        added = step**2 * noise
    else:
        matrix, added = np.diag((1 - step * curvature) ** 2), step**2 * noise / n
    # One more unknown that is always 1 adds the noise.
    whole = np.eye(len(matrix) + 1)
    whole[:-1, :-1], whole[:-1, -1] = matrix, added
    with np.errstate(over="ignore", invalid="ignore"):
        last = np.linalg.matrix_power(whole, budget) @ np.append(squares, 1.0)
        gap = 0.5 * float((many * curvature) @ last[:-1])
    return gap if np.isfinite(gap) else np.inf


def expected_gap_strongly_convex(dimension: int, budget: int, step: float) -> float:
    """The same with two points for ½‖x‖² + ⟨ξ, x⟩, which is strongly convex."""
    n = dimension
    factor, added = 1 - 2 * step + n * step**2, n * step**2 * NOISE**2
    if factor >= 1:
        return np.inf
    at_rest = added / (1 - factor)
    return 0.5 * (at_rest + factor**budget * (1 - at_rest))


def best_step(method: str, dimension: int, budget: int) -> float:
    """The step of `SWEEP` with the least expected gap.

    ``ValueError`` where that is the first or the last one, which bracket nothing.
    """
    gaps = [expected_gap(method, dimension, budget, step) for step in SWEEP]
    best = int(np.argmin(gaps))
    if best in (0, len(SWEEP) - 1):
        raise ValueError(
            f"zero_order.stochastic: the best step of {method} for n = {dimension:,} and "
            f"{budget:,} steps, {SWEEP[best]:.3g}, is at the end of the sweep; take a budget of "
            f"at least {32 * dimension:,} or a lower dimension"
        )
    return float(SWEEP[best])


def best_strongly_convex(dimension: int, budget: int) -> float:
    """The least expected gap on the strongly convex function, over all fixed steps."""
    return min(expected_gap_strongly_convex(dimension, budget, step) for step in SWEEP)
