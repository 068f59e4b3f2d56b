"""The points of `finite_differences`: how exact a difference is, and what it costs.

``accuracy``     errors against ε, for every curve, method and precision: one cheap sweep, one job
``evaluations``  the evaluations that a gradient takes, counted as they happen, over dimensions

Nothing is timed.
"""

import math
from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point
from adcost.roundoff import unit_roundoff

TABLES = ("measurements",)
FIGURES = ("tradeoff", "curvature", "attainable")
ANIMATIONS = ()

CURVES = ("exponential", "wave", "reciprocal", "logarithm", "cubic")
"""The curves of `functions.curves` (a test holds the two together)."""

DTYPES = ("float32", "float64")

UNIT_ROUNDOFF = {dtype: unit_roundoff(dtype) for dtype in ("float32", "float64")}

SHARE = 0.05
"""Between these shares an arm of the U is straight: on it, every other part of the error is at
most this share of the one that rules there."""

COVER = (1e-13, 1.0)
"""The grid of ε must reach over both: the arms that are measured lie within, for all curves and
precisions, from the reciprocal's in float64 to the logarithm's in float32."""


def epsilons(smallest: float, largest: float, per_decade: int) -> int:
    """How many ε the grid has, from ``smallest`` on and not beyond ``largest``."""
    return math.floor(math.log10(largest / smallest) * per_decade + 1e-9) + 1


def accuracy_mb(config: Mapping[str, Any]) -> int:
    """Megabytes of the sweep: a dozen doubles for each x and ε."""
    count = config["sets"] * config["points"] * epsilons(**config["epsilon"])
    return PROCESS_MB + 12 * 8 * count // 2**20 + 1


def evaluations_mb(dimension: int) -> int:
    """Megabytes of a gradient by differences: some copies of its d arguments, all held at once."""
    return PROCESS_MB + 6 * 8 * dimension**2 // 2**20 + 1


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``finite_differences`` of the configuration asks for."""
    accuracy = {
        "epsilon": dict(config["epsilon"]),
        "curves": list(config["curves"]),
        "sets": config["sets"],
        "points": config["points"],
    }
    dimensions = list(config["dimensions"])
    return [
        Point("accuracy", accuracy, memory_mb=accuracy_mb(config)),
        Point(
            "evaluations", {"dimensions": dimensions}, evaluations_mb(max(dimensions)), on_cpu=True
        ),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    section, grid = "finite_differences", config["epsilon"]
    key = f"{section}.epsilon"
    if grid["smallest"] >= grid["largest"]:
        return [
            f"{key}.smallest is {grid['smallest']:g}; it must be less than {key}.largest, which is "
            f"{grid['largest']:g}"
        ]
    found = []
    if grid["smallest"] > COVER[0]:
        found.append(
            f"{key}.smallest is {grid['smallest']:g}; it must be at most {COVER[0]:g}, or the arm "
            "where rounding rules is not seen in float64"
        )
    if grid["largest"] < COVER[1]:
        found.append(
            f"{key}.largest is {grid['largest']:g}; it must be at least {COVER[1]:g}, or the arm "
            "where truncation rules is not seen in float32"
        )
    if accuracy_mb(config) > memory_mb:
        found.append(
            f"{section}: {config['sets']} sets of {config['points']:,} points at "
            f"{epsilons(**grid):,} steps take {accuracy_mb(config):,} MB; memory_mb allows "
            f"{memory_mb:,}. Lower {section}.points or {section}.sets, or raise memory_mb."
        )
    largest = max(config["dimensions"])
    if evaluations_mb(largest) > memory_mb:
        found.append(
            f"{section}.dimensions: {largest:,} dimensions take {evaluations_mb(largest):,} MB; "
            f"memory_mb allows {memory_mb:,}. Remove {largest} from {section}.dimensions, or "
            "raise memory_mb."
        )
    return found
