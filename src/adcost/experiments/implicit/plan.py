"""The points of `implicit`: three fixed points, and one that is none."""

from collections.abc import Mapping
from math import ceil, log
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, increase_problems

TABLES = ("measurements",)
FIGURES = ("cost", "error", "singular")
ANIMATIONS = ()

PROBLEMS = ("ridge", "step_sizes", "layer")

COPIES = 3
"""Of each step's state that reverse mode through the iterations holds at once. By XLA's account it
is 3.0 to 3.1 for layers of all sizes."""

MOST = 100_000
"""Steps after which a solver is given up, which no converging one needs."""

FEATURES, PIXELS = 10, 64
"""Numbers in w of both ridge regressions."""

SLOWEST = 4
"""The homework's random step sizes are this many times smaller than their mean, at the least."""


def held(config: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Of each point the numbers in its state, and the steps that reverse mode runs through.

    All but the homework's loop, whose limit has no derivative, run for ``converged`` steps, and all
    until the tightest tolerance. A layer's step shrinks by ``gain`` at least.
    """
    converged, digits = config["converged"], -log(min(config["tolerances"]))
    loop, layer = config["step_sizes"], config["layer"]
    inner = loop["horizon"] + SLOWEST * digits / (loop["largest"] / 2)
    to_tolerance = min(MOST, 2 + digits / -log(layer["gain"]))
    return {
        "ridge": (FEATURES, max(converged, MOST)),
        "step_sizes": (loop["dimension"], ceil(min(inner, MOST * loop["horizon"]))),
        "layer": (layer["width"] * layer["examples"], max(converged, ceil(to_tolerance))),
        "singular": (PIXELS, config["singular"]["steps"]),
    }


REMEDIES = {
    "ridge": "Lower implicit.converged",
    "step_sizes": "Lower implicit.step_sizes.dimension, raise implicit.step_sizes.largest",
    "layer": "Lower width, examples or gain of implicit.layer, lower implicit.converged",
    "singular": "Lower implicit.singular.steps",
}


def held_mb(numbers: int, steps: int) -> int:
    """Megabytes (2²⁰ bytes) of reverse mode through so many steps of a state in float64."""
    return PROCESS_MB + 8 * COPIES * numbers * steps // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """One point for each problem, and one for the singular one, which draws nothing."""
    shared = {name: config[name] for name in ("converged", "adjoint_tolerance")}
    shared |= {name: list(config[name]) for name in ("steps", "tolerances")}
    memory = {name: held_mb(*of) for name, of in held(config).items()}
    singular = dict(config["singular"]) | {"adjoint_tolerance": config["adjoint_tolerance"]}
    return [
        *(
            Point(
                name,
                {**shared, "problem": dict(config[name])},
                memory_mb=memory[name],
                seeded=name != "ridge",
            )
            for name in PROBLEMS
        ),
        Point("singular", singular, memory_mb=memory["singular"], seeded=False),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = increase_problems("implicit.steps", config["steps"])
    if config["converged"] not in config["steps"]:
        found.append(
            f"implicit.converged is {config['converged']}; it must be one of implicit.steps, "
            f"which are {config['steps']}."
        )
    penalties = config["singular"]["penalties"]
    found += increase_problems("implicit.tolerances", config["tolerances"], decrease=True)
    found += increase_problems("implicit.singular.penalties", penalties, decrease=True)
    if config["adjoint_tolerance"] > min(config["tolerances"]):
        found.append(
            f"implicit.adjoint_tolerance is {config['adjoint_tolerance']:g}; it must be at most "
            f"the least of implicit.tolerances, which is {min(config['tolerances']):g}."
        )
    if penalties[-1] != 0:
        found.append(
            f"implicit.singular.penalties: {penalties} must end with 0, where the system is "
            "singular."
        )
    for name, (numbers, steps) in held(config).items():
        if (needed := held_mb(numbers, steps)) > memory_mb:
            found.append(
                f"implicit.{name}: reverse mode through {steps:,} steps of {numbers:,} numbers "
                f"takes {needed:,} MB; memory_mb allows {memory_mb:,}. {REMEDIES[name]} or raise "
                "memory_mb."
            )
    return found
