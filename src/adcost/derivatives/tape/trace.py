"""How a JAX expression of scalars is written on a tape: operation by operation, from its jaxpr."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from adcost.derivatives.tape.operations import OPERATIONS
from adcost.derivatives.tape.tape import Node, Tape
from adcost.jax_versions import ClosedJaxpr, Jaxpr, Literal, Var, called, opened


class UnsupportedPrimitive(NotImplementedError):
    """An operation that the tape has no rule for."""


class NotScalar(ValueError):
    """An input, intermediate value or output that is not one number."""


CALLS = frozenset("call closed_call custom_jvp_call custom_vjp_call eval_jaxpr jit pjit".split())
"""Primitives that are a jaxpr of their own."""

OTHER_NAMES = {"add_any": "add"}
"""What JAX calls an operation in its derivatives."""

SAME = frozenset("convert_element_type copy reshape squeeze".split())
"""Primitives that hand a scalar on as it is."""


def trace(f: Callable[..., Any], output: str = "L", *, inputs: Sequence[str] | None = None) -> Tape:
    """The tape of ``f``, a function of scalars that returns a scalar or a tuple of scalars.

    Inputs bear the names of ``f``'s parameters, or those given in ``inputs``, as a function of
    ``*w`` needs; a lone output is called ``output``. What the expression computes twice stands on
    the tape once, what it computes from constants alone is a constant. Raises :class:`NotScalar`
    and :class:`UnsupportedPrimitive`, by name.
    """
    names = list(inspect.signature(f).parameters if inputs is None else inputs)
    with jax.enable_x64(True):  # constants keep all their digits
        jaxpr = jax.make_jaxpr(f)(*[1.0] * len(names))
    lines = _Lines()
    outputs = _record(jaxpr, [lines.line(Node(name)) for name in names], lines)
    return _tidied(lines, outputs, output)


class _Lines(list[Node]):
    """The lines written so far. The same operation on the same lines is one line."""

    def __init__(self) -> None:
        super().__init__()
        self.place: dict[Node, int] = {}

    def line(self, node: Node) -> int:
        """Where a node stands; it is written if it does not yet."""
        known = [self[p].constant for p in node.parents]
        if known and None not in known:
            return self.constant(OPERATIONS[node.operation].value(*known))
        if node not in self.place:
            self.place[node] = len(self)
            self.append(node)
        return self.place[node]

    def constant(self, value: Any) -> int:
        """The line of a constant."""
        if jnp.shape(value) != ():
            raise NotScalar(
                f"a constant has shape {jnp.shape(value)}, and a tape holds scalars only; write "
                "the function in its components"
            )
        return self.line(Node("", "constant", constant=float(value)))


def _record(jaxpr: ClosedJaxpr | Jaxpr, arguments: Sequence[int], lines: _Lines) -> list[int]:
    """Write a jaxpr's operations on the tape and return the lines of its outputs."""
    inner, constants = opened(jaxpr)
    at: dict[Var, int] = dict(zip(inner.invars, arguments, strict=True))
    at |= {v: lines.constant(c) for v, c in zip(inner.constvars, constants, strict=True)}

    def line(atom: Var | Literal) -> int:
        return lines.constant(atom.val) if isinstance(atom, Literal) else at[atom]

    for equation in inner.eqns:
        name, params = equation.primitive.name, equation.params
        name = OTHER_NAMES.get(name, name)
        for variable in equation.outvars:
            _check(name, variable.aval)
        parents = tuple(line(atom) for atom in equation.invars)
        if name in OPERATIONS:
            results = [lines.line(Node("", name, parents))]
        elif name == "integer_pow":
            results = [lines.line(Node("", "pow", (*parents, lines.constant(params["y"]))))]
        elif name in SAME:
            results = list(parents)
        elif name in CALLS and (body := called(equation)) is not None:
            results = _record(body, parents, lines)
        else:
            known = ", ".join(sorted(OPERATIONS))
            raise UnsupportedPrimitive(f"the tape has no rule for {name}; it knows {known}")
        at |= zip(equation.outvars, results, strict=True)
    return [line(atom) for atom in inner.outvars]


def _check(name: str, made: Any) -> None:
    if made.shape != ():
        raise NotScalar(
            f"{name} makes an array of shape {made.shape}, and a tape holds scalars only; write "
            "the function in its components"
        )
    if name in SAME and made.dtype.kind != "f":
        raise NotScalar(f"{name} makes a {made.dtype}, and a tape holds real numbers only")


def _tidied(nodes: list[Node], outputs: list[int], output: str) -> Tape:
    """Without the lines that no output needs; operations named v1, v2, … and the lone output."""
    needed = set(outputs) | {i for i, node in enumerate(nodes) if node.operation == "input"}
    for i in reversed(range(len(nodes))):
        if i in needed:
            needed |= set(nodes[i].parents)
    place = {old: new for new, old in enumerate(sorted(needed))}
    kept, computed = [], 0
    for old in place:
        node = nodes[old]
        name = node.name or f"{node.constant:g}" if node.operation in ("input", "constant") else ""
        if not name:
            computed += 1
            name = output if outputs == [old] else f"v{computed}"
        kept.append(replace(node, name=name, parents=tuple(place[p] for p in node.parents)))
    return Tape(tuple(kept), tuple(place[i] for i in outputs))
