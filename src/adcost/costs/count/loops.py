"""How often a ``while`` runs, where start, bound and step of its counter are known integers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from adcost.jax_versions import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    Var,
    While,
    array,
    is_traced,
    opened,
)

Known = Mapping[Var, int]

FOLDED: Mapping[str, Callable[..., int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "max": max,
    "min": min,
    "convert_element_type": lambda a: a,
}
"""What is computed of known integers while counting."""

EXCHANGED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "ne": "ne"}
"""How a comparison reads with its sides exchanged."""

HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "ne": lambda a, b: a != b,
}


def integer(aval: Any) -> bool:
    """Whether this is one integer."""
    return getattr(aval, "shape", None) == () and jnp.issubdtype(aval.dtype, jnp.integer)


def known(atom: Literal | Var, integers: Known) -> int | None:
    """The integer that a literal is, or a variable is known to be."""
    if not isinstance(atom, Literal):
        return integers.get(atom)
    return int(atom.val) if integer(atom.aval) else None


def constants(jaxpr: Any) -> dict[Var, int]:
    """The integers among a jaxpr's constants."""
    inner, values = opened(jaxpr)
    return {
        variable: int(value)
        for variable, value in zip(inner.constvars, values, strict=False)
        if integer(variable.aval) and not is_traced(value)
    }


def fold(equation: JaxprEqn, integers: Known) -> int | None:
    """The integer that an equation makes of known ones, if it is of those in `FOLDED`."""
    rule = FOLDED.get(equation.primitive.name)
    if rule is None or not integer(equation.outvars[0].aval):
        return None
    values = [known(atom, integers) for atom in equation.invars]
    if any(value is None for value in values):
        return None
    result = rule(*values)
    return result if _fits(result, array(equation.outvars[0]).dtype) else None


def rounds(loop: While, values: Sequence[int | None]) -> int | None:
    """Rounds of ``while i < bound: i += step``, of the inputs ``values``, where known; else None.

    ``<``, ``<=``, ``>``, ``>=`` and ``!=``, up or down, by any step; a counter that would leave its
    integers' range, and so begin again at the other end, has no such number.
    """
    test, body = opened(loop.test)[0], opened(loop.body)[0]
    tests, bodies = loop.test_constants, loop.body_constants
    start = values[tests + bodies :]
    fixed = [
        value if before is after else None
        for value, before, after in zip(start, body.invars[bodies:], body.outvars, strict=True)
    ]
    in_test = _integers(loop.test, [*values[:tests], *fixed])
    in_body = _integers(loop.body, [*values[tests : tests + bodies], *fixed])
    comparison = next((e for e in test.eqns if test.outvars[0] in e.outvars), None)
    if comparison is None or comparison.primitive.name not in HOLDS:
        return None
    name = comparison.primitive.name
    counters = [_shift(side, test, in_test) for side in comparison.invars]
    if counters[0][0] is None:  # the bound stands on the left
        name, counters = EXCHANGED[name], counters[::-1]
    (counter, offset), (other, bound) = counters
    if counter is None or other is not None or counter not in test.invars[tests:]:
        return None
    place = test.invars[tests:].index(counter)
    source, step = _shift(body.outvars[place], body, in_body)
    first = start[place]
    if first is None or source is not body.invars[bodies + place]:
        return None
    found = _progression(name, first + offset, bound, step)
    if found is None or not _fits(first + offset + found * step, array(counter).dtype):
        return None
    return found if _fits(first + found * step, array(counter).dtype) else None


def _progression(name: str, first: int, bound: int, step: int) -> int | None:
    """How many of first, first + step, … come before one that fails the comparison with bound."""
    if not HOLDS[name](first, bound):
        return 0
    if name == "ne":
        whole = step and (bound - first) % step == 0 and (bound - first) // step
        return whole if whole and whole > 0 else None
    if name in ("gt", "ge"):  # the same with both sides negated
        first, bound, step = -first, -bound, -step
    if step <= 0:
        return None
    return -((first - bound - (name in ("le", "ge"))) // step)


def _integers(jaxpr: ClosedJaxpr, values: Sequence[int | None]) -> dict[Var, int]:
    """All integers that are known in a jaxpr whose inputs are ``values``, where known."""
    inner, _ = opened(jaxpr)
    pairs = zip(inner.invars, values, strict=True)
    integers = constants(jaxpr) | {variable: n for variable, n in pairs if n is not None}
    for equation in inner.eqns:
        value = fold(equation, integers)
        if value is not None:
            integers[equation.outvars[0]] = value
    return integers


def _shift(atom: Literal | Var, jaxpr: Jaxpr, integers: Known) -> tuple[Var | None, int]:
    """The input and the integer of which ``atom`` is the sum; no input if it is known."""
    made = {variable: equation for equation in jaxpr.eqns for variable in equation.outvars}
    shift = 0
    while (value := known(atom, integers)) is None and not isinstance(atom, Literal):
        if atom not in made:
            return atom, shift
        equation = made[atom]
        name, operands = equation.primitive.name, equation.invars
        numbers = [known(operand, integers) for operand in operands]
        if name == "convert_element_type" and integer(operands[0].aval):
            atom = operands[0]
        elif name == "add" and numbers[1] is not None:
            atom, shift = operands[0], shift + numbers[1]
        elif name == "add" and numbers[0] is not None:
            atom, shift = operands[1], shift + numbers[0]
        elif name == "sub" and numbers[1] is not None:
            atom, shift = operands[0], shift - numbers[1]
        else:
            return atom, shift
    return None, shift + (value or 0)


def _fits(value: int, dtype: Any) -> bool:
    limits = np.iinfo(dtype)
    return bool(limits.min <= value <= limits.max)
