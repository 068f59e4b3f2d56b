"""The numbers of `second_order` that the report's text calls by name."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.second_order import analysis
from adcost.experiments.second_order.plan import METHODS
from adcost.palette import METHODS as LOOKS
from adcost.results.select import parameter, select

NOTHING = "—"
"""Stands in the table where there is no number."""


def found(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers by name; ``problems`` is a table with a row a problem, and `NOTHING` in places."""
    rows, held = analysis.minimised(tables), analysis.held(tables)
    points = tables["points"]
    newton, newton_cg = (analysis.ratios(tables, name) for name in ("newton", "newton_cg"))
    bracketed = select(analysis.NAME, rows, quantity="bracketed")
    runs = select(analysis.NAME, rows, quantity="reached")
    timed = analysis.timed_ratios(tables, "newton")
    seconds = [analysis.at_ends(timed, name)[1].value for name in timed.problem.unique()]
    most = int(held.index.max())
    p = int(rows["size"].max())
    steps = select(analysis.NAME, rows, method="newton", quantity="step", size=p)
    products = select(analysis.NAME, rows, quantity="product").value
    return {
        "least_p": int(rows["size"].min()),
        "most_p": p,
        "dense_up_to": int(parameter(analysis.NAME, points, "dense_up_to").iloc[0]),
        "pairs": int(parameter(analysis.NAME, points, "pairs").iloc[0]),
        "calls": int(parameter(analysis.NAME, points, "calls").iloc[0]),
        "memory_gb": analysis.memory_gb(tables),
        "by_squares": math.sqrt(analysis.memory_gb(tables) * 1e9 / 8),
        "not_reached": int((runs.value == 0).sum()),
        "runs": len(runs),
        "not_bracketed": int((bracketed.value == 0).sum()),
        "least_time": min(seconds, default=None),
        "most_time": max(seconds, default=None),
        "newton_step": float(steps.value.max()),
        "least_product": float(products.min()),
        "most_product": float(products.max()),
        **{
            f"largest_{method}": analysis.largest(tables, method)
            for method in ("l_bfgs", "newton", "newton_cg")
        },
        **{
            f"vectors_{method}": float(held[method][most] / most)
            for method in held
            if method != "newton"
        },
        "matrices_newton": float(held.newton[most] / most**2),
        "problems": [_row(newton, newton_cg, name) for name in analysis.problems(tables)],
        "methods": [_counts(rows, method) for method in METHODS if (runs.method == method).any()],
    }


def _row(newton: pd.DataFrame, newton_cg: pd.DataFrame, problem: str) -> dict[str, Any]:
    """The ratios of one problem in its fewest and most variables."""
    (few, many), (cg_few, cg_many) = (analysis.at_ends(t, problem) for t in (newton, newton_cg))
    border = analysis.border(newton, problem)
    return {
        "problem": problem,
        "least_p": int(few["size"]),
        "most_p": int(many["size"]),
        "newton_least": _known(few),
        "newton_most": float(many.low),
        "border": NOTHING if border is None else round(border),
        "newton_cg_least": _known(cg_few),
        "newton_cg_most": _known(cg_many),
    }


def _known(row: pd.Series) -> float | str:
    """A ratio, where both methods arrived from every start."""
    return float(row.value) if math.isfinite(row.high) and row.low > 0 else NOTHING


def _counts(rows: pd.DataFrame, method: str) -> dict[str, Any]:
    """How many runs of a method there are, and how many arrived."""
    reached = select(analysis.NAME, rows, method=method, quantity="reached").value
    return {"method": LOOKS[method].name, "runs": len(reached), "reached": int(reached.sum())}
