"""Where a gradient turns to NaN or infinity at the given point, though the function has a value.

The program of value and gradient runs once with every array tested. The first equation that makes
what is not finite of what is, is the origin; what its line does in the function tells why.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost import jax_versions as versions
from adcost.jax_versions import ClosedJaxpr, Frame, Jaxpr, JaxprEqn, Literal, Var
from adcost.price.attribution import Around, Lines, places
from adcost.price.interpreter import evaluated
from adcost.price.limits import FREE, Limits, computed
from adcost.price.programs import Programs
from adcost.price.trap import Trap

HIDDEN = "NaN on the branch not taken"
ROOT = "a root at 0"
REPEATED = "a repeated eigenvalue or singular value"
INFINITE = "an infinite derivative"

MEND = {
    HIDDEN: "give the branch that is not taken an argument at which its derivative is finite: "
    "jnp.where(taken, branch(jnp.where(taken, x, 1.0)), other)",
    ROOT: "if the derivative is to be 0 there: positive = square > 0, then root = jnp.where("
    "positive, jnp.sqrt(jnp.where(positive, square, 1.0)), 0.0); of a norm the square is "
    "jnp.sum(x * x)",
    REPEATED: "vectors of a repeated value have no derivative: use the values alone "
    "(jnp.linalg.eigvalsh, svdvals), or a function of the matrix itself (trace, slogdet, solve, "
    "jax.scipy.linalg.expm), whose derivative exists",
    INFINITE: "keep the argument away from where the derivative is infinite, by a bound "
    "(jnp.maximum(x, smallest)) or a form of the function that has none",
}
WHY = {
    HIDDEN: "computes a branch that jnp.where does not take, and its derivative, which is not "
    "finite there: 0 times infinity is NaN",
    ROOT: "takes a root at 0, whose derivative is infinite, and infinity times 0 is NaN",
    REPEATED: "differentiates vectors of a value that is there more than once: the derivative "
    "divides by the difference of two equal ones",
    INFINITE: "has no finite derivative at this point",
}
ROOTS = frozenset("sqrt rsqrt cbrt pow".split())
SPECTRAL = frozenset("eig eigh svd schur".split())
ROUNDS = 10_000
"""Rounds of a loop that are looked through for the first that is not finite."""


def find(programs: Programs, limits: Limits = FREE) -> list[Trap]:
    """The trap by which the gradient is not finite at a point where the value is; else none."""
    inputs = point(programs)
    gradient = programs.jaxpr("gradient")
    value, *derivative = computed(limits, versions.jaxpr_as_fun(gradient), *inputs)
    bad = sum(int(np.sum(~np.isfinite(np.asarray(one)))) for one in derivative)
    if not bad or not np.all(np.isfinite(np.asarray(value))):
        return []
    frame = origin(gradient, inputs)
    if frame is None:
        return []
    kind = _kind(programs, frame)
    size = sum(one.size for one in derivative)
    price = f"{bad:,} of the gradient's {size:,} numbers are not finite"
    rewrite = MEND[kind]
    if kind == HIDDEN and _primitives(programs, frame) & ROOTS:
        rewrite += f". Of a root that is 0 where it is taken, too: {MEND[ROOT]}"
    return [Trap(kind, frame.file, frame.line, price, f"{WHY[kind]}; {price}", rewrite)]


def point(programs: Programs) -> list[jax.Array]:
    """The gradient program's inputs: the arguments, and an adjoint of ones for the value."""
    s = programs.subject
    adjoint = jnp.ones(s.result.shape, s.result.dtype)
    return jax.tree.leaves(((s.x, adjoint), s.rest))


def origin(jaxpr: Jaxpr | ClosedJaxpr, inputs: Sequence[Any]) -> Frame | None:
    """The line of the first equation that makes what is not finite of what is; None if all is."""
    return _origin(jaxpr, inputs, None)


def _origin(
    jaxpr: Jaxpr | ClosedJaxpr, inputs: Sequence[Any], around: Around | None
) -> Frame | None:
    inner, _ = versions.opened(jaxpr)
    made = [v for e in inner.eqns for v in e.outvars if _floating(v)]
    flags = jax.jit(
        lambda *given: jnp.stack([jnp.any(~jnp.isfinite(v)) for v in _values(jaxpr, given, made)])
    )
    if not made:
        return None
    bad = {v for v, flag in zip(made, np.asarray(flags(*inputs)), strict=True) if flag}
    for equation in inner.eqns:
        if not any(v in bad for v in equation.outvars) or any(
            atom in bad for atom in equation.invars if isinstance(atom, Var)
        ):
            continue
        operands = _operands(jaxpr, inputs, equation)
        within = Lines().around(equation, around)
        for body, given in _runs(equation, operands):
            if frame := _origin(body, given, within):
                return frame
        return Lines().part(equation, around).frame
    return None


