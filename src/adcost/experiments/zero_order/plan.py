"""The points of `zero_order`: what descent without gradients costs, and how that depends on n.

``smooth``, ``convex``, ``strongly_convex``  one class of problems each: the sweep over dimensions,
             and the error against the step in one dimension
``stochastic``  two noisy evaluations a step, at a fixed budget
``estimator``   the estimator alone, central differences against gradients, and the illustrations

Nothing is timed; every point is a job of its own, so that two cores share them.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements",)
FIGURES = ("trajectories", "dimension", "iterations", "best_step", "unbiased", "stochastic")
ANIMATIONS = ()

CLASSES = ("smooth", "convex", "strongly_convex")
"""The classes of `functions.rate_classes` (a test holds the two together)."""

BATCHES = 64
"""The estimator's draws are averaged in batches, whose scatter gives the interval."""

STEPS_A_DIMENSION = 32
"""Steps of the noisy problem for each dimension at the least: with fewer the best step comes near
the largest stable one, and the start is not forgotten."""

COPIES = 12
"""Arrays of (runs, n) numbers that a step holds at once, random numbers included."""


def runs(dimension: int, least: int, coordinates: int = 0) -> int:
    """Independent runs in a dimension: as many as fill ``coordinates`` numbers, at least ``least``.

    A run in a high dimension averages over its many directions by itself.
    """
    return max(least, coordinates // dimension)


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``zero_order`` of the configuration asks for."""
    shared = {
        name: config[name] for name in ("dimensions", "sphere_up_to", "runs", "epsilon", "rate")
    }
    classes = [
        Point(
            name,
            {**shared, "tolerance": config["tolerance"][name], "condition": config["condition"]},
            memory_mb=max(
                _memory_mb(config["dimensions"], config["runs"]),
                _memory_mb([config["rate"]["dimension"]], {"least": config["rate"]["runs"]}),
            ),
        )
        for name in CLASSES
    ]
    noisy = config["stochastic"]
    stochastic = Point(
        "stochastic",
        {**noisy, "epsilon": config["epsilon"]},
        memory_mb=_memory_mb([*noisy["dimensions"], noisy["dimension"]], noisy["runs"]),
    )
    estimator = {name: config[name] for name in ("estimator", "differences", "trajectories")}
    drawn = max(config["estimator"]["dimensions"]) * config["estimator"]["draws"]
    memory_mb = PROCESS_MB + COPIES * 8 * drawn // BATCHES // 2**20 + 1
    return [*classes, stochastic, Point("estimator", estimator, memory_mb=memory_mb)]


def _memory_mb(dimensions: list[int], wanted: Mapping[str, int]) -> int:
    numbers = max(n * runs(n, **wanted) for n in dimensions)
    return PROCESS_MB + COPIES * 4 * numbers // 2**20 + 1


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    noisy = config["stochastic"]
    for key, values in (
        ("dimensions", config["dimensions"]),
        ("stochastic.dimensions", noisy["dimensions"]),
        ("stochastic.budgets", noisy["budgets"]),
        ("estimator.dimensions", config["estimator"]["dimensions"]),
    ):
        for before, after in pairwise(values):
            if after <= before:
                found.append(
                    f"zero_order.{key}: {after} stands after {before}; the list must increase. "
                    f"Write {sorted(set(values))}."
                )
                break
    of_sphere = [n for n in config["dimensions"] if n <= config["sphere_up_to"]]
    if len(of_sphere) < 3:
        found.append(
            f"zero_order.sphere_up_to is {config['sphere_up_to']:,}; at least three of "
            "zero_order.dimensions must not exceed it, or no exponent can be fitted. Raise it to "
            f"{sorted(config['dimensions'])[2]:,}."
        )
    budget, largest = noisy["budget"], max(noisy["dimensions"])
    if budget < STEPS_A_DIMENSION * largest:
        found.append(
            f"zero_order.stochastic.budget is {budget:,}; it must be at least {STEPS_A_DIMENSION} "
            f"times the largest of zero_order.stochastic.dimensions, which is {largest:,}, or the "
            f"best step is not that of the rate. Raise it to {STEPS_A_DIMENSION * largest:,}, or "
            f"remove {largest}."
        )
    draws = config["estimator"]["draws"]
    if draws % BATCHES:
        found.append(
            f"zero_order.estimator.draws is {draws:,}; it must be a multiple of {BATCHES}, the "
            f"number of batches. Write {-(-draws // BATCHES) * BATCHES:,}."
        )
    least = min(noisy["budgets"])
    if least < STEPS_A_DIMENSION * noisy["dimension"]:
        found.append(
            f"zero_order.stochastic.budgets: {least:,} is less than {STEPS_A_DIMENSION} times "
            f"zero_order.stochastic.dimension, which is {noisy['dimension']:,}. Remove it, or "
            "lower the dimension."
        )
    for point in points(config):
        if point.memory_mb > memory_mb:
            found.append(
                f"zero_order: the point {point.name} takes {point.memory_mb:,} MB; memory_mb "
                f"allows {memory_mb:,}. Lower its draws, runs or dimensions, or raise memory_mb."
            )
    return found
