"""Checkpoints that save nothing on this platform, told from compiled programs.

`jax.checkpoint` asks that its values be computed again. A compiler that sees the second computation
beside the first may merge the two or order them so that as much is held as without: XLA does so on
a CPU where ``prevent_cse=False`` lets it, unless both are bodies of loops.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax

from adcost import jax_versions as versions
from adcost import platforms
from adcost.costs.count import attributed
from adcost.costs.memory import compiled_bytes
from adcost.jax_versions import ClosedJaxpr, Jaxpr, JaxprEqn
from adcost.price import attribution
from adcost.price.frontier import SAVED, gradient
from adcost.price.interpreter import evaluated, rewritten_scan
from adcost.price.limits import FREE, Limits, compiled
from adcost.price.programs import Programs
from adcost.price.trap import Trap
from adcost.price.words import size

IDLE = "a checkpoint that saves nothing"
PRIMITIVES = ("checkpoint", "remat", "remat2")


def idle(programs: Programs, limits: Limits = FREE) -> Iterator[Trap]:
    """The checkpoints of a function, if its gradient holds as much as it would without any.

    Its gradient is compiled with them and without, for the current platform, and not run.
    """
    program = programs.jaxpr("value")
    found = list(_checkpoints(program))
    if not found:
        return
    held, operations = [], []
    for function in (versions.jaxpr_as_fun(program), without(program)):
        traced = jax.jit(gradient(function)).trace(*programs.subject.shapes())
        operations.append(attributed(traced.jaxpr, attribution.Lines()).operations.total)
        held.append(compiled_bytes(compiled(traced, limits)[0]).temporaries)
    kept, all_of_it = held
    if kept < (1 - SAVED) * all_of_it:
        return
    frame = attribution.line_of(tuple(attribution.frames(found[0])))
    more = operations[0] / operations[1] - 1 if operations[1] else 0.0
    yield Trap(
        IDLE,
        frame.file,
        frame.line,
        f"{more:.0%} more operations",
        f"asks for a checkpoint, and the gradient's program for {platforms.current()} holds "
        f"{size(kept)} of temporaries with it and {size(all_of_it)} without, at {more:.0%} more "
        "operations",
        "make the blocks a loop, whose second computation is apart from the first: carry, _ = "
        "jax.lax.scan(jax.checkpoint(body, prevent_cse=False), carry, stacked), with the blocks' "
        "parameters stacked before the call (stacked inside of the function they are held twice), "
        "and in two levels of loops for long chains",
    )


def without(program: ClosedJaxpr) -> Callable[..., list[jax.Array]]:
    """The program with all checkpoints left out, those inside of calls and scans too."""

    def replace(equation: JaxprEqn, operands: Sequence[Any]) -> list[Any] | None:
        body = versions.called(equation)
        if equation.primitive.name in PRIMITIVES and body is not None:
            return evaluated(body, operands, replace=replace)
        if equation.primitive.name == "scan" and any(_checkpoints(versions.scan(equation).body)):
            return rewritten_scan(equation, operands, replace)
        return None

    return lambda *inputs: evaluated(program, inputs, replace=replace)


def _checkpoints(jaxpr: Jaxpr | ClosedJaxpr) -> Iterator[JaxprEqn]:
    for program in versions.programs(jaxpr):
        yield from (e for e in program.eqns if e.primitive.name in PRIMITIVES)
