"""What each call costs, in operations, and a method's own linear algebra by the textbook.

Counted by `adcost.costs.count` from shapes alone, so that no matrix need fit anywhere: f with its
gradient (the unit of cost), products, the Hessian by automatic differentiation, its Cholesky
factor with two triangular solves, and the updates of optax. Beside a product conjugate gradients
take two inner products and three updates of p numbers (Golub & Van Loan, 4th ed., §11.3); beside a
gradient L-BFGS with m pairs takes 4mp multiplications, and as many additions (Nocedal & Wright,
*Numerical Optimization*, 2nd ed., §7.2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg
import optax

from adcost.costs.count import count
from adcost.derivatives.hvp import calculate_hessian
from adcost.experiments.second_order.subjects import Subject

OPTIMISERS: dict[str, Callable[..., optax.GradientTransformation]] = {
    "gradient_descent": optax.sgd,
    "adam": optax.adam,
}


@dataclass(frozen=True)
class Work:
    """Operations of one call of each kind, and of one step of what a method adds."""

    gradient: int
    product: int
    gauss_newton_product: int
    hessian: int
    solve: int
    conjugate_gradients: int
    l_bfgs: int
    updates: dict[str, int]

    @property
    def newton_step(self) -> float:
        """A step of Newton's method with the Hessian, in gradients: Hessian, factor, solve."""
        return (self.hessian + self.solve) / self.gradient


def solve(matrix: jax.Array, gradient: jax.Array) -> jax.Array:
    """Newton's direction −H⁻¹g by Cholesky's factor, for H (p, p) and g (p,)."""
    return -jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(matrix), gradient)


def work(subject: Subject, pairs: int) -> Work:
    """The operations of a subject's calls; ``pairs``: the pairs that L-BFGS keeps."""
    family, p = subject.family, subject.start.size
    vector, matrix = (jax.ShapeDtypeStruct(shape, jnp.float64) for shape in ((p,), (p, p)))
    data = subject.data

    def hessian(x: jax.Array, data: Any) -> jax.Array:
        return calculate_hessian(lambda y: family.value(y, data), x)

    updates = {}
    for name, build in OPTIMISERS.items():
        optimiser = build(0.1)
        state = jax.eval_shape(optimiser.init, vector)
        # One more addition for each variable applies the update.
        updates[name] = count(optimiser.update, vector, state).total + p
    return Work(
        gradient=count(family.value_and_gradient, vector, data).total,
        product=count(family.product, vector, vector, data).total,
        gauss_newton_product=count(family.gauss_newton_product, vector, vector, data).total,
        hessian=count(hessian, vector, data).total,
        solve=count(solve, matrix, vector).total,
        conjugate_gradients=10 * p,
        l_bfgs=8 * pairs * p,
        updates=updates,
    )
