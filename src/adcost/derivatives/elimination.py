r"""A Jacobian by eliminating the intermediate vertices of a computational graph, in any order.

An edge from p to v carries ∂v/∂p. To eliminate v, every path p → v → s is replaced by an edge:

    c(p, s) += c(v, s)·c(p, v)     for all parents p and children s of v:  |P|·|S| multiplications.

When no intermediate vertex is left, the edges from inputs to outputs are the Jacobian. Eliminating
from the first vertex to the last is forward mode on a sparse graph, from the last to the first
reverse mode; |P|·|S| is the Markowitz degree, and taking the least one each time a heuristic
(Griewank & Reese 1991; Griewank & Walther, *Evaluating Derivatives*, 2nd ed., ch. 10). The cheapest
order is NP-hard to find (Bentert et al. 2025, arXiv 2506.17521): `search` looks for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adcost.derivatives.tape.tape import Tape, evaluate, partial

Edges = Mapping[tuple[int, int], float]
"""(parent, child) ↦ partial derivative."""


@dataclass(frozen=True)
class Graph:
    """A linearized computational graph; vertices are numbered so that parents come first."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    edges: Edges

    @property
    def intermediate(self) -> list[int]:
        """The vertices to eliminate, in order: all but inputs that something depends on.

        An output that others depend on is among them: it keeps its parents and loses its children.
        """
        return sorted({parent for parent, _ in self.edges} - set(self.inputs))


def linearize(tape: Tape, inputs: Sequence[float]) -> Graph:
    """The graph of a tape at a point, with sums of any length as one vertex.

    An addition that only another addition uses is merged with it: its edges are ±1, and what is
    counted are multiplications. Only what both depends on an input and is needed by an output
    stays. Raises ``ValueError`` for an output that is an input itself.
    """
    values = evaluate(tape, inputs)
    edges: dict[tuple[int, int], float] = {}
    for child in tape.computed:
        for position, parent in enumerate(tape.nodes[child].parents):
            if tape.varies(parent):
                slope = partial(tape, values, child, position)
                edges[parent, child] = edges.get((parent, child), 0.0) + slope
    if direct := sorted(set(tape.inputs) & set(tape.outputs)):
        names = ", ".join(tape.nodes[i].name for i in direct)
        raise ValueError(f"{names} is an input and an output; there is nothing to eliminate")
    edges = _useful(edges, tape.inputs, tape.outputs)
    _merge_sums(edges, tape)
    return Graph(tuple(tape.inputs), tuple(tape.outputs), edges)


def _useful(
    edges: Edges, inputs: Sequence[int], outputs: Sequence[int]
) -> dict[tuple[int, int], float]:
    """The edges on a path from an input to an output."""
    reached, needed = set(inputs), set(outputs)
    for parent, child in sorted(edges, key=lambda edge: edge[1]):
        if parent in reached:
            reached.add(child)
    for parent, child in sorted(edges, reverse=True):
        if child in needed:
            needed.add(parent)
    return {(p, c): e for (p, c), e in edges.items() if p in reached and c in needed}


def _merge_sums(edges: dict[tuple[int, int], float], tape: Tape) -> None:
    sums = {i for i in tape.computed if tape.nodes[i].operation in ("add", "sub")}
    for vertex in sorted(sums - set(tape.outputs)):
        children = [c for p, c in edges if p == vertex]
        if len(children) == 1 and children[0] in sums:
            _eliminate(vertex, edges, frozenset())


def _eliminate(vertex: int, edges: dict[tuple[int, int], float], outputs: frozenset[int]) -> int:
    """Take a vertex out of ``edges`` and return how many multiplications that took."""
    parents = [(p, e) for (p, c), e in edges.items() if c == vertex]
    children = [(c, e) for (p, c), e in edges.items() if p == vertex]
    multiplications = 0
    for child, outer in children:
        for parent, inner in parents:
            edges[parent, child] = edges.get((parent, child), 0.0) + outer * inner
            multiplications += 1
    for child, _ in children:
        del edges[vertex, child]
    if vertex not in outputs:
        for parent, _ in parents:
            del edges[parent, vertex]
    return multiplications


def eliminate(graph: Graph, order: Sequence[int]) -> tuple[np.ndarray, int]:
    """The Jacobian (outputs, inputs) by eliminating in ``order``, and its multiplications.

    Raises ``ValueError`` if ``order`` is not an order of all intermediate vertices.
    """
    if sorted(order) != graph.intermediate:
        raise ValueError(f"{list(order)} is not an order of the vertices {graph.intermediate}")
    edges, outputs = dict(graph.edges), frozenset(graph.outputs)
    multiplications = sum(_eliminate(vertex, edges, outputs) for vertex in order)
    rows = [[edges.get((i, o), 0.0) for i in graph.inputs] for o in graph.outputs]
    return np.array(rows), multiplications


def forward_order(graph: Graph) -> list[int]:
    """From the first vertex to the last."""
    return graph.intermediate


def reverse_order(graph: Graph) -> list[int]:
    """From the last vertex to the first."""
    return graph.intermediate[::-1]


def markowitz_order(graph: Graph) -> list[int]:
    """The least |P|·|S| first; among equals the first vertex."""
    edges, outputs = dict(graph.edges), frozenset(graph.outputs)
    left, order = graph.intermediate, []
    while left:
        vertex = min(left, key=lambda v: (_degree(v, edges), v))
        _eliminate(vertex, edges, outputs)
        left.remove(vertex)
        order.append(vertex)
    return order


def _degree(vertex: int, edges: Edges) -> int:
    parents = sum(child == vertex for _, child in edges)
    return parents * sum(parent == vertex for parent, _ in edges)
