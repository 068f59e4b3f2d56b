"""The one point of `graph_traces`: everything is counted on small graphs, in seconds.

``traces``  the lecture's function, every other expression, and the families that grow
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.graph_traces import expressions
from adcost.experiments.plan import Point

TABLES = ("measurements", "steps", "edges")
FIGURES = ("forward_w1", "forward_w2", "reverse", "expressions", "sweeps", "storage")
ANIMATIONS = ("forward_film", "reverse_film")

LECTURE = "lecture"


def points(config: Mapping[str, Any]) -> list[Point]:
    """The point that the section ``graph_traces`` of the configuration asks for."""
    others = [dict(other, sha256=expressions.digest(other)) for other in config["expressions"]]
    return [Point("traces", dict(config, expressions=others), seeded=False)]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    w1, w2 = config["at"]
    found = []
    if not (w1 > 1 and w2 > 0):
        found.append(
            f"graph_traces.at is [{w1}, {w2}]; the lecture's w2·log w1 + √(w2·log w1) needs "
            "w1 > 1 and w2 > 0"
        )
    names = [other["name"] for other in config["expressions"]]
    for place, other in enumerate(config["expressions"]):
        key, name = f"graph_traces.expressions[{place}]", other["name"]
        if name == LECTURE or name in names[:place]:
            found.append(f"{key}.name: {name} stands for another expression; take a new name")
        if message := expressions.problem(key, other):
            found.append(message)
    return found
