r"""Floats that count what is done with them, so that a sweep over a tape counts itself.

An operation is an addition, a subtraction, a multiplication, a division, a power, a change of sign
or an elementary function, each counting one. Free is what a person would not compute: a product
with the constant 1 or −1 (the partial derivatives of a sum), and a sum with the constant 0 (what an
adjoint begins with).
"""

import math
from collections.abc import Callable
from typing import Any


class Work:
    """How many operations were done with the floats that share it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.operations = 0


class Counted(float):
    """A float64 whose operations are counted in its :class:`Work`, as are those of the results."""

    work: Work

    def __new__(cls, value: float, work: Work) -> "Counted":
        """``value``, counting in ``work``."""
        new = super().__new__(cls, value)
        new.work = work
        return new

    def through(self, function: Callable[[float], float]) -> "Counted":
        """An elementary function of the number: one operation."""
        self.work.operations += 1
        return Counted(function(float(self)), self.work)


FREE = {"add": (0.0,), "radd": (0.0,), "sub": (0.0,), "mul": (1.0, -1.0), "rmul": (1.0, -1.0)}


def _counting(name: str) -> Callable[..., Any]:
    plain, free = getattr(float, f"__{name}__"), FREE.get(name, ())

    def method(self: Counted, *others: float) -> Any:
        value = plain(self, *others)
        if value is NotImplemented:
            return value
        self.work.operations += not any(type(o) is not Counted and o in free for o in others)
        return Counted(value, self.work)

    return method


for _name in "add radd sub rsub mul rmul truediv rtruediv pow rpow neg".split():
    setattr(Counted, f"__{_name}__", _counting(_name))


def elementary(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of one float, counted where the float is :class:`Counted`."""

    def call(a: float) -> float:
        return a.through(function) if isinstance(a, Counted) else function(a)

    return call


exp, exp2, expm1 = elementary(math.exp), elementary(math.exp2), elementary(math.expm1)
log, log2, log1p = elementary(math.log), elementary(math.log2), elementary(math.log1p)
sqrt, erf, atan = elementary(math.sqrt), elementary(math.erf), elementary(math.atan)
sin, cos, tan = elementary(math.sin), elementary(math.cos), elementary(math.tan)
sinh, cosh, tanh = elementary(math.sinh), elementary(math.cosh), elementary(math.tanh)
