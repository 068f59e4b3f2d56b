"""Judge the claims of `checkpointing`, and collect the numbers of the report's text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, at_most, near
from adcost.experiments.checkpointing import analysis
from adcost.statistics.exponent import local_exponents
from adcost.statistics.intervals import Interval

SECTION = "«Контрольные точки активаций»"
CHEN = "Chen et al. 2016 (arXiv 1604.06174)"
GRIEWANK = "Griewank & Walther 2000 (ACM TOMS 26)"

SLACK = 0.1
"""States by which the compiled program may differ from the formula, but for a constant: loop
counters and lists of events are not states, and take their bytes."""

ONE_FORWARD = 1 / 3
"""A gradient is a forward pass and a backward pass of two; one more forward is a third of it."""

PERCENT_POINTS, TIME_POINTS = 0.02, 0.1
"""How far from a third operations and time may be: operations that are no products weigh a little
otherwise there and back, and time varies more."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims under the name of this experiment, in the order of the catalogue."""
    measured = tables["measurements"]
    return [
        _store_all(measured),
        _segments(measured),
        _recompute_all(measured),
        _recursive(measured),
        _one_extra_forward(measured),
        _one_extra_forward_time(tables),
        _same_gradient(measured),
    ]


def _formula(measured: pd.DataFrame, method: str, says: str) -> Any:
    return near(
        "counted", analysis.beside_prediction(measured, method), 0, SLACK,
        "states beside the formula", says,
    )  # fmt: skip


def _store_all(measured: pd.DataFrame) -> Claim:
    held = analysis.states(measured, "store_all")
    last = held.iloc[-2:]
    return Claim(
        "checkpointing.store_all_linear",
        f"{SECTION}; {CHEN}, §4",
        "Reverse mode by itself keeps memory in proportion to the depth.",
        (
            near(
                "counted", local_exponents(last.index, last), 1, 0.05, "exponent of the bytes", "1"
            ),
            _formula(measured, "store_all", "a constant number a layer"),
        ),
        "chain",
        f"The compiled program keeps {analysis.kept_by_reverse(measured):.3g} states of each "
        "layer: what enters it, what leaves it, and tanh's derivative. The exponent is taken "
        "between the two longest chains.",
        beside=(
            near(
                "counted", local_exponents(last.index, _work(measured, "store_all").iloc[-2:]),
                1, 0.05, "exponent of the operations", "1",
            ),
        ),
        claimed_by="literature",
    )  # fmt: skip


def _segments(measured: pd.DataFrame) -> Claim:
    held = analysis.states(measured, "segments").iloc[-2:]
    return Claim(
        "checkpointing.sqrt_segments",
        f"{SECTION}; {CHEN}, §4.3",
        "With a checkpoint every √n layers memory grows with √n.",
        (_formula(measured, "segments", "√n inputs and one segment's states"),),
        "chain",
        "Kept are the inputs of ⌈n/⌊√n⌋⌉ segments and, of the one being gone back, what reverse "
        "mode keeps of its ⌊√n⌋ layers. The exponent, between the two longest chains, is a "
        "little less than 1/2 as long as the constant of a few states still weighs.",
        beside=(
            near(
                "counted", local_exponents(held.index, held), 0.5, 0.05, "exponent of the bytes",
                "1/2",
            ),
        ),
        claimed_by="literature",
    )  # fmt: skip


def _recompute_all(measured: pd.DataFrame) -> Claim:
    held = analysis.states(measured, "recompute_all")
    return Claim(
        "checkpointing.recompute_all",
        f"{SECTION}; {CHEN}, §4",
        "Keeping nothing but the input takes constant memory, and time in proportion to n².",
        (
            at_most(
                "counted", Interval.exactly(held.max() / held.min()), 1.01,
                "largest over smallest memory", "1",
            ),
            near(
                "counted", analysis.over_formula(measured, "recompute_all"), 1, 1e-9,
                "of n(n − 1)/2 layers computed again", "1",
            ),
        ),
        "chain",
        f"{held.max():.2f} states at every length.",
        claimed_by="ours",
    )  # fmt: skip


