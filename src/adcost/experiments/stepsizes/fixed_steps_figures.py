"""The figures of steps that theory knows: the constant one and its border, and Chebyshev's."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.stepsizes import analysis
from adcost.experiments.stepsizes.looks import LOOKS, OF
from adcost.experiments.stepsizes.plan import STABLE


def stability(measured: pd.DataFrame, steps: int) -> Figure:
    """The end of every run against βC: a dip at 1, a wall at 2; divergence with its step."""
    figure, axis = plt.subplots(figsize=(6.4, 4.2))
    table = analysis.sweep(measured)
    held = table[table.diverged == 0]
    axis.plot(
        held["at"],
        held.loss_ratio.clip(lower=1e-40),
        "o",
        ms=3,
        mfc="none",
        mew=0.8,
        color=LOOKS["constant"].colour,
    )
    zeros = held[held.loss_ratio < 1e-40]
    if len(zeros):
        plotting.label_at_end(
            axis,
            zeros["at"].iloc[0],
            1e-40,
            "βC = 1: 0 but for rounding",
            plotting.GREY,
            offset=(8, 0),
            fontsize=8.5,
        )
    left = table[table.diverged == 1]
    axis.plot(left["at"], np.full(len(left), 1e3), "x", ms=4, color=LOOKS["polyak"].colour)
    written = None
    for scaled, group in left.groupby("at"):
        ends = int(group.diverged_at.min()), int(group.diverged_at.max())
        if ends != written:
            text = f"{ends[0]}" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"
            plotting.label_at_end(
                axis,
                scaled,
                1e3,
                text,
                LOOKS["polyak"].colour,
                offset=(0, 10),
                ha="center",
                fontsize=8,
            )
        written = ends
    ratio = analysis.of_runs(measured, "start", "curvature_ratio", "sweep").max()
    axis.axvspan(STABLE, STABLE * ratio, color=plotting.GREY, alpha=0.15, lw=0)
    axis.axvline(STABLE, color=plotting.GREY, lw=1, ls=":")
    beside = {"xycoords": ("data", "axes fraction"), "offset": (-6, 0), "va": "baseline"}
    said = "every step\ngoes down"
    plotting.label_at_end(axis, STABLE, 0.45, said, plotting.GREY, ha="right", **beside)
    said, colour = "diverged;\nabove, after how\nmany steps", LOOKS["polyak"].colour
    plotting.note(axis, 0.99, 0.82, said, colour, ha="right", va="top", fontsize=9)
    axis.set(
        yscale="log",
        xlabel="βC: the constant step β times the largest curvature C",
        ylabel=f"L / L at the start, after {steps} steps",
    )
    axis.set_ylim(1e-42, 1e8)
    return figure


def chebyshev(measured: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Left: what is left of each direction. Right: f(x_T) for each κ, all starts."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0))
    rows = curves[curves.curve == "contraction"]
    conditions = np.sort(rows.y.unique())
    shown = conditions[len(conditions) // 2]
    for method in ("equal", "chebyshev", "learned"):
        line = rows[(rows.y == shown) & (rows.method == method)].sort_values("x")
        left.plot(line.x, line.value, **LOOKS[method].look(marker=""))
    top = rows[rows.y == shown].value.max()
    left.set(
        xscale="log",
        yscale="log",
        xlabel="eigenvalue λ",
        ylim=(1e-8 * top, 20 * top),
        ylabel="p(λ)², what T steps leave of f",
        title=f"one start, κ = {shown:g}",
    )
    left.legend(loc="lower left", fontsize=9)
    ratio = analysis.conditioned(measured, "loss_ratio")
    each = ratio.reset_index().melt(["at", "run"], var_name="method")
    own = {method: OF[method] for method in ("equal", "chebyshev", "learned")}
    spread = plotting.whole_range
    plotting.lines(right, each, "at", "value", own, spread, open_marks=True, lw=1)
    for method, lift in {"krylov": -9, "learned": 5, "equal": -4, "chebyshev": 4}.items():
        middle = ratio[method].groupby("at").median()
        if method == "krylov":
            look = LOOKS[method].look(ls="", ms=18, mew=1.5)
            right.plot(middle.index, middle, **look)
        plotting.label_at_end(
            right,
            middle.index[-1],
            middle.iloc[-1],
            LOOKS[method].name,
            LOOKS[method].colour,
            offset=(12, lift),
        )
    right.set(xscale="log", yscale="log", title="all starts, median and range")
    right.set(xlabel="condition number κ", ylabel=r"f($\mathregular{x_T}$) / f(x₀)")
    right.set_xlim(conditions.min() / 1.5, conditions.max() * max(8.0, conditions.max() ** 0.3))
    return figure
