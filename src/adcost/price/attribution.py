"""Whose line an equation is: the user's innermost, and the sweep that it is in.

A line is the user's if it is neither in JAX, nor in Python's own or an installed library, nor in
what prices; where a function has no such line (one of a library), the library's own is named.
"""

import functools
import os
import sysconfig
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from adcost import jax_versions as versions
from adcost.costs import tracing
from adcost.costs.count import LowerBound, Part
from adcost.jax_versions import Frame, JaxprEqn

NOWHERE = Frame("", 0, "")
"""The place of what JAX attributes to no line."""

_HERE = os.path.dirname(os.path.abspath(__file__))
_LIBRARIES = tuple(
    {sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)


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
