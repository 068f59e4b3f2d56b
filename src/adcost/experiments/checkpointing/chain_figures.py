"""Draw the figures of the chain from its rows; the animation is in `chain_animation`."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.checkpointing import chain_summary as summary
from adcost.statistics.intervals import median_interval

COLOURS = {
    "store_all": plotting.VERMILION,
    "every_layer": plotting.ORANGE,
    "segments": plotting.BLUE,
    "halving": plotting.GREEN,
    "revolve": plotting.PURPLE,
    "recompute_all": plotting.GREY,
}
NAMES = {
    "store_all": "store all",
    "every_layer": "every layer",
    "segments": "√n segments",
    "halving": "halving",
    "revolve": "binomial (revolve)",
    "recompute_all": "recompute all",
}

LABELS = {
    "store_all": ((6, 8), "right"),
    "every_layer": ((0, 9), "center"),
    "segments": ((-2, -14), "center"),
}
"""Where a schedule's name stands beside its point on the frontier, if not above to the right."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write the figures ``chain`` and ``frontier``; the style is the caller's."""
    measured, timings = tables["measurements"], tables["timings"]
    plotting.save(_chain(measured), folder, "chain")
    plotting.save(_frontier(measured, timings), folder, "frontier")


def _chain(measured: pd.DataFrame) -> Figure:
    """Memory and operations against the depth, with the formulas as lines."""
    figure, (memory, work) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    kept = summary.kept_by_reverse(measured)
    for method in ("store_all", "segments", "halving", "recompute_all"):
        held = summary.states(measured, method)
        lengths = np.unique(np.geomspace(held.index.min(), held.index.max(), 60).astype(int))
        constant = held.iloc[0] - summary.predicted_states(method, held.index[0], kept)
        line = [summary.predicted_states(method, int(n), kept) + constant for n in lengths]
        memory.plot(lengths, line, color=COLOURS[method], lw=1)
        memory.plot(held.index, held, "o", color=COLOURS[method])
        _label(memory, held.index[-1], held.iloc[-1], NAMES[method], COLOURS[method])

        cost = summary.by_length(measured, method, "operations")
        work.plot(cost.index, cost, "o-", lw=1, color=COLOURS[method])
        _label(work, cost.index[-1], cost.iloc[-1], NAMES[method], COLOURS[method])
    longest = held.index.max()
    for axis in (memory, work):
        axis.set(xscale="log", yscale="log", xlabel="layers n")
        axis.set_xlim(held.index.min() * 0.8, longest * 12)
        ticks = [n for n in held.index if n <= longest]
        axis.set_xticks(ticks, [f"{n:,}" for n in ticks], fontsize=8)
        axis.minorticks_off()
    memory.set(ylabel="states held at once", title="memory: points compiled, lines predicted")
    work.set(ylabel="operations of the gradient, in forward passes", title="operations, counted")
    return figure


def _label(axis: Axes, x: float, y: float, text: str, colour: str) -> None:
    axis.annotate(
        text, (x, y), xytext=(8, 0), textcoords="offset points", va="center", color=colour,
        fontsize=8.5,
    )  # fmt: skip


def _frontier(measured: pd.DataFrame, timings: pd.DataFrame) -> Figure:
    """Memory against work at one length: what may be had for what."""
    edge = summary.frontier(measured)
    length = int(edge.length.iloc[0])
    seconds = {
        method: median_interval(group.seconds)
        for method, group in timings[timings.point == f"chain-{length}"].groupby("method")
    }
    figure, (counted, timed) = plt.subplots(1, 2, figsize=(9.6, 4.4), sharex=True)
    unit = seconds["store_all"].value
    for method in summary.ORDER:
        rows = edge[edge.method == method].sort_values("states")
        names = [f"{method}-{s}" if s else method for s in rows.setting]
        dash = "o-" if method == "revolve" else "o"
        size = 4 if method == "revolve" else 7
        counted.plot(rows.states, rows.operations, dash, ms=size, lw=1, color=COLOURS[method])
        found = [seconds[name] for name in names if name in seconds]
        if len(found) == len(names):
            low, middle, high = np.array([(o.low, o.value, o.high) for o in found]).T
            errors = [middle - low, high - middle]
            timed.errorbar(
                rows.states, middle / unit, yerr=np.nan_to_num(errors) / unit, fmt=dash, ms=size,
                lw=1, color=COLOURS[method],
            )  # fmt: skip
        # Beside the schedule's point; the curve is named where it bends.
        place = rows.iloc[min(3, len(rows) - 1)]
        offset, side = LABELS.get(method, ((8, 6), "left"))
        counted.annotate(
            NAMES[method], (place.states, place.operations), xytext=offset, ha=side,
            textcoords="offset points", color=COLOURS[method], fontsize=8.5,
        )  # fmt: skip
    for snapshots in (1, 2, 4, 16):
        row = edge[(edge.method == "revolve") & (edge.setting == str(snapshots))]
        if len(row):
            counted.annotate(
                f"s = {snapshots}", (row.states.iloc[0], row.operations.iloc[0]), xytext=(-7, -9),
                textcoords="offset points", fontsize=7.5, color=COLOURS["revolve"], ha="right",
            )  # fmt: skip
    for axis in (counted, timed):
        axis.set(xscale="log", yscale="log", xlabel="states held at once")
    counted.margins(y=0.1)
    counted.set(ylabel="operations, in forward passes", title=f"{length:,} layers: counted")
    timed.set(ylabel="time, in that of storing all", title="timed, medians with 95 % intervals")
    return figure
