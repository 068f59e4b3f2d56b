"""The points of `checkpointing`: a chain of layers under every schedule.

``chain-<n>``  a chain of n layers; timed
``animation``  the events of some schedules on a short chain
"""

from collections.abc import Mapping
from math import ceil, log2
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, increase_problems, rounds_problems

TABLES = ("measurements",)
FIGURES = ("chain", "frontier")
ANIMATIONS = ("schedules",)

STATES_A_LAYER = 3
"""States that reverse mode keeps of a layer by itself: XLA's own figure for tanh(xW)."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``checkpointing`` of the configuration asks for."""
    shared = {key: config[key] for key in ("width", "batch", "quadratic_up_to")}
    timing = dict(config["timing"])
    sweep = [
        Point(
            f"chain-{length}",
            {
                "kind": "chain",
                "length": length,
                **shared,
                "snapshots": snapshots(config, length),
                "timing": timing,
            },
            memory_mb=PROCESS_MB + stored_mb(config, length),
            timed=True,
        )
        for length in config["lengths"]
    ]
    return [
        *sweep,
        Point("animation", {"kind": "animation", "length": config["animate"]}, on_cpu=True),
    ]


def snapshots(config: Mapping[str, Any], length: int) -> list[int]:
    """The numbers of snapshots at a length: those of halving, and the frontier's where it is."""
    found = {ceil(log2(length))}
    if length == config["frontier"]["length"]:
        found |= set(config["frontier"]["snapshots"])
    return sorted(found)


def stored_mb(config: Mapping[str, Any], length: int) -> int:
    """Megabytes (2²⁰ bytes) of all states that reverse mode keeps by itself, in float32."""
    state = config["width"] * config["batch"] * 4
    return (STATES_A_LAYER * length + 10) * state // 2**20 + 1


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    key, frontier = "checkpointing", config["frontier"]
    found = increase_problems(f"{key}.lengths", config["lengths"])
    if frontier["length"] not in config["lengths"]:
        found.append(
            f"{key}.frontier.length is {frontier['length']}; it must be one of {key}.lengths, "
            f"{config['lengths']}"
        )
    if beyond := [s for s in frontier["snapshots"] if s > frontier["length"]]:
        found.append(
            f"{key}.frontier.snapshots: {beyond[0]} snapshots are more than the "
            f"{frontier['length']} layers of {key}.frontier.length; each may be at most that"
        )
    longest = max(config["lengths"])
    if (needed := PROCESS_MB + stored_mb(config, longest)) > memory_mb:
        found.append(
            f"{key}.lengths: storing all states of {longest} layers takes {needed:,} MB; memory_mb "
            f"allows {memory_mb:,}. Remove {longest}, lower {key}.width or {key}.batch, or raise "
            "memory_mb."
        )
    return [*found, *rounds_problems(f"{key}.timing", config["timing"])]
