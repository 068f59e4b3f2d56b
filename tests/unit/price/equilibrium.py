"""A function whose derivative is a rule of its own, around a loop that stops at a tolerance."""

import functools

import jax
import jax.numpy as jnp
import numpy as np


def equilibrium(f, a, x, tolerance=1e-6):
    """The fixed point of x ↦ f(a, x) to a tolerance, with the implicit derivative.

    As in JAX's documentation: the adjoint is such a fixed point, too.
    """

    @functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
    def fixed_point(f, a, x):
        step = lambda pair: (pair[1], f(a, pair[1]))  # noqa: E731
        apart = lambda pair: jnp.max(jnp.abs(pair[0] - pair[1])) > tolerance  # noqa: E731
        return jax.lax.while_loop(apart, step, (x, f(a, x)))[1]

    def forward(f, a, x):
        found = fixed_point(f, a, x)
        return found, (a, found)

    def backward(f, kept, adjoint):
        a, found = kept
        u = fixed_point(functools.partial(adjoint_step, f), (a, found, adjoint), adjoint)
        return jax.vjp(lambda a: f(a, found), a)[1](u)[0], jnp.zeros_like(found)

    def adjoint_step(f, kept, u):
        a, found, adjoint = kept
        return adjoint + jax.vjp(lambda x: f(a, x), found)[1](u)[0]

    fixed_point.defvjp(forward, backward)
    return fixed_point(f, a, x)


def coupled(a, tolerance=1e-6):
    """⟨x, x⟩ at x = tanh(Wx + a)."""
    weights = np.array([[0.1, 0.5, -0.2], [-0.3, 0.2, 0.4], [0.6, -0.1, 0.3]], a.dtype)
    step = lambda a, x: jnp.tanh(weights @ x + a)  # noqa: E731
    rounding = 8 * float(jnp.finfo(a.dtype).eps)  # a smaller tolerance is never reached
    found = equilibrium(step, a, jnp.zeros_like(a), max(tolerance, rounding))
    return jnp.vdot(found, found)
