"""Draw the figures of `linear_algebra` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.linear_algebra.analysis import ROUNDOFF, SOLVE_WAYS, cost, course, errors
from adcost.palette import DARK, METHODS
from adcost.statistics.intervals import paired_ratio

WAYS = {
    "rule": "formula",
    "library": "ad_of_library",
    "factorisation": "ad_through_lu",
    "elimination": "ad_through_elimination",
    "normal_equations": "ad_of_normal_equations",
    "values": "ad_of_singular_values",
    "vectors": "ad_of_singular_vectors",
    "difference": "central_differences",
}
"""The ways of the tables, as the palette has them."""

PROBLEMS = {
    "solve": "x = A⁻¹b",
    "least_squares": "least squares",
    "nuclear_norm": "sum of singular values",
}
DESCENTS = {
    "no_regulariser": "no_regulariser",
    "subgradient": "subgradient",
    "proximal": "proximal_step",
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    plotting.draw_all(folder, tables["measurements"], accuracy=_accuracy, recovery=_recovery)
    plotting.draw_all(folder, tables, cost=_cost)


def _accuracy(measured: pd.DataFrame) -> Figure:
    """The relative error of Ā against the condition number, a panel a problem."""
    figure, axes = plt.subplots(1, 3, figsize=(11.0, 4.6), sharex=True, sharey=True)
    for axis, (problem, title) in zip(axes, PROBLEMS.items(), strict=True):
        table = errors(measured, problem)
        table = table[table.argument == "a"]
        # An exact zero has no logarithm; it is below the roundoff.
        table = table.assign(value=table.value.clip(lower=ROUNDOFF / 10))
        plotting.lines(
            axis, table, "condition", "value", WAYS, errorbar=plotting.whole_range, open_marks=True
        )
        conditions = np.unique(table.condition)
        unit = table["size"].max() * conditions * ROUNDOFF
        axis.plot(conditions, unit, ":", color=DARK, label="n·κ·u")
        axis.set(xlabel="condition number κ", title=title)
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), fontsize=9)
    axes[0].set(xscale="log", yscale="log")
    axes[0].set_ylabel("relative error of the derivative\n(median and range over matrices)")
    return figure


def _cost(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Value and derivatives over the value alone, by count and by time."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharex=True, sharey=True)
    operations, timings = cost(tables["measurements"], "operations"), tables["timings"]
    for way in SOLVE_WAYS:
        look = METHODS[WAYS[way]].look(mfc="none", lw=1)
        ratio = operations[way] / operations["value"]
        left.plot(ratio.index, ratio, **look)
        rounds = {size: paired_ratio(rows, way, "value") for size, rows in timings.groupby("size")}
        table = pd.DataFrame({size: ratio.as_row for size, ratio in rounds.items()}).T
        plotting.interval_line(
            right, table.index, table["value"], table["low"], table["high"], **look
        )
    for axis, title in ((left, "counted: operations"), (right, "timed: seconds")):
        axis.axhline(1, color=DARK, lw=0.8, ls=":")
        axis.set(xscale="log", yscale="log", xlabel="unknowns n", title=title)
        plotting.ticks(axis, "x", operations.index)
    left.set_ylabel("value and derivatives / value")
    right.legend(loc="upper left", fontsize=9)
    return figure


def _recovery(measured: pd.DataFrame) -> Figure:
    """Error and rank over the steps of three descents, every draw."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0), sharex=True)
    for axis, quantity in ((left, "error"), (right, "rank")):
        table = course(measured, quantity)
        for own, method in DESCENTS.items():
            look = METHODS[method]
            runs = table[table.method == own].pivot(index="step", columns="draw", values="value")
            axis.plot(runs.index, runs, color=look.colour, lw=0.8, alpha=0.5)
            axis.plot(runs.index, runs.median(axis=1), **look.look())
        axis.set(xscale="log", xlabel="step")
        axis.set_ylim(bottom=0)
    left.set_ylabel("relative error of the recovered matrix")
    right.set_ylabel("rank (singular values above 10⁻³ of the largest)")
    left.legend(loc="lower left")
    return figure
