"""What pricing may take: the time of all, of one run, of one compilation, and the memory.

XLA compiles a program in a time that its equations tell only roughly, and that grows faster than
they do: a Python loop of some hundred rounds, all of them in the program, takes minutes. A
compilation cannot be stopped once it runs. So programs are compiled in the order of their
equations, and one that would take too long at the pace of those of its size is not begun.
"""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import jax
import jax.numpy as jnp

from adcost import platforms
from adcost.jax_versions import (
    QUICKLY,
    ClosedJaxpr,
    Jaxpr,
    compile_options,
    inner_jaxprs,
    opened,
    setting,
)
from adcost.price.words import seconds

ANY_PROGRAM = 0.2
"""Seconds that compiling may take whatever there is to compile: no pace follows from them."""

Result = TypeVar("Result")


class TooSlow(TimeoutError):
    """A run or a compilation that took longer than allowed, or that would; the message says it."""


@dataclass(frozen=True)
class Limits:
    """What pricing may take: seconds of all timed runs, of one run, of compiling one program; bytes
    held by what is run."""

    seconds: float = 10.0
    one_run: float = 5.0
    compiling: float = 10.0
    memory: int = 2 * 10**9
    stages: Mapping[str, float] = field(default_factory=dict)
    """When each stage of a tag ends at the latest, by `time.perf_counter`."""
    deadline: float = math.inf
    """When nothing more may begin."""
    evaluation: float = math.inf
    """Seconds of one evaluation of the function, if they are known."""
    compilations: list[tuple[bool, int, float]] = field(default_factory=list)
    """Of each so far: whether `QUICKLY`, equations, seconds (infinite where it was given up)."""

    def seconds_left(self) -> float:
        """Seconds until the deadline; none are negative."""
        return max(self.deadline - perf_counter(), 0.0)

    def for_stage(self, stage: str) -> "Limits":
        """Those of a stage; what is learnt of compiling is shared."""
        return replace(self, deadline=self.stages[stage] if self.stages else self.deadline)

    def expected(self, quickly: bool, number: int) -> float:
        """Seconds to compile so many equations: at the median pace of programs half as large or
        larger, else at that of the largest so far; 0 if there was none."""
        paces = [
            (size, max(spent - ANY_PROGRAM, 0.0) / max(size, 1))
            for how, size, spent in self.compilations
            if how == quickly
        ]
        alike = [pace for size, pace in paces if 2 * size >= number] or [
            pace for _, pace in sorted(paces)[-1:]
        ]
        return median(alike) * number if alike else 0.0


FREE = Limits(seconds=math.inf, one_run=math.inf, compiling=math.inf, memory=2**62)
"""No limits."""


def equations(jaxpr: Jaxpr | ClosedJaxpr) -> int:
    """Equations of a program as XLA has them: a call's wherever it is called, a loop's body once.

    Takes a time linear in the equations that are written: each shared program is visited once.
    """
    known: dict[int, int] = {}

    def count(jaxpr: Jaxpr | ClosedJaxpr) -> int:
        inner, _ = opened(jaxpr)
        if id(inner) not in known:
            known[id(inner)] = sum(1 + sum(map(count, inner_jaxprs(e))) for e in inner.eqns)
        return known[id(inner)]

    return count(jaxpr)


def compiled(
    traced: jax.stages.Traced,
    limits: Limits,
    quickly: bool = False,
    lowered: jax.stages.Lowered | None = None,
) -> tuple[jax.stages.Compiled, float]:
    """A traced program compiled, and the seconds that it took; `TooSlow` if it would be too many.

    A program that is compiled ``quickly`` runs slowly. ``lowered``: what ``traced`` has been
    lowered to, if it has.
    """
    number = equations(traced.jaxpr)
    allowed = min(limits.compiling, limits.seconds_left())
    expected = limits.expected(quickly, number)
    if not allowed:
        raise TooSlow(f"not compiled: no time was left for its {number:,} equations")
    if expected > allowed:
        about = "too long" if math.isinf(expected) else f"about {seconds(expected)}"
        raise TooSlow(
            f"not compiled: its {number:,} equations would take {about}, and "
            f"{seconds(allowed)} are left for it"
        )
    options = compile_options(QUICKLY) if quickly else None
    started = perf_counter()
    try:
        program = within(
            allowed,
            lambda: (lowered or traced.lower()).compile(options),
            f"compiling its {number:,} equations",
        )
    except TooSlow:
        limits.compilations.append((quickly, number, math.inf))
        raise
    spent = perf_counter() - started
    limits.compilations.append((quickly, number, spent))
    return program, spent


LONG = 1000
"""Equations from which a program that runs a few times only is not optimised.

Optimising what a Python loop wrote out takes ten times as long as making code of it.
"""
SHORT = 2e-3
"""Seconds of one evaluation below which such a program is not optimised either: compiling it takes
longer than all its runs."""


def load_libraries() -> None:
    """Let an accelerator load its libraries, for which its first program of each kind waits.

    They take seconds, which would pass for the pace at which programs are compiled.
    """
    if platforms.current() == "cpu":
        return
    square = jnp.ones((8, 8))
    lowered = jax.jit(lambda x: jnp.tanh(x @ x)).lower(square)
    for options in (None, compile_options(QUICKLY)):
        lowered.compile(options)(square).block_until_ready()


def computed(limits: Limits, f: Callable[..., Any], *arguments: Any) -> Any:
    """``f(*arguments)`` by a program that is compiled within the limits; else `TooSlow`."""
    return program_of(limits, f, *arguments)(*arguments)


def program_of(limits: Limits, f: Callable[..., Any], *arguments: Any) -> jax.stages.Compiled:
    """``f`` compiled within the limits, to run a few times with such arguments; else `TooSlow`."""
    traced = jax.jit(f).trace(*arguments)
    quickly = limits.evaluation < SHORT or equations(traced.jaxpr) > LONG
    return compiled(traced, limits, quickly)[0]


def within(limit: float, run: Callable[[], Result], what: str) -> Result:
    """``run()`` in a thread of its own; `TooSlow` if it has not returned after ``limit`` seconds.

    It cannot be stopped then: it goes on until it ends or the process does.
    """
    if math.isinf(limit):
        return run()
    results: list[Any] = []
    wide = bool(setting("jax_enable_x64"))  # set for this thread alone, perhaps

    def target() -> None:
        try:
            with jax.enable_x64(wide):
                results.append((run(), None))
        except BaseException as error:
            results.append((None, error))

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(limit)
    if not results:
        raise TooSlow(f"{what} took longer than {seconds(limit)}")
    value, error = results[0]
    if error is not None:
        raise error
    return value
