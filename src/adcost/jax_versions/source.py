"""Where an equation comes from: its line, the calls to it, the transforms that it went through."""

import functools
import os
import re
from collections.abc import Hashable
from typing import Any, NamedTuple

import jax

# `summarize` gives "file:line:column (function)" of the innermost frame outside of JAX.
from jax.extend.source_info_util import summarize as _summarize

from adcost.jax_versions.jaxprs import ClosedJaxpr, Jaxpr, JaxprEqn, opened

_JAX = os.path.dirname(jax.__file__)


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
