"""A jaxpr run again equation by equation: taken apart, cut, or with some equations replaced."""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from adcost.jax_versions import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    Var,
    bound,
    held,
    opened,
    scan,
)

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

    for equation in inner.eqns:
        if given and all(variable in given for variable in equation.outvars):
            continue
        operands = [_read(atom, values) for atom in equation.invars]
        found = replace(equation, operands) if replace else None
        if found is None and equation.primitive.name in CALLS:
            found = evaluated(called(equation), operands, replace=replace)
        if found is None:
            found = bound(equation, operands)
        values.update(zip(equation.outvars, found, strict=True))
    return [_read(atom, values) for atom in (inner.outvars if wanted is None else wanted)]


def rewritten_scan(equation: JaxprEqn, operands: Sequence[Any], replace: Replace) -> list[Any]:
    """The results of a scan whose body has some equations replaced."""
    body = scan(equation).body
    again = jax.make_jaxpr(lambda *inputs: evaluated(body, inputs, replace=replace))
    return bound(equation, operands, jaxpr=again(*_shapes(body)))


def called(equation: JaxprEqn) -> Jaxpr | ClosedJaxpr:
    """The program of a call in `CALLS`."""
    return equation.params["jaxpr"] if "jaxpr" in equation.params else equation.params["call_jaxpr"]


def inlined(jaxpr: ClosedJaxpr) -> ClosedJaxpr:
    """The same program without calls of jitted functions."""
    return jax.make_jaxpr(lambda *inputs: evaluated(jaxpr, inputs))(*_shapes(jaxpr))


def with_blocks(jaxpr: ClosedJaxpr) -> ClosedJaxpr:
    """The same program with each run of equations under one ``jax.named_scope`` as a jitted call.

    The call has the scope's name; of nested scopes it is the outermost. Bodies of scans too.
    """

    def run(*inputs: Any) -> list[Any]:
        inner, constants = opened(jaxpr)
        values: dict[Var, Any] = dict(zip(inner.constvars, constants, strict=True))
        values.update(zip(inner.invars, inputs, strict=True))
        reads = _reads(inner.eqns) + Counter(a for a in inner.outvars if not isinstance(a, Literal))
        for scope, group in itertools.groupby(inner.eqns, _scope):
            equations = list(group)
            if scope and len(equations) > 1:
                _call(scope, equations, reads, values)
            else:
                _run(equations, values)
        return [_read(atom, values) for atom in inner.outvars]

    return jax.make_jaxpr(run)(*_shapes(jaxpr))


def _reads(equations: Sequence[JaxprEqn]) -> Counter[Var]:
    """How often each variable is read."""
    return Counter(a for e in equations for a in e.invars if not isinstance(a, Literal))


def _call(
    scope: str, equations: list[JaxprEqn], reads: Counter[Var], values: dict[Var, Any]
) -> None:
    """Run equations as one jitted function of what they read, and keep what others need.

    ``reads``: how often the whole program reads each variable.
    """
    made = {variable for e in equations for variable in e.outvars}
    inside = _reads(equations)
    needs = [variable for variable in inside if variable not in made]
    results = [v for e in equations for v in e.outvars if reads[v] > inside[v]]

    def block(*inputs: Any) -> list[Any]:
        own: dict[Var, Any] = dict(zip(needs, inputs, strict=True))
        _run(equations, own)
        return [own[variable] for variable in results]

    block.__name__ = scope
    found = jax.jit(block)(*(values[variable] for variable in needs))
    values.update(zip(results, found, strict=True))


def _run(equations: Sequence[JaxprEqn], values: dict[Var, Any]) -> None:
    for equation in equations:
        changed: dict[str, Any] = {}
        if equation.primitive.name == "scan":
            changed["jaxpr"] = with_blocks(scan(equation).body)
        found = bound(equation, [_read(atom, values) for atom in equation.invars], **changed)
        values.update(zip(equation.outvars, found, strict=True))


def _scope(equation: JaxprEqn) -> str:
    first = str(equation.source_info.name_stack).split("/")[0]
    return "" if "(" in first else first  # of a transform inside of the function


def _read(atom: Literal | Var, values: Mapping[Var, Any]) -> Any:
    return atom.val if isinstance(atom, Literal) else values[atom]


def _shapes(jaxpr: ClosedJaxpr) -> list[jax.ShapeDtypeStruct]:
    return [held(v) for v in opened(jaxpr)[0].invars]
