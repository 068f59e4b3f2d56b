"""The points of `checkpointing`: a chain of layers, a transformer from shapes alone, and real runs.

``chain-<n>``  a chain of n layers under every schedule; timed
``animation``  the events of some schedules on a short chain
and those of `transformer_plan`.
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.checkpointing import chain_plan, transformer_plan
from adcost.experiments.plan import Point

TABLES = ("measurements",)
FIGURES = ("chain", "frontier", "gpt2_memory", "gpt2_operations", "max_batch", "prediction")
ANIMATIONS = ("schedules",)


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``checkpointing`` of the configuration asks for."""
    return [*chain_plan.points(config["chain"]), *transformer_plan.points(config)]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    return [
        *chain_plan.problems(config["chain"], memory_mb),
        *transformer_plan.problems(config, memory_mb),
    ]