def _floating(variable: Var) -> bool:
    return jnp.issubdtype(getattr(variable.aval, "dtype", np.int32), jnp.inexact)


def _values(jaxpr: Any, inputs: Sequence[Any], wanted: Sequence[Var]) -> list[Any]:
    return evaluated(jaxpr, inputs, wanted=wanted)


def _operands(jaxpr: Any, inputs: Sequence[Any], equation: JaxprEqn) -> list[Any]:
    """The values of an equation's operands."""
    variables = [atom for atom in equation.invars if isinstance(atom, Var)]
    run = jax.jit(lambda *given: evaluated(jaxpr, given, wanted=variables))
    values = iter(run(*inputs))
    return [atom.val if isinstance(atom, Literal) else next(values) for atom in equation.invars]


def _runs(
    equation: JaxprEqn, operands: Sequence[Any]
) -> Iterator[tuple[Jaxpr | ClosedJaxpr, Sequence[Any]]]:
    """The programs that an equation runs, with the inputs of each run in turn."""
    name = equation.primitive.name
    if name == "cond":
        branches = versions.branches(equation)
        yield branches[int(np.clip(operands[0], 0, len(branches) - 1))], operands[1:]
    elif name == "scan":
        yield from _rounds(equation, operands)
    elif name != "while" and (body := versions.called(equation)) is not None:
        yield body, operands


def _rounds(
    equation: JaxprEqn, operands: Sequence[Any]
) -> Iterator[tuple[ClosedJaxpr, Sequence[Any]]]:
    scan = versions.scan(equation)
    carries = versions.carries(equation)
    fixed, start = operands[: scan.constants], scan.constants + carries
    carry, stacked = list(operands[scan.constants : start]), operands[start:]
    step = jax.jit(versions.jaxpr_as_fun(scan.body))
    order = range(scan.length)
    for i in (order[::-1] if equation.params["reverse"] else order)[:ROUNDS]:
        given = [*fixed, *carry, *(array[i] for array in stacked)]
        results = step(*given)
        floating = (one for one in results if jnp.issubdtype(one.dtype, jnp.inexact))
        if not all(np.all(np.isfinite(one)) for one in floating):
            yield scan.body, given
            return
        carry = results[:carries]


def _primitives(programs: Programs, frame: Frame) -> set[str]:
    return {place.primitive for place in places(programs.count("value")) if place.frame == frame}


def _kind(programs: Programs, frame: Frame) -> str:
    """Why the derivative of a line is not finite, by what the line does in the function."""
    primitives = _primitives(programs, frame)
    if primitives & SPECTRAL:
        return REPEATED
    program = versions.opened(programs.jaxpr("value"))[0]
    if _selected(program, frame, None, (), [True] * len(program.invars))[1]:
        return HIDDEN
    return ROOT if primitives & ROOTS else INFINITE


def _selected(
    jaxpr: Jaxpr,
    frame: Frame,
    around: Around | None,
    inputs: Sequence[bool],
    varying: Sequence[bool],
) -> tuple[list[bool], bool]:
    """Which outputs depend on what a line computes, and whether a ``where`` may leave that out.

    What a line makes of constants alone, such as the other branch of its own ``where``, is not
    counted among what it computes; ``varying`` says which inputs are none.
    """
    lines_of = Lines()
    depends = {v for v, does in zip(jaxpr.invars, inputs, strict=False) if does}
    varies = {v for v, does in zip(jaxpr.invars, varying, strict=False) if does}
    chosen = False
    for equation in jaxpr.eqns:
        changing = [isinstance(atom, Var) and atom in varies for atom in equation.invars]
        if any(changing):
            varies |= set(equation.outvars)
        given = [isinstance(atom, Var) and atom in depends for atom in equation.invars]
        name = equation.primitive.name
        if name == "select_n" and any(given[1:]) and not all(given[1:]):
            chosen = True
        body = versions.called(equation)
        if body is not None:
            within = lines_of.around(equation, around)
            found, inside = _selected(versions.opened(body)[0], frame, within, given, changing)
            chosen |= inside
            depends |= {v for v, does in zip(equation.outvars, found, strict=False) if does}
        elif any(given) or (any(changing) and lines_of.part(equation, around).frame == frame):
            depends |= set(equation.outvars)
    return [isinstance(v, Var) and v in depends for v in jaxpr.outvars], chosen
