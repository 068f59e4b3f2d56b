"""Draw the figures of `second_order` from its tables."""

import math
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.second_order import analysis
from adcost.experiments.second_order.plan import METHODS as OWN
from adcost.palette import METHODS, Method

LOOKS: dict[str, Method] = {
    "gradient_descent": METHODS["gradient_descent"],
    "adam": METHODS["adam"],
    "l_bfgs": METHODS["l_bfgs"],
    "newton": METHODS["newton"],
    "newton_cg": METHODS["newton_cg"],
    "gauss_newton_cg": METHODS["gauss_newton_cg"],
}

TITLES = {
    "logistic": "logistic regression, real data",
    "network": "a small network",
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    with plotting.style():
        plotting.save(_cost(tables), folder, "cost")
        plotting.save(_ratio(tables), folder, "ratio")
        plotting.save(_memory(tables), folder, "memory")


def title(problem: str) -> str:
    """A problem as a reader calls it."""
    if problem.startswith("convex-"):
        condition = plotting.number(float(problem.removeprefix("convex-")))
        return f"convex, condition {condition}"
    return TITLES[problem]


def _cost(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Gradients' worth of work to the tolerance, a panel a problem."""
    table, names = analysis.costs(tables), analysis.problems(tables)
    border = math.sqrt(analysis.memory_gb(tables) * 1e9 / 8)
    height = 2.9 * math.ceil(len(names) / 2) + 0.5
    figure, axes = plt.subplots(
        math.ceil(len(names) / 2), 2, figsize=(7.6, height), sharex=True, sharey=True, squeeze=False
    )
    for axis, problem in zip(axes.flat, names, strict=False):
        for method in OWN:
            rows = table[(table.problem == problem) & (table.method == method)]
            if len(rows):
                _line(axis, rows, LOOKS[method])
        axis.axvline(border, color=plotting.GREY, lw=1, ls=":")
        axis.set(xscale="log", yscale="log", title=title(problem))
    for axis in list(axes.flat)[len(names) :]:
        axis.set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("variables p")
    for axis in axes[:, 0]:
        axis.set_ylabel("work to the tolerance, in gradients")
    handles = [
        plt.Line2D([], [], color=look.colour, marker=look.marker, label=look.name)
        for method, look in LOOKS.items()
        if (table.method == method).any()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _line(axis: Axes, rows: pd.DataFrame, look: Method) -> None:
    """A method's cost over p: a solid line where it ran and arrived, an arrow up where it did not.

    An open marker is a lower bound: what the budget allowed, or one step of what was counted only.
    """
    rows = rows.sort_values("size")
    sure = rows[rows.reached]
    if len(sure):
        plotting.interval_line(
            axis,
            sure["size"],
            sure.value,
            sure.low,
            sure.high,
            color=look.colour,
            marker=look.marker,
            label=look.name,
        )
    bounds = rows[~rows.reached]
    if len(bounds):
        axis.errorbar(
            bounds["size"],
            bounds.low,
            yerr=0.35 * bounds.low,
            lolims=True,
            ls="none",
            marker=look.marker,
            color=look.colour,
            mfc="white",
        )


def _ratio(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """What Newton's method takes over the best first-order method: counted and timed."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 4.2), sharex=True, sharey=True)
    names = analysis.problems(tables)
    colours = dict(zip(names, plotting.COLOURS, strict=False))
    for axis, method in ((left, "newton"), (right, "newton_cg")):
        counted, timed = analysis.ratios(tables, method), analysis.timed_ratios(tables, method)
        for problem in names:
            rows = counted[(counted.problem == problem) & (counted.low > 0)].sort_values("size")
            sure = rows[np.isfinite(rows.high)]
            if len(sure):
                plotting.interval_line(
                    axis,
                    sure["size"],
                    sure.value,
                    sure.low,
                    sure.high,
                    marker="o",
                    color=colours[problem],
                )
            bounds = rows[~np.isfinite(rows.high)]
            if len(bounds):
                axis.errorbar(
                    bounds["size"],
                    bounds.low,
                    yerr=0.5 * bounds.low,
                    lolims=True,
                    ls="none",
                    marker="o",
                    color=colours[problem],
                    mfc="white",
                )
            own = timed[timed.problem == problem].sort_values("size")
            if len(own):
                plotting.interval_line(
                    axis,
                    own["size"],
                    own.value,
                    own.low,
                    own.high,
                    ls="--",
                    marker="s",
                    mfc="none",
                    color=colours[problem],
                )
        axis.axhline(1, color=plotting.GREY, lw=1)
        axis.set(xscale="log", yscale="log", xlabel="variables p", title=LOOKS[method].name)
    left.set_ylabel("over the best method of first order")
    plotting.note(
        left, 0.03, 0.97, "circles: work, squares: time\nopen circles: at least", va="top"
    )
    handles = [plt.Line2D([], [], color=colours[p], label=title(p)) for p in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _memory(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Bytes that one step holds against p, and where they meet the given memory."""
    figure, axis = plt.subplots(figsize=(6.8, 4.2))
    held, memory = analysis.held(tables) * 8, analysis.memory_gb(tables) * 1e9
    last = max(analysis.largest(tables, method) for method in held)
    labels = []
    for method in [own for own in OWN if own in held]:
        look, most = LOOKS[method], analysis.largest(tables, method)
        axis.plot(held.index, held[method], color=look.colour, marker=look.marker, ls="none")
        ends = np.array([held.index[0], most])
        axis.plot(ends, [held[method].iloc[0], memory], color=look.colour)
        axis.plot([most], [memory], marker="|", ms=12, color=look.colour)
        labels.append((most, look))
    axis.axhline(memory, color=plotting.GREY, lw=1, ls=":")
    axis.set(xscale="log", yscale="log", xlabel="variables p", ylabel="bytes of one step")
    axis.set_xlim(held.index[0] / 2, last * 3)
    axis.set_ylim(held.min().min() / 3, max(memory, held.max().max()) * 4)
    plotting.label_at_end(
        axis, held.index[0], memory, f"{memory / 1e9:g} GB", plotting.DARK, offset=(0, 8)
    )
    handles = [
        plt.Line2D([], [], color=look.colour, marker=look.marker, label=look.name)
        for _, look in labels
    ]
    axis.legend(handles=handles, loc="lower right")
    return figure
