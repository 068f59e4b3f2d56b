"""A family's compiled programs: what all methods call, so that all pay alike for a call."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

from adcost.derivatives.hvp import calculate_hessian
from adcost.experiments.second_order.subjects import Data, Family
from adcost.experiments.second_order.work import OPTIMISERS
from adcost.jax_versions import QUICKLY, compile_options


class Programs:
    """A family's compiled programs, for starts and data of one shape."""

    def __init__(self, family: Family, *, timed: bool = True) -> None:
        """Nothing is compiled before its first call.

        If nothing is ``timed``, what calls a library for most of its work is compiled without
        optimisation, since that takes longer than the calls.
        """
        quickly = family.dense and not timed
        jit = partial(jax.jit, compiler_options=compile_options(QUICKLY) if quickly else None)
        self.value_and_gradient = jit(family.value_and_gradient)
        self.products = {
            "newton_cg": jit(family.product),
            "gauss_newton_cg": jit(family.gauss_newton_product),
        }
        self.hessian = jit(lambda x, data: calculate_hessian(lambda y: family.value(y, data), x))
        self.updates = {name: jit(partial(_update, name)) for name in OPTIMISERS}
        self.descents = {name: jit(partial(_descent, family, name)) for name in OPTIMISERS}


def _update(
    name: str, x: jax.Array, state: Any, gradient: jax.Array, rate: float
) -> tuple[jax.Array, Any]:
    """One step of an optimiser: the next x and state."""
    update, state = OPTIMISERS[name](rate).update(gradient, state, x)
    return optax.apply_updates(x, update), state


def _descent(
    family: Family, name: str, x: jax.Array, data: Data, rate: float, target: float, most: int
) -> tuple[jax.Array, jax.Array]:
    """The gradients of a run at a fixed step, and its last f.

    It ends where f is at most ``target`` or not finite, or after ``most`` gradients.
    """

    def goes_on(carry: tuple[Any, ...]) -> jax.Array:
        gradients, value, *_ = carry
        further = (value > target) & jnp.isfinite(value) & (gradients < most)
        return (gradients == 0) | further

    def body(carry: tuple[Any, ...]) -> tuple[Any, ...]:
        gradients, _, x, state = carry
        value, gradient = family.value_and_gradient(x, data)
        return gradients + 1, value, *_update(name, x, state, gradient, rate)

    first = jnp.int32(0), jnp.zeros((), x.dtype), x, OPTIMISERS[name](rate).init(x)
    gradients, value, *_ = jax.lax.while_loop(goes_on, body, first)
    return gradients, value
