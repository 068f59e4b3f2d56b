"""Measure descent without gradients: steps to a tolerance, errors along the way, the estimator.

Columns of ``measurements``: ``point, method, dimension, run, step, quantity, value``. Methods:
``gradient_descent``; two-point descent with ``gaussian`` or ``sphere`` directions;
``expected_gaussian`` and ``expected_sphere``, the exact recursion of their second moments.
Quantities of the classes:

``steps``     the first step with an error of at most the tolerance, ``arrived`` 1 if there was one
``evaluations``  what these steps cost; gradients at their own ``gradient_price``
``error``     after ``step`` steps, in the class's own measure
``best_steps``, ``best_step``, ``stable_step``  the fewest expected steps that any fixed step
              reaches, that step, and the largest for which E‖x‖² does not grow

Two-point descent with a multiple m of the theory's step is the method ``gaussian_times_m``.

``stochastic`` has ``gap`` and ``expected_gap`` at ``step`` = the budget, of the best step, and of
half and twice as large ones (``gap_at_half``, ``gap_at_twice``), and ``best_step``. The method
``problem`` has the ``tolerance``, ``condition`` and ``epsilon`` that were configured.

``estimator`` has, for means of the estimate over a batch (``run``), ``along_gradient``
⟨Ḡ, ∇f⟩/‖∇f‖², ``across_gradient`` Ḡ along a direction orthogonal to ∇f, over ‖∇f‖, and
``second_moment`` ‖G‖²/‖∇f‖²; for descent by central differences beside gradient descent the largest
``path_difference`` ‖x − y‖/‖x₀‖ so far, with its ``rounding_bound``; and paths ``x``, ``y`` by
``step`` in the plane, on a quadratic with ``curvature_x`` and ``curvature_y``.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import jax
import numpy as np
import pandas as pd

from adcost import platforms, seeds
from adcost.costs.count import count
from adcost.derivatives.second_moments import DIRECTIONS, advance, largest_stable_step, share
from adcost.derivatives.zero_order import EVALUATIONS, two_point_step
from adcost.experiments.zero_order import descent, estimator, stochastic
from adcost.experiments.zero_order.plan import runs
from adcost.experiments.zero_order.steps import MULTIPLES, method_of
from adcost.functions.rate_classes import CLASSES, Problem, RateClass

SMOOTHNESS = 1.0
CAP = 2_000
"""Steps after which gradient descent is given up. The two-point method is given up after four
times the steps that correspond to gradient descent's."""

STABLE_SHARES = np.arange(2, 10) / 10
"""Steps of the exact recursion, as shares of the largest for which the method still converges."""

SLACK = 3
"""A bold step is given up after this many times gradient descent's own time hk."""

RECORDS = 24

Row = estimator.Row


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan."""
    if point == "stochastic":
        rows = list(_stochastic(parameters, seed))
    elif point == "estimator":
        rows = list(_estimator(parameters, seed))
    else:
        rows = list(_class(CLASSES[point], parameters, seed))
    names = ["method", "dimension", "run", "step", "quantity", "value"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "point", point)
    return {"measurements": table}


def _class(kind: RateClass, parameters: Mapping[str, Any], seed: int) -> Iterator[Row]:
    """The sweep over dimensions and the errors along the way in one of them."""
    exact = {n: kind.build(n, parameters["condition"]) for n in parameters["dimensions"]}
    descents = descent.gradient_descents(kind, list(exact.values()), steps=CAP)
    for (n, problem), errors in zip(exact.items(), descents.T, strict=True):
        yield from _arrivals(kind, n, problem, errors, parameters, seed)
    yield from _rate(kind, parameters, seed)


def _arrivals(
    kind: RateClass,
    n: int,
    exact: Problem,
    errors: np.ndarray,
    parameters: Mapping[str, Any],
    seed: int,
) -> Iterator[Row]:
    """Steps to the tolerance in one dimension; ``errors`` are gradient descent's, step by step."""
    tolerance, problem = parameters["tolerance"], descent.single(exact)
    met, step = errors <= tolerance, two_point_step(n, SMOOTHNESS)
    own = int(met.argmax()) if met.any() else -1
    price = _gradient_price(kind, problem)
    yield ("gradient_descent", n, 0, 0, "gradient_price", price)
    yield from _taken("gradient_descent", n, np.array([own]), price, CAP)
    cap = round(4 * (own if own > 0 else CAP) / step)
    for directions in DIRECTIONS:
        if directions == "sphere" and n > parameters["sphere_up_to"]:
            continue
        steps = descent.steps_to_tolerance(
            kind,
            directions,
            problem,
            runs=runs(n, **parameters["runs"]),
            key=seeds.key(seed, "zero_order", kind.name, directions, n),
            step=step,
            epsilon=parameters["epsilon"],
            tolerance=tolerance,
            cap=cap,
        )
        yield from _taken(directions, n, steps, EVALUATIONS, cap)
    yield from _sweep(kind, n, problem, own if own > 0 else CAP, parameters, seed)
    if kind.weights:
        yield from _expected(exact, kind.weights(exact), tolerance, cap)


