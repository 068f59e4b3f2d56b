r"""Checkpointing schedules as lists of events: which states of a chain are kept, and when.

A chain x_k = layer(x_{k−1}), k = 1, …, n, is differentiated backwards: the adjoint of x_n is given,
and layer k's turn needs the state x_{k−1}. A schedule keeps some states in numbered slots and
computes the others again. Its events happen in order; each may first take the state from a slot,
then keep it in a slot, and then goes ``forward`` (the state becomes the next one) or ``backward``
(the adjoint passes the layer that the state enters).

A schedule's cost is its number of forward events; its memory is its slots, the state and the
adjoint. That a backward event computes its layer once more is the same for all and not counted.

===============  ================  ==========================================
schedule         slots             forward events
===============  ================  ==========================================
`store_all`      n − 1             n − 1
`segments`       ⌈n/m⌉ + m − 2     2n − ⌈n/m⌉ − (length of the last segment)
`recompute_all`  1                 n(n − 1)/2
`halving`        ⌈log₂ n⌉          (n/2) log₂ n, for n a power of two
`revolve`        s                 r n − C(s + r, r − 1)
===============  ================  ==========================================

Segments of m layers and their recursion are Chen, Xu, Zhang & Guestrin's (2016, arXiv 1604.06174,
§4.3 and §4.4). `revolve` is Griewank & Walther's (2000, *ACM TOMS* 26, algorithm 799): r is the
least number with n ≤ C(s + r, s), and no schedule with s slots has fewer forward events (there,
proposition 1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, comb, isqrt, log2
from typing import Literal

FORWARD: Literal["forward"] = "forward"
BACKWARD: Literal["backward"] = "backward"


@dataclass(frozen=True)
class Event:
    """One step: take the state from ``restore``, keep it in ``store``, then go ``kind``."""

    kind: Literal["forward", "backward"]
    restore: int | None = None
    store: int | None = None


@dataclass(frozen=True)
class Schedule:
    """``events`` for a chain of ``length`` layers; ``slots`` states are kept at most at once."""

    length: int
    events: tuple[Event, ...]
    slots: int

    @property
    def forwards(self) -> int:
        """How many layers are computed going forward."""
        return sum(event.kind == FORWARD for event in self.events)


class Invalid(ValueError):
    """A schedule that does not do what it says."""


@dataclass
class _Writer:
    """Collects events; a restore or store waits for the event that it happens before."""

    events: list[Event] = field(default_factory=list)
    restore: int | None = None
    store: int | None = None

    def go(self, kind: Literal["forward", "backward"], times: int = 1) -> None:
        for _ in range(times):
            self.events.append(Event(kind, self.restore, self.store))
            self.restore = self.store = None

    def finish(self, length: int) -> Schedule:
        events = tuple(_without_idle_stores(self.events))
        slots = 1 + max((event.store for event in events if event.store is not None), default=-1)
        return Schedule(length, events, slots)


def _without_idle_stores(events: Sequence[Event]) -> list[Event]:
    """The events without the stores from which nothing is taken."""
    wanted: set[int] = set()
    kept = []
    for event in reversed(events):
        store = event.store if event.store in wanted else None
        wanted.discard(event.store)
        if event.restore is not None:
            wanted.add(event.restore)
        kept.append(replace(event, store=store))
    return kept[::-1]


def _check(length: int) -> None:
    if length < 1:
        raise ValueError(f"a chain has at least one layer, not {length}")


def store_all(length: int) -> Schedule:
    """Every state is kept and none computed again."""
    _check(length)
    writer = _Writer()
    for slot in range(length - 1):
        writer.store = slot
        writer.go(FORWARD)
    writer.go(BACKWARD)
    for slot in reversed(range(length - 1)):
        writer.restore = slot
        writer.go(BACKWARD)
    return writer.finish(length)


def recompute_all(length: int) -> Schedule:
    """Only the first state is kept; every other is computed again from it, each time."""
    _check(length)
    writer = _Writer(store=0)
    for layer in range(length, 0, -1):
        writer.go(FORWARD, layer - 1)
        writer.go(BACKWARD)
        writer.restore = 0
    return writer.finish(length)


def segments(length: int, segment: int | None = None) -> Schedule:
    """The first state of every segment is kept; a segment's own states only in its turn.

    ``segment`` is its length, √n if not given; the last one is shorter where it does not divide.
    """
    _check(length)
    size = segment or max(1, isqrt(length))
    if not 1 <= size <= length:
        raise ValueError(f"a segment has 1 to {length} layers, not {size}")
    starts = list(range(0, length, size))
    writer = _Writer()
    for slot in range(len(starts) - 1):
        writer.store = slot
        writer.go(FORWARD, size)
    for slot in reversed(range(len(starts))):
        inner = min(size, length - starts[slot])
        if slot < len(starts) - 1:
            writer.restore = slot
        else:
            writer.store = slot
        for place in range(inner - 1):
            if place:
                writer.store = len(starts) - 1 + place
            writer.go(FORWARD)
        writer.go(BACKWARD)
        for place in reversed(range(inner - 1)):
            writer.restore = len(starts) - 1 + place if place else slot
            writer.go(BACKWARD)
    return writer.finish(length)


def halving(length: int) -> Schedule:
    """The middle state is kept while the second half goes back; each half is halved again."""
    _check(length)
    writer = _Writer(store=0)

    def go_back(count: int, slot: int) -> None:
        if count == 1:
            writer.go(BACKWARD)
            return
        half = count // 2
        writer.go(FORWARD, half)
        writer.store = slot + 1
        go_back(count - half, slot + 1)
        writer.restore = slot
        go_back(half, slot)

    go_back(length, 0)
    return writer.finish(length)


def revolve(length: int, snapshots: int) -> Schedule:
    """The fewest forward events with ``snapshots`` slots, by binomial splits.

    Raises ValueError for no snapshot, or for more snapshots than layers, which would stay empty.
    """
    _check(length)
    if not 1 <= snapshots <= length:
        raise ValueError(f"{snapshots} snapshots for {length} layers; 1 to {length} are possible")
    writer = _Writer(store=0)

    # Layers to go back as (how many, free slots, slot that holds the state they begin at), the
    # next on top: a list instead of recursion, which Python allows only so deep.
    todo = [(length, snapshots - 1, 0)]
    while todo:
        count, free, slot = todo.pop()
        if free == 0 or count == 1:
            for layer in range(count, 0, -1):
                writer.go(FORWARD, layer - 1)
                writer.go(BACKWARD)
                writer.restore = slot
        else:
            ahead = best_split(count, free + 1)
            writer.go(FORWARD, ahead)
            writer.store = slot + 1
            todo += [(ahead, free, slot), (count - ahead, free - 1, slot + 1)]
            continue
        writer.restore = todo[-1][2] if todo else None
    return writer.finish(length)


def repetitions(length: int, snapshots: int) -> int:
    """r, the least number of repetitions with length ≤ C(snapshots + r, snapshots)."""
    r = 0
    while comb(snapshots + r, snapshots) < length:
        r += 1
    return r


@cache
def fewest_forwards(length: int, snapshots: int) -> int:
    """r n − C(s + r, r − 1): no schedule with s snapshots has fewer forward events."""
    if length == 1:
        return 0
    r = repetitions(length, snapshots)
    return r * length - comb(snapshots + r, r - 1)


@cache
def best_split(length: int, snapshots: int) -> int:
    """How far to go before the next snapshot: a number a for which the optimum is attained.

    forwards(n, s) = a + forwards(n − a, s − 1) + forwards(a, s).
    """
    target = fewest_forwards(length, snapshots)
    for ahead in range(1, length):
        rest = fewest_forwards(length - ahead, snapshots - 1)
        if ahead + rest + fewest_forwards(ahead, snapshots) == target:
            return ahead
    raise AssertionError((length, snapshots))


@cache
def predicted_forwards(name: str, length: int, snapshots: int = 0) -> float:
    """The forward events by the table's formula; for `halving` the one for powers of two."""
    match name:
        case "store_all":
            return length - 1
        case "segments":
            size = max(1, isqrt(length))
            count = ceil(length / size)
            return 2 * length - count - (length - size * (count - 1))
        case "recompute_all":
            return length * (length - 1) / 2
        case "halving":
            return length / 2 * log2(length)
        case "revolve":
            return fewest_forwards(length, snapshots)
    raise _unknown(name)


