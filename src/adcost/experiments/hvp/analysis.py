"""Which points of `hvp` are meant, by their parameters, for figures and claims alike."""

from collections.abc import Mapping

import pandas as pd

from adcost.results.select import parameter, points_with, select, series
from adcost.statistics.intervals import paired_ratio, summarise

AD_PRODUCTS = (
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
)


TIMED = "timing.runs"
"""A parameter that the timed points have, and no other."""


def sweep(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The measurements of the homework's sweep over depth: timed points with a Hessian."""
    return select("hvp", tables["measurements"], point=_timed(tables["points"], hessian=True))


def sweep_width(points: pd.DataFrame) -> int:
    """The width of the sweep's networks."""
    return _width(points, _timed(points, hessian=True)[0])


def large(points: pd.DataFrame) -> tuple[str, int]:
    """The name and the width of the point where only the AD product runs."""
    name = _timed(points, hessian=False)[0]
    return name, _width(points, name)


def _timed(points: pd.DataFrame, *, hessian: bool) -> list[str]:
    timed = parameter("hvp", points, TIMED)
    return [name for name in points_with("hvp", points, hessian=hessian) if name in timed]


def _width(points: pd.DataFrame, name: str) -> int:
    return int(parameter("hvp", points, "width")[name])


def counted(sweep: pd.DataFrame, method: str, quantity: str = "operations") -> pd.Series:
    """The counted values of one method over the sweep, indexed by the number of layers."""
    return series("hvp", sweep, "layers", method=method, quantity=quantity)


def medians(timings: pd.DataFrame, sweep: pd.DataFrame) -> pd.DataFrame:
    """Medians of the sweep's timings in seconds: a row a depth, a column a method."""
    layers = dict(zip(sweep.point, sweep.layers, strict=True))
    table = summarise(timings[timings.point.isin(layers)])
    return table.assign(layers=table.point.map(layers)).pivot(
        index="layers", columns="method", values="median"
    )


def time_ratios(sweep: pd.DataFrame, timings: pd.DataFrame, method: str) -> list[float]:
    """The paired medians of a product's time over the gradient's, one a depth."""
    points = [p for p in sweep.point.unique() if p in set(timings.point)]
    return [paired_ratio(timings[timings.point == p], method, "gradient").value for p in points]


def nested(measured: pd.DataFrame) -> pd.DataFrame:
    """Operations of what is applied many times over: a row a function, a column a method."""
    rows = measured[(measured.point == "nested") & (measured.quantity == "operations")]
    return rows.pivot(index="function", columns="method", values="value")


def tangents(measured: pd.DataFrame) -> pd.Series:
    """What an operation takes with its tangent, in operations of its value."""
    return measured[measured.quantity == "tangent"].set_index("function").value
