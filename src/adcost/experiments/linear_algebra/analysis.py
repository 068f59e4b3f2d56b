"""What figures and claims of `linear_algebra` both read."""

import pandas as pd

from adcost.results.select import select
from adcost.roundoff import unit_roundoff

ROUNDOFF = unit_roundoff()

SOLVE_WAYS = ("rule", "library", "factorisation", "elimination")


def errors(measured: pd.DataFrame, problem: str) -> pd.DataFrame:
    """Relative errors of one problem, with a column ``scaled``: in units of n·κ·u."""
    rows = select("linear_algebra", measured, problem=problem, quantity="relative_error")
    return rows.assign(scaled=rows.value / (rows["size"] * rows.condition * ROUNDOFF))


def cost(measured: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Operations or bytes: a row a size, a column a way; ``value`` is the solve alone."""
    rows = select("linear_algebra", measured, point="cost", quantity=quantity)
    return rows.pivot(index="size", columns="method", values="value")


def course(measured: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """The recoveries' ``error``, ``rank`` or ``objective``: ``method, draw, step, value``."""
    rows = select("linear_algebra", measured, problem="recovery", quantity=quantity)
    return rows[["method", "draw", "step", "value"]]


def final_values(measured: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """After the last step: a row a draw, a column a method."""
    rows = course(measured, quantity)
    return rows[rows.step == rows.step.max()].pivot(index="draw", columns="method", values="value")
