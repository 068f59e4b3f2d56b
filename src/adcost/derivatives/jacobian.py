r"""The Jacobian of f: ℝⁿ → ℝᵐ by one mode: forward by columns, reverse by rows.

    forward   J eⱼ for j = 1 … n     n tangents, whatever m
    reverse   eᵢᵀ J for i = 1 … m    m adjoints, whatever n

(Griewank & Walther, *Evaluating Derivatives*, 2nd ed., §3.1–3.2; the lecture, «Выберите своего
бойца».) Reverse mode begins with the m × m identity, which does not fit in memory for large m; so
rows are pulled back in blocks.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from adcost.derivatives.vectors import require_array

Function = Callable[[jax.Array], jax.Array]


def forward(f: Function, x: jax.Array) -> jax.Array:
    """J by columns, (m, n), or (n,) for a scalar f: `jax.jacfwd`.

    ``TypeError``, as from `reverse`, unless ``x`` is a vector (n,).
    """
    require_array(x, "x", dimensions=1)
    return jax.jacfwd(f)(x)


def reverse(f: Function, x: jax.Array, block: int) -> jax.Array:
    """J by rows, (m, n), or (n,) for a scalar f: `jax.jacrev`, from ``block`` rows on in blocks.

    In blocks ``block``·m numbers of the identity are held at once instead of m²; the operations
    are the same.
    """
    require_array(x, "x", dimensions=1)
    shape = jax.eval_shape(f, x).shape
    if not shape or shape[0] <= block:
        return jax.jacrev(f)(x)
    value, pull = jax.vjp(f, x)
    return jax.lax.map(
        lambda row: pull(jax.nn.one_hot(row, value.size, dtype=value.dtype))[0],
        jnp.arange(value.size),
        batch_size=block,
    )
