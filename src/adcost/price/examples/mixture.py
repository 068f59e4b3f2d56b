"""The negative log-likelihood of a mixture of Gaussians with full covariances."""

import jax
import jax.numpy as jnp


def loss(parameters: dict[str, jax.Array], points: jax.Array) -> jax.Array:
    """Mean over ``points`` (n, d) of −log Σₖ πₖ N(point; μₖ, (LₖLₖᵀ)⁻¹), a scalar.

    ``parameters``: ``logits`` (k,) of the weights π, ``means`` (k, d) and ``factors`` (k, d, d),
    of which Lₖ is the lower triangle, its diagonal the exponential of the factor's.
    """
    weights = jax.nn.log_softmax(parameters["logits"])
    diagonal = jnp.diagonal(parameters["factors"], axis1=1, axis2=2)
    lower = jnp.tril(parameters["factors"], -1)
    precision = lower + jax.vmap(jnp.diag)(jnp.exp(diagonal))
    apart = points[:, None, :] - parameters["means"]
    scaled = jnp.einsum("nkd,kde->nke", apart, precision)
    squares = jnp.sum(scaled**2, axis=-1)
    constant = 0.5 * points.shape[1] * jnp.log(2 * jnp.pi)
    logs = weights + diagonal.sum(axis=1) - 0.5 * squares - constant
    return -jnp.mean(jax.nn.logsumexp(logs, axis=1))


def arguments(
    points: int = 500, components: int = 8, dimensions: int = 4
) -> tuple[dict[str, jax.Array], jax.Array]:
    """Random parameters, and points (n, d) of as many clusters."""
    keys = jax.random.split(jax.random.key(0), 4)
    means = 3 * jax.random.normal(keys[0], (components, dimensions))
    parameters = {
        "logits": jnp.zeros(components),
        "means": means + jax.random.normal(keys[1], means.shape),
        "factors": 0.1 * jax.random.normal(keys[2], (components, dimensions, dimensions)),
    }
    clusters = jnp.arange(points) % components
    return parameters, means[clusters] + jax.random.normal(keys[3], (points, dimensions))
