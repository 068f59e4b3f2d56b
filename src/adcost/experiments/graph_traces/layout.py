"""Where the nodes of a small computational graph go: layers from left to right.

A node's layer is the longest path to it (Sugiyama, Tagawa & Toda 1981, with the layers of Eades &
Sugiyama); an edge over several layers bends through a waypoint in each; within a layer each goes
to the mean height of its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[str, str]
Position = tuple[float, float]
Waypoint = str | tuple[Edge, int]

SWEEPS = 8
"""Passes over the layers, there and back; small graphs settle in two or three."""


@dataclass(frozen=True)
class Layout:
    """Positions of nodes in units of one layer and one row, and the way of each edge."""

    nodes: Mapping[str, Position]
    edges: Mapping[Edge, tuple[Position, ...]]


def layered(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """Lay out a graph whose ``nodes`` are listed each after its parents."""
    layer: dict[str, int] = dict.fromkeys(nodes, 0)
    for node in nodes:
        parents = [parent for parent, child in edges if child == node]
        layer[node] = max((layer[parent] + 1 for parent in parents), default=0)
    ways: dict[Edge, list[Waypoint]] = {
        (a, b): [a, *(((a, b), k) for k in range(layer[a] + 1, layer[b])), b] for a, b in edges
    }
    layers: list[list[Waypoint]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in nodes:
        layers[layer[node]].append(node)
    for edge in edges:
        between = range(layer[edge[0]] + 1, layer[edge[1]])
        for waypoint, place in zip(ways[edge][1:-1], between, strict=True):
            layers[place].append(waypoint)
    neighbours: dict[Waypoint, list[Waypoint]] = {w: [] for one in layers for w in one}
    for way in ways.values():
        for a, b in pairwise(way):
            neighbours[a].append(b)
            neighbours[b].append(a)
    at = _ordered(layers, neighbours)
    return Layout(
        {node: at[node] for node in nodes},
        {edge: tuple(at[waypoint] for waypoint in way) for edge, way in ways.items()},
    )


def _ordered(
    layers: list[list[Waypoint]], neighbours: Mapping[Waypoint, list[Waypoint]]
) -> dict[Waypoint, Position]:
    """Heights by the mean of the neighbours; ties keep the order in which nodes were listed."""
    at = {w: p for x, one in enumerate(layers) for w, p in _spread(x, one)}

    def height(waypoint: Waypoint) -> float:
        near = [at[other][1] for other in neighbours[waypoint]]
        return sum(near) / len(near) if near else at[waypoint][1]

    for sweep in range(SWEEPS):
        for x in range(len(layers))[:: -1 if sweep % 2 else 1]:
            layers[x].sort(key=height, reverse=True)
            at |= dict(_spread(x, layers[x]))
    return at


def _spread(x: int, one: list[Waypoint]) -> list[tuple[Waypoint, Position]]:
    """A layer's waypoints, one row apart, around the middle."""
    return [(w, (float(x), (len(one) - 1) / 2 - row)) for row, w in enumerate(one)]
