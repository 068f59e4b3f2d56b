"""The methods, each from one start until f is at most a target: scipy's and optax's.

gradient descent, Adam   optax, at the best fixed step of a sweep that brackets it
L-BFGS                   scipy's L-BFGS-B without bounds, with its line search
Newton with the Hessian  the Hessian is formed and factored by Cholesky, with a multiple of the
                         identity added where it is not positive definite (Nocedal & Wright, alg.
                         3.3), and scipy's line search takes the step. scipy's own Newton method
                         with a dense factor, trust-exact, takes about ten factors a step
Newton–CG                scipy's Newton-CG: conjugate gradients to a residual that tightens
                         (ibid., §7.1), with products in place of the Hessian
Gauss–Newton–CG          the same with Gauss–Newton products; where the model is linear these are
                         the Hessian's, and it is Newton–CG

Nothing but the target, and a budget of calls, stops a method: the libraries' own tests are off.
"""

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import line_search, minimize
from scipy.sparse.linalg import LinearOperator, eigsh

from adcost.experiments.second_order.programs import Programs
from adcost.experiments.second_order.subjects import Subject
from adcost.experiments.second_order.work import OPTIMISERS, Work

FURTHEST = 16
"""A sweep goes so many factors from its first step, at most."""


ENCLOSED = 1e-3
"""A minimum is known when its enclosure is this share of the tolerance."""


class _Stop(Exception):
    """The target is reached, or the budget is spent."""


@dataclass
class Run:
    """Calls of one run; ``reached``: whether f came down to the target within the budget."""

    gradients: int = 0
    products: int = 0
    hessians: int = 0
    factors: int = 0
    reached: bool = False
    rate: float = 0.0
    bracketed: bool = True

    @property
    def calls(self) -> int:
        """Calls of f and its derivatives."""
        return self.gradients + self.products + self.hessians

    def cost(self, method: str, work: Work) -> float:
        """Operations of the run in those of f with its gradient."""
        own = {"l_bfgs": work.l_bfgs}.get(method, work.updates.get(method, 0))
        product = work.gauss_newton_product if method == "gauss_newton_cg" else work.product
        operations = (
            self.gradients * (work.gradient + own)
            + self.products * (product + work.conjugate_gradients)
            + self.hessians * work.hessian
            + self.factors * work.solve
        )
        return operations / work.gradient


