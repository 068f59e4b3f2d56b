"""The price of a function's derivative by line of its source.

JAX's equations keep the Python calls that led to them and the transforms that they went through,
through `jax.grad` and inside of loops, branches and calls. So the counting of `adcost.costs.count`
can be divided among the user's lines, the reverse sweep apart from what comes before it, and each
array that the reverse sweep reads can be traced to the line that made it. Nothing is computed.

A line is the user's if it is neither in JAX, nor in Python's own or an installed library, nor in
what prices; where a function has no such line (one of a library), the library's own is named.
"""

import functools
import linecache
import math
import os
import sysconfig
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import jax
import pandas as pd

from adcost import jax_versions as versions
from adcost.costs import tracing
from adcost.costs.count import Cost, LowerBound, Part, attributed
from adcost.jax_versions import ClosedJaxpr, Frame, Jaxpr, JaxprEqn, Literal, Var
from adcost.price.subject import Subject, subject

COLUMNS = (
    "file", "line", "function", "source", "executions", "value", "tangent", "forward", "reverse",
    "gradient", "kept_bytes",
)  # fmt: skip
"""Columns of `by_line`: operations, but for the first five and the last.

``executions``: how often the line runs in one evaluation, loops included. ``value``: operations of
the function; ``tangent``: what a directional derivative adds to them; ``forward`` and ``reverse``:
those of value and gradient before and in the reverse sweep, whose sum is ``gradient``.
``kept_bytes``: arrays that the line makes before the reverse sweep and that the sweep reads; not
the arguments, which are there anyway. A compiler may keep fewer.
"""

NOWHERE = Frame("", 0, "")
"""The place of what JAX attributes to no line."""

