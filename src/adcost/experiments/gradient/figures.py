"""Draw the figures of `gradient` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from adcost import plotting
from adcost.experiments.gradient.summary import counted, of, timed

METHODS = {
    "central_difference": ("central differences", plotting.VERMILION),
    "forward_difference": ("forward differences", plotting.ORANGE),
    "forward_columns": ("forward mode, one by one", plotting.GREEN),
    "forward_batched": ("forward mode, batched", plotting.PURPLE),
    "reverse": ("reverse mode", plotting.BLUE),
}
FUNCTIONS = {
    "sum_of_squares": ("sum of squares", plotting.SKY, "o"),
    "logistic": ("logistic loss", plotting.GREEN, "s"),
    "network": ("network", plotting.PURPLE, "^"),
    "mds": ("scaling (mds)", plotting.ORANGE, "D"),
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    count, time = counted(tables["measurements"]), timed(tables["timings"])
    with plotting.style():
        plotting.save(_methods(count, time), folder, "methods")
        plotting.save(_functions(count, time), folder, "functions")


def _methods(count: pd.DataFrame, time: pd.DataFrame) -> plt.Figure:
    """What a gradient costs by every method, in evaluations, against the dimension."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.6), sharey=True, sharex=True)
    last = count.dimension.max()
    for axis, table, title in zip(
        axes, (count, time), ("counted: operations", "timed: seconds"), strict=True
    ):
        for method, (_, colour) in METHODS.items():
            for point, rows in of(table, [method]).groupby("point"):
                marker = FUNCTIONS[point][2]
                errors = None
                if "low" in rows:
                    ends = [rows.ratio - rows.low, rows.high - rows.ratio]
                    errors = np.nan_to_num(np.array(ends))
                axis.errorbar(
                    rows.dimension, rows.ratio, yerr=errors, fmt=f"{marker}-", ms=3.5, lw=1,
                    color=colour,
                )  # fmt: skip
        axis.axhline(5, color="#555555", lw=1, ls="--")
        axis.set(xscale="log", yscale="log", xlabel="dimension d", title=title)
    axes[0].set_ylabel("whole gradient / one evaluation")
    axes[0].text(last, 5.6, "bound: 5 operations", ha="right", va="bottom", color="#555555")
    ends = of(count, list(METHODS)).groupby("method")
    # Beside the lines that end early there is room for their names.
    x = ends.get_group("central_difference").dimension.max() * 1.6
    top = {name: group.ratio.max() for name, group in ends if name != "reverse"}
    y = max(top.values()) * 1.1
    for name in sorted(top, key=top.__getitem__, reverse=True):
        label, colour = METHODS[name]
        axes[0].text(x, y, label, color=colour, va="center")
        y /= 2.1
    axes[0].text(last, 0.75, METHODS["reverse"][0], color=plotting.BLUE, ha="right", va="top")
    handles = [
        plt.Line2D([], [], color="#555555", marker=marker, ls="", ms=4.5, label=label)
        for label, _, marker in FUNCTIONS.values()
    ]
    axes[1].legend(handles=handles, loc="upper right")
    return figure


def _functions(count: pd.DataFrame, time: pd.DataFrame) -> plt.Figure:
    """Value and gradient by reverse mode, function by function, under the bound."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharex=True, sharey=True)
    for point, (label, colour, marker) in FUNCTIONS.items():
        rows = of(count, ["reverse"])[lambda t, p=point: t.point == p]
        if rows.empty:
            continue
        left.plot(rows.dimension, rows.ratio, f"{marker}-", color=colour, label=label)
        rows = of(time, ["reverse"])[lambda t, p=point: t.point == p]
        errors = np.nan_to_num(np.array([rows.ratio - rows.low, rows.high - rows.ratio]))
        right.errorbar(
            rows.dimension, rows.ratio, yerr=errors, fmt=f"{marker}-", lw=1, color=colour
        )
    for axis, title in ((left, "counted: operations"), (right, "timed: seconds")):
        _bound(axis)
        axis.set(xscale="log", yscale="log", xlabel="dimension d", title=title)
    ticks = [0.5, 1, 2, 3, 5, 10, 20]
    left.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    left.set_yticks([], minor=True)
    left.set_ylabel("value and gradient / one evaluation")
    left.legend(loc="lower right")
    left.text(count.dimension.max(), 5.2, "bound: 5 operations", ha="right", va="bottom")
    return figure


def _bound(axis: Axes) -> None:
    axis.axhline(5, color="#555555", lw=1, ls="--")
    axis.axhline(1, color="#555555", lw=0.8, ls=":")
