r"""The cheapest order in which to eliminate the vertices of a small graph, by search with a bound.

What eliminating v costs depends on which vertices are gone, not on their order: its parents are
the vertices left (or inputs) from which a path through gone ones leads to v. So the search is for a
shortest path over sets of eliminated vertices, by A*, and three facts keep it short:

- *Bound.* Whatever is gone, the parents of v separate it from the inputs and its children from the
  outputs; so eliminating v never costs less than the product of the two least vertex cuts (Menger
  1927). Their sum over the vertices left is what A* adds.
- *Chains.* A vertex with one parent and one child (no output) may go at once: it never costs less
  than 1, and without it no other vertex has more neighbours.
- *Parts.* Vertices that no path through intermediate vertices joins do not see each other, so the
  connected parts of the graph of intermediate vertices are searched one by one.

A part that takes more than ``states`` sets keeps the best order known, with the bound proven so
far: known are forward, reverse, minimum Markowitz degree, and what a beam search finds, which keeps
the most promising sets of each size.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from adcost.derivatives.elimination import (
    Graph,
    forward_order,
    markowitz_order,
    reverse_order,
)

BEAM = 100
"""Sets that the beam search keeps of each size."""


@dataclass(frozen=True)
class Found:
    """The best order found, its multiplications, and how few any order can do with (proven)."""

    order: tuple[int, ...]
    multiplications: int
    bound: int

    @property
    def optimal(self) -> bool:
        """Whether no order is cheaper."""
        return self.multiplications == self.bound


class _Part(NamedTuple):
    """Vertices searched together; sets of vertices are bits of an integer, by vertex number."""

    vertices: tuple[int, ...]
    parents: dict[int, int]
    children: dict[int, int]
    outputs: int
    least: dict[int, int]


def search(graph: Graph, states: int) -> Found:
    """A cheapest order, or after ``states`` sets in a part the best known, with its bound."""
    parents, children = _neighbours(graph)
    least = {v: _cuts(graph, v) for v in graph.intermediate}
    outputs = sum(1 << v for v in graph.outputs)
    order: list[int] = []
    total = bound = 0
    for vertices in _parts(graph.intermediate, children):
        part = _Part(vertices, parents, children, outputs, least)
        found = _search_part(part, _heuristics(graph, vertices), states)
        order += found.order
        total += found.multiplications
        bound += found.bound
    return Found(tuple(order), total, bound)


def _search_part(part: _Part, known: Sequence[tuple[int, ...]], states: int) -> Found:
    """A* over the sets of eliminated vertices of a part."""
    best = min((*known, _beam(part)), key=lambda order: _price(part, order))
    upper = _price(part, best)
    rest = sum(part.least[v] for v in part.vertices)
    queue: list[tuple[int, int, int, tuple[int, ...]]] = [(rest, 0, 0, ())]
    spent = {0: 0}
    for _ in range(states):
        estimate, gone, cost, order = heapq.heappop(queue)
        while queue and cost > spent[gone]:
            estimate, gone, cost, order = heapq.heappop(queue)
        if estimate >= upper:
            return Found(best, upper, upper)
        if len(order) == len(part.vertices):
            return Found(order, cost, cost)
        for vertex, price in _moves(part, gone):
            after, spent_after = gone | 1 << vertex, cost + price
            if spent_after < spent.get(after, upper + 1):
                spent[after] = spent_after
                ahead = estimate + price - part.least[vertex]
                heapq.heappush(queue, (ahead, after, spent_after, (*order, vertex)))
    return Found(best, upper, min(upper, queue[0][0] if queue else upper))


def _beam(part: _Part) -> tuple[int, ...]:
    """An order by beam search: after each elimination the sets that promise most are kept."""
    start = sum(part.least[v] for v in part.vertices)
    beam: list[tuple[int, int, tuple[int, ...]]] = [(start, 0, ())]
    for _ in part.vertices:
        after: dict[int, tuple[int, tuple[int, ...]]] = {}
        for estimate, gone, order in beam:
            for vertex, price in _moves(part, gone):
                ahead = (estimate + price - part.least[vertex], (*order, vertex))
                after[gone | 1 << vertex] = min(ahead, after.get(gone | 1 << vertex, ahead))
        promising = heapq.nsmallest(BEAM, after.items(), key=lambda it: (it[1], it[0]))
        beam = [(estimate, gone, order) for gone, (estimate, order) in promising]
    return min(beam)[2]


def _moves(part: _Part, gone: int) -> Iterator[tuple[int, int]]:
    """The vertices that may go next with their price; one alone where a chain's may go at once."""
    left = [v for v in part.vertices if not gone >> v & 1]
    prices = [(v, _degree(part, v, gone)) for v in left]
    for vertex, price in prices:
        if price == 1 and not part.outputs >> vertex & 1:
            return iter([(vertex, price)])
    return iter(prices)


