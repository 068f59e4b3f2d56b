"""The points of `stepsizes`: the homework, a sweep over β, and quadratics of other conditions.

``homework``   learns the steps for ½‖x‖² from many random starts and examines where each run ends
``sweep``      the same runs for many β: from crawling to divergence
``condition``  steps learned for a condition number κ against Chebyshev's and conjugate gradients

Nothing is timed.
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements", "curves")
FIGURES = (
    "gradient",
    "learning",
    "steps",
    "descent",
    "minimum",
    "valley",
    "stability",
    "chebyshev",
)
ANIMATIONS = ()

STABLE = 2.0
"""βC below which every |1 − α_i| shrinks at each step, and above which every one grows."""

ITEMSIZE = 8


def points(config: Mapping[str, Any]) -> list[Point]:
    """The three points that the section ``stepsizes`` of the configuration asks for."""
    shared = {key: config[key] for key in ("dimension", "horizon", "largest_start", "starts")}
    memory = needed_mb(config)
    return [
        Point(
            "homework",
            {**shared, **{key: config[key] for key in ("beta", "steps", "perturbations")}},
            memory_mb=memory,
        ),
        Point("sweep", {**shared, **config["sweep"]}, memory_mb=memory),
        Point("condition", {"horizon": config["horizon"], **config["condition"]}, memory_mb=memory),
    ]


def needed_mb(config: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes): the losses of every run, and what differentiating the loop stores.

    Reverse mode keeps x_0 … x_T; the perturbed losses and the Hessian need it for a batch of
    ``perturbations`` and of T directions, of which a few copies are alive.
    """
    batch = max(config["perturbations"], config["horizon"], config["starts"])
    numbers = 4 * batch * (config["horizon"] + 1) * config["dimension"]
    losses = 4 * config["starts"] * max(config["steps"], config["sweep"]["steps"])
    return PROCESS_MB + ITEMSIZE * (numbers + losses) // 2**20 + 1


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    sweep, condition = config["sweep"], config["condition"]
    if sweep["largest"] <= sweep["smallest"]:
        found.append(
            f"stepsizes.sweep.largest is {sweep['largest']}; it must be greater than "
            f"stepsizes.sweep.smallest, which is {sweep['smallest']}"
        )
    if not sweep["smallest"] < STABLE:
        found.append(
            f"stepsizes.sweep.smallest is {sweep['smallest']}; it must be below {STABLE:g}, the "
            "border of stability, or no β of the sweep goes down"
        )
    # Curvatures of a start differ by (1 − largest_start)⁻² at most: beyond, all exceed the border.
    certain = STABLE / (1 - config["largest_start"]) ** 2
    if not sweep["largest"] > certain:
        found.append(
            f"stepsizes.sweep.largest is {sweep['largest']}; it must be above {certain:.3g}, where "
            f"β exceeds {STABLE:g}/C in every direction, or no β of the sweep is sure to diverge "
            "(that is a finding here, not an error)"
        )
    if condition["dimension"] <= config["horizon"]:
        found.append(
            f"stepsizes.condition.dimension is {condition['dimension']}; it must be greater than "
            f"stepsizes.horizon, which is {config['horizon']}: with a step for every eigenvalue "
            "the loss is zero and there is nothing to compare"
        )
    needed = needed_mb(config)
    if needed > memory_mb:
        found.append(
            f"stepsizes: dimension {config['dimension']:,}, horizon {config['horizon']} and "
            f"{config['perturbations']:,} perturbations take {needed:,} MB; memory_mb allows "
            f"{memory_mb:,}. Lower stepsizes.dimension, horizon, perturbations or steps, or raise "
            "memory_mb"
        )
    return found
