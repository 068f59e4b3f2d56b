"""Draw the figures of `checkpointing` from its tables; the animation is in `animation`."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.checkpointing import analysis, animation
from adcost.palette import METHODS
from adcost.statistics.intervals import median_interval

LOOKS = {method: METHODS[method] for method in analysis.ORDER}
LABELS = {
    "store_all": ((6, 8), "right"),
    "every_layer": ((0, 9), "center"),
    "segments": ((-2, -14), "center"),
}
"""Where a schedule's name stands beside its point on the frontier, if not above to the right."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF, and the animation with its poster."""
    measured, timings = tables["measurements"], tables["timings"]
    with plotting.style():
        plotting.save(_chain(measured), folder, "chain")
        plotting.save(_frontier(measured, timings), folder, "frontier")
    animation.draw(measured, folder)


def _chain(measured: pd.DataFrame) -> Figure:
    """Memory and operations against the depth, with the formulas as lines."""
    figure, (memory, work) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    kept = analysis.kept_by_reverse(measured)
    for method in ("store_all", "segments", "halving", "recompute_all"):
        look = LOOKS[method]
        held = analysis.states(measured, method)
        lengths = np.unique(np.geomspace(held.index.min(), held.index.max(), 60).astype(int))
        constant = held.iloc[0] - analysis.predicted_states(method, held.index[0], kept)
        line = [analysis.predicted_states(method, int(n), kept) + constant for n in lengths]
        memory.plot(lengths, line, color=look.colour, lw=1)
        memory.plot(held.index, held, **look.look(ls=""))

        cost = analysis.by_length(measured, method, "operations")
        work.plot(cost.index, cost, **look.look(lw=1))
        for axis, shown in ((memory, held), (work, cost)):
            end = shown.index[-1], shown.iloc[-1]
            plotting.label_at_end(axis, *end, look.name, look.colour)
    for axis in (memory, work):
        axis.set(xscale="log", yscale="log", xlabel="layers n")
        axis.set_xlim(held.index.min() * 0.8, held.index.max() * 12)
        plotting.ticks(axis, "x", held.index)
    memory.set(ylabel="states held at once", title="memory: points compiled, lines predicted")
    work.set(ylabel="operations of the gradient, in forward passes", title="operations, counted")
    return figure


def _frontier(measured: pd.DataFrame, timings: pd.DataFrame) -> Figure:
    """Memory against work at one length: what may be had for what."""
    edge = analysis.frontier(measured)
    length = int(edge.length.iloc[0])
    seconds = {
        method: median_interval(group.seconds)
        for method, group in timings[timings.point == f"chain-{length}"].groupby("method")
    }
    figure, (counted, timed) = plt.subplots(1, 2, figsize=(9.6, 4.4), sharex=True)
    unit = seconds["store_all"].value
    for method in analysis.ORDER:
        rows = edge[edge.method == method].sort_values("states")
        names = [f"{method}-{s}" if s else method for s in rows.setting]
        mark = {"ls": "-", "ms": 4} if method == "revolve" else {"ls": "", "ms": 7}
        look = LOOKS[method]
        counted.plot(rows.states, rows.operations, **look.look(lw=1, **mark))
        found = [seconds[name].over(unit) for name in names if name in seconds]
        if len(found) == len(names):
            reach = np.array([(o.value, o.low, o.high) for o in found]).T
            plotting.interval_line(timed, rows.states, *reach, **look.look(lw=1, **mark))
        # Beside the schedule's point; the curve is named where it bends.
        place = rows.iloc[min(3, len(rows) - 1)]
        offset, side = LABELS.get(method, ((8, 6), "left"))
        beside = {"offset": offset, "ha": side, "va": "baseline"}
        at = place.states, place.operations
        plotting.label_at_end(counted, *at, look.name, look.colour, **beside)
    below = {"offset": (-7, -9), "ha": "right", "va": "baseline", "fontsize": 7.5}
    for snapshots in (1, 2, 4, 16):
        row = edge[(edge.method == "revolve") & (edge.setting == str(snapshots))]
        if len(row):
            at = row.states.iloc[0], row.operations.iloc[0]
            colour = LOOKS["revolve"].colour
            plotting.label_at_end(counted, *at, f"s = {snapshots}", colour, **below)
    for axis in (counted, timed):
        axis.set(xscale="log", yscale="log", xlabel="states held at once")
    counted.margins(y=0.1)
    counted.set(ylabel="operations, in forward passes", title=f"{length:,} layers: counted")
    timed.set(ylabel="time, in that of storing all", title="timed, medians with 95 % intervals")
    return figure
