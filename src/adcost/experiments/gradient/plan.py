"""The points of `gradient`: one for each function, the sweep over its dimension in one job.

Two more are only counted: ``tape``, scalar operation by scalar operation, and ``writing``, one
function written in several ways.
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, increase_problems, rounds_problems

TABLES = ("measurements",)
FIGURES = ("methods", "seconds", "functions", "writing")
ANIMATIONS = ()

LAYERS = 3
"""Square layers of the network."""

ITEM = 8
"""Bytes of a number: everything is float64."""


def size(function: str, d: int) -> int:
    """What a function's dimension is counted in: cities, the network's width, or numbers."""
    if function == "mds":
        return d // 2
    return int((d / LAYERS) ** 0.5) if function == "network" else d


def dimension(function: str, d: int) -> int:
    """The largest dimension that the function has and that is at most ``d``."""
    cities_or_width = size(function, d)
    if function == "mds":
        return 2 * cities_or_width
    return LAYERS * cities_or_width**2 if function == "network" else d


def needed_mb(function: str, section: Mapping[str, Any], examples: int) -> int:
    """Megabytes (2²⁰ bytes) of the most expensive method: d points or directions side by side."""
    # What one evaluation holds at once, with the copies that differentiation adds.
    largest, shared = (
        max((d for d in section["dimensions"] if d <= section[limit]), default=0)
        for limit in ("reverse_up_to", "all_methods_up_to")
    )
    held = {d: _numbers(function, d, examples) for d in (largest, shared)}
    return PROCESS_MB + (6 * held[largest] + 4 * shared * held[shared]) * ITEM // 2**20


def _numbers(function: str, d: int, examples: int) -> int:
    if function == "mds":
        return size(function, d) ** 2
    if function == "network":
        return d + LAYERS * examples * size(function, d)
    return d + examples


def points(config: Mapping[str, Any]) -> list[Point]:
    """One timed point for each function of the section ``gradient``, and the two counted ones."""
    shared = {name: config[name] for name in ("examples", "batch")}
    return [
        Point(
            function,
            {"function": function, **section, **shared, "timing": dict(config["timing"])},
            memory_mb=needed_mb(function, section, config["examples"]),
            timed=True,
        )
        for function, section in config["functions"].items()
    ] + [
        Point("tape", dict(config["tape"]), seeded=False, on_cpu=True),
        Point("writing", dict(config["writing"]), seeded=False, on_cpu=True),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    for function, section in config["functions"].items():
        key = f"gradient.functions.{function}"
        dimensions, limit = section["dimensions"], section["all_methods_up_to"]
        found += increase_problems(f"{key}.dimensions", dimensions)
        smallest = {"mds": 4, "network": LAYERS}.get(function, 1)
        if small := [d for d in dimensions if d < smallest]:
            found.append(f"{key}.dimensions: {small[0]} is too small; it begins at {smallest}.")
            continue
        sizes = [dimension(function, d) for d in dimensions]
        if len(set(sizes)) < len(sizes):
            found.append(
                f"{key}.dimensions: {dimensions} come to {sizes}, since {function} has no others; "
                "leave out what stands there twice."
            )
        if sum(d <= limit for d in dimensions) < 3:
            found.append(
                f"{key}.all_methods_up_to: {limit} leaves fewer than three of the dimensions "
                f"{dimensions} to forward mode and differences; their exponent needs three."
            )
        if section["reverse_up_to"] < limit:
            found.append(
                f"{key}.reverse_up_to is {section['reverse_up_to']}; it must be at least "
                f"{key}.all_methods_up_to, which is {limit}."
            )
        needed = needed_mb(function, section, config["examples"])
        if needed > memory_mb:
            found.append(
                f"{key}: at these dimensions it takes {needed:,} MB; memory_mb allows "
                f"{memory_mb:,}. Lower {key}.all_methods_up_to or {key}.reverse_up_to, or raise "
                "memory_mb."
            )
    for key in ("tape", "writing"):
        found += increase_problems(f"gradient.{key}.dimensions", config[key]["dimensions"])
    return [*found, *rounds_problems("gradient.timing", config["timing"])]