def _recursive(measured: pd.DataFrame) -> Claim:
    return Claim(
        "checkpointing.recursive",
        f"{SECTION}; {CHEN}, §4.4; {GRIEWANK}",
        "Recursive halving takes memory in proportion to log n, and time to n log n.",
        (
            _formula(measured, "halving", "one state a doubling"),
            near(
                "counted", analysis.over_formula(measured, "halving"), 1, 1e-9,
                "of (n/2) log₂ n layers computed again", "1",
            ),
        ),
        "chain",
        "The binomial schedule with as many snapshots computes fewer layers again: "
        f"{_saving(measured):.2f} times as many at the longest chain.",
        claimed_by="literature",
    )  # fmt: skip


def _saving(measured: pd.DataFrame) -> float:
    both = [
        analysis.again(measured, method, "forwards").iloc[-1] for method in ("revolve", "halving")
    ]
    return float(both[0] / both[1])


def _one_extra_forward(measured: pd.DataFrame) -> Claim:
    more = analysis.extra_operations(measured, "segments").shifted(-1)
    return Claim(
        "checkpointing.one_extra_forward",
        f"{SECTION}; {CHEN}, §4.3",
        "Segments of √n layers cost one more forward pass: 33 % more computation.",
        (
            near(
                "counted", more, ONE_FORWARD, PERCENT_POINTS,
                "of the operations of storing all", "33 ± 2 %",
            ),
        ),
        "chain",
        "Every layer is computed once more, whole, and nothing else.",
        claimed_by="lecture",
    )  # fmt: skip


def _one_extra_forward_time(tables: Mapping[str, pd.DataFrame]) -> Claim:
    more = analysis.extra_time(tables, "segments").shifted(-1)
    return Claim(
        "checkpointing.one_extra_forward_time",
        f"{SECTION}; {CHEN}, §4.3",
        "Segments of √n layers take a third more time.",
        (near("timed", more, ONE_FORWARD, TIME_POINTS, "of the time of storing all", "33 ± 10 %"),),
        "frontier",
        "At the longest chain timed. Where storing all leaves the cache, computing again can be "
        "quicker than fetching: then the chain with checkpoints is the faster one.",
        claimed_by="lecture",
    )


def _same_gradient(measured: pd.DataFrame) -> Claim:
    error = analysis.gradient_error(measured)
    bound = 2 * error.index * float(np.finfo(np.float32).eps)
    return Claim(
        "checkpointing.same_gradient",
        SECTION,
        "Every schedule gives the same gradient.",
        (at_most("exact", Interval.spanning(error / bound), 1, "of two rounding errors a layer"),),
        "chain",
        f"The largest deviation is {error.max():.1e} of the gradient's largest entry, in single "
        "precision. Schedules that run event by event give reverse mode's own gradient to the last "
        "bit; segments add the layers' parts of the weights' gradient in another order, which may "
        "change a sum of n terms by n ε, twice.",
        claimed_by="lecture",
    )


def _work(measured: pd.DataFrame, method: str) -> pd.Series:
    """Operations in units of a layer's value, by length."""
    work = analysis.by_length(measured, method, "operations")
    return work * work.index


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Every number that the report's text calls by name."""
    measured = tables["measurements"]
    held = analysis.states(measured, "store_all")
    longest = int(held.index.max())
    edge = analysis.frontier(measured)
    timed = {m: analysis.extra_time(tables, m) for m in ("segments", "every_layer", "halving")}
    return {
        "longest": longest,
        "state_kb": float(analysis.by_length(measured, "store_all", "state").iloc[0] / 1024),
        "kept": analysis.kept_by_reverse(measured),
        "store_mb": float(
            analysis.by_length(measured, "store_all", "temporary_bytes").iloc[-1] / 2**20
        ),
        "segments_mb": float(
            analysis.by_length(measured, "segments", "temporary_bytes").iloc[-1] / 2**20
        ),
        "halving_mb": float(
            analysis.by_length(measured, "halving", "temporary_bytes").iloc[-1] / 2**20
        ),
        "recompute_states": float(analysis.states(measured, "recompute_all").max()),
        "segments_operations": analysis.extra_operations(measured, "segments").high,
        "halving_operations": float(
            analysis.by_length(measured, "halving", "operations").iloc[-1]
            / analysis.by_length(measured, "store_all", "operations").iloc[-1]
        ),
        "segments_time": timed["segments"].value,
        "halving_time": timed["halving"].value,
        "saving": _saving(measured),
        "frontier_length": int(edge.length.iloc[0]),
        "gradient_error": float(analysis.gradient_error(measured).max()),
        "animated_length": int(measured[measured.model == "animation"].setting.iloc[0]),
    }
