"""Seconds: methods timed side by side, interleaved in random order, every repeat kept.

The steps are those of any careful benchmark. Compilation is timed apart; each method is warmed
up; then come rounds, in each of which every method runs once, in an order drawn afresh, and its
result is waited for (JAX returns before it has computed). A drift of the machine's speed so
falls on all methods alike, and the ratio of two methods is taken round by round.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import numpy as np
import pandas as pd

from adcost.costs import compilation_cache
from adcost.costs.background_load import timed_rounds, usable_cores

Key = TypeVar("Key")

COLUMNS = ("point", "method", "repeat", "order", "seconds", "compile_seconds")


@dataclass(frozen=True)
class Program:
    """A compiled JAX program with its arguments; the seconds of compiling, 0 if not measured."""

    compiled: jax.stages.Compiled
    arguments: tuple[Any, ...]
    compile_seconds: float = 0.0

    def __call__(self) -> Any:
        """Run it, wait for the result and return it."""
        return jax.block_until_ready(self.compiled(*self.arguments))


@dataclass(frozen=True)
class Burst:
    """Calls of a program one right after the other; only the last is waited for.

    A lone call of some microseconds is mostly the handing over to another thread and back, which
    takes now 10 and now 60 µs; in a burst that happens once.
    """

    program: Program
    calls: int

    @property
    def compile_seconds(self) -> float:
        """The program's."""
        return self.program.compile_seconds

    def __call__(self) -> Any:
        """Call it so often, and wait for the last result."""
        for _ in range(self.calls):
            result = self.program.compiled(*self.program.arguments)
        return jax.block_until_ready(result)


def compile_program(fn: Callable[..., Any], *arguments: Any) -> Program:
    """Trace, lower and compile ``fn`` for ``arguments`` (arrays), timing the three together.

    It is compiled anew, whatever has been compiled before.
    """
    with compilation_cache.bypassed():
        start = time.perf_counter()
        compiled = jax.jit(fn).lower(*arguments).compile()
        return Program(compiled, arguments, time.perf_counter() - start)


def compile_programs(
    functions: Mapping[Key, tuple[Callable[..., Any], Sequence[Any]]],
) -> dict[Key, Program]:
    """Compile functions for their arguments (arrays), as many at a time as there are cores.

    So a timed job, which has the machine to itself, soon comes to its timing. How long each took
    is not told: they compile beside one another, or were compiled before.
    """
    lowered = {key: jax.jit(fn).lower(*arguments) for key, (fn, arguments) in functions.items()}
    with ThreadPoolExecutor(max(1, int(usable_cores()))) as pool:
        compiled = pool.map(lambda one: one.compile(), lowered.values())
        return {
            key: Program(program, tuple(arguments))
            for (key, (_, arguments)), program in zip(functions.items(), compiled, strict=True)
        }


def time_interleaved(
    programs: Mapping[str, Callable[[], Any]],
    *,
    point: str,
    rng: np.random.Generator,
    min_repeats: int,
    max_repeats: int | None = None,
    budget_seconds: float = 0.0,
    warmup: int = 1,
    rewarm_below: float = 0.05,
) -> pd.DataFrame:
    """Time ``programs`` in rounds: at least ``min_repeats``, then more while the budget lasts.

    A program is called without arguments and must return only when its result is ready (a
    :class:`Program` does). Returns one row a repeat: ``point, method, repeat, order`` (its place
    in the round), ``seconds, compile_seconds`` (of the method, 0 when it was not compiled here).

    A method that takes less than ``rewarm_below`` seconds is called once untimed right before each
    timed call: after a neighbour that fills the memory, a program of a millisecond would otherwise
    be charged for caches and pages that the neighbour took.
    """
    if min_repeats < 1 or warmup < 0:
        raise ValueError(f"min_repeats ≥ 1 and warmup ≥ 0, not {min_repeats} and {warmup}")
    names = list(programs)
    rewarm = set()
    rows = []
    limit = math.inf if max_repeats is None else max(max_repeats, min_repeats)
    with timed_rounds():
        for _ in range(warmup):
            for name in names:
                if _seconds(programs[name]) < rewarm_below:
                    rewarm.add(name)
        started = time.perf_counter()
        repeat = 0
        while repeat < min_repeats or (
            repeat < limit and time.perf_counter() - started < budget_seconds
        ):
            for order, index in enumerate(rng.permutation(len(names))):
                name = names[index]
                if name in rewarm:
                    programs[name]()
                seconds = _seconds(programs[name])
                compile_seconds = getattr(programs[name], "compile_seconds", 0.0)
                rows.append((point, name, repeat, order, seconds, compile_seconds))
            repeat += 1
    return pd.DataFrame(rows, columns=list(COLUMNS))


def time_as_configured(
    programs: Mapping[str, Callable[[], Any]],
    timing: Mapping[str, Any],
    *,
    point: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """`time_interleaved` as a section of the configuration on timing says.

    ``timing``: ``runs`` and ``max_runs`` (rounds at the least and at the most), ``seconds`` for
    the rounds beyond the least, ``warmup``; other keys are not read.
    """
    return time_interleaved(
        programs,
        point=point,
        rng=rng,
        min_repeats=timing["runs"],
        max_repeats=timing["max_runs"],
        budget_seconds=timing["seconds"],
        warmup=timing["warmup"],
    )


def _seconds(program: Callable[[], Any]) -> float:
    before = time.perf_counter()
    program()
    return time.perf_counter() - before
