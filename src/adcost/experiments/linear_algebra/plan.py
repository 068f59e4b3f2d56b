"""The points of `linear_algebra`: accuracy, degenerate cases, the regulariser in use, cost."""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, increase_problems, rounds_problems

TABLES = ("measurements",)
FIGURES = ("accuracy", "cost", "recovery")
ANIMATIONS = ()

COPIES = 16
"""Of an n × n matrix that differentiating through elimination holds at once (counted: eight)."""

COURSES = 9
"""Rows that each step of each draw of a recovery has: three descents, three quantities."""

ROW_BYTES = 500
"""Of a row of the table, as a tuple and in the table (measured: 490)."""

LARGEST_CONDITION = 1e13
"""Beyond, rounding the entries of a matrix of some ten rows may make it singular."""


def cost_mb(sizes: list[int]) -> int:
    """Megabytes (2²⁰ bytes) of differentiating through elimination at the largest size."""
    return PROCESS_MB + 8 * COPIES * max(sizes) ** 2 // 2**20


def recovery_mb(recovery: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes) of the descents and of the table of their courses."""
    rows = COURSES * recovery["steps"] * recovery["draws"]
    return cost_mb([recovery["size"]]) + ROW_BYTES * rows // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """The four points of the section ``linear_algebra``; the last is timed."""
    accuracy = {name: config[name] for name in ("size", "rows", "draws")}
    accuracy["conditions"] = list(config["conditions"])
    cost = {"sizes": list(config["sizes"]), "timing": dict(config["timing"])}
    accurate, recovery = cost_mb([config["rows"]]), dict(config["recovery"])
    return [
        Point("accuracy", accuracy, memory_mb=accurate),
        Point("degenerate", {"size": config["size"], "rows": config["rows"]}, memory_mb=accurate),
        Point("recovery", recovery, memory_mb=recovery_mb(recovery)),
        Point("cost", cost, memory_mb=cost_mb(config["sizes"]), timed=True),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    if config["rows"] <= config["size"]:
        found.append(
            f"linear_algebra.rows is {config['rows']}; least squares needs more rows than "
            f"linear_algebra.size, which is {config['size']}."
        )
    found += increase_problems("linear_algebra.conditions", config["conditions"])
    if beyond := [k for k in config["conditions"] if k > LARGEST_CONDITION]:
        found.append(
            f"linear_algebra.conditions: {beyond[0]:g} is too large; a matrix of float64 may be "
            f"singular beyond {LARGEST_CONDITION:g}."
        )
    recovery = config["recovery"]
    if recovery["rank"] >= recovery["size"]:
        found.append(
            f"linear_algebra.recovery.rank is {recovery['rank']}; a low rank is below "
            f"linear_algebra.recovery.size, which is {recovery['size']}."
        )
    needed = cost_mb(config["sizes"])
    if needed > memory_mb:
        found.append(
            f"linear_algebra.sizes: differentiating through the elimination of "
            f"{max(config['sizes'])} unknowns takes {needed:,} MB; memory_mb allows "
            f"{memory_mb:,}. Lower the largest size or raise memory_mb."
        )
    return [*found, *rounds_problems("linear_algebra.timing", config["timing"])]
