"""What the package uses of JAX beyond its documented interface, and what differs by version.

Tried with JAX 0.10.2, 0.11.2 and 0.12.0.1. All else that the package uses is in JAX's reference
(``jax.jit``, ``Traced.jaxpr``, ``Compiled.memory_analysis`` …). Each entry has a test of its own
in ``tests/unit/test_jax_versions.py``; if one fails after an update, its docstring says where to
look. Names of primitives are in `adcost.costs.count.primitives`, where a test walks JAX's own list.
"""

import functools
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import jax
from jax import lax

# jax.core and jax.extend.core export these without a promise of stability. If one moves, import it
# here from where `grep "class <name>" jax/_src/core.py` says that it is exported.
from jax.core import ShapedArray, Tracer
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var
from jax.extend.core import jaxprs_in_params as _jaxprs_in_params

# `summarize` gives "file:line:column (function)" of the innermost frame outside of JAX.
from jax.extend.source_info_util import summarize as _summarize

# `dce_jaxpr` removes what no output needs, through calls, loops and branches; keeps effects. If it
# goes, XLA's own removal is no substitute: it does not change the jaxpr.
from jax.interpreters import partial_eval

from adcost import platforms

__all__ = [
    "TANH",
    "ClosedJaxpr",
    "Jaxpr",
    "JaxprEqn",
    "Literal",
    "Scan",
    "ShapedArray",
    "Slope",
    "Var",
    "While",
    "array",
    "branches",
    "called",
    "compile_options",
    "computed_flops",
    "held_bytes",
    "inner_jaxprs",
    "is_traced",
    "linear_solve",
    "manual_devices",
    "needed",
    "opened",
    "scan",
    "scopes",
    "used",
    "user_line",
    "while_loop",
    "written_in_jax",
]  # fmt: skip

_JAX = os.path.dirname(jax.__file__)


def needed(jaxpr: Jaxpr | ClosedJaxpr) -> ClosedJaxpr:
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
    ``is_high``; `lower_jaxpr2` is what JAX itself calls before it compiles.
    """
    lower = getattr(partial_eval, "lower_jaxpr2", None)
    high = getattr(opened(jaxpr)[0], "is_high", False)
    return lower(jaxpr) if high and lower else jaxpr


def opened(jaxpr: Jaxpr | ClosedJaxpr) -> tuple[Jaxpr, Sequence[Any]]:
    """A jaxpr and the values of its ``constvars``; none if it is open."""
    either: Any = jaxpr
    return getattr(either, "jaxpr", either), getattr(either, "consts", ())


def inner_jaxprs(equation: JaxprEqn) -> Iterator[Jaxpr]:
    """Every jaxpr among an equation's parameters."""
    return _jaxprs_in_params(equation.params)


def used(jaxpr: Jaxpr) -> set[Var]:
    """The variables that an equation or an output uses; `needed` leaves outputs beside them."""
    atoms = [atom for equation in jaxpr.eqns for atom in equation.invars]
    return {atom for atom in (*atoms, *jaxpr.outvars) if not isinstance(atom, Literal)}


def array(atom: Literal | Var) -> ShapedArray:
    """Shape and dtype of an operand that is an array, as all are whose work is counted."""
    return cast(ShapedArray, atom.aval)


def is_traced(value: Any) -> bool:
    """Whether an array is a placeholder inside of a transformation, so that it has no value yet."""
    return isinstance(value, Tracer)


# Derivatives whose programs differ.


class Slope(NamedTuple):
    """Multiplications of an activation's derivative for each number: once, and for each tangent."""

    once: int
    tangent: int


TANH = Slope(1, 1) if hasattr(lax, "one_minus_square") else Slope(0, 2)
"""Of y = tanh x: to 0.10 JAX's rule is ẏ = (ẋ + ẋ·y)·(1 − y), from 0.11 on it is
ẏ = ẋ·((1 + y)·(1 − y)), whose second factor is the same for every tangent."""


# Control flow: the parameters of the primitives, which JAX documents nowhere. To see those of a
# version: print(jax.make_jaxpr(f)(x).eqns[0].params).


class Scan(NamedTuple):
    """``lax.scan``: its body, whose first inputs are ``constants`` in number, and its length."""

    body: ClosedJaxpr
    constants: int
    length: int


def scan(equation: JaxprEqn) -> Scan:
    """The parts of a scan. To 0.10 ``num_consts`` says how many inputs are the same each round;
    from 0.11 on ``ft_in`` is a tree of them: constants, carry, slices."""
    params = equation.params
    if "num_consts" in params:
        constants = params["num_consts"]
    else:
        constants = len(list(params["ft_in"].update(equation.invars).unpack()[0]))
    return Scan(params["jaxpr"], constants, params["length"])


class While(NamedTuple):
    """``lax.while_loop``: its test and body, whose first inputs are constants, so many."""

    test: ClosedJaxpr
    body: ClosedJaxpr
    test_constants: int
    body_constants: int


