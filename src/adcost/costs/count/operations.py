"""Numbers of operations, and the errors of what cannot be counted."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field


class UnknownPrimitive(NotImplementedError):
    """A primitive whose operations no table here knows; it is never counted as zero."""


class UnknownTripCount(ValueError):
    """A ``while`` whose number of rounds the jaxpr does not tell."""


@dataclass(frozen=True)
class Operations:
    """How many operations of each kind (`adcost.costs.count` says which is which).

    Products of integers have two fields of their own, which are not in ``total`` and not iterated
    over: they are the arithmetic of quantised networks, and no operations on floating-point
    numbers.
    """

    multiplications: int = 0
    additions: int = 0
    elementwise: int = 0
    transcendental: int = 0
    integer_multiplications: int = 0
    integer_additions: int = 0

    def __iter__(self) -> Iterator[int]:
        """The four numbers of floating-point operations, in order."""
        yield from (self.multiplications, self.additions, self.elementwise, self.transcendental)

    @property
    def integers(self) -> tuple[int, int]:
        """Multiplications and additions of products and convolutions of integers."""
        return self.integer_multiplications, self.integer_additions

    @property
    def total(self) -> int:
        """All floating-point operations, each counting one."""
        return sum(self)

    def __add__(self, other: "Operations") -> "Operations":
        """Operations of two programs, one after the other."""
        pairs = zip((*self, *self.integers), (*other, *other.integers), strict=True)
        return Operations(*(mine + yours for mine, yours in pairs))

    def __mul__(self, times: int) -> "Operations":
        """Operations of a program run ``times`` times."""
        return Operations(*(times * number for number in (*self, *self.integers)))


@dataclass(frozen=True)
class Unknown:
    """Something that was not counted: a primitive or a loop, and why."""

    primitive: str
    where: str
    """The user's line, ``file:line (function)``; "" if JAX does not know it."""
    reason: str

    def __str__(self) -> str:
        """A line to read."""
        return f"{self.primitive} at {self.where or 'an unknown line'}: {self.reason}"


@dataclass(frozen=True)
class Part:
    """What one part of a program does: its operations, and how often its equations run in all."""

    operations: Operations
    runs: int

    def __add__(self, other: "Part") -> "Part":
        """Those of two parts of one name."""
        return Part(self.operations + other.operations, self.runs + other.runs)

    def __mul__(self, times: int) -> "Part":
        """Those of a part run ``times`` times."""
        return Part(self.operations * times, self.runs * times)


@dataclass(frozen=True)
class LowerBound:
    """Operations that are known, and how often runs what is not: nothing, if they are exact.

    ``parts`` divides the operations among what an `Attribution` names; empty without one.
    """

    operations: Operations
    unknown: Mapping[Unknown, int] = field(default_factory=dict)
    parts: Mapping[Hashable, Part] = field(default_factory=dict, compare=False)

    @property
    def exact(self) -> bool:
        """Whether everything was counted."""
        return not self.unknown

    @staticmethod
    def sum(costs: Iterable["LowerBound"]) -> "LowerBound":
        """Those of programs one after the other, in time linear in what they hold."""
        operations, unknown, parts = Operations(), dict[Unknown, int](), dict[Hashable, Part]()
        for cost in costs:
            operations = operations + cost.operations
            for what, times in cost.unknown.items():
                unknown[what] = unknown.get(what, 0) + times
            for name, part in cost.parts.items():
                parts[name] = parts[name] + part if name in parts else part
        return LowerBound(operations, unknown, parts)

    def __add__(self, other: "LowerBound") -> "LowerBound":
        """Those of two programs, one after the other."""
        return self.sum((self, other))

    def __mul__(self, times: int) -> "LowerBound":
        """Those of a program run ``times`` times."""
        unknown = {what: times * each for what, each in self.unknown.items() if times}
        parts = {name: part * times for name, part in self.parts.items()}
        return LowerBound(self.operations * times, unknown, parts)


Cost = Operations | Callable[..., Operations]
"""A user's own count: fixed, or a function of the inputs' ``jax.ShapeDtypeStruct``."""
