"""Timing programs of microseconds beside programs of seconds: the short ones in bursts."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost import seeds
from adcost.costs.timing import Burst, Program, time_as_configured

BURST_OPERATIONS = 5e8
"""Operations of a burst of calls: some milliseconds."""

LONG_OPERATIONS = 2e10
"""A program of more operations, far from any crossing, gets the fewer rounds ``long_runs``."""


def time_in_bursts(
    programs: Mapping[str, Program],
    operations: int,
    point: str,
    timing: Mapping[str, Any],
    seed: int,
    name: str,
) -> pd.DataFrame:
    """Seconds of one call; ``operations``, the most of any program, say how often to call.

    A long program needs no warm-up: it ran when its result was checked.
    """
    calls = min(timing["burst"], max(1, int(BURST_OPERATIONS / operations)))
    long = operations > LONG_OPERATIONS
    once = {"runs": timing["long_runs"], "max_runs": timing["long_runs"], "warmup": 0}
    table = time_as_configured(
        {method: Burst(program, calls) for method, program in programs.items()},
        {**timing, **once} if long else timing,
        point=point,
        rng=seeds.generator(seed, "jacobian", name, "order"),
    )
    return table.assign(seconds=table.seconds / calls)
