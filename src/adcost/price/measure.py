"""Ways counted, compiled and timed, each by itself: what fails says why, and the others go on."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost.costs.background_load import usable_cores
from adcost.costs.count import LowerBound, lower_bound
from adcost.costs.memory import Bytes, NoMemoryAnalysis, compiled_bytes
from adcost.costs.pattern import NotTraced
from adcost.costs.timing import Program, time_interleaved
from adcost.price.limits import LONG, Limits, TooSlow, compiled, equations, within
from adcost.price.names import JACOBIAN
from adcost.price.programs import refuse_one_way
from adcost.price.ways import Way
from adcost.price.words import seconds, size

LEAST_ROUNDS = 7
"""With fewer a median has no 95 % interval, and a comparison of three none at all."""
MOST_ROUNDS = 61
QUICK = 30
"""Ways of up to so many evaluations are timed beside each other; others in fewer rounds."""

SLOW_SHARE = 0.4
"""Of the seconds of all timed runs: those of the ways that are not quick."""

Result = TypeVar("Result")


@dataclass
class Priced:
    """A way and what was found of it."""

    way: Way
    traced: jax.stages.Traced | None = None
    count: LowerBound | None = None
    held: Bytes | None = None
    program: Program | None = None
    first_run: float = math.nan
    """Seconds of a first run, after compiling."""
    times: float = 1.0
    """How often the program's seconds are those of the whole derivative."""
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its name in the table of timings."""
        return f"{self.way.derivative}: {self.way.method}"

    @property
    def operations(self) -> float:
        """Counted operations, NaN if there is no count."""
        return float(self.count.operations.total) if self.count else math.nan


def count_ways(ways: Sequence[Way], limits: Limits) -> list[Priced]:
    """Each way traced and counted; one that cannot be, or for which no time is left, has a note."""
    found = []
    for way in ways:
        priced = Priced(way, notes=[way.note] if way.note else [])
        found.append(priced)
        if found[1:] and not limits.seconds_left():
            priced.notes = ["not counted: no time was left"]
            continue
        count_way(priced)
    return found


def count_way(priced: Priced) -> None:
    """Trace one way and count it."""
    try:
        program = jax.jit(priced.way.program)
        traced = program.trace(*priced.way.arguments)
        refuse_one_way(traced.jaxpr)
        priced.traced = traced
        priced.count = lower_bound(program, *priced.way.arguments)
    except Exception as error:  # whatever a function of the user's raises when traced
        priced.notes = [reason(error)]


def prepare(priced: Sequence[Priced], limits: Limits) -> None:
    """Compile and run the function, then compile what is not far too expensive beside it."""
    function, *others = priced
    if function.program is None:
        compile_ways([function], limits, run=True)
        if function.program is None or not _fits(function, limits):
            return
        _first_run(function, limits)
    runs = math.isfinite(function.first_run)
    chosen = [one for one in others if not runs or _affordable(one, function, limits)]
    compile_ways(chosen, limits, run=runs)


def compile_ways(priced: Sequence[Priced], limits: Limits, run: bool) -> None:
    """Compile those that were counted, side by side, for their bytes; ``run`` if they are to run.

    Those of one sweep go first, so that time is left for them.
    One whose result alone exceeds the memory is not compiled.
    """
    first: list[tuple[int, Priced]] = []
    then: list[tuple[int, Priced]] = []
    for one in priced:
        if one.count is None or one.traced is None:
            continue
        numbers = one.way.output_numbers
        if numbers * 4 > limits.memory:
            one.notes.append(f"not compiled: its {numbers:,} numbers exceed {size(limits.memory)}")
            continue
        (first if one.way.one_sweep else then).append((equations(one.traced.jaxpr), one))

    def compile_one(one: Priced) -> None:
        traced = one.traced
        assert traced is not None  # it was counted
        done = _attempt(one, lambda: compiled(traced, limits, quickly=not run))
        if done is not None:
            one.program = Program(done[0], one.way.arguments, done[1])
        elif run:  # its bytes may be had all the same
            done = _attempt(Priced(one.way), lambda: compiled(traced, limits, quickly=True))
        if done is None:
            return
        try:
            one.held = compiled_bytes(done[0])
        except NoMemoryAnalysis as error:
            one.notes.append(str(error))

    with ThreadPoolExecutor(max(1, int(usable_cores()))) as pool:
        for chosen in (first, then):
            chosen.sort(key=lambda pair: pair[0])
            short = [one for number, one in chosen if number <= LONG]
            long = [one for number, one in chosen if number > LONG]
            list(pool.map(compile_one, short))
            for one in long[:1]:  # alone, so that it tells of the others before they begin
                compile_one(one)
            list(pool.map(compile_one, long[1:]))


def time_ways(priced: Sequence[Priced], limits: Limits) -> pd.DataFrame:
    """Run what fits the limits: interleaved rounds, the function in each; raw repeats.

    More expensive ways are in rounds of their own, named ``slow``, with the function beside them.
    """
    function, *others = priced
    if not math.isfinite(function.first_run):
        return pd.DataFrame()
    limits = replace(limits, seconds=min(limits.seconds, limits.seconds_left()))
    others = [one for one in others if one.program is not None and _fits(one, limits)]
    runnable = [function, *(one for one in others if _first_run(one, limits))]
    empty = jax.jit(lambda x: jnp.ravel(jax.tree.leaves(x)[0])[:1])
    nothing = Program(empty.lower(function.way.arguments[0]).compile(), function.way.arguments[:1])
    border = max(QUICK * function.first_run, 2e-3)
    groups = {
        "quick": (
            [one for one in runnable if one.first_run <= border],
            (1 - SLOW_SHARE) * limits.seconds,
        ),
        "slow": (
            [function, *(one for one in runnable if one.first_run > border)],
            SLOW_SHARE * limits.seconds,
        ),
    }
    tables = []
    for name, (group, budget) in groups.items():
        programs: dict[str, Callable[[], Any]] = {
            one.key: one.program for one in group if one.program is not None
        }
        if name == "quick":
            programs["empty call"] = nothing
        elif len(group) == 1:
            continue
        once = sum(one.first_run for one in group)
        rounds = int(min(MOST_ROUNDS, budget / once))
        least = LEAST_ROUNDS if 1.5 * rounds >= LEAST_ROUNDS else max(1, rounds)
        table = time_interleaved(
            programs,
            point=name,
            rng=np.random.default_rng(0),
            min_repeats=least,
            max_repeats=max(rounds, least),
            budget_seconds=budget,
            warmup=1,
        )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


ONE_WAY = "forward mode does not go through its custom_vjp rule"
REASONS: Mapping[str, str] = {
    r"\(jvp\) to a custom_vjp|custom_vjp has no forward mode|'custom_lin'": ONE_WAY,
    r"Reverse-mode differentiation does not work for lax.while_loop": (
        "reverse mode does not go through a while loop: write lax.scan, or lax.fori_loop with "
        "constant bounds"
    ),
    r"vmap is only supported for the pure_callback": (
        "a callback that is not given vmap_method takes no points side by side"
    ),
    r"[Cc]allbacks? do(es)? not support JVP": (
        "a callback has no derivative: give it a rule with jax.custom_jvp"
    ),
}
"""What JAX says of a way that it cannot go, and the same in one sentence."""


def reason(error: BaseException) -> str:
    """Why a way cannot be gone, in one sentence."""
    text = str(error)
    for pattern, said in REASONS.items():
        if re.search(pattern, text):
            return said
    if isinstance(error, (TooSlow, NotTraced, ArithmeticError)):
        return text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"


def _attempt(one: Priced, run: Callable[[], Result]) -> Result | None:
    try:
        return run()
    except TooSlow as error:
        one.notes.append(str(error))
    except Exception as error:
        one.notes = [reason(error)]
    return None


def _fits(one: Priced, limits: Limits) -> bool:
    if one.held is None or one.held.total <= limits.memory:
        return True
    one.notes.append(f"not run: it holds {size(one.held.total)}, allowed are {size(limits.memory)}")
    return False


def _affordable(one: Priced, function: Priced, limits: Limits) -> bool:
    """Whether it is not far more expensive, by its count, than its runs may be.

    One run of what takes one sweep, and of a Jacobian, which has no other way; enough for an
    interval of what else takes many, whose price follows from that of one.
    """
    expected = one.operations / max(function.operations, 1) * function.first_run
    most = limits.one_run
    if not one.way.one_sweep and one.way.derivative != JACOBIAN:
        most = min(most, SLOW_SHARE * limits.seconds / LEAST_ROUNDS)
    if not expected / 3 > most:  # many directions side by side are quicker than counted
        return True
    one.notes.append(f"not run: about {seconds(expected)} by its count")
    return False


def _first_run(one: Priced, limits: Limits) -> bool:
    """Run it, a quick one a few times, for the least time; whether it kept to the limit."""
    program = one.program
    assert program is not None
    run = lambda: (within(limits.one_run, program, "one run"),)  # noqa: E731  a tuple is no None
    found: list[float] = []
    while len(found) < 4 and sum(found) < limits.one_run / 20:
        started = perf_counter()
        if _attempt(one, run) is None:
            return False
        found.append(perf_counter() - started)
    one.first_run = min(found)
    return True
