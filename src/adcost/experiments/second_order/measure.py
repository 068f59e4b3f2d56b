"""Measure one point of `second_order`: every method from every start to the tolerance.

Columns of ``measurements``: ``point, problem, size`` (variables), ``start, method, quantity,
value``. Quantities of a run: ``cost`` in gradients (f with its gradient), by operations;
``reached``, 1 or 0: where 0, the cost is what the budget allowed, a lower bound; ``gradients,
products, hessians, factors``, the calls and Cholesky's factors; ``rate`` and ``bracketed`` of a
fixed step. Of a point, at start 0: ``step``, a step of Newton's method with the Hessian, ``solve``,
its linear algebra alone, and ``product``, all in gradients. Of ``storage``: ``numbers_held``.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import pandas as pd
from threadpoolctl import threadpool_limits

from adcost import seeds
from adcost.costs.timing import time_as_configured
from adcost.experiments.second_order import storage
from adcost.experiments.second_order.methods import Run, Task, target
from adcost.experiments.second_order.plan import METHODS
from adcost.experiments.second_order.programs import Programs
from adcost.experiments.second_order.subjects import problems, subject
from adcost.experiments.second_order.work import OPTIMISERS, Work, work

COLUMNS = ["point", "problem", "size", "start", "method", "quantity", "value"]


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; a point with ``timing`` also returns the table ``timings``."""
    # scipy's matrices are small: BLAS's threads would wait for each other longer than they compute.
    with jax.enable_x64(True), threadpool_limits(1, "blas"):
        if point == "storage":
            return {"measurements": storage.measure(point, parameters)}
        return _minimised(point, parameters, seed)


def _minimised(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    names = problems(parameters)
    first = subject(parameters, names[0], seed, point, 0)
    size = first.start.size
    # Conditions and starts are data: all run the same compiled programs.
    programs = Programs(first.family, timed="timing" in parameters)
    counted = work(first, parameters["pairs"])
    budget = min(parameters["calls"], int(parameters["operations"] // counted.gradient))
    methods = [
        method
        for method in METHODS
        if (method != "newton" or size <= parameters["dense_up_to"])
        and (method != "gauss_newton_cg" or not first.family.linear)
    ]
    rows: list[tuple[Any, ...]] = []
    timings = []
    for problem in names:
        rows += [
            (point, problem, size, 0, "newton", "step", counted.newton_step),
            (point, problem, size, 0, "newton", "solve", counted.solve / counted.gradient),
            (point, problem, size, 0, "newton_cg", "product", counted.product / counted.gradient),
        ]
        for start in range(parameters["starts"]):
            drawn = subject(parameters, problem, seed, point, start)
            goal = target(drawn, programs, parameters["tolerance"])
            task = Task(drawn, programs, goal, budget, parameters["pairs"])
            runs = {method: _run(task, method, parameters) for method in methods}
            for method, run in runs.items():
                own = _of_run(method, run, counted)
                rows += [(point, problem, size, start, *row) for row in own]
            if start == 0 and "timing" in parameters:
                timings.append(_timed(task, runs, parameters["timing"], problem, point, seed))
    tables = {"measurements": pd.DataFrame(rows, columns=COLUMNS)}
    return tables | ({"timings": pd.concat(timings, ignore_index=True)} if timings else {})


def _timed(
    task: Task,
    runs: Mapping[str, Run],
    timing: Mapping[str, Any],
    problem: str,
    point: str,
    seed: int,
) -> pd.DataFrame:
    """The whole minimisation by each method that arrives, at the fixed step already found."""
    programs = {
        method: partial(task.run, method, rate=run.rate)
        for method, run in runs.items()
        if run.reached
    }
    rng = seeds.generator(seed, "second_order", point, problem, "order")
    return time_as_configured(programs, timing, point=point, rng=rng).assign(problem=problem)


def _run(task: Task, method: str, parameters: Mapping[str, Any]) -> Run:
    if method not in OPTIMISERS:
        return task.run(method)
    step = parameters["step"]
    first = step["adam"] if method == "adam" else 1 / task.curvature
    return task.swept(method, first, step["factor"])


def _of_run(method: str, run: Run, counted: Work) -> list[tuple[str, str, float]]:
    rows = [
        (method, "cost", run.cost(method, counted)),
        (method, "reached", float(run.reached)),
        (method, "gradients", run.gradients),
        (method, "products", run.products),
        (method, "hessians", run.hessians),
        (method, "factors", run.factors),
    ]
    if method in OPTIMISERS:
        rows += [(method, "rate", run.rate), (method, "bracketed", float(run.bracketed))]
    return rows