def _sweep(
    kind: RateClass, n: int, problem: Problem, own: int, parameters: Mapping[str, Any], seed: int
) -> Iterator[Row]:
    """Steps to the tolerance with multiples of the theory's step, from the boldest on.

    Down to the first after the best that is worse: the best one then has a worse neighbour on both
    sides. A step with which half of the runs do not arrive is too bold.
    """
    best = np.inf
    for multiple in MULTIPLES:
        step = multiple * two_point_step(n, SMOOTHNESS)
        cap = round(SLACK * own / step)
        steps = descent.steps_to_tolerance(
            kind,
            "gaussian",
            problem,
            runs=runs(n, **parameters["runs"]),
            key=seeds.key(seed, "zero_order", kind.name, "sweep", multiple, n),
            step=step,
            epsilon=parameters["epsilon"],
            tolerance=parameters["tolerance"],
            cap=cap,
        )
        yield from _taken(method_of(multiple), n, steps, EVALUATIONS, cap)
        middle = float(np.median(np.where(steps >= 0, steps, np.inf)))
        if middle > best:
            return
        best = min(best, middle)


def _taken(method: str, n: int, steps: np.ndarray, price: float, cap: int) -> Iterator[Row]:
    """What each run took; one that did not arrive took ``cap`` at the least."""
    for run, k in enumerate(steps):
        taken = float(k if k >= 0 else cap)
        yield (method, n, run, 0, "steps", taken)
        yield (method, n, run, 0, "evaluations", price * taken)
        yield (method, n, run, 0, "arrived", float(k >= 0))


def _gradient_price(kind: RateClass, problem: Problem) -> float:
    """Operations of a gradient over those of a value: what a gradient counts for."""
    f = partial(kind.value, problem)
    return count(jax.grad(f), problem.start).total / count(f, problem.start).total


def _rate(kind: RateClass, parameters: Mapping[str, Any], seed: int) -> Iterator[Row]:
    """Errors at steps of equal t = hk for all methods, so that only the law in k differs.

    Logarithmically spaced from t = 10, where the start is forgotten, for the powers; equally
    spaced from μt = 1 to 6 for the exponential. The two-point method takes its 1/h steps for each
    of gradient descent's.
    """
    rate, condition = parameters["rate"], parameters["condition"]
    n = rate["dimension"]
    exact, step = kind.build(n, condition), two_point_step(n, SMOOTHNESS)
    if kind.name == "strongly_convex":
        times = np.linspace(condition, 6 * condition, RECORDS)
    else:
        times = np.geomspace(10, rate["steps"], RECORDS)
    times = np.unique(np.round(times).astype(int))
    descended = descent.gradient_descents(kind, [exact], steps=int(times[-1]))
    yield from (("gradient_descent", n, 0, int(k), "error", float(descended[k, 0])) for k in times)
    steps = times * round(1 / step)
    for directions in DIRECTIONS:
        errors = descent.errors_at(
            kind,
            directions,
            descent.single(exact),
            runs=rate["runs"],
            key=seeds.key(seed, "zero_order", kind.name, "rate", directions, n),
            step=step,
            epsilon=parameters["epsilon"],
            steps=steps,
        )
        for k, values in zip(steps, errors, strict=True):
            yield from (
                (directions, n, run, int(k), "error", float(value))
                for run, value in enumerate(values)
            )
        if kind.weights:
            expected = _expected_errors(exact, kind.weights(exact), directions, steps)
            for k, value in zip(steps, expected, strict=True):
                yield (f"expected_{directions}", n, 0, int(k), "error", value)


