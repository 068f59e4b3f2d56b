"""Jaxprs: their types, what they hold, and equations that are written again."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

import jax
from jax import lax
from jax.core import ShapedArray, Tracer
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxpr_as_fun
from jax.extend.core import jaxprs_in_params as _jaxprs_in_params
from jax.extend.source_info_util import current_name_stack as _current_name_stack
from jax.extend.source_info_util import user_context as _user_context

# `dce_jaxpr` removes what no output needs, through calls, loops and branches; keeps effects. If it
# goes, XLA's own removal is no substitute: it does not change the jaxpr.
from jax.interpreters import partial_eval

__all__ = [
    "TANH", "ClosedJaxpr", "Jaxpr", "JaxprEqn", "Literal", "ShapedArray", "Slope", "Var", "array",
    "bound", "held", "inner_jaxprs", "is_traced", "jaxpr_as_fun", "opened", "programs", "used",
    "without_dead_code",
]  # fmt: skip


def without_dead_code(jaxpr: Jaxpr | ClosedJaxpr) -> ClosedJaxpr:
    """The jaxpr without what none of its outputs needs.

    To 0.11 a closed jaxpr is a pair (``jaxpr``, ``consts``), and the former is what is to be given;
    from 0.12 on there is one class, of which ``jaxpr`` is itself.
    """
    jaxpr = _lowered(jaxpr)
    inner, constants = opened(jaxpr)
    fewer: Any = partial_eval.dce_jaxpr(inner, [True] * len(inner.outvars), instantiate=True)[0]
    return fewer if hasattr(fewer, "consts") else ClosedJaxpr(fewer, constants)


def _lowered(jaxpr: Jaxpr | ClosedJaxpr) -> Jaxpr | ClosedJaxpr:
    """A jaxpr without ``call_hi_primitive``: each is replaced by what it stands for.

    From 0.11 on ``jnp.searchsorted`` and others are such primitives, in jaxprs that say
    ``is_high``; `lower_jaxpr2` is what JAX itself calls before it compiles. It passes over the
    programs of ``custom_linear_solve``, in which `jax.lax.custom_root` puts some.
    """
    lower = getattr(partial_eval, "lower_jaxpr2", None)
    if lower is None or not any(map(_is_high, programs(jaxpr))):
        return jaxpr
    low: Any = lower(jaxpr) if _is_high(opened(jaxpr)[0]) else jaxpr
    inner, constants = opened(low)
    equations = [e.replace(params=jax.tree.map(_lowered_program, e.params)) for e in inner.eqns]
    changed = inner.replace(eqns=equations)
    return changed if inner is low else ClosedJaxpr(changed, constants)


def _lowered_program(parameter: Any) -> Any:
    return _lowered(parameter) if isinstance(parameter, (Jaxpr, ClosedJaxpr)) else parameter


def _is_high(jaxpr: Jaxpr) -> bool:
    return getattr(jaxpr, "is_high", False)


def opened(jaxpr: Jaxpr | ClosedJaxpr) -> tuple[Jaxpr, Sequence[Any]]:
    """A jaxpr and the values of its ``constvars``; none if it is open."""
    either: Any = jaxpr
    return getattr(either, "jaxpr", either), getattr(either, "consts", ())


def inner_jaxprs(equation: JaxprEqn) -> Iterator[Jaxpr]:
    """Every jaxpr among an equation's parameters."""
    return _jaxprs_in_params(equation.params)


def programs(jaxpr: Jaxpr | ClosedJaxpr) -> Iterator[Jaxpr]:
    """A jaxpr and those within it, each once, however often and on how many ways it is called."""
    seen: set[int] = set()
    waiting = [opened(jaxpr)[0]]
    while waiting:
        program = waiting.pop()
        if id(program) in seen:
            continue
        seen.add(id(program))
        yield program
        inner = [opened(each)[0] for e in program.eqns for each in inner_jaxprs(e)]
        waiting += reversed(inner)


def used(jaxpr: Jaxpr) -> set[Var]:
    """Variables that equations or outputs use; `without_dead_code` leaves outputs beside them."""
    atoms = [atom for equation in jaxpr.eqns for atom in equation.invars]
    return {atom for atom in (*atoms, *jaxpr.outvars) if not isinstance(atom, Literal)}


def array(atom: Literal | Var) -> ShapedArray:
    """Shape and dtype of an operand that is an array, as all are whose work is counted."""
    return cast(ShapedArray, atom.aval)


def is_traced(value: Any) -> bool:
    """Whether an array is a placeholder inside of a transformation, so that it has no value yet."""
    return isinstance(value, Tracer)


def held(variable: Literal | Var) -> jax.ShapeDtypeStruct:
    """The shape and dtype of a variable's array."""
    aval = cast(ShapedArray, variable.aval)
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype)


def bound(equation: JaxprEqn, operands: Sequence[Any], **changed: Any) -> list[Any]:
    """The results of an equation at ``operands``, with some of its parameters ``changed``.

    Inside of ``jit`` it writes the equation again, with its line and scopes: what
    `jax.core.eval_jaxpr` does with each.
    """
    params = equation.primitive.get_bind_params(dict(equation.params) | changed)
    source = equation.source_info
    with (
        _user_context(source.traceback, name_stack=_current_name_stack() + source.name_stack),
        equation.ctx.manager,
    ):
        found = equation.primitive.bind(*operands, **params)
    return list(found) if equation.primitive.multiple_results else [found]


# Derivatives whose programs differ.


class Slope(NamedTuple):
    """Multiplications of an activation's derivative for each number: once, and for each tangent."""

    once: int
    tangent: int


TANH = Slope(1, 1) if hasattr(lax, "one_minus_square") else Slope(0, 2)
"""Of y = tanh x: to 0.10 JAX's rule is ẏ = (ẋ + ẋ·y)·(1 − y), from 0.11 on it is
ẏ = ẋ·((1 + y)·(1 − y)), whose second factor is the same for every tangent."""
