"""Draw the figures of `gradient` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.gradient.analysis import (
    BOUND,
    EXPENSIVE,
    counted,
    in_writing,
    of_methods,
    prices,
    timed,
)
from adcost.palette import DARK, METHODS

OF = {
    "central_difference": "central_differences",
    "forward_difference": "forward_differences",
    "forward_columns": "forward_mode_columns",
    "forward_batched": "forward_mode_batched",
    "reverse": "reverse_mode",
}
"""The methods of the tables, as the palette has them."""

FUNCTIONS = {
    "sum_of_squares": ("sum of squares", plotting.SKY, "o"),
    "logistic": ("logistic loss", plotting.GREEN, "s"),
    "network": ("network", plotting.PURPLE, "^"),
    "mds": ("scaling (mds)", plotting.ORANGE, "D"),
}

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
    measured, timings = tables["measurements"], tables["timings"]
    count = counted(measured)
    with plotting.style():
        plotting.save(_methods(count), folder, "methods")
        plotting.save(_seconds(timings), folder, "seconds")
        plotting.save(_functions(count, timed(timings)), folder, "functions")
        plotting.save(_writing(measured), folder, "writing")


def _methods(count: pd.DataFrame) -> Figure:
    """Operations of a gradient by every method, in evaluations, against the dimension."""
    figure, axis = plt.subplots(figsize=(6.4, 4.8))
    for line, (own, method) in enumerate(OF.items()):
        look = METHODS[method]
        for point, rows in of_methods(count, [own]).groupby("point"):
            axis.plot(
                rows.dimension,
                rows.ratio,
                marker=FUNCTIONS[point][2],
                ms=3.5,
                lw=1,
                color=look.colour,
            )
        # No line comes to the upper left corner.
        plotting.note(axis, 0.03, 0.97 - 0.06 * line, look.name, look.colour, va="top", fontsize=10)
    axis.axhline(BOUND, color=DARK, lw=1, ls="--")
    axis.set(xscale="log", yscale="log", xlabel="dimension d")
    axis.set_ylabel("operations, gradient / one evaluation")
    last = count.dimension.max()
    axis.text(last, BOUND * 1.2, "bound: 5 operations", ha="right", va="bottom", color=DARK)
    handles = [
        Line2D([], [], color=DARK, marker=FUNCTIONS[point][2], ls="", label=FUNCTIONS[point][0])
        for point in FUNCTIONS
        if point in set(count.point)
    ]
    axis.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 0.2))
    return figure


def _seconds(timings: pd.DataFrame) -> Figure:
    """The same in seconds, one panel for each function: medians of the rounds' ratios."""
    rounds = timings.pivot(
        index=["point", "dimension", "repeat"], columns="method", values="seconds"
    )
    ratios = rounds.div(rounds["loss"], axis=0).stack().rename("ratio").reset_index()
    functions = [point for point in FUNCTIONS if point in set(ratios.point)]
    figure, axes = plt.subplots(
        -(-len(functions) // 2), 2, figsize=(9.6, 6.4), sharex=True, sharey=True, squeeze=False
    )
    for axis in axes.flat[len(functions) :]:
        axis.set_axis_off()
    for axis, point in zip(axes.flat, functions, strict=False):
        plotting.lines(axis, ratios[ratios.point == point], "dimension", "ratio", OF)
        axis.axhline(BOUND, color=DARK, lw=1, ls="--")
        axis.set_title(FUNCTIONS[point][0])
    axes.flat[0].set(xscale="log", yscale="log")
    axes.flat[0].legend(loc="upper right")
    figure.supxlabel("dimension d", fontsize="medium")
    figure.supylabel("seconds, gradient / one evaluation", fontsize="medium")
    return figure


def _functions(count: pd.DataFrame, time: pd.DataFrame) -> Figure:
    """Value and gradient by reverse mode, function by function, under the bound."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharex=True, sharey=True)
    for point, (label, colour, marker) in FUNCTIONS.items():
        rows = of_methods(count[count.point == point], ["reverse"])
        if rows.empty:
            continue
        look = {"color": colour, "marker": marker}
        left.plot(rows.dimension, rows.ratio, label=label, **look)
        rows = of_methods(time[time.point == point], ["reverse"])
        plotting.interval_line(right, rows.dimension, rows.ratio, rows.low, rows.high, lw=1, **look)
    for axis, title in ((left, "counted: operations"), (right, "timed: seconds")):
        axis.axhline(BOUND, color=DARK, lw=1, ls="--")
        axis.axhline(1, color=DARK, lw=0.8, ls=":")
        axis.axhspan(3, 4, color=plotting.GREY, alpha=0.15, lw=0)
        axis.set(xscale="log", yscale="log", xlabel="dimension d", title=title)
    plotting.ticks(left, "y", [0.5, 1, 2, 3, 5, 10, 20])
    left.set_ylabel("value and gradient / one evaluation")
    left.legend(loc="lower right")
    last = count.dimension.max()
    left.text(last, BOUND * 1.04, "bound: 5 operations", ha="right", va="bottom")
    left.text(last, 3.46, "3 to 4 where memory accesses count", ha="right", va="center")
    return figure


def _writing(measured: pd.DataFrame) -> Figure:
    """One product written in several ways against d; single operations, nested and on the tape."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    ways, constants = in_writing(measured), prices(measured)
    for way, label in WAYS.items():
        rows = ways[ways.method == way].sort_values("dimension")
        style = {"ls": "-", "marker": "s"} if way in EXPENSIVE else {"ls": "--", "marker": "o"}
        left.plot(rows.dimension, rows.ratio, ms=4, lw=1, label=label, **style)
    left.set(xscale="log", yscale="log", xlabel="dimension d", title="one product of d numbers")
    left.set_ylabel("operations, value and gradient / value")
    left.axhline(BOUND, color=DARK, lw=1, ls=":")
    left.set_ylim(1, ways.ratio.max() * 50)
    left.legend(loc="upper left", fontsize=8, ncols=1)

    nested = ways[ways.dimension == 1].set_index("method").ratio.sort_values()
    places = np.arange(len(nested))
    right.plot(nested, places, "o", color=plotting.BLUE, label="JAX, applied many times over")
    bounds = [constants.get(ON_THE_TAPE.get(name, name), np.nan) for name in nested.index]
    name = "constant of the operation, on the tape"
    right.plot(bounds, places, "|", ms=12, mew=2, color=plotting.VERMILION, label=name)
    right.set_yticks(places, list(nested.index))
    right.set(xlabel="operations, value and gradient / value", title="one operation")
    right.set_xlim(0, max(*nested, constants[["div", "mul"]].max()) * 1.1)
    right.set_ylim(-0.6, len(nested) + 1.4)
    right.grid(axis="y", visible=False)
    right.legend(loc="upper left", fontsize=8)
    return figure
