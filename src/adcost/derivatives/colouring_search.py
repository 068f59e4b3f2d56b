"""The fewest colours of a small graph, by going through all colourings: what greedy ones miss.

Depth first, a vertex after the other, with one more colour each time none is found; a new colour
may only be the next one, since colours have no names. The rules are those of
`adcost.derivatives.sparse` (columns that share a row) and `adcost.derivatives.sparse_symmetric`,
checked from their definition and not as the greedy colourings keep them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from adcost.derivatives.sparse import NONE, Pattern
from adcost.derivatives.sparse_symmetric import graph

Graph = Sequence[np.ndarray]
Rule = Callable[[Graph, np.ndarray, int], bool]
"""Whether the colours known so far are allowed, given that they were without those of a vertex."""


@dataclass(frozen=True)
class Found:
    """The fewest colours, or the least number that was not excluded."""

    colours: int
    proven: bool


def conflicts(pattern: Pattern) -> Graph:
    """For each column of a (m, n) pattern those that share a row with it."""
    p = sparse.csr_array(pattern, dtype=bool).astype(np.int64)
    return graph(p.T @ p)


def proper(near: Graph, colour: np.ndarray, v: int) -> bool:
    """No neighbour has the vertex's colour."""
    return not (colour[near[v]] == colour[v]).any()


def star(near: Graph, colour: np.ndarray, v: int) -> bool:
    """The same, and no path of four vertices over this one has two colours."""
    if not proper(near, colour, v):
        return False
    for w in near[v]:
        if colour[w] == NONE:
            continue
        # v, w, x, y and u, v, w, x: the second and the last have one colour.
        for x in near[w]:
            if x != v and colour[x] == colour[v]:
                if ((colour[near[x]] == colour[w]) & (near[x] != w)).any():
                    return False
                if ((colour[near[v]] == colour[w]) & (near[v] != w)).any():
                    return False
    return True


def acyclic(near: Graph, colour: np.ndarray, v: int) -> bool:
    """No neighbour has the vertex's colour, and no cycle over it has two colours."""
    if not proper(near, colour, v):
        return False
    known = near[v][colour[near[v]] != NONE]
    for start in known:
        pair, seen, following = {colour[v], colour[start]}, {v, int(start)}, [int(start)]
        while following:
            u = following.pop()
            for w in near[u]:
                if w not in seen and colour[w] in pair:
                    if w in near[v]:
                        return False
                    seen.add(int(w))
                    following.append(int(w))
    return True


RULES: dict[str, Rule] = {"columns": proper, "star": star, "acyclic": acyclic}


def allowed(near: Graph, colour: np.ndarray, rule: Rule) -> bool:
    """Whether a colouring of all vertices keeps a rule."""
    return all(rule(near, colour, v) for v in range(len(near)))


def fewest(near: Graph, rule: Rule, steps: int) -> Found:
    """The fewest colours of a graph under a rule; ``steps`` vertices may be coloured on the way."""
    left = steps

    def complete(v: int, used: int, most: int) -> bool:
        nonlocal left
        if v == len(near):
            return True
        for c in range(min(used + 1, most)):
            left -= 1
            if left < 0:
                return False
            colour[v] = c
            if rule(near, colour, v) and complete(v + 1, max(used, c + 1), most):
                return True
        colour[v] = NONE
        return False

    for most in range(1, len(near) + 1):
        colour = np.full(len(near), NONE)
        if complete(0, 0, most):
            return Found(most, True)
        if left < 0:
            return Found(most, False)
    return Found(0, True)
