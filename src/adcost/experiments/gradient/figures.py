"""Draw the figures of `gradient` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.gradient.summary import (
    BOUND,
    DEAR,
    counted,
    in_writing,
    of,
    prices,
    timed,
)

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

DARK = "#555555"

WAYS = {
    "product_indexed": "y * w[i] in a loop",
    "product_fori_loop": "y * w[i] in a fori_loop",
    "product_filled": "an array filled by index",
    "product_scanned": "a scan",
    "product_unstacked": "jnp.unstack, then a loop",
    "product_prod": "jnp.prod",
    "product_cumprod": "jnp.cumprod, its last",
    "product_of_logarithms": "exp of a sum of logarithms",
}
"""The ways to write one product, for the reader."""

ON_THE_TAPE = {"reciprocal": "div", "square": "mul"}
"""What the tape calls an operation where it has another name."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    count, time = counted(tables["measurements"]), timed(tables["timings"])
    with plotting.style():
        plotting.save(_methods(count), folder, "methods")
        plotting.save(_seconds(time), folder, "seconds")
        plotting.save(_functions(count, time), folder, "functions")
        plotting.save(_writing(tables["measurements"]), folder, "writing")


def _methods(count: pd.DataFrame) -> Figure:
    """Operations of a gradient by every method, in evaluations, against the dimension."""
    figure, axis = plt.subplots(figsize=(6.4, 4.8))
    for method, (_, colour) in METHODS.items():
        for point, rows in of(count, [method]).groupby("point"):
            marker = FUNCTIONS[point][2]
            axis.plot(rows.dimension, rows.ratio, f"{marker}-", ms=3.5, lw=1, color=colour)
    axis.axhline(BOUND, color=DARK, lw=1, ls="--")
    axis.set(
        xscale="log", yscale="log", xlabel="dimension d",
        ylabel="operations, gradient / one evaluation",
    )  # fmt: skip
    last = count.dimension.max()
    axis.text(last, BOUND * 1.2, "bound: 5 operations", ha="right", va="bottom", color=DARK)
    # No line comes to the upper left corner.
    for line, (label, colour) in enumerate(METHODS.values()):
        axis.text(0.03, 0.97 - 0.06 * line, label, color=colour, va="top", transform=axis.transAxes)
    handles = [
        Line2D([], [], color=DARK, marker=FUNCTIONS[point][2], ls="", label=FUNCTIONS[point][0])
        for point in FUNCTIONS
        if point in set(count.point)
    ]
    axis.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 0.2))
    return figure


def _seconds(time: pd.DataFrame) -> Figure:
    """The same in seconds, one panel for each function."""
    functions = [point for point in FUNCTIONS if point in set(time.point)]
    figure, axes = plt.subplots(
        -(-len(functions) // 2), 2, figsize=(9.6, 6.4), sharex=True, sharey=True, squeeze=False
    )
    for axis in axes.flat[len(functions) :]:
        axis.set_axis_off()
    for axis, point in zip(axes.flat, functions, strict=False):
        for method, (label, colour) in METHODS.items():
            rows = of(time[time.point == point], [method])
            axis.errorbar(
                rows.dimension, rows.ratio, yerr=_ends(rows), fmt="o-", ms=3.5, lw=1.2,
                color=colour, label=label,
            )  # fmt: skip
        axis.axhline(BOUND, color=DARK, lw=1, ls="--")
        axis.set(xscale="log", yscale="log", title=FUNCTIONS[point][0])
    axes.flat[0].legend(loc="upper right")
    figure.supxlabel("dimension d", fontsize="medium")
    figure.supylabel("seconds, gradient / one evaluation", fontsize="medium")
    return figure


def _ends(rows: pd.DataFrame) -> np.ndarray:
    """The error bars of timed ratios; none where there are too few rounds for an interval."""
    return np.nan_to_num(np.array([rows.ratio - rows.low, rows.high - rows.ratio]))


def _functions(count: pd.DataFrame, time: pd.DataFrame) -> Figure:
    """Value and gradient by reverse mode, function by function, under the bound."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharex=True, sharey=True)
    for point, (label, colour, marker) in FUNCTIONS.items():
        rows = of(count, ["reverse"])[lambda t, p=point: t.point == p]
        if rows.empty:
            continue
        left.plot(rows.dimension, rows.ratio, f"{marker}-", color=colour, label=label)
        rows = of(time, ["reverse"])[lambda t, p=point: t.point == p]
        right.errorbar(
            rows.dimension, rows.ratio, yerr=_ends(rows), fmt=f"{marker}-", lw=1, color=colour
        )
    for axis, title in ((left, "counted: operations"), (right, "timed: seconds")):
        axis.axhline(BOUND, color=DARK, lw=1, ls="--")
        axis.axhline(1, color=DARK, lw=0.8, ls=":")
        axis.axhspan(3, 4, color=plotting.GREY, alpha=0.15, lw=0)
        axis.set(xscale="log", yscale="log", xlabel="dimension d", title=title)
    ticks = [0.5, 1, 2, 3, 5, 10, 20]
    left.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    left.set_yticks([], minor=True)
    left.set_ylabel("value and gradient / one evaluation")
    left.legend(loc="lower right")
    left.text(count.dimension.max(), BOUND * 1.04, "bound: 5 operations", ha="right", va="bottom")
    left.text(
        count.dimension.max(), 3.46, "3 to 4 where memory accesses count", ha="right", va="center"
    )
    return figure


def _writing(measured: pd.DataFrame) -> Figure:
    """One product written in several ways against d; single operations, nested and on the tape."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    ways, constants = in_writing(measured), prices(measured)
    for way, label in WAYS.items():
        rows = ways[ways.method == way].sort_values("dimension")
        style = {"ls": "-", "marker": "s"} if way in DEAR else {"ls": "--", "marker": "o"}
        left.plot(rows.dimension, rows.ratio, ms=4, lw=1, label=label, **style)
    left.set(xscale="log", yscale="log", xlabel="dimension d", title="one product of d numbers",
             ylabel="operations, value and gradient / value")  # fmt: skip
    left.axhline(BOUND, color=DARK, lw=1, ls=":")
    left.set_ylim(1, ways.ratio.max() * 50)
    left.legend(loc="upper left", fontsize=8, ncols=1)

    nested = ways[ways.dimension == 1].set_index("method").ratio.sort_values()
    places = np.arange(len(nested))
    right.plot(nested, places, "o", color=plotting.BLUE, label="JAX, applied many times over")
    bounds = [constants.get(ON_THE_TAPE.get(name, name), np.nan) for name in nested.index]
    right.plot(bounds, places, "|", ms=12, mew=2, color=plotting.VERMILION,
               label="constant of the operation, on the tape")  # fmt: skip
    right.set_yticks(places, list(nested.index))
    right.set(xlabel="operations, value and gradient / value", title="one operation")
    right.set_xlim(0, max(*nested, constants[["div", "mul"]].max()) * 1.1)
    right.set_ylim(-0.6, len(nested) + 1.4)
    right.grid(axis="y", visible=False)
    right.legend(loc="upper left", fontsize=8)
    return figure
