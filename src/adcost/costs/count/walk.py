"""The walk through a jaxpr: calls, loops and branches; each equation once, shared parts too."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import jax

from adcost import jax_versions as versions
from adcost.costs.count import loops, primitives
from adcost.costs.count.arithmetic import KNOWN, applications, arithmetic
from adcost.costs.count.operations import (
    Cost,
    LowerBound,
    Operations,
    Part,
    Unknown,
    UnknownPrimitive,
    UnknownTripCount,
)
from adcost.jax_versions import ClosedJaxpr, Jaxpr, JaxprEqn, Var

_NOTHING = LowerBound(Operations())
_ADVICE = (
    'give count(..., costs={{"{name}": Operations(...)}}); lower_bound(...) leaves it out and '
    "says so"
)


class Attribution(Protocol):
    """To what an equation's operations are attributed: a line of the source, say.

    Its names are hashable. A walk with one makes `LowerBound.parts`.
    """

    def part(self, equation: JaxprEqn, around: Hashable) -> Hashable:
        """The name of an equation that holds no program."""

    def around(self, equation: JaxprEqn, around: Hashable) -> Hashable:
        """What the parts inside of an equation that holds a program are to know of it."""


@dataclass(frozen=True)
class Place:
    """Where the walk is: the scopes around it, the integers known, the line if JAX's is not.

    ``around`` is what a walk's `Attribution` knows of the equations around it.
    """

    scopes: tuple[str, ...] = ()
    integers: Mapping[Var, int] = field(default_factory=dict)
    line: str = ""
    around: Hashable = None


@dataclass
class Walk:
    """What the user gave, whether the unknown is an error, and what has been counted already."""

    trips: Mapping[str, int]
    costs: Mapping[str, Cost]
    strict: bool = True
    attribution: Attribution | None = None
    counted: dict[tuple[Any, ...], LowerBound] = field(default_factory=dict)

    def jaxpr(
        self, jaxpr: Jaxpr | ClosedJaxpr, values: Sequence[int | None], place: Place
    ) -> LowerBound:
        """A jaxpr whose first inputs are the integers ``values``, where known.

        Shared jaxprs are counted once: a function that calls another twice, which does the same,
        and so on, has few equations and many runs.
        """
        inner, _ = versions.opened(jaxpr)
        scopes = place.scopes if self.trips else ()
        key = (id(inner), tuple(values), place.line, scopes, place.around)
        if key not in self.counted:
            pairs = zip(inner.invars, values, strict=False)
            integers = loops.constants(jaxpr) | {v: n for v, n in pairs if n is not None}
            self.counted[key] = self._equations(inner, replace(place, integers=integers), integers)
        return self.counted[key]

    def _equations(self, jaxpr: Jaxpr, place: Place, integers: dict[Var, int]) -> LowerBound:
        found: list[LowerBound] = []
        chosen: dict[Any, list[list[LowerBound]]] = defaultdict(list)
        used = versions.used(jaxpr)
        for equation in jaxpr.eqns:
            if equation.primitive.name == "cond" and not self._given(equation):
                chosen[equation.invars[0]].append(self._branches(equation, place))
                continue
            cost = self._equation(equation, place, used)
            if cost is not _NOTHING:
                found.append(cost)
            value = loops.fold(equation, integers)
            if value is not None:
                integers[equation.outvars[0]] = value
        # Conditionals on one value take one branch: a function's and its gradient's.
        found += [_most_expensive(conditionals) for conditionals in chosen.values()]
        return LowerBound.sum(found) if found else _NOTHING

    def _branches(self, equation: JaxprEqn, place: Place) -> list[LowerBound]:
        inside = self._inside(equation, place)
        values = [loops.known(atom, place.integers) for atom in equation.invars[1:]]
        return [self.jaxpr(branch, values, inside) for branch in versions.branches(equation)]

    def _inside(self, equation: JaxprEqn, place: Place) -> Place:
        scopes = (*place.scopes, *versions.scopes(equation))
        around = self.attribution.around(equation, place.around) if self.attribution else None
        return replace(place, scopes=scopes, around=around)

    def _part(self, equation: JaxprEqn, place: Place, operations: Operations) -> LowerBound:
        """The operations of an equation that holds no program, attributed."""
        if self.attribution is None:
            return _NOTHING if operations == _NOTHING.operations else LowerBound(operations)
        name = self.attribution.part(equation, place.around)
        return LowerBound(operations, parts={name: Part(operations, 1)})

    def _given(self, equation: JaxprEqn) -> Cost | None:
        """A user's own count, by the primitive's name or that of the function that it calls."""
        if not self.costs:
            return None
        names = [str(equation.params.get("name", "")), equation.primitive.name]
        return next((self.costs[name] for name in names if name in self.costs), None)

    def _equation(self, equation: JaxprEqn, place: Place, used: Collection[Var]) -> LowerBound:
        name = equation.primitive.name
        given = self._given(equation)
        if given is not None:
            return self._part(equation, place, _user_s(given, equation))
        if name in primitives.OWN_JAXPR:  # a scatter may have none, and then it moves data
            inside = self._inside(equation, place)
            each = [self.jaxpr(part, [], inside) for part in versions.inner_jaxprs(equation)]
            if not each:
                return self._part(equation, place, Operations())
            return LowerBound.sum(each) * applications(equation)
        if name in primitives.FREE:
            return self._part(equation, place, Operations())
        if name in primitives.CALLS or name in primitives.LOOPS:
            return self._program(equation, place)
        holds_program = name not in KNOWN and any(True for _ in versions.inner_jaxprs(equation))
        operations = None if holds_program else arithmetic(equation, used)
        if operations is None:
            said = "it holds a program, and how often that runs is" if holds_program else "it is"
            reason = primitives.UNCOUNTED.get(name, f"{said} in no table of adcost.costs.count")
            return self._unknown(equation, place, reason)
        return self._part(equation, place, operations)

    def _program(self, equation: JaxprEqn, place: Place) -> LowerBound:
        name = equation.primitive.name
        inside = self._inside(equation, place)
        values = [loops.known(atom, place.integers) for atom in equation.invars]
        if name == "scan":
            scan = versions.scan(equation)
            return self.jaxpr(scan.body, values[: scan.constants], inside) * scan.length
        if name == "while":
            return self._while(equation, values, inside)
        if name == "custom_linear_solve":
            solve, before = versions.linear_solve(equation)
            return self.jaxpr(solve, values[before:], inside)
        body = versions.called(equation)
        if body is None:
            return self._unknown(equation, place, "it holds no program that JAX shows")
        if versions.written_in_jax(body) and not inside.line:
            inside = replace(inside, line=versions.user_line(equation))
        devices = versions.manual_devices(equation) if name == "shard_map" else 1
        return self.jaxpr(body, values, inside) * devices

    def _while(self, equation: JaxprEqn, values: Sequence[int | None], place: Place) -> LowerBound:
        """The body as often as there are rounds, the test once more."""
        loop = versions.while_loop(equation)
        tests, bodies = loop.test_constants, loop.body_constants
        test = self.jaxpr(loop.test, values[:tests], place)
        body = self.jaxpr(loop.body, values[tests : tests + bodies], place)
        if test == body == _NOTHING:
            return _NOTHING
        rounds = loops.rounds(loop, values)
        names = list(dict.fromkeys([*reversed(place.scopes), "while"]))
        if rounds is None:
            rounds = next((self.trips[name] for name in names if name in self.trips), None)
        if rounds is None:
            if self.strict:
                raise UnknownTripCount(
                    "a while loop does not tell how often it runs"
                    f"{_at(place.line or versions.user_line(equation))}. Write it as lax.scan or "
                    "as lax.fori_loop with constant bounds, or give count(..., trips={name: "
                    f"rounds}}) with one of the names around it: {', '.join(names)}"
                )
            return test + self._unknown(equation, place, "how often it runs is not known")
        return body * rounds + test * (rounds + 1)

    def _unknown(self, equation: JaxprEqn, place: Place, reason: str) -> LowerBound:
        name = equation.primitive.name
        where = place.line or versions.user_line(equation)
        if not self.strict:
            return LowerBound(Operations(), {Unknown(name, where, reason): 1})
        raise UnknownPrimitive(
            f"the primitive {name}{_at(where)} cannot be counted: {reason}. If you know its cost, "
            f"{_ADVICE.format(name=name)} (both are in adcost.costs.count)"
        )


def _at(where: str) -> str:
    return f" at {where}" if where else ""


def _most_expensive(conditionals: list[list[LowerBound]]) -> LowerBound:
    """The branch with the most operations, over all conditionals on one value."""
    branches = [LowerBound.sum(parts) for parts in zip(*conditionals, strict=True)]
    most = max(branches, key=lambda branch: (branch.operations.total, branch.operations.integers))
    unknown = {what: times for branch in branches for what, times in branch.unknown.items()}
    return LowerBound(most.operations, unknown, most.parts)


def _user_s(given: Cost, equation: JaxprEqn) -> Operations:
    if isinstance(given, Operations):
        return given
    if not callable(given):
        raise TypeError(
            f"costs[{equation.primitive.name!r}] must be adcost.costs.count.Operations or a "
            f"function that returns them, not {type(given).__name__}"
        )
    arrays = map(versions.array, equation.invars)
    return given(*(jax.ShapeDtypeStruct(one.shape, one.dtype) for one in arrays))
