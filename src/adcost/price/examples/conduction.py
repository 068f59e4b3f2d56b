"""How well a rod's conductivity explains its temperatures: an iterative solve within a loss."""

from typing import Any

import jax
import jax.numpy as jnp


def heat_flow(conductivity: jax.Array, temperature: jax.Array) -> jax.Array:
    """−(k u′)′ on an even grid of n points (n,) with both ends held at 0; k on n + 1 edges."""
    flux = conductivity * jnp.diff(jnp.pad(temperature, 1))
    return -jnp.diff(flux)


def steady_temperature(conductivity: jax.Array, source: jax.Array, iterations: int) -> jax.Array:
    """The solution of heat_flow(k, u) = source by so many steps of conjugate gradients."""

    def step(_: Any, state: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        u, residual, direction, square = state
        flow = heat_flow(conductivity, direction)
        length = square / jnp.vdot(direction, flow)
        u = u + length * direction
        residual = residual - length * flow
        smaller = jnp.vdot(residual, residual)
        direction = residual + smaller / square * direction
        return u, residual, direction, smaller

    start = (jnp.zeros_like(source), source, source, jnp.vdot(source, source))
    return jax.lax.fori_loop(0, iterations, step, start)[0]


def loss(
    log_conductivity: jax.Array, source: jax.Array, measured: jax.Array, iterations: int = 40
) -> jax.Array:
    """Mean squared difference of the computed from the ``measured`` temperatures (n,)."""
    computed = steady_temperature(jnp.exp(log_conductivity), source, iterations)
    return jnp.mean((computed - measured) ** 2)


def arguments(points: int = 100) -> tuple[jax.Array, ...]:
    """A rod with an even conductivity, heated in the middle; temperatures with noise."""
    place = jnp.linspace(0, 1, points + 2)[1:-1]
    source = jnp.exp(-100 * (place - 0.5) ** 2)
    noise = jax.random.normal(jax.random.key(0), (points,))
    return jnp.zeros(points + 1), source, 200 * place * (1 - place) + noise
