r"""Sparse Hessians by colours that use their symmetry: an entry may be read from either side.

H·S with a colour for each variable (Powell & Toint, *SIAM J. Numer. Anal.* 16, 1979; Coleman &
Moré, *Math. Program.* 28, 1984; Gebremedhin, Manne & Pothen, *SIAM Review* 47, 2005, §5). In the
graph that joins i and j where Hᵢⱼ may differ from zero, neighbours have different colours, and

`star`      every path of four vertices has three colours: each entry stands alone in the product
            of i's colour or in that of j's, so all are read directly;
`acyclic`   every cycle has three colours: the variables of two colours form trees, whose entries
            follow one from the other, from the leaves on, by subtraction. Fewer products, and
            rounding errors that add up along the trees.

All entries of the diagonal may differ from zero. Both colourings are greedy, in the order of the
variables: the fewest colours possible are for `adcost.derivatives.colouring_search`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy import sparse

from adcost.derivatives.sparse import NONE, NotReadable, Pattern, Reading, number_of, reading


def graph(pattern: Pattern) -> list[np.ndarray]:
    """The neighbours of each variable: where a symmetric (n, n) pattern has entries.

    Raises ``ValueError`` if it is not symmetric.
    """
    p = sparse.csr_array(pattern, dtype=bool).astype(np.int64)
    if p.shape[0] != p.shape[1] or (p != p.T).nnz:
        raise ValueError("the pattern is not symmetric, as a Hessian's is")
    i, j = p.nonzero()
    i, j = i[i != j], j[i != j]
    return np.split(j, np.cumsum(np.bincount(i, minlength=p.shape[0]))[:-1])


def star(pattern: Pattern) -> np.ndarray:
    """A colour for each variable (n,) so that every path of four vertices has three colours."""
    near = graph(pattern)
    colour = np.full(len(near), NONE)
    # How many neighbours of a vertex have a colour; one column more for the next new colour.
    times = np.zeros((len(near), 1), np.int64)
    for v, neighbours in enumerate(near):
        known = neighbours[colour[neighbours] != NONE]
        forbidden = np.zeros(times.shape[1], bool)
        forbidden[colour[known]] = True
        for w in known:
            beyond = near[w][colour[near[w]] != NONE]
            if times[v, colour[w]] < 2:  # else v is the middle of a path over w
                beyond = beyond[times[beyond, colour[w]] >= 2]
            forbidden[colour[beyond]] = True
        colour[v] = np.argmin(forbidden)
        if colour[v] == times.shape[1] - 1:
            times = np.pad(times, ((0, 0), (0, 1)))
        times[neighbours, colour[v]] += 1
    return colour


def acyclic(pattern: Pattern) -> np.ndarray:
    """A colour for each variable (n,) so that every cycle has three colours."""
    near = graph(pattern)
    colour = np.full(len(near), NONE)
    trees = _Trees()
    for v, neighbours in enumerate(near):
        of_colour: dict[int, list[int]] = defaultdict(list)
        for w in neighbours[colour[neighbours] != NONE]:
            of_colour[int(colour[w])].append(int(w))
        # A colour would close a cycle if two neighbours of one colour are joined already.
        colour[v] = next(
            c
            for c in count()
            if c not in of_colour
            and all(
                len({trees.root(w, b, c) for w in known}) == len(known)
                for b, known in of_colour.items()
                if len(known) > 1
            )
        )
        for b, known in of_colour.items():
            for w in known:
                trees.join(v, w, b, int(colour[v]))
    return colour


class _Trees:
    """The trees of every two colours, as sets of vertices (union–find)."""

    def __init__(self) -> None:
        self._above: dict[tuple[int, int, int], int] = {}

    def root(self, v: int, b: int, c: int) -> int:
        """The vertex that stands for the tree of ``v`` in the colours ``b`` and ``c``."""
        low, high = sorted((b, c))
        path = []
        while (above := self._above.get((low, high, v), v)) != v:
            path.append(v)
            v = above
        for w in path:
            self._above[low, high, w] = v
        return v

    def join(self, v: int, w: int, b: int, c: int) -> None:
        """Make one tree of those of ``v`` and ``w``."""
        low, high = sorted((b, c))
        self._above[low, high, self.root(w, b, c)] = self.root(v, b, c)


def direct(pattern: Pattern, colour: np.ndarray) -> Reading:
    """Where the products H·S hold the entries, read as Hᵢⱼ or as Hⱼᵢ; raises `NotReadable`.

    For the Jacobian of the gradient: `adcost.derivatives.sparse.entries`.
    """
    # Sᵀ·H is the transpose of H·S: what would be read from a row is read from the column.
    read = reading(pattern, colour, colour)
    size = number_of(colour) * len(colour)
    return Reading(read.pattern, colour, np.full(len(colour), NONE), read.place % size)


@dataclass(frozen=True)
class Substitution:
    """In which order the entries of a Hessian follow from its products."""

    colour: np.ndarray
    levels: tuple[tuple[np.ndarray, np.ndarray], ...]
    """Vertices v and w of the entries Hᵥ𝓌 that are known next: read at v, subtracted at w."""

    @property
    def products(self) -> int:
        """How many products there are."""
        return number_of(self.colour)

    def matrix(self, products: np.ndarray) -> sparse.csr_array:
        """The Hessian (n, n) of its products S·H (p, n), S being the seed of the colours."""
        left = np.array(products)
        n = len(self.colour)
        each = np.arange(n)
        rows, columns, values = [each], [each], [left[self.colour, each]]
        for v, w in self.levels:
            value = left[self.colour[w], v]
            np.subtract.at(left, (self.colour[v], w), value)
            rows, columns, values = [*rows, v, w], [*columns, w, v], [*values, value, value]
        i, j, of = (np.concatenate(parts) for parts in (rows, columns, values))
        return sparse.csr_array((of, (i, j)), shape=(n, n))


def substitution(pattern: Pattern, colour: np.ndarray) -> Substitution:
    """The order in which entries follow from the products of an acyclic colouring.

    Raises `NotReadable` where two colours have a cycle, or neighbours one colour.
    """
    near = graph(pattern)
    left: list[dict[int, set[int]]] = [defaultdict(set) for _ in near]
    for v, neighbours in enumerate(near):
        for w in neighbours:
            left[v][int(colour[w])].add(int(w))
    levels = tuple(_levels(left, colour))
    if any(unknown for of in left for unknown in of.values()) or any(
        colour[v] in of for v, of in enumerate(left)
    ):
        raise NotReadable("two colours have a cycle, or neighbours have one colour")
    return Substitution(colour, levels)


def _levels(
    left: list[dict[int, set[int]]], colour: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Leaves of the trees, then what are leaves without them, and so on; ``left`` is emptied."""
    leaves = [(v, c) for v, of in enumerate(left) for c, unknown in of.items() if len(unknown) == 1]
    while leaves:
        known, following = [], []
        for v, c in leaves:
            if not left[v][c]:  # its edge is known from the other end
                continue
            w = left[v][c].pop()
            beyond = left[w][int(colour[v])]
            beyond.discard(v)
            known.append((v, w))
            if len(beyond) == 1:
                following.append((w, int(colour[v])))
        if known:
            v_, w_ = np.array(known).T
            yield v_, w_
        leaves = following
