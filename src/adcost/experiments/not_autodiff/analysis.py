"""What the tables of `not_autodiff` come to, for figures and claims alike."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from adcost.experiments.not_autodiff.plan import STUDIED
from adcost.experiments.not_autodiff.programs import program
from adcost.results.select import select
from adcost.roundoff import unit_roundoff
from adcost.statistics.intervals import Interval, summarise

UNIT_ROUNDOFF = unit_roundoff()
DIFFERENCES = ("forward_difference", "central_difference")
MODES = ("forward", "reverse")
SYMBOLIC = ("symbolic", "symbolic_shared")


def values(
    measured: pd.DataFrame, method: str, quantity: str, function: str = STUDIED
) -> pd.Series:
    """A quantity of one method on one function, by depth; the least over a difference's steps."""
    rows = select("not_autodiff", measured, function=function, method=method, quantity=quantity)
    return rows.groupby("depth").value.min()


def functions(measured: pd.DataFrame) -> list[str]:
    """The maps, in the order of the configuration."""
    return list(measured[measured.quantity == "error"].function.unique())


def worst_scaled(measured: pd.DataFrame, methods: tuple[str, ...], function: str) -> Interval:
    """The greatest error over depths and methods, in units of u·A."""
    return Interval.exactly(
        max(float(values(measured, name, "scaled_error", function).max()) for name in methods)
    )


def gaps(measured: pd.DataFrame, function: str) -> pd.Series:
    """The best difference's error over AD's, by depth, where an expression was differentiated.

    Left out is depth 1: the logistic map is of degree two there, and a central difference of such
    a polynomial has no truncation error at any step. An error of zero counts as u.
    """
    best = pd.concat([values(measured, name, "error", function) for name in DIFFERENCES], axis=1)
    own = pd.concat([values(measured, name, "error", function) for name in MODES], axis=1)
    symbolic = values(measured, "symbolic", "error", function)
    ratio = best.min(axis=1) / own.max(axis=1).clip(lower=UNIT_ROUNDOFF)
    return ratio[(ratio.index > 1) & ratio.index.isin(symbolic.index)]


def growth(sizes: pd.Series) -> pd.Series:
    """The factor by which a size grows at each further step, over the deeper half."""
    depths = sizes.index.to_numpy(dtype=float)
    factors = (sizes.to_numpy()[1:] / sizes.to_numpy()[:-1]) ** (1 / np.diff(depths))
    factors = pd.Series(factors, index=sizes.index[1:])
    return factors[factors.index > sizes.index.max() / 2]


def times(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Median seconds with interval and seconds to derive, by method and depth."""
    timed = select("not_autodiff", tables["measurements"], point="time")
    timed = timed[["method", "depth"]].drop_duplicates()
    programs = [program(row.method, row.depth) for row in timed.itertuples()]
    table = summarise(tables["timings"]).set_index("method").loc[programs].reset_index(drop=True)
    labels = timed.reset_index(drop=True)
    return table.assign(method=labels.method, depth=labels.depth).sort_values("depth")


def bytes_a_step(measured: pd.DataFrame) -> float:
    """What reverse mode holds for one step more, in bytes."""
    held = values(measured, "reverse", "temporary_bytes")
    return float((held.iloc[-1] - held.iloc[-2]) / (held.index[-1] - held.index[-2]))
