"""Draw the figures of `linear_algebra` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.linear_algebra.summary import ROUNDOFF, SOLVE_WAYS, cost, course, errors
from adcost.statistics.intervals import paired_ratio

WAYS = {
    "rule": ("formula", plotting.BLUE, "o"),
    "library": ("AD of the library", plotting.SKY, "s"),
    "factorisation": ("AD through LU", plotting.GREEN, "^"),
    "elimination": ("AD through elimination", plotting.PURPLE, "D"),
    "normal_equations": ("AD of normal equations", plotting.ORANGE, "v"),
    "values": ("AD, singular values", plotting.SKY, "s"),
    "vectors": ("AD, singular vectors", plotting.GREEN, "^"),
    "difference": ("central differences", plotting.VERMILION, "x"),
}
PROBLEMS = {
    "solve": "x = A⁻¹b",
    "least_squares": "least squares",
    "nuclear_norm": "sum of singular values",
}
DESCENTS = {
    "no_regulariser": ("no regulariser", plotting.GREY),
    "subgradient": ("subgradient", plotting.ORANGE),
    "proximal": ("proximal step", plotting.BLUE),
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    with plotting.style():
        plotting.save(_accuracy(measured), folder, "accuracy")
        plotting.save(_cost(measured, tables["timings"]), folder, "cost")
        plotting.save(_recovery(measured), folder, "recovery")


def _accuracy(measured: pd.DataFrame) -> Figure:
    """The relative error of Ā against the condition number, a panel a problem."""
    figure, axes = plt.subplots(1, 3, figsize=(11.0, 4.6), sharex=True, sharey=True)
    for axis, (problem, title) in zip(axes, PROBLEMS.items(), strict=True):
        table = errors(measured, problem)
        table = table[table.argument == "a"]
        for way, (label, colour, marker) in WAYS.items():
            own = table[table.method == way]
            if own.empty:
                continue
            spread = own.groupby("condition").value.agg(["median", "min", "max"])
            # An exact zero has no logarithm; it is below the roundoff.
            spread = spread.clip(lower=ROUNDOFF / 10)
            bars = [spread["median"] - spread["min"], spread["max"] - spread["median"]]
            axis.errorbar(
                spread.index, spread["median"], yerr=bars, fmt=f"{marker}-", ms=4, lw=1,
                color=colour, label=label, mfc="none",
            )  # fmt: skip
        conditions = np.unique(table.condition)
        unit = table["size"].max() * conditions * ROUNDOFF
        axis.plot(conditions, unit, ":", color="#555555", label="n·κ·u")
        axis.set(xscale="log", yscale="log", xlabel="condition number κ", title=title)
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), fontsize=9)
    axes[0].set_ylabel("relative error of the derivative\n(median and range over matrices)")
    return figure


def _cost(measured: pd.DataFrame, timings: pd.DataFrame) -> Figure:
    """Value and derivatives over the value alone, by count and by time."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharex=True, sharey=True)
    operations = cost(measured, "operations")
    for way in SOLVE_WAYS:
        label, colour, marker = WAYS[way]
        ratio = operations[way] / operations["value"]
        left.plot(ratio.index, ratio, f"{marker}-", color=colour, mfc="none")
        rows = []
        for size, rounds in timings.groupby("size"):
            seconds = paired_ratio(rounds, way, "value")
            rows.append((size, seconds.value, seconds.low, seconds.high))
        table = np.array(rows)
        bars = np.nan_to_num(np.abs(table[:, [1]] - table[:, 2:]).T)
        right.errorbar(
            table[:, 0], table[:, 1], yerr=bars, fmt=f"{marker}-", lw=1, color=colour, mfc="none",
            label=label,
        )  # fmt: skip
    for axis, title in ((left, "counted: operations"), (right, "timed: seconds")):
        axis.axhline(1, color="#555555", lw=0.8, ls=":")
        axis.set(xscale="log", yscale="log", xlabel="unknowns n", title=title)
        axis.set_xticks(operations.index, [str(n) for n in operations.index])
        axis.set_xticks([], minor=True)
    left.set_ylabel("value and derivatives / value")
    right.legend(loc="upper left", fontsize=9)
    return figure


def _recovery(measured: pd.DataFrame) -> Figure:
    """Error and rank over the steps of three descents, every draw."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0), sharex=True)
    for axis, quantity in ((left, "error"), (right, "rank")):
        table = course(measured, quantity)
        for method, (label, colour) in DESCENTS.items():
            own = table[table.method == method].pivot(index="step", columns="draw", values="value")
            axis.plot(own.index, own, color=colour, lw=0.8, alpha=0.5)
            axis.plot(own.index, own.median(axis=1), color=colour, label=label)
        axis.set(xscale="log", xlabel="step")
        axis.set_ylim(bottom=0)
    left.set_ylabel("relative error of the recovered matrix")
    right.set_ylabel("rank (singular values above 10⁻³ of the largest)")
    left.legend(loc="lower left")
    return figure
