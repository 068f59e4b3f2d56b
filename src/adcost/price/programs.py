"""A function, its tangent and its gradient, traced and counted by line once each."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax

from adcost import jax_versions as versions
from adcost.costs import tracing
from adcost.costs.count import Cost, LowerBound, attributed
from adcost.jax_versions import ClosedJaxpr
from adcost.price.attribution import Lines
from adcost.price.subject import Subject


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
    "value": _value,
    "tangent": _tangent,
    "gradient": _gradient,
}
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
            if name == "tangent":
                refuse_one_way(program.jaxpr)
            self.jaxprs[name] = versions.without_dead_code(program.jaxpr)
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


def refuse_one_way(jaxpr: ClosedJaxpr) -> None:
    """``TypeError`` where a tangent is that of a `jax.custom_vjp`.

    JAX traces it, since it can be transposed, and refuses to compute it only when it is compiled.
    """
    for program in versions.programs(jaxpr):
        if any(equation.primitive.name == "custom_lin" for equation in program.eqns):
            raise TypeError("jax.custom_vjp has no forward mode")
