"""The points of `mds`: one region and size each, `europe-6` for its six most populous cities.

Nothing is timed: every cost is counted in evaluations of the loss.
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements", "convergence", "maps", "frames")
FIGURES = ("map", "convergence", "cost")
ANIMATIONS = ("recovery",)

AVAILABLE = {"europe": 35, "usa": 36, "world": 105}
"""How many cities `functions.cities` finds in each region; a test holds the two together, since
reading the database here would cost half a second of every dry run."""

LEAST_CITIES = 4
"""Three cities and fewer fit exactly in the plane by a triangle, whatever the distances."""

SCALING = "europe"
"""The region whose sizes carry the scaling laws: its cities are nested."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``mds`` of the configuration asks for."""
    shared = {
        "starts": config["starts"],
        "tolerance": config["tolerance"],
        "max_evaluations": config["max_evaluations"],
    }
    return [
        Point(
            name(region, size),
            {
                "region": region,
                "size": size,
                **shared,
                **_of_region(region, config),
                "animate": name(region, size) == config["animate"],
            },
            memory_mb=needed_mb(region, size, config),
        )
        for region, sizes in config["regions"].items()
        for size in sizes
    ]


def needed_mb(region: str, size: int | str, config: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes): gradient descent keeps every map on its way, twice when it is joined.

    A gradient counts for two evaluations at least, so there are at most half as many steps.
    """
    cities = AVAILABLE[region] if isinstance(size, str) else size
    maps = config["starts"] * config["max_evaluations"] // 2
    return PROCESS_MB + 2 * 8 * 2 * cities * maps // 2**20


def _of_region(region: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Repetitions that only the region of the scaling laws needs."""
    scaling = region == SCALING
    slow = dict(config["slow"])
    return {
        "slow": slow if scaling else slow | {"starts": 1},
        "subsets": config["subsets"] if scaling else 0,
    }


def name(region: str, size: int | str) -> str:
    """The name of the point of a region and a size."""
    return f"{region}-{size}"


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    regions = config["regions"]
    for region, sizes in regions.items():
        key = f"mds.regions.{region}"
        if region not in AVAILABLE:
            found.append(f"{key}: there is no region {region!r}; allowed: {', '.join(AVAILABLE)}")
            continue
        found += _sizes(key, sizes, AVAILABLE[region])
    if len(regions.get(SCALING, ())) < 3:
        found.append(
            f"mds.regions.{SCALING} has {len(regions.get(SCALING, ()))} size(s); it needs at least "
            "three, since the growth with the number of cities is fitted through them"
        )
    names = [name(region, size) for region, sizes in regions.items() for size in sizes]
    if config["animate"] not in names:
        found.append(
            f"mds.animate: {config['animate']!r} is no point of mds.regions; allowed: "
            f"{', '.join(names)}"
        )
    if not 0 < config["tolerance"] < 1:
        found.append(f"mds.tolerance is {config['tolerance']}; it must lie between 0 and 1")
    if config["slow"]["starts"] > config["starts"]:
        found.append(
            f"mds.slow.starts is {config['slow']['starts']}; it may be at most mds.starts, which "
            f"is {config['starts']}"
        )
    if config["slow"]["max_evaluations"] > config["max_evaluations"]:
        found.append(
            f"mds.slow.max_evaluations is {config['slow']['max_evaluations']}; it may be at most "
            f"mds.max_evaluations, which is {config['max_evaluations']}"
        )
    return found


def _sizes(key: str, sizes: list[int | str], available: int) -> list[str]:
    found = []
    if not sizes:
        found.append(f"{key}: the list is empty; name at least one size, or remove {key}")
    counts = [available if isinstance(size, str) else size for size in sizes]
    for place, (size, count) in enumerate(zip(sizes, counts, strict=True)):
        if count > available:
            found.append(
                f"{key}: {size} is too many; there are {available} cities. Write a number up to "
                f"{available}, or all"
            )
        if count < LEAST_CITIES:
            found.append(f"{key}: {size} is too few; it must be at least {LEAST_CITIES}")
        if counts.index(count) < place:
            found.append(
                f"{key}: {size} stands for {count} cities, which stand there already; each size "
                "may stand once"
            )
    return found
