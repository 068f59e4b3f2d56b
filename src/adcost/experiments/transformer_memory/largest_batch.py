r"""The largest batch that fits a memory, proved by compiling.

Held are the program's arguments (parameters and tokens), its results (the gradient), its
temporaries, and the optimiser's state. Bytes grow with the batch, nearly in a line, so the search
follows the line through the programs compiled so far, until one batch fits and the next does not.

Rows: the policy as method, attention and dtype as setting, the memory in GB (10⁹ bytes) as size.
Quantities: ``fixed_bytes``, which no batch changes;
``largest_batch``, ``held_bytes`` at it (absent where it is 0), ``next_bytes`` at one
more.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from adcost.experiments.transformer_memory.program import Setting, program_bytes, whole
from adcost.functions.gpt2_sizes import Size, parameter_count
from adcost.results.rows import Rows


def search(rows: Rows, size: Size, parameters: Mapping[str, Any]) -> None:
    """Rows for every memory of the point."""
    sequence, policy = parameters["sequence"], parameters["policy"]
    numbers = parameter_count(size, sequence)
    state = parameters["optimiser_bytes"] * numbers
    # Parameters and gradients beside it.
    fixed = state + 2 * np.dtype(parameters["dtype"]).itemsize * numbers

    def setting(batch: int) -> Setting:
        return Setting(size, sequence, batch, policy, parameters["attention"], parameters["dtype"])

    @cache
    def held(batch: int) -> int:
        return program_bytes(whole(setting(batch))).total + state

    for memory in parameters["memory_gb"]:
        found = largest(held, parameters["batch"], memory * 10**9)
        proof = {"held_bytes": held(found)} if found else {}
        rows.add(
            policy, setting(1).name, memory,
            largest_batch=found, next_bytes=held(found + 1), fixed_bytes=fixed, **proof,
        )  # fmt: skip


def largest(held: Callable[[int], float], start: int, limit: float) -> int:
    """The batch that fits while one more does not, 0 if one does not; ``held`` must grow."""
    known = {batch: held(batch) for batch in (start, 2 * start)}
    while True:
        fits = max((batch for batch in known if known[batch] <= limit), default=0)
        fails = min((batch for batch in known if known[batch] > limit), default=None)
        if fails == fits + 1:
            return fits
        a, b = sorted(known, key=lambda batch: abs(known[batch] - limit))[:2]
        guess = int(a + (limit - known[a]) * (b - a) / (known[b] - known[a]))
        guess = max(guess, fits + 1) if fails is None else min(max(guess, fits + 1), fails - 1)
        known[guess] = held(guess)
