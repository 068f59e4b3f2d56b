"""Measure one point of `second_order`: every method from every start to the tolerance.

Columns of ``measurements``: ``point, size`` (variables), ``start, method, quantity, value``.
Quantities of a run: ``cost`` in gradients (f with its gradient), by operations; ``reached``, 1 or 0:
where 0, the cost is what the budget allowed, a lower bound; ``gradients, products, hessians``, the
calls; ``rate`` and ``bracketed`` of a fixed step. Of a point, at start 0: ``step``, a step of
Newton's method with the Hessian, and ``solve``, its linear algebra alone, both in gradients, and
``product``. Of ``storage``: ``numbers_held``.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import pandas as pd

from adcost import seeds
from adcost.costs.timing import time_as_configured
from adcost.experiments.second_order import storage
from adcost.experiments.second_order.methods import Programs, Run, Task, target
from adcost.experiments.second_order.plan import METHODS
from adcost.experiments.second_order.subjects import Subject, subject
from adcost.experiments.second_order.work import OPTIMISERS, Work, work

COLUMNS = ["point", "size", "start", "method", "quantity", "value"]


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; a point with ``timing`` also returns the table ``timings``."""
    with jax.enable_x64(True):
        if point == "storage":
            return {"measurements": storage.measure(point, parameters)}
        return _minimised(point, parameters, seed)


def _minimised(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    first = subject(parameters, seed, point, 0)
    size = first.start.size
    # A network's family holds how its weights are laid out, which is the same for every start.
    programs = Programs(first.family)
    counted = work(first, parameters["memory"])
    methods = [m for m in METHODS if m != "newton" or size <= parameters["dense_up_to"]]
    rows: list[tuple[Any, ...]] = [
        (point, size, 0, "newton", "step", counted.newton_step),
        (point, size, 0, "newton", "solve", counted.solve / counted.gradient),
        (point, size, 0, "newton_cg", "product", counted.product / counted.gradient),
    ]
    tables = {}
    for start in range(parameters["starts"]):
        drawn = subject(parameters, seed, point, start) if start else first
        task = _task(drawn, programs, parameters)
        runs = {method: _run(task, method, parameters) for method in methods}
        for method, run in runs.items():
            rows += [(point, size, start, *row) for row in _of_run(method, run, counted)]
        if start == 0 and "timing" in parameters:
            timed = {
                method: partial(task.run, method, rate=run.rate)
                for method, run in runs.items()
                if run.reached
            }
            rng = seeds.generator(seed, "second_order", point, "order")
            tables["timings"] = time_as_configured(
                timed, parameters["timing"], point=point, rng=rng
            )
    return {"measurements": pd.DataFrame(rows, columns=COLUMNS), **tables}


def _task(drawn: Subject, programs: Programs, parameters: Mapping[str, Any]) -> Task:
    goal = target(drawn, programs, parameters["tolerance"])
    return Task(drawn, programs, goal, parameters["budget"], parameters["memory"])


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
    ]
    if method in OPTIMISERS:
        rows += [(method, "rate", run.rate), (method, "bracketed", float(run.bracketed))]
    return rows
