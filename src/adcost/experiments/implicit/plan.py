"""The points of `implicit`: three fixed points, and one that is none."""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements",)
FIGURES = ("cost", "error", "singular")
ANIMATIONS = ()

PROBLEMS = ("ridge", "step_sizes", "layer")

COPIES = 3
"""Of each inner step's state that reverse mode through the homework's loop holds at once."""


def loop_mb(config: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes) of measuring the homework's loop, which has the largest state.

    It is compiled for more steps than it is ever run: those to the tightest tolerance.
    """
    loop = config["step_sizes"]
    return PROCESS_MB + 8 * COPIES * loop["dimension"] * loop["horizon"] * MOST_ROUNDS // 2**20


MOST_ROUNDS = 400
"""Of the homework's ten steps to any tolerance, if they halve x at least: 10⁻¹⁵ takes 50."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """One point for each problem, and one for the singular one, which draws nothing."""
    shared = {name: config[name] for name in ("converged", "adjoint_tolerance")}
    shared |= {name: list(config[name]) for name in ("steps", "tolerances")}
    singular = dict(config["singular"]) | {"adjoint_tolerance": config["adjoint_tolerance"]}
    return [
        *(
            Point(
                name,
                {**shared, "problem": dict(config[name])},
                memory_mb=loop_mb(config) if name == "step_sizes" else PROCESS_MB,
                seeded=name != "ridge",
            )
            for name in PROBLEMS
        ),
        Point("singular", singular, seeded=False),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    if config["steps"] != sorted(config["steps"]):
        found.append(f"implicit.steps: {config['steps']} must increase.")
    if config["converged"] not in config["steps"]:
        found.append(
            f"implicit.converged is {config['converged']}; it must be one of implicit.steps, "
            f"which are {config['steps']}."
        )
    for key in ("tolerances", "singular.penalties"):
        values = config["singular"]["penalties"] if "." in key else config[key]
        if values != sorted(values, reverse=True):
            found.append(f"implicit.{key}: {values} must decrease.")
    if config["adjoint_tolerance"] > min(config["tolerances"]):
        found.append(
            f"implicit.adjoint_tolerance is {config['adjoint_tolerance']:g}; it must be at most "
            f"the least of implicit.tolerances, which is {min(config['tolerances']):g}."
        )
    if config["singular"]["penalties"][-1] != 0:
        found.append(
            f"implicit.singular.penalties: {config['singular']['penalties']} must end with 0, "
            "where the system is singular."
        )
    if (needed := loop_mb(config)) > memory_mb:
        found.append(
            f"implicit.step_sizes: {config['step_sizes']['dimension']:,} numbers and "
            f"{config['step_sizes']['horizon']:,} steps take {needed:,} MB; memory_mb allows "
            f"{memory_mb:,}. Lower either or raise memory_mb."
        )
    return found
