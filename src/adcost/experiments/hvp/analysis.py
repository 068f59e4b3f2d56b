"""Which points of `hvp` are meant, by their parameters, for figures and claims alike."""

from collections.abc import Mapping

import pandas as pd

from adcost.results.select import parameter, points_with, select

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
