"""How many of many equal tasks to run at once: chosen by measurement, within a memory limit.

More at once spare calls and fill the machine's vector units, until what they need leaves the cache;
where that is depends on the machine and the program, so it is measured.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import Program, compile_program, time_interleaved


class NoChunkFits(ValueError):
    """Even the smallest chunk needs more memory than allowed."""


def within(
    program_of: Callable[[int], Callable[..., Any]],
    arguments: Sequence[Any],
    chunks: Sequence[int],
    memory_bytes: int,
) -> tuple[dict[int, Program], dict[int, int]]:
    """The compiled programs of the chunks that fit, and the temporary bytes of all compiled.

    ``program_of(chunk)`` is a function of ``arguments``. Chunks are tried in rising order, up to
    the first whose temporaries exceed ``memory_bytes``. Raises :class:`NoChunkFits`.
    """
    programs: dict[int, Program] = {}
    held: dict[int, int] = {}
    for chunk in sorted(chunks):
        program = compile_program(program_of(chunk), *arguments)
        held[chunk] = compiled_bytes(program.compiled).temporaries
        if held[chunk] > memory_bytes:
            break
        programs[chunk] = program
    if not programs:
        least = min(held)
        raise NoChunkFits(
            f"a chunk of {least} takes {held[least]:,} bytes, and {memory_bytes:,} are allowed"
        )
    return programs, held


def fastest(seconds: Mapping[int, float]) -> int:
    """The chunk of the least time per task."""
    return min(seconds, key=seconds.__getitem__)


def fastest_chunk(
    program_of: Callable[[int], Callable[..., Any]],
    arguments: Sequence[Any],
    chunks: Sequence[int],
    *,
    tasks: int,
    memory_bytes: int,
    rounds: int = 5,
) -> int:
    """The chunk with which a program of ``tasks`` equal tasks takes the least median time.

    ``program_of(chunk)`` runs all tasks, ``chunk`` at a time; the chunks that fit are timed side by
    side in ``rounds`` interleaved rounds. Raises :class:`NoChunkFits`.
    """
    programs, _ = within(program_of, arguments, chunks, memory_bytes)
    timings = time_interleaved(
        {str(chunk): program for chunk, program in programs.items()},
        point="chunk",
        rng=np.random.default_rng(0),
        min_repeats=rounds,
    )
    return fastest(
        {
            int(method): float(np.median(group.seconds)) / tasks
            for method, group in timings.groupby("method")
        }
    )
