"""What the package uses of JAX beyond its documented interface, and what differs by version.

Tried with JAX 0.10.2, 0.11.2 and 0.12.0.1 (`make matrix`). All else that the package uses is in
JAX's reference (``jax.jit``, ``Traced.jaxpr``, ``Compiled.memory_analysis`` …). Each entry has a
test of its own in ``tests/unit/test_jax_versions.py``; a test there also finds what another module
takes from the modules below. After an update, what fails says which entry it is:

- *Types of a jaxpr* (``jax.extend.core``, ``jax.core``). If one moves, import it from where
  ``grep "class <name>" jax/_src/core.py`` says that it is exported.
- *Fields of a jaxpr*: ``eqns``, ``invars``, ``outvars``, ``constvars``, ``primitive.name``,
  ``params``, ``aval``, ``val``. They are read in ``costs.count``, ``derivatives.tape.trace``,
  ``derivatives.paths`` and ``experiments.feedforward.measure``; a renamed one is a property here.
- *Names of primitives*: ``costs.count.primitives`` for counting, where a test walks JAX's own list
  and prints those that are new; ``derivatives.tape.operations`` for the tape.
- *Parameters of primitives*: those of calls, loops and branches are read below; those of single
  operations in ``costs.count.arithmetic`` and ``costs.count.factorisations``. To see a version's:
  ``print(jax.make_jaxpr(f)(x).eqns[0].params)``.
- *Derivative rules*: what JAX's derivative of an activation multiplies is stated below (`TANH`).
- ``jax.interpreters.partial_eval``: `needed`. ``jax.extend.source_info_util``: `user_line`.
- *Fields of the compiler's answers*: `held_bytes`, `computed_flops`; ``memory_stats`` of a GPU's
  allocator in ``experiments.checkpointing.resident``; the target's features in the bytes of a
  program, in ``processor``.
- *Options of XLA*: `compile_options` drops those that a version lacks. The flags that
  ``experiments.checkpointing.resident`` gives a process by ``XLA_FLAGS`` end it if they are
  unknown: then take the flag's new name from XLA's ``debug_options_flags.cc``.
- ``jax.config.values``: `setting`; ``platforms``, which is imported here, reads it by itself.
- ``jax.experimental.compilation_cache``: `forget_compiled`. ``jax.experimental.io_callback`` is
  documented.
- *Names of events* of ``jax.monitoring``, in ``workflow/scripts/job.py``: they only name what a
  job's log says that compiling took.
"""

import functools
import math
import os
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import jax
from jax import lax
from jax.core import ShapedArray, Tracer
from jax.experimental.compilation_cache.compilation_cache import reset_cache
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxpr_as_fun
from jax.extend.core import jaxprs_in_params as _jaxprs_in_params

# `summarize` gives "file:line:column (function)" of the innermost frame outside of JAX.
from jax.extend.source_info_util import current_name_stack as _current_name_stack
from jax.extend.source_info_util import summarize as _summarize
from jax.extend.source_info_util import user_context as _user_context

# `dce_jaxpr` removes what no output needs, through calls, loops and branches; keeps effects. If it
# goes, XLA's own removal is no substitute: it does not change the jaxpr.
from jax.interpreters import partial_eval

from adcost import platforms

__all__ = [
    "TANH",
    "ClosedJaxpr",
    "Frame",
    "Jaxpr",
    "JaxprEqn",
    "Literal",
    "Scan",
    "ShapedArray",
    "Slope",
    "Var",
    "While",
    "array",
    "bound",
    "branches",
    "called",
    "carries",
    "compile_options",
    "computed_flops",
    "forget_compiled",
    "frames",
    "function",
    "held",
    "held_bytes",
    "inner_jaxprs",
    "is_traced",
    "jaxpr_as_fun",
    "linear_solve",
    "manual_devices",
    "needed",
    "opened",
    "scan",
    "scopes",
    "setting",
    "site",
    "transposed",
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


def carries(equation: JaxprEqn) -> int:
    """How many of a scan's first outputs are carried from round to round; the others are stacked,
    and so have one axis more than the body's."""
    body, _ = opened(scan(equation).body)
    pairs = zip(body.outvars, equation.outvars, strict=True)
    return sum(array(inner).shape == array(outer).shape for inner, outer in pairs)


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


class Frame(NamedTuple):
    """A place in the source: a file, a line in it, and the function that it is in."""

    file: str
    line: int
    function: str


@functools.lru_cache(maxsize=4096)
def _frames(traceback: Any) -> tuple[Frame, ...]:
    found = (Frame(one.file_name, one.line_num, one.function_name) for one in traceback.frames)
    return tuple(frame for frame in found if not frame.file.startswith(_JAX + os.sep))


def frames(equation: JaxprEqn) -> tuple[Frame, ...]:
    """All calls that led to an equation, innermost first, but for those inside of JAX.

    The same place of a Python loop gives the same frames each time; derivatives keep those of what
    they differentiate. Empty if JAX does not know them.
    """
    traceback = equation.source_info.traceback
    return _frames(traceback) if traceback else ()


def site(equation: JaxprEqn) -> Hashable:
    """Equal for equations that one place of the source makes in a loop, and for no others.

    It is that of the instructions outside of JAX, so two products on one line differ; within JAX
    the way depends on the operands (a Python number times an array goes another).
    """
    traceback = equation.source_info.traceback
    return _site(traceback) if traceback else None


@functools.lru_cache(maxsize=4096)
def _site(traceback: Any) -> Hashable:
    codes, instructions = traceback.raw_frames()
    return tuple(
        (code.co_filename, code.co_firstlineno, code.co_name, instruction)
        for code, instruction in zip(codes, instructions, strict=True)
        if not code.co_filename.startswith(_JAX + os.sep)
    )


def transposed(equation: JaxprEqn) -> bool:
    """Whether the outermost transform that an equation of a traced program went through is reverse.

    ``transpose(jvp(…))`` is the reverse sweep of a gradient; ``jvp(transpose(jvp(…)))`` the forward
    part of one whose function takes a gradient itself. Inside of a loop, branch or call the name
    stack begins anew: it is that of the equation that holds it which tells.
    """
    return str(equation.source_info.name_stack).startswith("transpose(")


def function(jaxpr: Jaxpr | ClosedJaxpr) -> Frame:
    """The function that was traced, where it is defined; file and name "" if JAX does not say.

    ``debug_info`` says "svd at <file>:<line>".
    """
    info = getattr(opened(jaxpr)[0], "debug_info", None)
    name, _, place = getattr(info, "func_src_info", "").partition(" at ")
    file, _, line = place.rpartition(":")
    return Frame(file, int(line) if line.isdigit() else 0, name)


def written_in_jax(jaxpr: Jaxpr | ClosedJaxpr) -> bool:
    """Whether a jitted function is JAX's own, such as ``jnp.linalg.svd``.

    JAX traces it once, so its equations bear the line of whoever called it first.
    """
    return function(jaxpr).file.startswith(_JAX + os.sep)


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


# Settings.


def setting(name: str) -> Any:
    """A setting of JAX's for all threads, such as ``jax_enable_compilation_cache``.

    ``jax.config.update`` is documented, reading is not.
    """
    return jax.config.values[name]


def forget_compiled() -> None:
    """Have JAX look at the settings of its cache of compiled programs again.

    It does so once, before it compiles the first program.
    """
    reset_cache()
