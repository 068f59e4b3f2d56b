"""What figures, claims, numbers and prices of `implicit` read of its table."""

import numpy as np
import pandas as pd

from adcost.results.select import select, single
from adcost.roundoff import unit_roundoff
from adcost.statistics.exponent import fit_exponent
from adcost.statistics.intervals import NOT_MEASURED, TOO_FEW, Interval

UNIT_ROUNDOFF = unit_roundoff()

UNIQUE = ("ridge", "layer")
"""The problems whose fixed point depends on θ; that of the homework's loop does not."""

ALL = ("ridge", "step_sizes", "layer")

THROUGH = ("reverse", "checkpointed", "forward")
"""The ways through the iterations."""

IMPLICIT = ("krylov", "successive")

BYTES_A_NUMBER = 8


def fact(measured: pd.DataFrame, point: str, name: str) -> float:
    """The condition of I − ∂T/∂x, the ``parameters`` or the numbers of the ``state``."""
    return single("implicit", measured, point=point, quantity=name)


def by_steps(measured: pd.DataFrame, point: str, quantity: str) -> pd.DataFrame:
    """Operations or bytes: a row for each k of the configuration, a column a method."""
    rows = select("implicit", measured, point=point, quantity=quantity, tolerance=0.0)
    rows = rows[rows.method != "step"]
    return rows.pivot(index="steps", columns="method", values="value")


def at_tolerances(measured: pd.DataFrame, point: str, quantity: str) -> pd.DataFrame:
    """Errors, norms or distances: a row a tolerance, a column a method."""
    rows = select("implicit", measured, point=point, quantity=quantity)
    rows = rows[rows.tolerance > 0]
    return rows.pivot(index="tolerance", columns="method", values="value")


def stops(measured: pd.DataFrame, point: str) -> pd.Series:
    """The iterations k to each tolerance."""
    rows = select("implicit", measured, point=point, quantity="distance")
    return rows.set_index("tolerance").steps


def on_arrival(measured: pd.DataFrame, point: str) -> pd.Series:
    """Operations of every method after the iterations to the least tolerance."""
    rows = select("implicit", measured, point=point, quantity="operations")
    return rows[rows.tolerance > 0].set_index("method").value


def converged_errors(measured: pd.DataFrame, point: str) -> pd.Series:
    """The error of every method long after the solver has converged."""
    rows = select("implicit", measured, point=point, quantity="error", tolerance=0.0)
    return rows.set_index("method").value


def states_an_iteration(measured: pd.DataFrame, point: str) -> pd.Series:
    """By how many states the bytes grow with each iteration, between the least and the most k."""
    held = by_steps(measured, point, "temporary_bytes")
    grown = (held.iloc[-1] - held.iloc[0]) / (held.index[-1] - held.index[0])
    return grown / (BYTES_A_NUMBER * fact(measured, point, "state"))


def singular(measured: pd.DataFrame) -> pd.DataFrame:
    """Errors of dL/dλ: a row a penalty, a column a method; infinite where there is no number."""
    rows = select("implicit", measured, point="singular", quantity=["finite", "error"])
    wide = rows.pivot(index=["tolerance", "method"], columns="quantity", values="value")
    errors = wide.error.where(wide.finite == 1, float("inf"))
    return errors.unstack("method")


def exponent(values: pd.Series) -> Interval:
    """The exponent of ``values`` in their index; unknown with fewer than three points.

    What has no logarithm, an error that is 0 or infinite, leaves it unknown as well.
    """
    known = np.isfinite(values) & (values > 0)
    if values.index.nunique() < 3 or not known.all():
        return Interval.unknown(TOO_FEW if known.all() else NOT_MEASURED)
    return fit_exponent(values.index.to_numpy(), values.to_numpy())
