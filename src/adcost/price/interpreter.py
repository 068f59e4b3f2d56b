"""A jaxpr run again equation by equation: taken apart, cut, or with some equations replaced."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from adcost.jax_versions import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, bound, opened

Replace = Callable[[JaxprEqn, Sequence[Any]], list[Any] | None]
"""The results of an equation at its operands by other means, or None to leave it as it is."""

CALLS = ("jit", "pjit", "closed_call", "core_call")


def evaluated(
    jaxpr: Jaxpr | ClosedJaxpr,
    inputs: Sequence[Any],
    *,
    given: Mapping[Var, Any] | None = None,
    wanted: Sequence[Var] | None = None,
    replace: Replace | None = None,
) -> list[Any]:
    """The outputs of a jaxpr, or the variables ``wanted``, at ``inputs``.

    Variables that are ``given`` are not computed. Calls of jitted functions are taken apart, unless
    ``replace`` has them. Inside of ``jit`` the equations are written again, each with its line.
    """
    inner, constants = opened(jaxpr)
    values: dict[Var, Any] = dict(zip(inner.constvars, constants, strict=True))
    values.update(zip(inner.invars, inputs, strict=True))
    values.update(given or {})

    def read(atom: Literal | Var) -> Any:
        return atom.val if isinstance(atom, Literal) else values[atom]

    for equation in inner.eqns:
        if given and all(variable in given for variable in equation.outvars):
            continue
        operands = [read(atom) for atom in equation.invars]
        found = replace(equation, operands) if replace else None
        if found is None and equation.primitive.name in CALLS:
            found = evaluated(called(equation), operands, replace=replace)
        if found is None:
            found = bound(equation, operands)
        values.update(zip(equation.outvars, found, strict=True))
    return [read(atom) for atom in (inner.outvars if wanted is None else wanted)]


def called(equation: JaxprEqn) -> Jaxpr | ClosedJaxpr:
    """The program of a call in `CALLS`."""
    return equation.params["jaxpr"] if "jaxpr" in equation.params else equation.params["call_jaxpr"]


def inlined(jaxpr: ClosedJaxpr) -> ClosedJaxpr:
    """The same program without calls of jitted functions."""
    shapes = [jax.ShapeDtypeStruct(v.aval.shape, v.aval.dtype) for v in opened(jaxpr)[0].invars]
    return jax.make_jaxpr(lambda *inputs: evaluated(jaxpr, inputs))(*shapes)
