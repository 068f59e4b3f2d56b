"""The points of `price`: one for each function, timed.

``<name>``  the price tag of that function; an edit of its file, or of what that imports from beside
            it, prices it again
"""

from collections.abc import Mapping
from typing import Any

from adcost import user_code
from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements", "parts")
ANIMATIONS = ()

OF_EACH = ("prices", "lines", "checkpoints")
"""The figures of each function, named ``<function>_<figure>``."""

DEFAULTS: Mapping[str, Any] = {
    "argnums": [0],
    "has_aux": False,
    "tolerance": 0.01,
    "leave_out": [],
    "batch": {},
    "fits_mb": 0,
}
"""What a function's keys are where they are not given."""


def figures(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The price lists of all functions in one figure, and the figures of each."""
    own = [f"{one['name']}_{figure}" for one in config["functions"] for figure in OF_EACH]
    return ("overview", *own)


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``price`` of the configuration asks for."""
    limits = {key: config[key] for key in ("seconds", "run_seconds", "memory_mb")}
    return [
        Point(
            one["name"],
            {
                **DEFAULTS,
                **one,
                **limits,
                "sha256": user_code.digest(one["function"], one["arguments"]),
            },
            memory_mb=PROCESS_MB + config["memory_mb"],
            timed=True,
            seeded=False,
        )
        for one in config["functions"]
    ]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    names = [one["name"] for one in config["functions"]]
    for place, one in enumerate(config["functions"]):
        key = f"price.functions[{place}]"
        if one["name"] in names[:place]:
            found.append(f"{key}.name: {one['name']} stands for another function; take a new name")
        for part in ("function", "arguments"):
            message, taken = user_code.look_up(f"{key}.{part}", one[part])
            if not message and part == "arguments" and taken is not None and taken[0] > 0:
                message = (
                    f"{key}.arguments: {one[part]} takes arguments; it is called without any, and "
                    "returns the positional arguments of the function"
                )
            found += [message] if message else []
        if ("batch" in one) != ("fits_mb" in one):
            found.append(f"{key}: batch and fits_mb go together; give both or neither")
    if PROCESS_MB + config["memory_mb"] > memory_mb:
        found.append(
            f"price.memory_mb is {config['memory_mb']:,}, and Python with JAX takes {PROCESS_MB} "
            f"more; memory_mb allows {memory_mb:,}. Lower price.memory_mb or raise memory_mb"
        )
    return found
