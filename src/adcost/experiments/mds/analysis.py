"""What the tables of `mds` come to: medians, ratios and exponents, for figures and claims alike."""

import numpy as np
import pandas as pd

from adcost.experiments.mds.plan import SCALING
from adcost.results.select import select
from adcost.statistics.exponent import fit_exponent
from adcost.statistics.intervals import Interval, median_interval

FLAT_MAP = np.pi / 4
"""Angular radius in radians (5,000 km) up to which a flat map varies by 11 % in scale at most."""

GRADIENT_FREE = {
    "central_differences": "central differences",
    "two_point": "two-point",
    "nelder_mead": "Nelder–Mead",
}


def values(measured: pd.DataFrame, method: str, quantity: str) -> pd.DataFrame:
    """The rows of one quantity of one method; it must have been measured."""
    return select("mds", measured, method=method, quantity=quantity)


def of_points(measured: pd.DataFrame, quantity: str) -> pd.Series:
    """A quantity of the points themselves, by name."""
    return values(measured, "point", quantity).set_index("point").value


def map_errors(measured: pd.DataFrame, quantity: str = "procrustes_relative") -> pd.DataFrame:
    """Gradient descent's map error at each point: its median over starts, with interval."""
    rows = values(measured, "gradient_descent", quantity)
    groups = rows.groupby("point", sort=False).value
    return pd.DataFrame({point: median_interval(group).as_row for point, group in groups}).T


def cost_ratios(measured: pd.DataFrame, method: str) -> pd.DataFrame:
    """Evaluations over gradient descent's, start by start, at each size of the scaling region.

    Index ``cities``; columns ``value`` (the median over starts), ``low``, ``high`` (their range)
    and ``censored``: that at least half of the runs did not arrive, so ``value`` is a lower bound.
    """
    rows = measured[measured.region == SCALING]
    cost = values(rows, method, "evaluations_to_tolerance").set_index(["cities", "start"]).value
    arrived = values(rows, method, "converged").set_index(["cities", "start"]).value
    own = values(rows, "gradient_descent", "evaluations_to_tolerance")
    ratio = (cost / own.set_index(["cities", "start"]).value).dropna().groupby("cities")
    table = pd.DataFrame({"value": ratio.median(), "low": ratio.min(), "high": ratio.max()})
    return table.assign(censored=arrived.groupby("cities").mean() <= 0.5)


def growth(ratios: pd.DataFrame) -> Interval:
    """The exponent of a ratio in the number of cities.

    A lower bound at one of the larger sizes can only pull the line down there, so it may enter;
    at a smaller one it would raise the slope, and nothing is claimed.
    """
    logs = np.log(ratios.index.to_numpy(dtype=float))
    if (ratios.censored & (logs < logs.mean())).any():
        return Interval.unknown()
    return fit_exponent(ratios.index, ratios.value)


def subset_exponent(measured: pd.DataFrame) -> Interval:
    """The exponent of gradient descent's steps on random sets of cities (medians by size)."""
    medians = values(measured, "gradient_descent", "subset_steps").groupby("cities").value.median()
    return fit_exponent(medians.index, medians)


def animated(frames: pd.DataFrame) -> str:
    """The point that the animation shows: the one with the most frames."""
    return str(frames.groupby("point").frame.nunique().idxmax())


def map_kilometres(measured: pd.DataFrame, method: str) -> pd.Series:
    """A method's map error in km at each point: the median over its starts."""
    return values(measured, method, "procrustes_km").groupby("point").value.median()