@dataclass(frozen=True)
class Task:
    """A subject to be minimised to ``target`` with at most ``budget`` calls.

    Where a sweep looks for a step, each of its runs has a third: a best step has two neighbours.
    """

    subject: Subject
    programs: Programs
    target: float
    budget: int
    pairs: int

    def budget_of(self, method: str) -> int:
        """Calls that one run of a method may take."""
        return max(self.budget // 3, 1) if method in OPTIMISERS else self.budget

    def run(self, method: str, *, rate: float = 0.0) -> Run:
        """One run of a method; ``rate`` is the step of those that take a fixed one."""
        run = Run(rate=rate)
        with suppress(_Stop):
            self._minimise(method, run)
        return run

    def swept(self, method: str, first: float, factor: float) -> Run:
        """The best run over fixed steps ``first``·factorᵏ, walked until both neighbours are worse.

        Runs that cannot be the best are cut short. The search itself is not charged to the method.
        """
        found: dict[int, tuple[tuple[bool, float, int], Run]] = {}
        most = self.budget_of(method)

        def score(k: int) -> tuple[bool, float, int]:
            nonlocal most
            if k not in found:
                run, value = self._descent_at_once(method, first * factor**k, most)
                most = min(most, run.gradients) if run.reached else most
                # Of those that diverge the one that lasts longest is the better.
                reach = run.gradients if run.reached else value
                found[k] = ((not run.reached, reach, -run.gradients), run)
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
        """The largest |eigenvalue| of the Hessian at the start, to a tenth."""
        product, x, data = (
            self.programs.products["newton_cg"],
            self.subject.start,
            self.subject.data,
        )
        shape = (x.size, x.size)
        matrix = LinearOperator(shape, lambda v: np.asarray(product(x, v, data)), dtype=x.dtype)
        ones = np.ones(x.size) + np.linspace(0, 1, x.size)
        return float(abs(eigsh(matrix, 1, tol=0.1, v0=ones, return_eigenvectors=False)[0]))

    def _descent_at_once(self, method: str, rate: float, most: int) -> tuple[Run, float]:
        """A run at a fixed step with at most ``most`` gradients, as one program; the last f.

        It makes the same calls as `run`, whose calls are timed: one by one, as other methods'.
        """
        program = self.programs.descents[method]
        found = program(self.subject.start, self.subject.data, rate, self.target, most)
        gradients, value = int(found[0]), float(found[1])
        run = Run(gradients, reached=value <= self.target, rate=rate)
        return run, value if np.isfinite(value) else np.inf

    def _minimise(self, method: str, run: Run) -> None:
        data, start = self.subject.data, self.subject.start
        last: list[Any] = [None, None]

        budget = self.budget_of(method)

        def called(kind: str) -> None:
            if run.calls >= budget:
                raise _Stop
            setattr(run, kind, getattr(run, kind) + 1)

        def value_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
            # A line search asks for the value, and then for the gradient at the same place.
            if last[0] is None or not np.array_equal(last[0], x):
                called("gradients")
                value, gradient = self.programs.value_and_gradient(x, data)
                last[:] = [x.copy(), (float(value), np.asarray(gradient))]
                if float(value) <= self.target:
                    run.reached = True
                    raise _Stop
            return last[1]

        def product(x: np.ndarray, v: np.ndarray) -> np.ndarray:
            called("products")
            return np.asarray(self.programs.products[method](x, v, data))

        def hessian(x: np.ndarray) -> np.ndarray:
            called("hessians")
            return np.asarray(self.programs.hessian(x, data))

        most = {"maxiter": self.budget}
        if method in OPTIMISERS:
            self._descent_by_calls(method, run, called)
        elif method == "newton":
            _newton(value_and_gradient, hessian, start, run)
        elif method == "l_bfgs":
            options = {"ftol": 0, "gtol": 0, "maxcor": self.pairs, "maxfun": self.budget, **most}
            minimize(value_and_gradient, start, jac=True, method="L-BFGS-B", options=options)
        else:
            minimize(
                value_and_gradient,
                start,
                jac=True,
                method="Newton-CG",
                hessp=product,
                options={"xtol": 0.0, **most},
            )

    def _descent_by_calls(self, method: str, run: Run, called: Callable[[str], None]) -> None:
        """A fixed step again and again, until a call stops it."""
        x: Any = self.subject.start
        state = OPTIMISERS[method](run.rate).init(jnp.asarray(x))
        while True:
            called("gradients")
            value, gradient = self.programs.value_and_gradient(x, self.subject.data)
            run.reached = float(value) <= self.target
            if run.reached or not np.isfinite(value):
                raise _Stop
            x, state = self.programs.updates[method](x, state, gradient, run.rate)


def _newton(
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    hessian: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    run: Run,
) -> None:
    """Newton's method with Cholesky's factor, until a call stops it."""
    value, gradient = value_and_gradient(x)
    while True:
        matrix = hessian(x)
        direction = -cho_solve(_factor(matrix, run), gradient)
        x = x + _step(value_and_gradient, x, direction, gradient, value) * direction
        value, gradient = value_and_gradient(x)


def _step(
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    direction: np.ndarray,
    gradient: np.ndarray,
    value: float,
) -> float:
    """scipy's line search for the strong Wolfe conditions; where it finds none, by halving from 1.

    Halving ends in the budget at the latest (Nocedal & Wright, algorithm 3.1).
    """
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        found = line_search(
            lambda y: value_and_gradient(y)[0],
            lambda y: value_and_gradient(y)[1],
            x,
            direction,
            gradient,
            value,
        )[0]
    step, slope = 1.0, gradient @ direction
    while found is None:
        if value_and_gradient(x + step * direction)[0] <= value + 1e-4 * step * slope:
            found = step
        step /= 2
    return float(found)


def _factor(matrix: np.ndarray, run: Run) -> Any:
    """Cholesky's factor of the matrix plus the first multiple of I that makes it positive definite.

    Nocedal & Wright, algorithm 3.3, with β relative to the largest entry of the diagonal.
    """
    diagonal = np.diagonal(matrix)
    least = 1e-3 * np.abs(diagonal).max()
    shift = 0.0 if diagonal.min() > 0 else least - diagonal.min()
    while True:
        run.factors += 1
        try:
            return cho_factor(matrix + shift * np.eye(len(matrix)))
        except LinAlgError:
            shift = max(2 * shift, least)


def target(subject: Subject, programs: Programs, tolerance: float) -> float:
    """f* + tolerance·(f(start) − f*), where f* is known, or enclosed by a run of Newton–CG.

    With the ridge μ it lies between f(x) − ‖∇f(x)‖²/(2μ) and f(x) (Nesterov 2018, §2.1.3); the run
    ends when the two differ by a thousandth of the tolerance.
    """
    first = float(programs.value_and_gradient(subject.start, subject.data)[0])
    lowest = first if subject.lowest is None else subject.lowest
    if subject.lowest is None:

        def value_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
            nonlocal lowest
            value, gradient = programs.value_and_gradient(x, subject.data)
            lowest = min(lowest, float(value))
            excess = float(jnp.vdot(gradient, gradient)) / (2 * subject.data["ridge"])
            if excess <= ENCLOSED * tolerance * (first - lowest):
                raise _Stop
            return float(value), np.asarray(gradient)

        def product(x: np.ndarray, v: np.ndarray) -> np.ndarray:
            return np.asarray(programs.products["newton_cg"](x, v, subject.data))

        with suppress(_Stop):
            minimize(
                value_and_gradient,
                subject.start,
                jac=True,
                method="Newton-CG",
                hessp=product,
                options={"xtol": 0.0},
            )
    return lowest + tolerance * (first - lowest)
