r"""Hessian-vector products: v ↦ ∇²f(x)·v, through the Hessian and without it.

Without it, in the orders of nesting two modes (Pearlmutter 1994; Griewank & Walther,
*Evaluating Derivatives*, 2nd ed., ch. 5; Dagréou et al. 2024):

reverse over reverse    ∇ₓ ⟨∇f(x), v⟩            the lecture's and the homework's product
forward over reverse    d/dt ∇f(x + tv) at t=0
reverse over forward    ∇ₓ (d/dt f(x + tv)) at t=0
linearized gradient     forward over reverse, with the point's part evaluated first

Every product here takes a scalar function ``f`` of one vector (d,) or of a tree of arrays, a point
``x``, and a direction ``v`` like it, and returns the same; all are pure and may be jitted. The
Hessian itself is a matrix (d, d), so `calculate_hessian` and `naive_hvp` take vectors alone.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from adcost import platforms
from adcost.derivatives.vectors import require_array

Tree = Any
Scalar = Callable[[Any], jax.Array]


def calculate_hessian(f: Scalar, x: jax.Array) -> jax.Array:
    """The full Hessian (d, d), forward over reverse: d gradients' worth of work.

    ``TypeError`` unless ``x`` is a vector (d,).
    """
    require_array(x, "x", dimensions=1)
    return jax.hessian(f)(x)


def naive_hvp(hessian: jax.Array, v: jax.Array) -> jax.Array:
    """The product with a Hessian that is there already: 2d² operations."""
    return hessian @ v


def hessian_then_product(f: Scalar, x: Tree, v: Tree) -> Tree:
    """Both in one: the homework's first way."""
    if getattr(x, "ndim", None) == 1:
        return naive_hvp(calculate_hessian(f, x), v)
    point, unravel = ravel_pytree(x)
    hessian = calculate_hessian(lambda y: f(unravel(y)), point)
    return unravel(naive_hvp(hessian, ravel_pytree(v)[0]))


def reverse_over_reverse(f: Scalar, x: Tree, v: Tree) -> Tree:
    """∇ₓ⟨∇f(x), v⟩, as the lecture writes it."""
    return jax.grad(lambda y: _inner_product(jax.grad(f)(y), v))(x)


def forward_over_reverse(f: Scalar, x: Tree, v: Tree) -> Tree:
    """The tangent of the gradient along v."""
    return jax.jvp(jax.grad(f), (x,), (v,))[1]


def reverse_over_forward(f: Scalar, x: Tree, v: Tree) -> Tree:
    """The gradient of the directional derivative along v."""
    return jax.grad(lambda y: jax.jvp(f, (y,), (v,))[1])(x)


def linearized(f: Scalar, x: Tree, v: Tree) -> Tree:
    """The gradient's linear map at x, applied to v: forward over reverse in two passes.

    `jax.linearize` evaluates the gradient once and keeps what the tangent needs, instead of
    carrying both through one loop. The map may be applied to many directions at the price of one
    evaluation.
    """
    return jax.linearize(jax.grad(f), x)[1](v)


def _inner_product(a: Tree, b: Tree) -> jax.Array:
    return functools.reduce(operator.add, jax.tree.leaves(jax.tree.map(jnp.vdot, a, b)))


def hvp(f: Scalar, x: Tree, v: Tree) -> Tree:
    """The product to use: `linearized` on a CPU, `forward_over_reverse` on a GPU.

    Both do the operations of forward over reverse; which is faster depends on where JAX computes
    (`adcost.platforms.current`). On XLA's CPU backend `linearized` is the fastest of the four for a
    deep chain (`make bench` measures it). On an H100, in gradients' time, it took 2.1 where forward
    over reverse took 1.7 (10 layers of width 4,096), and 1.69 where that took 0.82 (1,000 of width
    3), where one loop over the layers starts fewer kernels than two. On a CPU, too, forward over
    reverse may lead where a loop's body is small: it took 0.6 to 0.8 of `linearized`'s time in a
    recurrent network and in a CTC loss. `adcost.price` times all four for a function.
    """
    product = linearized if platforms.current() == "cpu" else forward_over_reverse
    return product(f, x, v)
