"""What the tables of `feedforward` come to, for figures and claims alike."""

import pandas as pd

from adcost.experiments.feedforward.plan import SWEEP
from adcost.results.select import select
from adcost.roundoff import unit_roundoff

UNIT_ROUNDOFF = unit_roundoff()
ERRORS = ("error_by_w", "error_by_v")


def of_networks(measured: pd.DataFrame) -> pd.DataFrame:
    """The rows of the networks that were computed."""
    return measured[measured.network != SWEEP]


def errors(measured: pd.DataFrame) -> pd.DataFrame:
    """Relative differences with their ``unit``: as many rounding errors as numbers are summed."""
    rows = select("feedforward", measured, quantity=ERRORS)
    return rows.assign(unit=rows.lengths * UNIT_ROUNDOFF)


def counted(measured: pd.DataFrame, method: str, quantity: str) -> pd.Series:
    """A counted quantity of one method, by network, width and activation."""
    rows = select("feedforward", measured, method=method, quantity=quantity)
    return rows.set_index(["network", "width", "activation"]).value


def sweep(measured: pd.DataFrame, method: str, quantity: str = "operations") -> pd.Series:
    """A counted quantity of one method over the sweep, by width."""
    return counted(measured, method, quantity)[SWEEP].droplevel("activation").sort_index()
