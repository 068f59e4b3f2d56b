"""Draw the figures of `stepsizes` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.stepsizes import analysis, fixed_steps_figures
from adcost.experiments.stepsizes.looks import LOOKS, METHODS, OF, name

SHOWN = 0
"""The run of the figures that show one."""

FLOOR = 1e-60
"""Where a loss of exactly zero is drawn on a logarithmic axis."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured, curves = tables["measurements"], tables["curves"]
    scaled = analysis.configured(tables["points"], "beta")
    steps = int(analysis.configured(tables["points"], "steps", "sweep"))
    with plotting.style():
        plotting.save(_gradient(measured), folder, "gradient")
        plotting.save(_learning(measured, curves, scaled), folder, "learning")
        plotting.save(_steps(measured, scaled), folder, "steps")
        plotting.save(_descent(curves, scaled), folder, "descent")
        plotting.save(_minimum(measured, scaled), folder, "minimum")
        plotting.save(_valley(curves), folder, "valley")
        plotting.save(fixed_steps_figures.stability(measured, steps), folder, "stability")
        plotting.save(fixed_steps_figures.chebyshev(measured, curves), folder, "chebyshev")


def _gradient(measured: pd.DataFrame) -> Figure:
    """Relative error of the gradient against how near to 1 one α_i is, with rounding's share."""
    figure, axis = plt.subplots()
    error = analysis.values(measured, "homework", "gradient", "gradient_error")
    unit = analysis.values(measured, "homework", "gradient", "gradient_rounding").value.to_numpy()
    inside = (error["at"] > 0).to_numpy()
    distance, unit = error["at"].to_numpy()[inside], unit[inside]
    axis.plot(
        distance,
        np.maximum(error.value.to_numpy()[inside], 1e-17),
        "o",
        color=LOOKS["constant"].colour,
        mfc="none",
    )
    order = np.argsort(distance, kind="stable")
    axis.plot(distance[order], 2 * unit[order], "--", color=plotting.GREY, lw=1.2)
    plotting.label_at_end(
        axis, 1, 2 * unit[distance == 1].max(), "bound on rounding", plotting.GREY, offset=(-2, 16)
    )
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="|1 − αᵢ| of one component (1: all are random)",
        ylabel="largest relative error of ∂L/∂α",
    )
    axis.invert_xaxis()
    return figure


