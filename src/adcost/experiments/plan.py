"""What an experiment plans: its points, the memory they need, and what it refuses.

An experiment ``<name>`` is a folder ``adcost/experiments/<name>/`` with four entry points, or five:

``plan.py``     imports neither JAX nor pandas, since Snakemake reads it whenever it plans:
                ``TABLES``, ``FIGURES``, ``ANIMATIONS`` (tuples of names; where the
                configuration decides the figures, ``figures(config)`` stands for ``FIGURES``),
                ``points(config) -> list[Point]`` and
                ``problems(config, memory_mb) -> list[str]``;
``measure.py``  ``measure(point, parameters, seed) -> dict[str, DataFrame]``: one point's tables;
                where points need others, ``needs``, their arrays by name, is a fourth argument;
``prepare.py``  only where points prepare for others: ``prepare(point, parameters, seed, needs)
                -> (tables, arrays)``;
``figures.py``  ``draw(tables, folder)``: every figure from the tables alone, the gathered ones and
                ``points``, which has the parameters of each point as columns;
``claims.py``   ``judge(tables) -> list[Claim]`` and ``numbers(tables) -> dict``: the verdicts, and
                the numbers that the report's text calls by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PROCESS_MB = 700
"""Megabytes (2²⁰ bytes) of Python with JAX and pandas and what compiling takes, before the arrays
of a point. Jobs of the quick study, whose arrays are small, peak between 190 and 590."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True)
class Point:
    """One point of a sweep, which is one job.

    ``name`` becomes a folder name; ``parameters`` is all that ``measure`` gets of the
    configuration, so a change to anything else does not measure this point again; a ``timed``
    point owns the machine while it runs and also writes a table of timings. One that is not
    ``seeded`` draws no random numbers: it is given no seed, and another seed measures it not again.
    Its memory is that of the GPU where the study computes on one, unless it is ``on_cpu`` there
    too: because it only compiles, or reports to the host, or computes with NumPy or Python alone.

    A point that ``prepares`` leaves named arrays beside its tables, and a point that ``needs`` it
    (by name) is given them: a network is trained once and looked at by many jobs. What prepares
    is code of its own (``prepare.py``), so an edit of the measuring repeats no preparation.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    memory_mb: int = PROCESS_MB
    timed: bool = False
    seeded: bool = True
    on_cpu: bool = False
    prepares: bool = False
    needs: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where an experiment keeps the results of points of this kind."""
        return "prepared" if self.prepares else "timed" if self.timed else "points"


def rounds_problems(key: str, timing: Mapping[str, Any]) -> list[str]:
    """What is wrong with a section on timing beyond its schema, one message each."""
    if timing["max_runs"] >= timing["runs"]:
        return []
    return [
        f"{key}.max_runs is {timing['max_runs']}; it must be at least {key}.runs, which is "
        f"{timing['runs']}."
    ]


def increase_problems(key: str, values: Sequence[Any], *, decrease: bool = False) -> list[str]:
    """What is wrong with a list that must not fall (or, to ``decrease``, not rise)."""
    if list(values) == sorted(values, reverse=decrease):
        return []
    return [f"{key}: {list(values)} must {'decrease' if decrease else 'increase'}."]


def check_points(points: Sequence[Point], experiment: str) -> None:
    """Refuse names that are not file names, two points of one name, and needs that cannot be met.

    A point may need those that prepare and are planned before it, so there are no circles.
    """
    seen: set[str] = set()
    prepared: set[str] = set()
    for point in points:
        if not NAME.fullmatch(point.name):
            raise ValueError(f"{experiment}: {point.name!r} cannot name a point")
        if point.name in seen:
            raise ValueError(f"{experiment}: the point {point.name} is planned twice")
        if point.prepares and point.timed:
            raise ValueError(f"{experiment}: {point.name} both prepares and is timed; use two")
        if missing := sorted(set(point.needs) - prepared):
            raise ValueError(
                f"{experiment}: {point.name} needs {', '.join(missing)}, which no point planned "
                "before it prepares"
            )
        seen.add(point.name)
        if point.prepares:
            prepared.add(point.name)