def while_loop(equation: JaxprEqn) -> While:
    """The parts of a while. Inputs: the test's constants, the body's, what is carried."""
    params = equation.params
    tests, bodies = params["cond_nconsts"], params["body_nconsts"]
    return While(params["cond_jaxpr"], params["body_jaxpr"], tests, bodies)


def branches(equation: JaxprEqn) -> Sequence[ClosedJaxpr]:
    """The branches of a ``lax.cond`` or ``lax.switch``; its first input chooses among them."""
    return equation.params["branches"]


def linear_solve(equation: JaxprEqn) -> tuple[ClosedJaxpr, int]:
    """The solver of a ``lax.custom_linear_solve``, and how many inputs before are not its own."""
    params = equation.params
    return params["jaxprs"].solve, sum(params["const_lengths"][:2])


_BODIES = ("call_jaxpr", "jaxpr", "call", "callee", "fwd_jaxpr")


def called(equation: JaxprEqn) -> Jaxpr | ClosedJaxpr | None:
    """The jaxpr that a call runs once, on the equation's inputs in order; None if it has none.

    The parameter is ``jaxpr`` of jit, shard_map and eval_jaxpr, ``call_jaxpr`` of functions with
    rules of their own, ``call`` of custom_vmap, ``callee`` of linear_call, ``fwd_jaxpr`` of a
    custom_vjp with ``optimize_remat``.
    """
    found = (equation.params.get(name) for name in _BODIES)
    return next((jaxpr for jaxpr in found if isinstance(jaxpr, (Jaxpr, ClosedJaxpr))), None)


def manual_devices(equation: JaxprEqn) -> int:
    """Over how many devices a ``jax.shard_map`` cuts its inputs. ``newly_manual_axes`` in 0.10."""
    params = equation.params
    sizes: Mapping[str, int] = params["mesh"].shape
    return math.prod(sizes[axis] for axis in params.get("newly_manual_axes", params["mesh"].shape))


# Where an equation comes from.


def scopes(equation: JaxprEqn) -> list[str]:
    """Names around an equation: its ``jax.named_scope``, and its function's if it calls one.

    ``str(name_stack)`` has a scope's name inside the brackets of the transforms that it went
    through: ``transpose(jvp(newton))/update``.
    """
    names = re.findall(r"[^/()]+", str(equation.source_info.name_stack))
    return [*names, equation.params["name"]] if "name" in equation.params else names


def user_line(equation: JaxprEqn) -> str:
    """``file:line (function)`` of the innermost frame outside of JAX, or "" if there is none."""
    said = _summarize(equation.source_info)
    return re.sub(r"^(.*?:\d+):\d+ ", r"\1 ", said)


def written_in_jax(jaxpr: Jaxpr | ClosedJaxpr) -> bool:
    """Whether a jitted function is JAX's own, such as ``jnp.linalg.svd``.

    JAX traces it once, so its equations bear the line of whoever called it first. ``debug_info``
    says "svd at <file>:<line>".
    """
    info = getattr(opened(jaxpr)[0], "debug_info", None)
    return f" at {_JAX}{os.sep}" in getattr(info, "func_src_info", "")


# Compiled programs.


def held_bytes(compiled: jax.stages.Compiled) -> tuple[int, int, int, int] | None:
    """Bytes of arguments, results, temporaries and of what arguments and results share.

    ``memory_analysis`` is documented, the names of its fields are not. None where the backend has
    no such analysis.
    """
    analysis = compiled.memory_analysis()
    if analysis is None:
        return None
    names = ("argument", "output", "temp", "alias")
    arguments, outputs, temporaries, shared = (
        int(getattr(analysis, f"{name}_size_in_bytes")) for name in names
    )
    return arguments, outputs, temporaries, shared


def computed_flops(compiled: jax.stages.Compiled) -> float:
    """XLA's own count of a program's operations, in which a loop's body counts once; else 0."""
    return float((compiled.cost_analysis() or {}).get("flops", 0.0))


def compile_options(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Those of XLA's options that this version knows and that are for the current platform.

    ``xla_cpu_use_fusion_emitters``, say, is gone in 0.11. XLA parses ``xla_cpu_*`` for every
    backend and heeds it on the CPU alone, as it does ``xla_gpu_*`` on a GPU.
    """
    here = platforms.current()
    others = tuple(f"xla_{name}_" for name in ("cpu", "gpu", "tpu") if name != here)
    return {
        name: value
        for name, value in wanted.items()
        if not name.startswith(others) and _known_option(name, value)
    }


@functools.cache
def _known_option(name: str, value: Any) -> bool:
    try:
        jax.jit(lambda: 0).lower().compile(compiler_options={name: value})
    except jax.errors.JaxRuntimeError as error:
        if "No such compile option" in str(error):
            return False
        raise
    return True