def _expected_errors(
    problem: Problem, weights: np.ndarray, directions: str, steps: np.ndarray
) -> list[float]:
    """The class's expected error after each of ``steps``, by the exact recursion."""
    n, squares, errors = len(weights), problem.start**2, []
    for times in np.diff(steps, prepend=0):
        for _ in range(times):
            squares = advance(
                squares, problem.curvatures, two_point_step(n, SMOOTHNESS), share(directions, n)
            )
        errors.append(float(weights @ squares))
    return errors


def _expected(problem: Problem, weights: np.ndarray, tolerance: float, cap: int) -> Iterator[Row]:
    """Expected steps to the tolerance, with the theory's step and with the best of many."""
    n = len(weights)
    stable, theory = largest_stable_step(problem.curvatures), two_point_step(n, SMOOTHNESS)
    tried = np.append(theory, stable * STABLE_SHARES)
    steps = _expected_steps(problem, weights, tried, tolerance, cap)
    best = int(steps.argmin())
    yield ("expected_gaussian", n, 0, 0, "steps", float(steps[0]))
    yield ("expected_gaussian", n, 0, 0, "best_steps", float(steps[best]))
    yield ("expected_gaussian", n, 0, 0, "best_step", float(tried[best]))
    yield ("expected_gaussian", n, 0, 0, "stable_step", stable)


def _expected_steps(
    problem: Problem, weights: np.ndarray, tried: np.ndarray, tolerance: float, cap: int
) -> np.ndarray:
    """First step at which the expected error is at most ``tolerance``, for each step size."""
    steps, still = np.full(len(tried), cap), np.arange(len(tried))
    squares = np.tile(problem.start**2, (len(tried), 1))
    for k in range(cap):
        arrived = squares @ weights <= tolerance
        if arrived.any():
            steps[still[arrived]] = k
            still, squares = still[~arrived], squares[~arrived]
            if not len(still):
                break
        squares = advance(squares, problem.curvatures, tried[still, None])
    return steps


def _stochastic(parameters: Mapping[str, Any], seed: int) -> Iterator[Row]:
    """Gaps after a budget at the best step: over dimensions at one budget, and over budgets."""
    sweep = [(n, parameters["budget"]) for n in parameters["dimensions"]]
    beside = [(parameters["dimension"], budget) for budget in parameters["budgets"]]
    for n, budget in dict.fromkeys(sweep + beside):
        found = stochastic.last_gaps(
            dimension=n,
            budget=budget,
            runs=runs(n, **parameters["runs"]),
            key=seeds.key(seed, "zero_order", "stochastic", n, budget),
            epsilon=parameters["epsilon"],
        )
        for method, gaps in found.items():
            for name, values in zip(("gap_at_half", "gap", "gap_at_twice"), gaps, strict=True):
                yield from (
                    (method, n, run, budget, name, float(gap)) for run, gap in enumerate(values)
                )
            step = stochastic.best_step(method, n, budget)
            expected = stochastic.expected_gap(method, n, budget, step)
            yield (method, n, 0, budget, "best_step", step)
            yield (method, n, 0, budget, "expected_gap", expected)
        least = stochastic.best_strongly_convex(n, budget)
        yield ("strongly_convex", n, 0, budget, "expected_gap", least)


def _estimator(parameters: Mapping[str, Any], seed: int) -> Iterator[Row]:
    with jax.enable_x64(True):
        for n in parameters["estimator"]["dimensions"]:
            names = (seed, "zero_order", "estimator", n)
            rng, key = seeds.generator(*names), seeds.key(*names)
            yield from estimator.unbiased(rng, key, n, parameters["estimator"]["draws"])
        with platforms.on_cpu():  # where evaluations are counted as they happen
            yield from estimator.differences(**_n_steps(parameters["differences"]))
        key = seeds.key(seed, "zero_order", "trajectories")
        yield from estimator.trajectories(key, **parameters["trajectories"])


def _n_steps(differences: Mapping[str, int]) -> dict[str, int]:
    return {"n": differences["dimension"], "steps": differences["steps"]}
