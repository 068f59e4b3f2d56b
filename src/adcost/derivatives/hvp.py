r"""Hessian-vector products: v ↦ ∇²f(x)·v, through the Hessian and without it.

Without it, in the orders of nesting two modes (Pearlmutter 1994; Griewank & Walther,
*Evaluating Derivatives*, 2nd ed., ch. 5; Dagréou et al. 2024):

reverse over reverse    ∇ₓ ⟨∇f(x), v⟩            the lecture's and the homework's product
forward over reverse    d/dt ∇f(x + tv) at t=0
reverse over forward    ∇ₓ (d/dt f(x + tv)) at t=0
linearized gradient     forward over reverse, with the point's part evaluated first

Every function here takes a scalar function ``f`` of one vector (d,), a point ``x`` (d,) and a
direction ``v`` (d,), and returns (d,); all are pure and may be jitted.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

Scalar = Callable[[jax.Array], jax.Array]


def calculate_hessian(f: Scalar, x: jax.Array) -> jax.Array:
    """The full Hessian (d, d), forward over reverse: d gradients' worth of work."""
    return jax.hessian(f)(x)


def naive_hvp(hessian: jax.Array, v: jax.Array) -> jax.Array:
    """The product with a Hessian that is there already: 2d² operations."""
    return hessian @ v


def hessian_then_product(f: Scalar, x: jax.Array, v: jax.Array) -> jax.Array:
    """Both in one: the homework's first way."""
    return naive_hvp(calculate_hessian(f, x), v)


def reverse_over_reverse(f: Scalar, x: jax.Array, v: jax.Array) -> jax.Array:
    """∇ₓ⟨∇f(x), v⟩, as the lecture writes it."""
    return jax.grad(lambda y: jnp.vdot(jax.grad(f)(y), v))(x)


def forward_over_reverse(f: Scalar, x: jax.Array, v: jax.Array) -> jax.Array:
    """The tangent of the gradient along v."""
    return jax.jvp(jax.grad(f), (x,), (v,))[1]


def reverse_over_forward(f: Scalar, x: jax.Array, v: jax.Array) -> jax.Array:
    """The gradient of the directional derivative along v."""
    return jax.grad(lambda y: jax.jvp(f, (y,), (v,))[1])(x)


def linearized(f: Scalar, x: jax.Array, v: jax.Array) -> jax.Array:
    """The gradient's linear map at x, applied to v: forward over reverse in two passes.

    `jax.linearize` evaluates the gradient once and keeps what the tangent needs, instead of
    carrying both through one loop. The map may be applied to many directions at the price of one
    evaluation.
    """
    return jax.linearize(jax.grad(f), x)[1](v)


hvp = linearized
"""The product to use. On XLA's CPU backend it is the fastest of the four for a deep chain
(`make bench` measures it); the operations are those of forward over reverse."""
