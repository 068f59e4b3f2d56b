"""Draw the figures of `stepsizes` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.stepsizes.plan import STABLE
from adcost.experiments.stepsizes.summary import (
    conditioned,
    conserved_end,
    guaranteed,
    lower_shares,
    of_runs,
    relative_spectra,
    sweep,
    values,
    vectors,
)

COLOURS = {
    "start": plotting.GREY,
    "constant": plotting.BLUE,
    "matched": plotting.GREEN,
    "polyak": plotting.VERMILION,
    "learned": plotting.BLUE,
    "chebyshev": plotting.ORANGE,
    "equal": plotting.SKY,
    "krylov": plotting.GREY,
}
METHODS = ("constant", "matched", "polyak")
SHOWN = 0
"""The run of the figures that show one."""

FLOOR = 1e-60
"""Where a loss of exactly zero is drawn on a logarithmic axis."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured, curves = tables["measurements"], tables["curves"]
    with plotting.style():
        plotting.save(_gradient(measured), folder, "gradient")
        plotting.save(_learning(measured, curves), folder, "learning")
        plotting.save(_steps(measured), folder, "steps")
        plotting.save(_descent(measured, curves), folder, "descent")
        plotting.save(_minimum(measured), folder, "minimum")
        plotting.save(_valley(curves), folder, "valley")
        plotting.save(_stability(measured), folder, "stability")
        plotting.save(_chebyshev(measured, curves), folder, "chebyshev")


def name(method: str, measured: pd.DataFrame) -> str:
    """A method as a reader calls it."""
    scaled = of_runs(measured, "start", "beta_curvature").iloc[0]
    return {
        "start": "before learning",
        "constant": f"β = {scaled:g}/C",
        "matched": "β = 1/C",
        "polyak": "Polyak's step",
        "learned": "learned",
        "chebyshev": "Chebyshev",
        "equal": "equal steps",
        "krylov": "least possible",
    }[method]


def _text(axis: Axes, x: float, y: float, text: str, colour: str, **options: object) -> None:
    """A label in a line's colour, a few points beside (x, y)."""
    options = {"xytext": (6, 0), "va": "center", "fontsize": 9, **options}
    axis.annotate(text, (x, y), textcoords="offset points", color=colour, **options)


def _gradient(measured: pd.DataFrame) -> Figure:
    """Relative error of the gradient against how near to 1 one α_i is, with rounding's share."""
    figure, axis = plt.subplots()
    error = values(measured, "homework", "gradient", "gradient_error")
    unit = values(measured, "homework", "gradient", "gradient_rounding").value.to_numpy()
    inside = (error["at"] > 0).to_numpy()
    distance, unit = error["at"].to_numpy()[inside], unit[inside]
    axis.plot(distance, np.maximum(error.value.to_numpy()[inside], 1e-17), "o",
              color=COLOURS["constant"], mfc="none")  # fmt: skip
    order = np.argsort(distance, kind="stable")
    axis.plot(distance[order], 2 * unit[order], "--", color=plotting.GREY, lw=1.2)
    _text(axis, 1, 2 * unit[distance == 1].max(), "bound on rounding", plotting.GREY,
          xytext=(-2, 16))  # fmt: skip
    axis.set(xscale="log", yscale="log", xlabel="|1 − αᵢ| of one component (1: all are random)",
             ylabel="largest relative error of ∂L/∂α")  # fmt: skip
    axis.invert_xaxis()
    return figure