_HERE = os.path.dirname(os.path.abspath(__file__))
_LIBRARIES = tuple(
    {sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)


def by_line(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> pd.DataFrame:
    """What each line of a function's source costs in it and in its derivatives.

    ``args`` are arrays or ``jax.ShapeDtypeStruct``, or trees of them. ``trips`` and ``costs`` are
    as for `adcost.costs.count.count`; what is not known counts nothing. Returns a table with
    `COLUMNS`, a row a line, files in the order in which they are met, lines in that of the file.
    The sums of ``value`` and ``gradient`` are exactly `adcost.costs.count.count` of the function
    and of value and gradient. What belongs to no line has a row without a file. The columns of a
    derivative that there is not (forward mode through `jax.custom_vjp`, reverse mode through a
    ``while`` loop) are NaN. Raises `adcost.price.subject.CannotPrice`.
    """
    return table(Programs(subject(f, args, argnums, has_aux), trips or {}, costs or {}))


def table(programs: "Programs") -> pd.DataFrame:
    """As `by_line`, of programs that have been traced."""
    rows: dict[Frame, dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS[4:], 0))
    for frame, executions in _executions(programs.count("value")).items():
        rows[frame]["executions"] = executions
    missing = [name for name in PROGRAMS if programs.refusal(name)]
    callers = _callers(programs.count("value"))
    for name in (name for name in PROGRAMS if name not in missing):
        for place, part in places(programs.count(name)).items():
            column = name if name != "gradient" else "reverse" if place.reverse else "forward"
            rows[callers.get(place.frame, place.frame)][column] += part.operations.total
    if "gradient" not in missing:
        for frame, size in kept(programs.jaxpr("gradient")).items():
            rows[callers.get(frame, frame)]["kept_bytes"] += size
    for row in rows.values():
        row["tangent"] -= row["value"]
        row["gradient"] = row["forward"] + row["reverse"]
        if "tangent" in missing:
            row["tangent"] = math.nan
        if "gradient" in missing:
            row |= dict.fromkeys(("forward", "reverse", "gradient", "kept_bytes"), math.nan)
    return _table(rows)


def _callers(function: LowerBound) -> dict[Frame, Frame]:
    """The user's line that calls a library's, the first if there are several.

    What a derivative moves out of a library's loop has left the calls to that loop behind.
    """
    found: dict[Frame, Frame] = {}
    for place in places(function):
        for frame in place.calls:
            if frame == place.frame:
                break
            found.setdefault(frame, place.frame)
    return found


def _table(rows: Mapping[Frame, Mapping[str, float]]) -> pd.DataFrame:
    """One row a line: what several functions on one line do (lambdas) is added up."""
    order = {file: i for i, file in enumerate(dict.fromkeys(frame.file for frame in rows))}
    merged: dict[tuple[str, int], dict[str, Any]] = {}
    for frame in sorted(rows, key=lambda frame: (frame.file == "", order[frame.file], frame.line)):
        if not any(number > 0 for number in rows[frame].values()):
            continue
        row = merged.setdefault(
            (frame.file, frame.line),
            {"function": frame.function, **dict.fromkeys(COLUMNS[4:], 0)},
        )
        for name, number in rows[frame].items():
            row[name] = max(row[name], number) if name == "executions" else row[name] + number
    table = [
        {"file": file, "line": line, "source": source(file, line), **row}
        for (file, line), row in merged.items()
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def source(file: str, line: int) -> str:
    """A line of source without its indentation; a notebook's cells are known too."""
    return linecache.getline(file, line).strip() if file else "not attributed to a line"


# The programs.


def _value(s: Subject, x: Any, rest: Any) -> Any:
    return s.value(x, rest)


def _tangent(s: Subject, x: Any, rest: Any) -> Any:
    """Value and directional derivative; the direction is an argument."""
    point, direction = x
    return jax.jvp(lambda y: s.value(y, rest), (point,), (direction,))


def _gradient(s: Subject, x: Any, rest: Any) -> Any:
    """Value and gradient; of a vector's, the product of a vector with its Jacobian."""
    value, pull = jax.vjp(lambda y: s.value(y, rest), x[0])
    return value, pull(x[1] if value.ndim else jax.numpy.ones_like(value))


PROGRAMS: Mapping[str, Callable[..., Any]] = {
    "value": _value, "tangent": _tangent, "gradient": _gradient,
}  # fmt: skip
"""What is counted, each of a `Subject`, ``x`` (with a direction, an adjoint) and ``rest``."""


@dataclass
class Programs:
    """The programs of `PROGRAMS` of one function, traced and counted once each."""

    subject: Subject
    trips: Mapping[str, int] = field(default_factory=dict)
    costs: Mapping[str, Cost] = field(default_factory=dict)
    jaxprs: dict[str, ClosedJaxpr] = field(default_factory=dict)
    counts: dict[str, LowerBound] = field(default_factory=dict)

    def jaxpr(self, name: str) -> ClosedJaxpr:
        """A program without what no output needs."""
        if name not in self.jaxprs:
            s = self.subject
            x, rest = s.shapes()
            if name == "tangent":
                x = (x, x)
            elif name == "gradient":
                x = (x, s.result)
            program = tracing.traced(functools.partial(PROGRAMS[name], s), x, rest)
            if name == "tangent" and _one_way(program.jaxpr):
                raise TypeError("jax.custom_vjp has no forward mode")
            self.jaxprs[name] = versions.needed(program.jaxpr)
        return self.jaxprs[name]

    def refusal(self, name: str) -> str:
        """Why the function has no such program; "" if it has.

        One with `jax.custom_vjp` has no tangent; one with a ``while`` loop has no reverse mode.
        """
        try:
            self.jaxpr(name)
        except (TypeError, ValueError, NotImplementedError) as error:
            if name == "value":
                raise
            return str(error) or type(error).__name__
        return ""

    def count(self, name: str) -> LowerBound:
        """A program's operations, whose parts are named by `Place`."""
        if name not in self.counts:
            self.counts[name] = attributed(self.jaxpr(name), Lines(), self.trips, self.costs)
        return self.counts[name]


def _one_way(jaxpr: Jaxpr | ClosedJaxpr) -> bool:
    """Whether a tangent is that of a `jax.custom_vjp`, which can be transposed and not computed."""
    return any(
        equation.primitive.name == "custom_lin"
        or any(map(_one_way, versions.inner_jaxprs(equation)))
        for equation in versions.opened(jaxpr)[0].eqns
    )


# Whose line an equation is.


def frames(equation: JaxprEqn) -> Iterator[Frame]:
    """The calls that led to an equation, innermost first, as far as the function reaches."""
    for frame in versions.frames(equation):
        if is_pricing(frame.file):
            return
        yield frame


def is_pricing(file: str) -> bool:
    """Whether a file is of what prices, so that the function lies within its calls."""
    return os.path.dirname(file) == _HERE or file == tracing.__file__


@functools.cache
def is_library(file: str) -> bool:
    """Whether a file is of Python itself or of what is installed beside it."""
    return file.startswith(_LIBRARIES) or f"{os.sep}site-packages{os.sep}" in file


def line_of(calls: Sequence[Frame]) -> Frame:
    """The user's innermost line of some calls, else a library's, else `NOWHERE`."""
    users = (frame for frame in calls if not is_library(frame.file))
    return next(users, calls[0] if calls else NOWHERE)


class Place(NamedTuple):
    """The name of a part of a program: a line, the sweep, and the calls that led there."""

    reverse: bool
    frame: Frame
    calls: tuple[Frame, ...]
    """All frames; those from ``frame`` outward tell executions of one line apart."""
    primitive: str
    site: Hashable
    """Tells operations on one line apart."""


@dataclass(frozen=True)
class Around:
    """What is known of an equation from those that hold it: the sweep, and the calls to it.

    The calls end at the user's innermost: it decides whose line an equation is. So a program is
    gone through once for each line that calls it, however many ways lead to that line.
    """

    reverse: bool
    calls: tuple[Frame, ...]


class Lines:
    """Attributes equations to lines, as `adcost.costs.count.Attribution` says."""

    def part(self, equation: JaxprEqn, around: Hashable) -> Place:
        """The line of an equation, and the sweep that it is in.

        A program within an equation is traced once for all that hold it, and knows the calls as far
        as its own function; those to the equation follow.
        """
        calls, reverse = tuple(frames(equation)), versions.transposed(equation)
        if isinstance(around, Around):
            reverse, outer = around.reverse, around.calls
            calls = calls if outer and calls[-len(outer) :] == outer else calls + outer
        name, site = equation.primitive.name, versions.site(equation)
        return Place(reverse, line_of(calls), calls, name, site)

    def around(self, equation: JaxprEqn, around: Hashable) -> Around:
        """The sweep of an equation that holds a program, and the calls to it."""
        place = self.part(equation, around)
        users = (i for i, frame in enumerate(place.calls) if not is_library(frame.file))
        return Around(place.reverse, place.calls[: next(users, len(place.calls)) + 1])


def places(counted: LowerBound) -> Mapping[Place, Part]:
    """The parts of a count by `Lines`."""
    return cast(Mapping[Place, Part], counted.parts)


def _executions(function: LowerBound) -> dict[Frame, int]:
    """How often each line runs.

    A line makes several equations, each as often as it runs; one that a library repeats within it
    (a list that is stacked) is there more often, so the least is taken, for each way there.
    """
    least: dict[tuple[Frame, ...], dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for place, part in places(function).items():
        if place.frame in place.calls:
            outward = place.calls[place.calls.index(place.frame) :]
            least[outward][place.site, place.primitive] += part.runs
    found: dict[Frame, int] = defaultdict(int)
    for outward, runs in least.items():
        found[outward[0]] += min(runs.values())
    return dict(found)


# What is kept for the reverse sweep.


def kept(gradient: ClosedJaxpr) -> dict[Frame, int]:
    """Bytes that the reverse sweep reads of what was computed before it, by the line they are of.

    A gradient's jaxpr has the reverse sweep's equations beside those before it; an array that one
    of the latter makes and one of the former reads is kept. What a loop keeps of each round is one
    array for all of them, of the line in its body that makes a round's part.
    """
    inner, _ = versions.opened(gradient)
    made = {
        variable: (equation, place)
        for equation in inner.eqns
        if not versions.transposed(equation)
        for place, variable in enumerate(equation.outvars)
        if any(isinstance(atom, Var) for atom in equation.invars)
    }
    read = dict.fromkeys(
        atom
        for equation in inner.eqns
        if versions.transposed(equation)
        for atom in equation.invars
        if not isinstance(atom, Literal) and atom in made
    )
    found: dict[Frame, int] = defaultdict(int)
    for variable in read:
        found[_maker(*made[variable], None)] += size_in_bytes(variable)
    return dict(found)


def size_in_bytes(atom: Var | Literal) -> int:
    """Bytes of an array; none of a token or of random keys, whose form is JAX's own."""
    array = versions.array(atom)
    return getattr(array, "size", 0) * getattr(getattr(array, "dtype", None), "itemsize", 0)


def _maker(equation: JaxprEqn, place: int, around: Around | None) -> Frame:
    """The line that makes an equation's output, inside of a loop, branch or call if it is one."""
    inside = Lines().around(equation, around)
    for body in _bodies(equation):
        if found := _maker_inside(body, place, inside, equation):
            return found
    return Lines().part(equation, around).frame


def _bodies(equation: JaxprEqn) -> Iterator[Jaxpr]:
    """The programs whose outputs are an equation's, in order."""
    name = equation.primitive.name
    if name == "cond":
        yield from (versions.opened(branch)[0] for branch in versions.branches(equation))
    elif name == "scan":
        yield versions.opened(versions.scan(equation).body)[0]
    elif name == "while":
        yield versions.opened(versions.while_loop(equation).body)[0]
    elif (body := versions.called(equation)) is not None:
        yield versions.opened(body)[0]


def _maker_inside(body: Jaxpr, place: int, around: Around, equation: JaxprEqn) -> Frame | None:
    """The line of a body's output; of what is only handed on, that of where it comes from."""
    made = {
        variable: (inner, index)
        for inner in body.eqns
        for index, variable in enumerate(inner.outvars)
    }
    output = body.outvars[place] if place < len(body.outvars) else None
    if output in body.invars and equation.primitive.name == "scan":  # what the last round carried
        carried = body.invars.index(output) - versions.scan(equation).constants
        if 0 <= carried < versions.carries(equation):
            output = body.outvars[carried]
    if isinstance(output, Var) and output in made:
        return _maker(*made[output], around)
    return None
