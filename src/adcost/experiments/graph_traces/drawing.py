"""Draw a computational graph at one step of a sweep, as the lecture's slides do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path

from adcost import plotting
from adcost.experiments.graph_traces.labels import pretty
from adcost.experiments.graph_traces.layout import Edge, Layout, Position, layered
from adcost.palette import METHODS

ACROSS, UP, RADIUS = 2.6, 2.2, 0.4
"""A layer, a row, and a node's radius, in the units of a drawing."""

FAINT, INK, PAPER = "#BBBBBB", "#000000", "#FFFFFF"
COLOURS = {mode: METHODS[f"{mode}_mode"].colour for mode in ("forward", "reverse")}


@dataclass(frozen=True)
class Graph:
    """What every drawing of one expression shares."""

    layout: Layout
    values: Mapping[str, float]
    formulas: Mapping[str, str]
    """Of the computed nodes; an input has none."""
    partials: Mapping[Edge, str]


def graph_of(sweep: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    """The graph of an expression from the rows of one of its sweeps and of its edges."""
    rows = sweep[::-1] if sweep.sweep.iloc[0] == "reverse" else sweep
    computed = rows[rows.operation != "input"]
    # An operation may read a line twice: one arrow, with the sum of both derivatives.
    partials = edges.groupby(["parent", "child"], sort=False).formula.agg(" + ".join)
    return Graph(
        layered(list(rows.node), list(partials.index)),
        dict(zip(rows.node, rows.value, strict=True)),
        dict(zip(computed.node, computed.formula, strict=True)),
        dict(partials),
    )


def extent(graph: Graph) -> tuple[float, float]:
    """Width and height of a drawing, with the text around its nodes."""
    x, y = np.array([p for way in graph.layout.edges.values() for p in way] or [(0, 0)]).T
    return ACROSS * x.max() + 1.6, UP * (y.max() - y.min()) + 2.3


def draw(
    axis: Axes,
    graph: Graph,
    mode: str,
    derivatives: Mapping[str, float],
    active: Collection[str] = (),
    *,
    values: bool = True,
    size: float = 8.5,
) -> None:
    """Draw a graph once ``derivatives`` (by node) are known, those of ``active`` just now.

    ``values``: also the values of these nodes, or in reverse mode, where the forward pass came
    first, of all. An edge in use bears its partial derivative. ``size``: of the text, in points.
    """
    colour, reverse = COLOURS[mode], mode == "reverse"
    width, height = extent(graph)
    axis.set(aspect="equal", xlim=(-0.8, width - 0.8), ylim=(-height / 2 - 0.1, height / 2 - 0.1))
    axis.axis("off")
    for edge, way in graph.layout.edges.items():
        used = edge[0 if reverse else 1] in active
        _arrow(axis, way[::-1] if used and reverse else way, colour if used else FAINT, used)
        if used:
            _beside(axis, way, pretty(graph.partials[edge]), colour, size)
    for node, position in graph.layout.nodes.items():
        x, y = _place(position)
        now, ready = node in active, node in derivatives
        rim = colour if ready else FAINT
        axis.add_patch(
            Circle((x, y), RADIUS, fc=colour if now else PAPER, ec=rim, lw=1.4, zorder=3)
        )
        text = {"ha": "center", "fontsize": size, "zorder": 4}
        axis.text(x, y, pretty(node), va="center", color=PAPER if now else INK, **text)
        if node in graph.formulas:
            axis.text(x, y + RADIUS + 0.08, pretty(graph.formulas[node]), va="bottom", **text)
        # On the page's colour, for an arrow may pass behind.
        below = {"xy": (x, y - RADIUS), "textcoords": "offset points", "va": "top", **text}
        below["bbox"] = {"fc": PAPER, "ec": "none", "pad": 0.5}
        if values and (ready or reverse):
            axis.annotate(plotting.number(graph.values[node]), xytext=(0, -3), **below)
        if ready:
            axis.annotate(
                plotting.number(derivatives[node]),
                xytext=(0, -3 - 1.3 * size),
                color=colour,
                **below,
            )


def _place(position: Position) -> np.ndarray:
    return np.array([ACROSS * position[0], UP * position[1]])


def _arrow(axis: Axes, way: Sequence[Position], colour: str, used: bool) -> None:
    """A line from rim to rim, level where it passes a waypoint."""
    points = [_place(position) for position in way]
    points[0] = _towards(points[0], points[1])
    points[-1] = _towards(points[-1], points[-2])
    vertices, codes = [points[0]], [Path.MOVETO]
    last = len(points) - 2
    for k, (here, there) in enumerate(pairwise(points)):
        across = np.array([(there[0] - here[0]) / 2, 0])
        leave = here + (there - here) / 3 if k == 0 else here + across
        arrive = there - (there - here) / 3 if k == last else there - across
        vertices += [leave, arrive, there]
        codes += [Path.CURVE4] * 3
    axis.add_patch(
        FancyArrowPatch(
            path=Path(vertices, codes),
            arrowstyle="-|>",
            mutation_scale=11,
            color=colour,
            lw=2 if used else 1.1,
            zorder=2 if used else 1,
            capstyle="butt",
        )
    )


def _towards(node: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The point on a node's rim in the direction of another point."""
    return node + (other - node) * (RADIUS + 0.04) / np.linalg.norm(other - node)


def _beside(axis: Axes, way: Sequence[Position], text: str, colour: str, size: float) -> None:
    """An edge's partial derivative along its middle: of the line, or at the middle waypoint."""
    points = [_place(position) for position in way]
    if len(points) == 2:
        middle, slope = (points[0] + points[1]) / 2, points[1] - points[0]
    else:
        middle, slope = points[len(points) // 2], np.array([1.0, 0.0])
    angle = np.arctan2(slope[1], slope[0])
    style: dict[str, Any] = {"rotation_mode": "anchor", "ha": "center", "va": "bottom", "zorder": 5}
    style |= {"offset": (-3 * np.sin(angle), 3 * np.cos(angle)), "rotation": np.degrees(angle)}
    x, y = middle
    plotting.label_at_end(axis, x, y, text, colour, fontsize=size - 1, **style)
