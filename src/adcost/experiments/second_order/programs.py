"""A family's compiled programs: what all methods call, so that all pay alike for a call."""

from functools import partial
from typing import Any

import jax
import optax

from adcost.derivatives.hvp import calculate_hessian
from adcost.experiments.second_order.subjects import Family
from adcost.experiments.second_order.work import OPTIMISERS


class Programs:
    """A family's compiled programs, for starts and data of one shape."""

    def __init__(self, family: Family) -> None:
        """Nothing is compiled before its first call."""
        self.value_and_gradient = jax.jit(family.value_and_gradient)
        self.products = {
            "newton_cg": jax.jit(family.product),
            "gauss_newton_cg": jax.jit(family.gauss_newton_product),
        }
        self.hessian = jax.jit(
            lambda x, data: calculate_hessian(lambda y: family.value(y, data), x)
        )
        self.updates = {name: jax.jit(partial(_update, name)) for name in OPTIMISERS}


def _update(
    name: str, x: jax.Array, state: Any, gradient: jax.Array, rate: float
) -> tuple[jax.Array, Any]:
    """One step of an optimiser: the next x and state."""
    update, state = OPTIMISERS[name](rate).update(gradient, state, x)
    return optax.apply_updates(x, update), state
