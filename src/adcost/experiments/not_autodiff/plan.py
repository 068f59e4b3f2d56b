"""The points of `not_autodiff`: one job for all that is counted and compared, one that is timed.

``maps``  sizes of expressions, operations, errors and bytes of each map; gradients by many inputs
``time``  seconds to derive and to evaluate, on the logistic map; timed
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, rounds_problems

TABLES = ("measurements",)
FIGURES = ("bullets", "swell", "errors", "time")
ANIMATIONS = ()

STUDIED = "logistic"
"""The map that the claims on swell and the bullets' figure are about; it must be among them."""

MOST_OPERATIONS = 250_000
"""Operations of a symbolic derivative up to which it is formed (sympy takes seconds there)."""


def symbolic_operations(function: str, depth: int) -> int:
    """About how many operations sympy's derivative of a map has at a depth.

    A tree that doubles at each step, with the product rule on top, has c·k·2ᵏ; c was read from
    depths up to 10 and only serves to refuse what would not end.
    """
    growth = {"logistic": 8 * depth * 2**depth, "ricker": 23 * depth * 2**depth}
    return growth.get(function, depth**2)


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``not_autodiff`` asks for."""
    counted = {name: value for name, value in config.items() if name != "timing"}
    return [
        Point("maps", counted, maps_mb(config)),
        Point("time", dict(config["timing"]), time_mb(config["timing"]), timed=True),
    ]


def maps_mb(config: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes): some doubles of each sample a depth, and a step of differences."""
    deepest = max(*config["symbolic_depths"], *config["depths"])
    return PROCESS_MB + 8 * config["samples"] * (20 * deepest + 200) // 2**20


def time_mb(timing: Mapping[str, Any]) -> int:
    """Megabytes of the samples and of what each compiled program returns for them."""
    return PROCESS_MB + 8 * 16 * timing["samples"] // 2**20


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    if STUDIED not in config["functions"]:
        found.append(
            f"not_autodiff.functions is {', '.join(config['functions'])}; it must hold {STUDIED}, "
            "which the claims are about. Add it."
        )
    too_deep = [("symbolic_depths", config["symbolic_depths"], config["functions"])]
    too_deep.append(("timing.depths", config["timing"]["depths"], [STUDIED]))
    for key, depths, functions in too_deep:
        sizes = {k: max(symbolic_operations(name, k) for name in functions) for k in depths}
        if beyond := sorted(k for k, size in sizes.items() if size > MOST_OPERATIONS):
            found.append(
                f"not_autodiff.{key}: at depth {beyond[-1]} a symbolic derivative has about "
                f"{sizes[beyond[-1]]:,} operations, and its time and memory grow with them; "
                f"allowed are {MOST_OPERATIONS:,}. Remove {', '.join(map(str, beyond))} from "
                f"not_autodiff.{key}. (not_autodiff.depths goes deeper without symbols.)"
            )
    return [*found, *rounds_problems("not_autodiff.timing", config["timing"])]
