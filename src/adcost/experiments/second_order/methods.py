"""The methods, each from one start until f is at most a target: scipy's and optax's.

gradient descent, Adam   optax, at the best fixed step of a sweep that brackets it
L-BFGS                   scipy's L-BFGS-B without bounds, with its line search
Newton with the Hessian  scipy's trust-exact: the Hessian is formed and factored (Moré & Sorensen)
Newton–CG                scipy's Newton-CG: conjugate gradients to a residual that tightens
                         (Nocedal & Wright, §7.1), with products in place of the Hessian
Gauss–Newton–CG          the same with Gauss–Newton products

Nothing but the target, and a budget of calls, stops a method: the libraries' own tests are off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator, eigsh

from adcost.derivatives.hvp import calculate_hessian
from adcost.experiments.second_order.subjects import Family, Subject
from adcost.experiments.second_order.work import OPTIMISERS, Work

FURTHEST = 16
"""A sweep goes so many factors from its first step, at most."""


class _Stop(Exception):
    """The target is reached, or the budget is spent."""


@dataclass
class Run:
    """Calls of one run; ``reached``: whether f came down to the target within the budget."""

    gradients: int = 0
    products: int = 0
    hessians: int = 0
    reached: bool = False
    rate: float = 0.0
    bracketed: bool = True

    @property
    def calls(self) -> int:
        """All calls."""
        return self.gradients + self.products + self.hessians

    def cost(self, method: str, work: Work) -> float:
        """Operations of the run in those of f with its gradient.

        A Hessian is charged one factorisation, though trust-exact may take several: a lower bound.
        """
        own = {"l_bfgs": work.l_bfgs}.get(method, work.updates.get(method, 0))
        product = work.gauss_newton_product if method == "gauss_newton_cg" else work.product
        operations = (
            self.gradients * (work.gradient + own)
            + self.products * (product + work.conjugate_gradients)
            + self.hessians * (work.hessian + work.solve)
        )
        return operations / work.gradient


class Programs:
    """A family's compiled programs, for starts and data of one shape."""

    def __init__(self, family: Family) -> None:
        self.value_and_gradient = jax.jit(family.value_and_gradient)
        self.products = {
            "newton_cg": jax.jit(family.product),
            "gauss_newton_cg": jax.jit(family.gauss_newton_product),
        }
        self.hessian = jax.jit(lambda x, data: calculate_hessian(lambda y: family.value(y, data), x))
        self.descents = {name: jax.jit(partial(_descent, family, name)) for name in OPTIMISERS}


def _descent(
    family: Family, name: str, start: jax.Array, data: Any, target: float, rate: float, most: int
) -> tuple[jax.Array, jax.Array]:
    """Gradients until f ≤ target, at most ``most``, and the last f; stops where f is not finite."""
    optimiser = OPTIMISERS[name](rate)

    def goes_on(carried: Any) -> jax.Array:
        _, _, _, value, gradients = carried
        return (value > target) & (gradients < most) & jnp.isfinite(value)

    def step(carried: Any) -> Any:
        x, gradient, state, _, gradients = carried
        update, state = optimiser.update(gradient, state, x)
        x = optax.apply_updates(x, update)
        value, gradient = family.value_and_gradient(x, data)
        return x, gradient, state, value, gradients + 1

    value, gradient = family.value_and_gradient(start, data)
    first = (start, gradient, optimiser.init(start), value, jnp.asarray(1))
    _, _, _, value, gradients = jax.lax.while_loop(goes_on, step, first)
    return gradients, value