def _learning(measured: pd.DataFrame, curves: pd.DataFrame, scaled: float) -> Figure:
    """L/L_0 against the step: every run of each method, and what theory guarantees."""
    figure, axis = plt.subplots(figsize=(6.4, 4.4))
    rows = curves[(curves.curve == "learning") & (curves.point == "homework")]
    rows = rows.assign(step=rows.x + 1, value=rows.value.clip(lower=FLOOR))
    own = {method: OF[method] for method in METHODS}
    plotting.runs(axis, rows, "step", "value", own, "run", lw=0.7, alpha=0.6)
    for method in METHODS:
        middle = rows[rows.method == method].groupby("x").value.median()
        if method == "matched":
            x, y = middle.index[1], np.sqrt(middle.iloc[0] * middle.iloc[1])
        else:
            place = -1 if method == "constant" else len(middle) // 2
            x, y = middle.index[place], middle.iloc[place]
        plotting.label_at_end(axis, x + 1, y, name(method, scaled), LOOKS[method].colour)
    steps = rows[rows.method == "constant"].x.drop_duplicates().sort_values().to_numpy()
    if scaled <= 1:
        bound = np.median(analysis.guaranteed(measured, scaled, steps), axis=0)
        axis.plot(steps + 1, bound, "--", color=plotting.GREY, lw=1.4)
        plotting.label_at_end(
            axis,
            steps[len(steps) // 2] + 1,
            bound[len(steps) // 2],
            "guaranteed",
            plotting.GREY,
            offset=(0, 10),
        )
    axis.set(xscale="log", yscale="log", xlabel="steps on α, plus one")
    axis.set_ylabel("L / L at the start")
    axis.set_xlim(0.9, 8 * (steps.max() + 1))
    axis.set_yticks([10.0**power for power in range(-60, 1, 10)])
    axis.minorticks_off()
    axis.set_ylim(bottom=FLOOR / 1e5)
    if (rows.value == FLOOR).any():
        plotting.label_at_end(
            axis, 1, FLOOR, "exactly 0", plotting.GREY, offset=(0, -8), fontsize=8
        )
    return figure


def _steps(measured: pd.DataFrame, scaled: float) -> Figure:
    """α before and after, component by component, in order of α_0; one run."""
    figure, axis = plt.subplots()
    start = analysis.vectors(measured, "start", "alpha")
    order = np.argsort(start[SHOWN], kind="stable")
    places = np.arange(1, len(order) + 1)
    for method in ("start", *METHODS):
        alpha = analysis.vectors(measured, method, "alpha")[SHOWN, order]
        face = "none" if method == "start" else LOOKS[method].colour
        axis.plot(places, alpha, **LOOKS[method].look(ls="", ms=5.5, mfc=face))
        shift = {"polyak": -5, "matched": 5}.get(method, 0)
        plotting.label_at_end(
            axis,
            places[-1],
            alpha[-1],
            name(method, scaled),
            LOOKS[method].colour,
            offset=(9, shift),
        )
    predicted = analysis.conserved_end(start)[SHOWN, order]
    axis.plot(places, predicted, "_", ms=15, color=plotting.GREY, mew=1.5)
    plotting.label_at_end(
        axis,
        places[0],
        predicted[0],
        "predicted for small steps",
        plotting.GREY,
        offset=(-6, -12),
        fontsize=8.5,
    )
    axis.axhline(1, color=plotting.GREY, lw=1, ls=":")
    axis.set(xlabel="component, in the order of its start", ylabel="step size α")
    axis.set_xlim(0.5, len(order) * 1.3)
    axis.set_xticks(places)
    return figure


def _descent(curves: pd.DataFrame, scaled: float) -> Figure:
    """f(x_k)/f(x_0) along the inner descent, before and after learning; one run in bold."""
    figure, axis = plt.subplots()
    rows = curves[curves.curve == "descent"]
    least = 1e-40
    rows = rows.assign(value=rows.value.clip(lower=least))
    own = {method: OF[method] for method in ("start", *METHODS)}
    others, bold = rows[rows.run != SHOWN], rows[rows.run == SHOWN]
    plotting.runs(axis, others, "x", "value", own, "run", lw=0.5, alpha=0.4)
    plotting.runs(axis, bold, "x", "value", own, "run", lw=1.8)
    for method in own:
        shown = rows[(rows.method == method) & (rows.run == SHOWN)].sort_values("x")
        plotting.label_at_end(
            axis,
            shown.x.iloc[-1],
            shown.value.iloc[-1],
            name(method, scaled),
            LOOKS[method].colour,
            offset=(6, 9 if method == "matched" else 0),
        )
    last = rows.x.max()
    axis.set(yscale="log", xlabel="step k of the inner descent", ylabel="f(xₖ) / f(x₀)")
    axis.set_xlim(0, last * 1.3)
    axis.set_xticks(np.unique(np.linspace(0, last, min(int(last), 10) + 1).round()))
    axis.set_ylim(bottom=least / 1e4)
    plotting.label_at_end(
        axis, 0, least, "0 or less than 10⁻⁴⁰", plotting.GREY, offset=(4, -8), fontsize=8
    )
    return figure


def _minimum(measured: pd.DataFrame, scaled: float) -> Figure:
    """Left: the Hessian's spectrum at the end. Right: perturbations that lower L."""
    figure, (spectrum, lower) = plt.subplots(1, 2, figsize=(9.6, 4.0))
    for shift, method in enumerate(METHODS):
        eigenvalues = analysis.relative_spectra(measured, method)
        middle = np.median(eigenvalues, axis=0)
        places = np.arange(1, len(middle) + 1) + 0.25 * (shift - 1)
        look = LOOKS[method].look(ls="", ms=5, zorder=3, label=name(method, scaled))
        ends = eigenvalues.min(axis=0), eigenvalues.max(axis=0)
        plotting.interval_line(spectrum, places, middle, *ends, **look)
        shares = analysis.lower_shares(measured, method)
        dash = (0, (3, 3)) if method == "polyak" else "-"
        lower.plot(shares.index, shares, **LOOKS[method].look(ls=dash))
    spectrum.axhline(0, color=plotting.GREY, lw=1)
    spectrum.set_yscale("symlog", linthresh=1e-3, linscale=0.5)
    marks = [-1, -0.1, -0.01, 0, 0.01, 0.1, 1]
    spectrum.set_yticks(marks, [plotting.number(mark) for mark in marks])
    spectrum.set(
        xlabel="eigenvalue of ∇²L, sorted",
        ylabel="relative to the largest",
        title="curvature at the end, all runs",
    )
    spectrum.set_ylim(-1.5, 1.5)
    spectrum.legend(loc="upper left", fontsize=9)
    spectrum.set_xticks(np.arange(1, len(middle) + 1))
    shares = analysis.lower_shares(measured, "constant")
    plotting.label_at_end(
        lower,
        shares.index[2],
        shares.iloc[2],
        name("constant", scaled),
        LOOKS["constant"].colour,
        offset=(0, 10),
        ha="center",
    )
    both = f"{name('matched', scaled)} and {name('polyak', scaled)}"
    plotting.label_at_end(lower, shares.index[2], 0, both, "black", offset=(0, 10), ha="center")
    lower.set(
        xscale="log",
        xlabel="length of the perturbation of α",
        ylim=(-0.04, 1),
        ylabel="share that lowers L",
        title="random perturbations of the end",
    )
    return figure


def _valley(curves: pd.DataFrame) -> Figure:
    """L over two components of α: a cross of valleys, one along each α_i = 1."""
    figure, axis = plt.subplots(figsize=(5.4, 4.4))
    grid = curves[curves.curve == "valley"].pivot(index="y", columns="x", values="value")
    with np.errstate(divide="ignore"):
        logs = np.log10(grid.to_numpy())
    top = np.ceil(logs.max())
    levels = np.arange(top - 8, top + 1)
    filled = axis.contourf(
        grid.columns, grid.index, np.maximum(logs, levels[0]), levels, cmap="Blues_r"
    )
    figure.colorbar(filled, label="log₁₀ of L / L at the start")
    end = curves[curves.curve == "valley_end"].iloc[0]
    axis.plot(end.x, end.y, "D", ms=7, color=LOOKS["polyak"].colour, mec="white")
    beside = {"offset": (9, -6), "va": "top", "fontsize": 9}
    plotting.label_at_end(axis, end.x, end.y, "end of the run", "black", **beside)
    axis.set(xlabel="the αᵢ that ended at 1", ylabel="the αᵢ that ended next to it")
    axis.set_aspect("equal")
    axis.grid(False)
    return figure