def _learning(measured: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """L/L_0 against the step: every run of each method, and what theory guarantees."""
    figure, axis = plt.subplots(figsize=(6.4, 4.4))
    rows = curves[(curves.curve == "learning") & (curves.point == "homework")]
    for method in METHODS:
        for _, run in rows[rows.method == method].groupby("run"):
            axis.plot(run.x + 1, run.value.clip(lower=FLOOR), lw=0.7, alpha=0.6,
                      color=COLOURS[method])  # fmt: skip
        middle = rows[rows.method == method].groupby("x").value.median().clip(lower=FLOOR)
        if method == "matched":
            x, y = middle.index[1], np.sqrt(middle.iloc[0] * middle.iloc[1])
        else:
            place = -1 if method == "constant" else len(middle) // 2
            x, y = middle.index[place], middle.iloc[place]
        _text(axis, x + 1, y, name(method, measured), COLOURS[method])
    steps = rows[rows.method == "constant"].x.drop_duplicates().sort_values().to_numpy()
    if of_runs(measured, "start", "beta_curvature").iloc[0] <= 1:
        bound = np.median(guaranteed(measured, steps), axis=0)
        axis.plot(steps + 1, bound, "--", color=plotting.GREY, lw=1.4)
        _text(axis, steps[len(steps) // 2] + 1, bound[len(steps) // 2], "guaranteed",
              plotting.GREY, xytext=(0, 10))  # fmt: skip
    axis.set(xscale="log", yscale="log", xlabel="steps on α, plus one", ylabel="L / L at the start")
    axis.set_xlim(0.9, 8 * (steps.max() + 1))
    axis.set_yticks([10.0**power for power in range(-60, 1, 10)])
    axis.minorticks_off()
    axis.set_ylim(bottom=FLOOR / 1e5)
    if (rows.value <= FLOOR).any():
        _text(axis, 1, FLOOR, "exactly 0", plotting.GREY, xytext=(0, -8), fontsize=8)
    return figure


def _steps(measured: pd.DataFrame) -> Figure:
    """α before and after, component by component, in order of α_0; one run."""
    figure, axis = plt.subplots()
    start = vectors(measured, "start", "alpha")
    order = np.argsort(start[SHOWN], kind="stable")
    places = np.arange(1, len(order) + 1)
    markers = {"start": "o", "constant": "s", "matched": "^", "polyak": "D"}
    for method, marker in markers.items():
        alpha = vectors(measured, method, "alpha")[SHOWN, order]
        axis.plot(places, alpha, marker, color=COLOURS[method], ms=5.5,
                  mfc="none" if method == "start" else None)  # fmt: skip
        shift = {"polyak": -5, "matched": 5}.get(method, 0)
        _text(axis, places[-1], alpha[-1], name(method, measured), COLOURS[method],
              xytext=(9, shift))  # fmt: skip
    predicted = conserved_end(start)[SHOWN, order]
    axis.plot(places, predicted, "_", ms=15, color=plotting.GREY, mew=1.5)
    _text(axis, places[0], predicted[0], "predicted for small steps", plotting.GREY,
          xytext=(-6, -12), fontsize=8.5)  # fmt: skip
    axis.axhline(1, color=plotting.GREY, lw=1, ls=":")
    axis.set(xlabel="component, in the order of its start", ylabel="step size α")
    axis.set_xlim(0.5, len(order) * 1.3)
    axis.set_xticks(places)
    return figure


def _descent(measured: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """f(x_k)/f(x_0) along the inner descent, before and after learning; one run in bold."""
    figure, axis = plt.subplots()
    rows = curves[curves.curve == "descent"]
    least = 1e-40
    for method in ("start", *METHODS):
        for run, line in rows[rows.method == method].groupby("run"):
            own = {"lw": 1.8} if run == SHOWN else {"lw": 0.5, "alpha": 0.4}
            axis.plot(line.x, line.value.clip(lower=least), color=COLOURS[method], **own)
        shown = rows[(rows.method == method) & (rows.run == SHOWN)].sort_values("x")
        _text(axis, shown.x.iloc[-1], max(shown.value.iloc[-1], least), name(method, measured),
              COLOURS[method], xytext=(6, 9 if method == "matched" else 0))  # fmt: skip
    last = rows.x.max()
    axis.set(yscale="log", xlabel="step k of the inner descent", ylabel="f(xₖ) / f(x₀)")
    axis.set_xlim(0, last * 1.3)
    axis.set_xticks(np.unique(np.linspace(0, last, min(int(last), 10) + 1).round()))
    axis.set_ylim(bottom=least / 1e4)
    _text(axis, 0, least, "0 or less than 10⁻⁴⁰", plotting.GREY, xytext=(4, -8), fontsize=8)
    return figure


def _minimum(measured: pd.DataFrame) -> Figure:
    """Left: the Hessian's spectrum at the end. Right: perturbations that lower L."""
    figure, (spectrum, lower) = plt.subplots(1, 2, figsize=(9.6, 4.0))
    markers = {"constant": "s", "matched": "^", "polyak": "D"}
    for shift, method in enumerate(METHODS):
        eigenvalues = relative_spectra(measured, method)
        middle = np.median(eigenvalues, axis=0)
        spread = np.abs([eigenvalues.min(0), eigenvalues.max(0)] - middle)
        places = np.arange(1, len(middle) + 1) + 0.25 * (shift - 1)
        spectrum.errorbar(places, middle, yerr=spread, fmt=markers[method], ms=5, zorder=3,
                          color=COLOURS[method], label=name(method, measured))  # fmt: skip
        shares = lower_shares(measured, method)
        dash = (0, (3, 3)) if method == "polyak" else "-"
        lower.plot(shares.index, shares, marker="o", ls=dash, color=COLOURS[method])
    spectrum.axhline(0, color=plotting.GREY, lw=1)
    spectrum.set_yscale("symlog", linthresh=1e-3, linscale=0.5)
    spectrum.set_yticks([-1, -0.1, -0.01, 0, 0.01, 0.1, 1])
    spectrum.set_yticklabels(["−1", "−0.1", "−0.01", "0", "0.01", "0.1", "1"])
    spectrum.set(xlabel="eigenvalue of ∇²L, sorted", ylabel="relative to the largest",
                 title="curvature at the end, all runs")  # fmt: skip
    spectrum.set_ylim(-1.5, 1.5)
    spectrum.legend(loc="upper left", fontsize=9)
    spectrum.set_xticks(np.arange(1, len(middle) + 1))
    shares = lower_shares(measured, "constant")
    _text(lower, shares.index[2], shares.iloc[2], name("constant", measured), COLOURS["constant"],
          xytext=(0, 10), ha="center")  # fmt: skip
    both = f"{name('matched', measured)} and {name('polyak', measured)}"
    _text(lower, shares.index[2], 0, both, COLOURS["polyak"], xytext=(0, 10), ha="center")
    lower.set(xscale="log", xlabel="length of the perturbation of α", ylim=(-0.04, 1),
              ylabel="share that lowers L", title="random perturbations of the end")  # fmt: skip
    return figure


def _valley(curves: pd.DataFrame) -> Figure:
    """L over two components of α: a cross of valleys, one along each α_i = 1."""
    figure, axis = plt.subplots(figsize=(5.4, 4.4))
    grid = curves[curves.curve == "valley"].pivot(index="y", columns="x", values="value")
    with np.errstate(divide="ignore"):
        logs = np.log10(grid.to_numpy())
    top = np.ceil(logs.max())
    levels = np.arange(top - 8, top + 1)
    filled = axis.contourf(grid.columns, grid.index, np.maximum(logs, levels[0]), levels,
                           cmap="Blues_r")  # fmt: skip
    figure.colorbar(filled, label="log₁₀ of L / L at the start")
    end = curves[curves.curve == "valley_end"].iloc[0]
    axis.plot(end.x, end.y, "D", ms=7, color=COLOURS["polyak"], mec="white")
    axis.annotate("end of the run", (end.x, end.y), xytext=(9, -6), va="top", color="black",
                  textcoords="offset points", fontsize=9)  # fmt: skip
    axis.set(xlabel="the αᵢ that ended at 1", ylabel="the αᵢ that ended next to it")
    axis.set_aspect("equal")
    axis.grid(False)
    return figure


def _stability(measured: pd.DataFrame) -> Figure:
    """The end of every run against βC: a dip at 1, a wall at 2; divergence with its step."""
    figure, axis = plt.subplots(figsize=(6.4, 4.2))
    table = sweep(measured)
    held = table[table.diverged == 0]
    axis.plot(held["at"], held.loss_ratio.clip(lower=1e-40), "o", ms=3, mfc="none", mew=0.8,
              color=COLOURS["constant"])  # fmt: skip
    zeros = held[held.loss_ratio < 1e-40]
    if len(zeros):
        _text(axis, zeros["at"].iloc[0], 1e-40, "βC = 1: 0 but for rounding", plotting.GREY,
              xytext=(8, 0), fontsize=8.5)  # fmt: skip
    left = table[table.diverged == 1]
    axis.plot(left["at"], np.full(len(left), 1e3), "x", ms=4, color=COLOURS["polyak"])
    written = None
    for scaled, group in left.groupby("at"):
        ends = int(group.diverged_at.min()), int(group.diverged_at.max())
        if ends != written:
            text = f"{ends[0]}" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"
            _text(axis, scaled, 1e3, text, COLOURS["polyak"], xytext=(0, 10), ha="center",
                  fontsize=8)  # fmt: skip
        written = ends
    ratio = of_runs(measured, "start", "curvature_ratio", "sweep").max()
    axis.axvspan(STABLE, STABLE * ratio, color=plotting.GREY, alpha=0.15, lw=0)
    axis.axvline(STABLE, color=plotting.GREY, lw=1, ls=":")
    axis.annotate("every step\ngoes down", (STABLE, 0.45), xycoords=("data", "axes fraction"),
                  xytext=(-6, 0), textcoords="offset points", ha="right", fontsize=9,
                  color=plotting.GREY)  # fmt: skip
    axis.annotate("diverged;\nabove, after how\nmany steps", (0.99, 0.82),
                  xycoords="axes fraction", ha="right", va="top", fontsize=9,
                  color=COLOURS["polyak"])  # fmt: skip
    steps = int(of_runs(measured, "start", "steps", "sweep").iloc[0])
    axis.set(yscale="log", xlabel="βC: the constant step β times the largest curvature C",
             ylabel=f"L / L at the start, after {steps} steps")  # fmt: skip
    axis.set_ylim(1e-42, 1e8)
    return figure


def _chebyshev(measured: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Left: what is left of each direction. Right: f(x_T) for each κ, all starts."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0))
    rows = curves[curves.curve == "contraction"]
    conditions = np.sort(rows.y.unique())
    shown = conditions[len(conditions) // 2]
    for method in ("equal", "chebyshev", "learned"):
        line = rows[(rows.y == shown) & (rows.method == method)].sort_values("x")
        left.plot(line.x, line.value, color=COLOURS[method], label=name(method, measured))
    top = rows[rows.y == shown].value.max()
    left.set(
        xscale="log",
        yscale="log",
        xlabel="eigenvalue λ",
        ylim=(1e-8 * top, 20 * top),
        ylabel="p(λ)², what T steps leave of f",
        title=f"one start, κ = {shown:g}",
    )
    left.legend(loc="lower left", fontsize=9)  # fmt: skip
    ratio = conditioned(measured, "loss_ratio")
    for method, marker in (("equal", "v"), ("chebyshev", "s"), ("learned", "o"), ("krylov", "_")):
        groups = ratio[method].groupby("at")
        middle = groups.median()
        spread = [middle - groups.min(), groups.max() - middle]
        if method == "krylov":
            right.plot(middle.index, middle, marker, ms=18, mew=1.5, color=COLOURS[method])
        else:
            right.errorbar(middle.index, middle, yerr=spread, fmt=f"{marker}-", lw=1,
                           color=COLOURS[method], mfc="none")  # fmt: skip
        offset = {"krylov": -9, "learned": 5, "equal": -4, "chebyshev": 4}[method]
        _text(right, middle.index[-1], middle.iloc[-1], name(method, measured), COLOURS[method],
              xytext=(12, offset), fontsize=8.5)  # fmt: skip
    right.set(xscale="log", yscale="log", title="all starts, median and range")
    right.set(xlabel="condition number κ", ylabel=r"f($\mathregular{x_T}$) / f(x₀)")
    right.set_xlim(conditions.min() / 1.5, conditions.max() * max(8.0, conditions.max() ** 0.3))
    return figure