@dataclass(frozen=True)
class Task:
    """A subject to be minimised to ``target`` with at most ``budget`` calls."""

    subject: Subject
    programs: Programs
    target: float
    budget: int
    memory: int

    def run(self, method: str, *, rate: float = 0.0) -> Run:
        """One run of a method; ``rate`` is the step of those that take a fixed one."""
        if method in OPTIMISERS:
            return self._descend(method, rate, self.budget)[0]
        run = Run()
        try:
            self._minimise(method, run)
        except _Stop:
            pass
        return run

    def swept(self, method: str, first: float, factor: float) -> Run:
        """The best run over fixed steps ``first``·factorᵏ, walked until both neighbours are worse.

        Runs that cannot be the best are cut short. The search itself is not charged to the method.
        """
        found: dict[int, tuple[tuple[bool, float], Run]] = {}
        most = self.budget

        def score(k: int) -> tuple[bool, float]:
            nonlocal most
            if k not in found:
                run, value = self._descend(method, first * factor**k, most)
                most = min(most, run.gradients) if run.reached else most
                found[k] = ((not run.reached, run.gradients if run.reached else value), run)
            return found[k][0]

        best = 0
        while abs(best) < FURTHEST:
            nearby = min((best, best - 1, best + 1), key=score)
            if nearby == best:
                break
            best = nearby
        run = found[best][1]
        run.bracketed = abs(best) < FURTHEST
        return run

    @cached_property
    def curvature(self) -> float:
        """The largest |eigenvalue| of the Hessian at the start, to a tenth: L for the first step."""
        product, x, data = self.programs.products["newton_cg"], self.subject.start, self.subject.data
        shape = (x.size, x.size)
        matrix = LinearOperator(shape, lambda v: np.asarray(product(x, v, data)), dtype=x.dtype)
        ones = np.ones(x.size) + np.linspace(0, 1, x.size)
        return float(abs(eigsh(matrix, 1, tol=0.1, v0=ones, return_eigenvectors=False)[0]))

    def _descend(self, method: str, rate: float, most: int) -> tuple[Run, float]:
        gradients, value = self.programs.descents[method](
            self.subject.start, self.subject.data, self.target, rate, most
        )
        reached = bool(value <= self.target)
        value = float(value) if np.isfinite(value) else np.inf
        return Run(gradients=int(gradients), reached=reached, rate=rate), value

    def _minimise(self, method: str, run: Run) -> None:
        data, start = self.subject.data, self.subject.start

        def called(kind: str) -> None:
            if run.calls >= self.budget:
                raise _Stop
            setattr(run, kind, getattr(run, kind) + 1)

        def value_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
            called("gradients")
            value, gradient = self.programs.value_and_gradient(x, data)
            if value <= self.target:
                run.reached = True
                raise _Stop
            return float(value), np.asarray(gradient)

        def product(x: np.ndarray, v: np.ndarray) -> np.ndarray:
            called("products")
            return np.asarray(self.programs.products[method](x, v, data))

        def hessian(x: np.ndarray) -> np.ndarray:
            called("hessians")
            return np.asarray(self.programs.hessian(x, data))

        solve: Callable[..., Any] = partial(minimize, value_and_gradient, start, jac=True)
        most = {"maxiter": self.budget}
        if method == "l_bfgs":
            solve(method="L-BFGS-B", options={"ftol": 0, "gtol": 0, "maxcor": self.memory,
                                              "maxfun": self.budget, **most})  # fmt: skip
        elif method == "newton":
            # As far as a step of size one in every variable, whatever the dimension.
            radius = float(np.sqrt(start.size))
            options = {"gtol": 0.0, "initial_trust_radius": radius,
                       "max_trust_radius": 1000 * radius, **most}  # fmt: skip
            solve(method="trust-exact", hess=hessian, options=options)
        else:
            solve(method="Newton-CG", hessp=product, options={"xtol": 0.0, **most})


def target(subject: Subject, programs: Programs, tolerance: float) -> float:
    """f* + tolerance·(f(start) − f*), where f* is known, or found by a long run of Newton–CG."""
    first = float(programs.value_and_gradient(subject.start, subject.data)[0])
    lowest = subject.lowest
    if lowest is None:
        lowest = float(
            minimize(
                lambda x: tuple(map(np.asarray, programs.value_and_gradient(x, subject.data))),
                subject.start, jac=True, method="Newton-CG",
                hessp=lambda x, v: np.asarray(programs.products["newton_cg"](x, v, subject.data)),
                options={"xtol": 1e-12},
            ).fun
        )  # fmt: skip
    return lowest + tolerance * (first - lowest)
