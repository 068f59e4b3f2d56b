"""What the rows of `checkpointing` come to, for figures and claims alike; NumPy and pandas only."""

from collections.abc import Mapping
from math import ceil, isqrt

import numpy as np
import pandas as pd

from adcost.derivatives.checkpointing.schedules import predicted_forwards
from adcost.results.select import of_points, select, with_parameters
from adcost.statistics.intervals import Interval, paired_ratio

ORDER = ("store_all", "every_layer", "segments", "halving", "revolve", "recompute_all")


def chain(measured: pd.DataFrame) -> pd.DataFrame:
    """The rows of the chain."""
    return measured[measured.model == "chain"]


def by_length(measured: pd.DataFrame, method: str, quantity: str) -> pd.Series:
    """A quantity of a schedule by length, ascending; for `revolve`, with the fewest snapshots
    that every length has (those of halving)."""
    labels = {"model": "chain", "method": method, "quantity": quantity}
    rows = select("checkpointing", measured, **labels)
    if method == "revolve":
        rows = rows[rows.setting.astype(int) == rows["size"].map(halving_slots)]
    return rows.set_index("size").value.sort_index()


def halving_slots(length: int) -> int:
    """⌈log₂ n⌉, the snapshots of halving."""
    return (int(length) - 1).bit_length()


def states(measured: pd.DataFrame, method: str) -> pd.Series:
    """Temporaries of the compiled gradient over the bytes of one state, by length."""
    return by_length(measured, method, "temporary_bytes") / by_length(measured, method, "state")


def kept_by_reverse(measured: pd.DataFrame) -> float:
    """States that reverse mode keeps of a layer: the growth of `store_all` between its ends."""
    held = states(measured, "store_all")
    return float((held.iloc[-1] - held.iloc[0]) / (held.index[-1] - held.index[0]))


def predicted_states(method: str, length: int, kept: float) -> float:
    """States by formula, but for a constant; ``kept`` of each layer by reverse mode itself.

    A segment's layers are kept as reverse mode keeps them, of other segments the first state.
    """
    segment = max(1, isqrt(int(length)))
    return {
        "store_all": kept * length,
        "every_layer": length,
        "segments": kept * segment + ceil(length / segment),
        "halving": halving_slots(length),
        "revolve": halving_slots(length),
        "recompute_all": 0,
    }[method]


def beside_prediction(measured: pd.DataFrame, method: str) -> Interval:
    """Measured states less those of the formula, less their middle: zero where it holds."""
    held, kept = states(measured, method), kept_by_reverse(measured)
    apart = held - [predicted_states(method, int(n), kept) for n in held.index]
    return Interval.spanning(apart - np.median(apart))


def again(measured: pd.DataFrame, method: str, quantity: str) -> pd.Series:
    """Layers computed forward beyond one for the value and one inside every derivative, by length.

    ``quantity`` is ``forwards``, as planned, or ``evaluated``, as a run reported them.
    """
    done = by_length(measured, method, quantity)
    # The last layer of the value, or where the value is a sweep of its own, that sweep.
    value = done.index if method == "recompute_all" else 1
    return done - done.index - value


def over_formula(measured: pd.DataFrame, method: str) -> Interval:
    """Layers that runs reported over those of the formula, at all lengths it is meant for."""
    done = again(measured, method, "evaluated")
    if method == "halving":
        done = done[[int(n) & (int(n) - 1) == 0 for n in done.index]]
    return Interval.spanning(done / [predicted_forwards(method, int(n)) for n in done.index])


def extra_operations(measured: pd.DataFrame, method: str) -> Interval:
    """Operations of the gradient under a schedule over those of storing all, over the lengths."""
    ratio = by_length(measured, method, "operations") / by_length(
        measured, "store_all", "operations"
    )
    return Interval.spanning(ratio)


def extra_time(tables: Mapping[str, pd.DataFrame], method: str) -> Interval:
    """Seconds over those of storing all, at the longest chain timed; paired medians."""
    points, timings = tables["points"], tables["timings"]
    chains = of_points("checkpointing", timings, points, kind="chain")
    chains = with_parameters("checkpointing", chains, points, "length")
    return paired_ratio(chains[chains.length == chains.length.max()], method, "store_all")


def frontier(measured: pd.DataFrame) -> pd.DataFrame:
    """Every schedule at the frontier's length: columns ``method, setting, states, operations``.

    Operations are over those of the chain's value; the length is the one at which the most
    numbers of snapshots were run.
    """
    rows = chain(measured)
    revolved = rows[(rows.method == "revolve") & (rows.quantity == "operations")]
    length = revolved["size"].value_counts().sort_index().idxmax()
    wide = rows[rows["size"] == length].pivot(
        index=["method", "setting"], columns="quantity", values="value"
    )
    wide["states"] = wide.temporary_bytes / wide.state
    wide["length"] = length
    return wide.reset_index()


def gradient_error(measured: pd.DataFrame) -> pd.Series:
    """The largest deviation of any schedule's gradient from reverse mode's own, by length."""
    rows = chain(measured)
    rows = rows[(rows.quantity == "gradient_error") & (rows.method != "store_all")]
    return rows.groupby("size").value.max()
