r"""A whole gradient by one mode of automatic differentiation: one sweep back, or d sweeps on.

    reverse   v̄ᵢ from the output back    one sweep, whatever d
    forward   v̇ᵢ from the inputs on      one sweep for each of the d directions eⱼ

(Griewank & Walther, *Evaluating Derivatives*, 2nd ed., §3.1–3.2; the lecture, «Прямой режим» and
«Обратный режим автоматического дифференцирования».) ``f`` is a scalar function of a vector (d,);
all are pure and may be jitted.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from adcost.derivatives.vectors import require_array

Function = Callable[[jax.Array], jax.Array]


def reverse(f: Function, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """f(x) and ∇f(x) by one forward pass and one sweep back; ``x`` may be a tree of arrays."""
    return jax.value_and_grad(f)(x)


def forward(f: Function, x: jax.Array, batch: int = 1) -> jax.Array:
    """∇f(x) (d,) by d directional derivatives, ``batch`` of them at a time side by side.

    ``TypeError`` unless ``x`` is a vector (d,).
    """
    require_array(x, "x", dimensions=1)

    def along(axis: jax.Array) -> jax.Array:
        return jax.jvp(f, (x,), (jax.nn.one_hot(axis, x.size, dtype=x.dtype),))[1]

    return jax.lax.map(along, jnp.arange(x.size), batch_size=None if batch == 1 else batch)
