"""What an experiment plans: its points, the memory they need, and what it refuses.

An experiment ``<name>`` is a room ``adcost/experiments/<name>/`` with four doors:

``plan.py``     imports neither JAX nor pandas, since Snakemake reads it whenever it plans:
                ``TABLES``, ``FIGURES``, ``ANIMATIONS`` (tuples of names),
                ``points(config) -> list[Point]`` and
                ``problems(config, memory_mb) -> list[str]``;
``measure.py``  ``measure(point, parameters, seed) -> dict[str, DataFrame]``: one point's tables;
``figures.py``  ``draw(tables, folder)``: every figure from the tables alone;
``claims.py``   ``judge(tables) -> list[Claim]`` and ``numbers(tables) -> dict``: the verdicts, and
                the numbers that the report's text calls by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True)
class Point:
    """One point of a sweep, which is one job.

    ``name`` becomes a folder name; ``parameters`` is all that ``measure`` gets of the
    configuration, so a change to anything else does not measure this point again; a ``timed``
    point owns the machine while it runs and also writes a table of timings.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    memory_mb: int = 1000
    timed: bool = False


def check_points(points: Sequence[Point], experiment: str) -> None:
    """Refuse names that are not file names, and two points of one name."""
    seen: set[str] = set()
    for point in points:
        if not NAME.fullmatch(point.name):
            raise ValueError(f"{experiment}: {point.name!r} cannot name a point")
        if point.name in seen:
            raise ValueError(f"{experiment}: the point {point.name} is planned twice")
        seen.add(point.name)
