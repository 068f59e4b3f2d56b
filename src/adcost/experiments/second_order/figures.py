"""Draw the figures of `second_order` from its tables."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    plotting.draw_all(folder, tables, cost=_cost, ratio=_ratio, memory=_memory)


def titles(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The problems as a reader calls them."""
    return TITLES | {
        problem: f"convex, condition {plotting.number(condition)}"
        for problem, condition in analysis.conditions(tables).items()
    }


def _cost(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Gradients' worth of work to the tolerance, a panel a problem."""
    table, names, title = analysis.costs(tables), analysis.problems(tables), titles(tables)
    border = math.sqrt(analysis.memory_gb(tables) * 1e9 / 8)
    height = 2.9 * math.ceil(len(names) / 2) + 0.5
    figure, axes = plt.subplots(
        math.ceil(len(names) / 2), 2, figsize=(7.6, height), sharex=True, sharey=True, squeeze=False
    )
    for axis, problem in zip(axes.flat, names, strict=False):
        for method in OWN:
            rows = table[(table.problem == problem) & (table.method == method)]
            _line(axis, rows, **LOOKS[method].look())
        axis.axvline(border, color=plotting.GREY, lw=1, ls=":")
        axis.set(xscale="log", yscale="log", title=title[problem])
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


def _line(axis: Axes, rows: pd.DataFrame, reach: float = 0.35, **look: Any) -> None:
    """Costs with intervals over p: an arrow up, ``reach`` times as long, where no end is known.

    Its open marker is a lower bound: what the budget allowed, or one step of what was counted only.
    """
    rows = rows.sort_values("size")
    known = ~np.isinf(rows.high)
    if known.any():
        sure = rows[known]
        plotting.interval_line(axis, sure["size"], sure.value, sure.low, sure.high, **look)
    if not known.all():
        bounds = rows[~known]
        open_mark = {**look, "ls": "none", "mfc": "white", "label": None}
        size, low = bounds["size"], bounds.low
        axis.errorbar(size, low, yerr=reach * low, lolims=True, **open_mark)


def _ratio(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """What Newton's method takes over the best first-order method: counted and timed."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 4.2), sharex=True, sharey=True)
    names, title = analysis.problems(tables), titles(tables)
    colours = dict(zip(names, plotting.COLOURS, strict=False))
    for axis, method in ((left, "newton"), (right, "newton_cg")):
        counted, timed = analysis.ratios(tables, method), analysis.timed_ratios(tables, method)
        for problem in names:
            rows = counted[(counted.problem == problem) & (counted.low > 0)]
            _line(axis, rows, 0.5, marker="o", color=colours[problem])
            own = timed[timed.problem == problem]
            _line(axis, own, ls="--", marker="s", mfc="none", color=colours[problem])
        axis.axhline(1, color=plotting.GREY, lw=1)
        axis.set(xscale="log", yscale="log", xlabel="variables p", title=LOOKS[method].name)
    left.set_ylabel("over the best method of first order")
    plotting.note(
        left, 0.03, 0.97, "circles: work, squares: time\nopen circles: at least", va="top"
    )
    handles = [plt.Line2D([], [], color=colours[p], label=title[p]) for p in names]
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