def _price(part: _Part, order: Iterable[int]) -> int:
    gone = total = 0
    for vertex in order:
        total += _degree(part, vertex, gone)
        gone |= 1 << vertex
    return total


def _degree(part: _Part, vertex: int, gone: int) -> int:
    """|P|·|S| of a vertex once the set ``gone`` is eliminated.

    An output that is gone passes its parents on to its children, but stays a child itself.
    """
    parents = _reach(part.parents, vertex, gone) & ~gone
    children = _reach(part.children, vertex, gone) & (~gone | part.outputs)
    return parents.bit_count() * children.bit_count()


def _reach(neighbours: dict[int, int], vertex: int, gone: int) -> int:
    """The vertices that lead to (or from) a vertex through eliminated ones only."""
    found = neighbours[vertex]
    todo = seen = found & gone
    while todo:
        through = todo.bit_length() - 1
        found |= neighbours[through]
        todo = (todo | neighbours[through] & gone & ~seen) & ~(1 << through)
        seen |= neighbours[through] & gone
    return found


def _neighbours(graph: Graph) -> tuple[dict[int, int], dict[int, int]]:
    """Parents and children of each intermediate vertex."""
    parents = dict.fromkeys(graph.intermediate, 0)
    children = dict.fromkeys(graph.intermediate, 0)
    for parent, child in graph.edges:
        if child in parents:
            parents[child] |= 1 << parent
        if parent in children:
            children[parent] |= 1 << child
    return parents, children


def _parts(vertices: Sequence[int], children: dict[int, int]) -> list[tuple[int, ...]]:
    """The connected parts of the intermediate vertices, each sorted."""
    part = {v: {v} for v in vertices}
    for v in vertices:
        for w in vertices:
            if children[v] >> w & 1 and part[v] is not part[w]:
                part[v] |= part[w]
                part.update(dict.fromkeys(part[w], part[v]))
    return sorted({tuple(sorted(members)) for members in part.values()})


def _heuristics(graph: Graph, vertices: Sequence[int]) -> list[tuple[int, ...]]:
    """The orders that are known beforehand, of one part's vertices."""
    orders = (forward_order(graph), reverse_order(graph), markowitz_order(graph))
    return [tuple(v for v in order if v in vertices) for order in orders]


def _cuts(graph: Graph, vertex: int) -> int:
    """The least vertex cut between the inputs and a vertex, times that to the outputs."""
    back = [(child, parent) for parent, child in graph.edges]
    return _cut(graph.edges, graph.inputs, vertex) * _cut(back, graph.outputs, vertex)


def _cut(edges: Iterable[tuple[int, int]], ends: Sequence[int], vertex: int) -> int:
    """Vertices, other than ``vertex``, to remove so that no path leads from ``ends`` to it.

    The greatest flow when each vertex lets one unit through: 2v is where it enters, 2v + 1 where
    it leaves (Menger's theorem).
    """
    edges = list(edges)
    size = max(max(edge) for edge in edges) + 1
    source, plenty = 2 * size, len(edges) + 1
    arcs = {(2 * v, 2 * v + 1): 1 for v in range(size)}
    arcs |= {(2 * p + 1, 2 * c): plenty for p, c in edges}
    arcs |= {(source, 2 * v): plenty for v in ends if v != vertex}
    rows, columns = np.array(list(arcs)).T
    capacities = np.fromiter(arcs.values(), dtype=np.int32)
    network = csr_array((capacities, (rows, columns)), shape=(source + 1, source + 1))
    return int(maximum_flow(network, source, 2 * vertex).flow_value)
