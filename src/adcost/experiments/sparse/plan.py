"""The points of `sparse`: one for each matrix, the patterns at random, and two that are timed."""

import math
from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, increase_problems, rounds_problems

TABLES = ("measurements",)
FIGURES = ("products", "patterns", "time")
ANIMATIONS = ()

MATRICES = ("jacobian", "hessian")
STRUCTURES = ("banded", "arrow", "stencil")

BELOW, ABOVE = 5, 1
"""Unknowns before and after its own that a row of Broyden's banded function has."""

HALF_BAND = 2
"""Unknowns on either side that the bending energy of a chain joins with each."""

LEAST_SIZE = 16
"""A grid of four by four: below, Broyden's band is nearly the whole matrix."""

COPIES = 8
"""Of a dense n × n matrix in double precision that a point holds at once, at the most."""


def dense_mb(n: int) -> int:
    """Megabytes (2²⁰ bytes) of a point that computes dense matrices of this size."""
    return PROCESS_MB + 8 * COPIES * n**2 // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points of the section ``sparse`` of the configuration."""
    counted = {
        "sizes": list(config["sizes"]),
        "dense": config["dense"],
        "drawn": config["drawn"],
        "search": config["search"],
    }
    time = {**config["time"], "timing": dict(config["time"]["timing"])}
    return [
        *(
            Point(
                f"{matrix}-{structure}",
                {"matrix": matrix, "structure": structure, **counted},
                memory_mb=dense_mb(config["dense"]),
            )
            for matrix in MATRICES
            for structure in STRUCTURES
        ),
        Point("random", dict(config["random"]), on_cpu=True),
        *(
            Point(
                f"time-{matrix}",
                {"matrix": matrix, **time},
                memory_mb=dense_mb(max(config["time"]["sizes"])),
                timed=True,
            )
            for matrix in MATRICES
        ),
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    named = {
        "sparse.sizes": config["sizes"],
        "sparse.dense": [config["dense"]],
        "sparse.drawn": [config["drawn"]],
        "sparse.time.sizes": config["time"]["sizes"],
    }
    found = [
        f"{key}: {n} is no square; the stencil's grid has as many rows as columns, so use "
        f"{math.isqrt(n) ** 2} or {(math.isqrt(n) + 1) ** 2}"
        for key, sizes in named.items()
        for n in sizes
        if math.isqrt(n) ** 2 != n
    ]
    for key in ("sparse.sizes", "sparse.time.sizes"):
        found += increase_problems(key, named[key])
    if config["dense"] not in config["sizes"][:-1]:
        found.append(
            f"sparse.dense is {config['dense']}; it must be one of sparse.sizes but the last, "
            f"{config['sizes'][:-1]}."
        )
    if other := [n for n in config["time"]["sizes"] if n not in config["sizes"]]:
        found.append(f"sparse.time.sizes: {other[0]} is none of sparse.sizes, {config['sizes']}.")
    random = config["random"]
    if max(random["entries"]) > random["size"]:
        found.append(
            f"sparse.random.entries: {max(random['entries'])} entries do not fit into a row of "
            f"sparse.random.size, which is {random['size']}."
        )
    for key, n in (
        ("sparse.dense", config["dense"]),
        ("sparse.time.sizes", max(config["time"]["sizes"])),
    ):
        if (needed := dense_mb(n)) > memory_mb:
            found.append(
                f"{key}: dense matrices of {n:,} rows take {needed:,} MB; memory_mb allows "
                f"{memory_mb:,}. Lower it or raise memory_mb."
            )
    return [*found, *rounds_problems("sparse.time.timing", config["time"]["timing"])]