def predicted_slots(name: str, length: int, snapshots: int = 0) -> int:
    """The slots by the table's formula."""
    match name:
        case "store_all":
            return length - 1
        case "segments":
            size = max(1, isqrt(length))
            return ceil(length / size) + size - 2
        case "recompute_all":
            return min(1, length - 1)
        case "halving":
            return ceil(log2(length))
        case "revolve":
            return min(snapshots, length - 1)
    raise _unknown(name)


SCHEDULES: Mapping[str, Callable[..., Schedule]] = {
    "store_all": store_all,
    "segments": segments,
    "recompute_all": recompute_all,
    "halving": halving,
    "revolve": revolve,
}
"""Every schedule by name; `revolve` also takes the number of snapshots."""


def _unknown(name: str) -> ValueError:
    return ValueError(f"no schedule is called {name!r}; there are {', '.join(SCHEDULES)}")


# --- what happens -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """The chain after an event.

    ``kept`` are the states k of x_k in slots from which something will still be taken; ``state``
    is where the chain stands; ``backward`` and ``forwards`` count the events of either kind.
    """

    kept: tuple[int, ...]
    state: int
    backward: int
    forwards: int


def replay(schedule: Schedule) -> Iterator[Moment]:
    """Every moment of a schedule, in order.

    Raises :class:`Invalid` where an event takes a state from an empty slot or stores beyond the
    slots, where a layer goes back before its turn, and where the chain is not gone back whole.
    """
    wanted_after = list(_wanted(schedule.events))
    slots: dict[int, int] = {}
    state, backward, forwards = 0, 0, 0
    for index, (event, wanted) in enumerate(zip(schedule.events, wanted_after, strict=True)):
        if event.restore is not None:
            if event.restore not in slots:
                raise Invalid(f"event {index} takes a state from slot {event.restore}: it is empty")
            state = slots[event.restore]
        if event.store is not None:
            if not 0 <= event.store < schedule.slots:
                raise Invalid(f"event {index} stores into slot {event.store} of {schedule.slots}")
            slots[event.store] = state
        if event.kind == FORWARD:
            state, forwards = state + 1, forwards + 1
        else:
            layer = schedule.length - backward
            if state != layer - 1:
                raise Invalid(f"event {index} is layer {layer}'s turn, but the state is x_{state}")
            backward += 1
        slots = {slot: held for slot, held in slots.items() if slot in wanted}
        yield Moment(tuple(sorted(slots.values())), state, backward, forwards)
    if backward < schedule.length:
        raise Invalid(f"the schedule ends with {schedule.length - backward} layers to go back")


def _wanted(events: Sequence[Event]) -> Iterator[frozenset[int]]:
    """For each event, the slots from which something is taken after it before they are refilled."""
    wanted: set[int] = set()
    after = []
    for event in reversed(events):
        after.append(frozenset(wanted))
        wanted.discard(event.store)
        if event.restore is not None:
            wanted.add(event.restore)
    return reversed(after)
