"""Draw the figures of `finite_differences` from its table."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.finite_differences.plan import DTYPES
from adcost.experiments.finite_differences.summary import Case, Sweeps, bound, sweeps

COLOURS = {
    "forward": plotting.VERMILION,
    "central": plotting.PURPLE,
    "complex_step": plotting.GREEN,
    "reverse_mode": plotting.BLUE,
}
NAMES = {
    "forward": "forward difference",
    "central": "central difference",
    "complex_step": "complex step",
    "reverse_mode": "AD (reverse mode)",
}
DIFFERENCES = ("forward", "central")
BEST = {"forward": "ε* = 2(u|f| / |f″|)$^{1/2}$", "central": "ε* = (3u|f| / |f‴|)$^{1/3}$"}

FORMULAS = {
    "exponential": "eˣ",
    "wave": "sin 64x",
    "reciprocal": "1/x",
    "logarithm": "ln x",
    "cubic": "x³ + x",
}
OF_CURVE = {
    "exponential": (plotting.GREEN, "o"),
    "wave": (plotting.ORANGE, "s"),
    "reciprocal": (plotting.SKY, "^"),
    "logarithm": (plotting.YELLOW, "D"),
    "cubic": (plotting.GREY, "v"),
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    of = sweeps(tables["measurements"])
    with plotting.style():
        plotting.save(_tradeoff(of), folder, "tradeoff")
        plotting.save(_curvature(of), folder, "curvature")
        plotting.save(_attainable(of), folder, "attainable")


def _tradeoff(of: Sweeps) -> Figure:
    """Error against ε for the first curve: every method, the bounds, their best ε; AD as a line."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.8), sharey=True)
    curve = of.curves[0]
    for axis, dtype in zip(axes, DTYPES, strict=True):
        for method in ("complex_step", *DIFFERENCES):
            errors = of.values(Case(method, curve, dtype))
            swept = errors.loc[:, errors.columns > 1e-20]
            axis.fill_between(swept.columns, swept.min(), swept.max(), color=COLOURS[method],
                              alpha=0.25, lw=0)  # fmt: skip
            axis.plot(swept.columns, swept.median(), color=COLOURS[method])
        for method in DIFFERENCES:
            _theory(axis, of, Case(method, curve, dtype))
        line = of.single(Case("reverse_mode", curve, dtype))
        axis.axhline(line, color=COLOURS["reverse_mode"], lw=1.8, ls=(0, (5, 2)))
        axis.set(xscale="log", yscale="log", xlabel="step ε", title=f"{dtype}, {FORMULAS[curve]}")
        axis.set_xticks(10.0 ** np.arange(-18, 3, 4))
        axis.minorticks_off()
    axes[0].set(ylabel="relative error of the derivative (median)", ylim=(1e-18, 1e4))
    _names(axes[0], axes[1], of, curve)
    return figure


def _theory(axis: Axes, of: Sweeps, case: Case) -> None:
    """The bound as a dotted line up to an error of 1, and a mark where it is least."""
    best, error = (of.single(case, f"predicted_{name}") for name in ("epsilon", "error"))
    epsilons = of.typical(case).index.to_numpy(dtype=float)
    line = error * bound(case.method, epsilons / best)
    seen = line <= 1
    axis.plot(epsilons[seen], line[seen], ":", lw=1.2, color=COLOURS[case.method])
    axis.plot(best, error, "D", ms=6, mfc="none", mew=1.4, color=COLOURS[case.method])


def _names(coarse: Axes, fine: Axes, of: Sweeps, curve: str) -> None:
    """Names beside the lines, each in the panel that has room for it."""
    line = of.single(Case("reverse_mode", curve, "float32"))
    coarse.annotate("complex step", (1e-18, line * 5), color=COLOURS["complex_step"], weight="bold")
    coarse.annotate("AD (reverse mode)", (1e-18, line / 5), color=COLOURS["reverse_mode"],
                    weight="bold", va="top")  # fmt: skip
    coarse.annotate("dotted: the bound,\n◇ its least, at ε*", (1e-18, line / 1e3), va="top",
                    fontsize=9, color=plotting.GREY)  # fmt: skip
    for method in DIFFERENCES:
        case = Case(method, curve, "float64")
        best, error = (of.single(case, f"predicted_{name}") for name in ("epsilon", "error"))
        place = {"forward": (best, 1e-1), "central": (best * 8, error)}[method]
        fine.annotate(f"{method}\n{BEST[method]}", place, color=COLOURS[method],
                      ha="center" if method == "forward" else "left",
                      va="top", fontsize=9)  # fmt: skip


def _curvature(of: Sweeps) -> Figure:
    """Errors of all curves: against ε in float64, and in units of the theory in both precisions."""
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 6.6), sharex="col", sharey="col")
    for row, method in zip(axes, DIFFERENCES, strict=True):
        for dtype in DTYPES:
            for case in of.cases(method, dtype):
                errors = of.typical(case)
                best, least = (of.single(case, f"predicted_{n}") for n in ("epsilon", "error"))
                colour, marker = OF_CURVE[case.curve]
                if dtype == "float64":
                    seen = errors[(errors < 1) & (errors.index > 1e-17)]
                    row[0].plot(seen.index, seen, color=colour, lw=1.2)
                    row[0].plot(best, least, "D", ms=6, mfc="none", mew=1.4, color=colour)
                near = errors[np.abs(np.log10(errors.index / best)) < 3.05]
                row[1].plot(near.index / best, near / least, marker, ms=3.2, color=colour,
                            mfc=colour if dtype == "float64" else "none", mew=0.7)  # fmt: skip
        ratio = 10.0 ** np.linspace(-3, 3, 121)
        row[1].plot(ratio, bound(method, ratio), ":", color=plotting.GREY, lw=1.4)
        row[0].set(ylabel=f"{NAMES[method]}:\nrelative error", xscale="log", yscale="log",
                   ylim=(1e-13, 3))  # fmt: skip
        row[1].set(ylabel="error / least bound", xscale="log", yscale="log", ylim=(0.05, 3e3))
        row[1].axvline(1, color=plotting.GREY, lw=0.8)
    axes[0, 0].set_title("each function has its own best ε (◇: bound), float64")
    axes[0, 1].set_title("over the bound's own: one curve, both precisions")
    axes[1, 0].set_xlabel("step ε")
    axes[1, 1].set_xlabel("ε / ε*")
    handles = [
        Line2D([], [], color=OF_CURVE[name][0], marker=OF_CURVE[name][1], ms=4,
                   label=FORMULAS[name])
        for name in of.curves
    ]  # fmt: skip
    axes[1, 0].legend(handles=handles, loc="lower left", fontsize=9)
    axes[0, 1].annotate("bound", (0.97, 0.86), xycoords="axes fraction", ha="right",
                        color=plotting.GREY, fontsize=9)  # fmt: skip
    return figure


def _attainable(of: Sweeps) -> Figure:
    """The least error of every method on every curve, at the ε that is best for it."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.2), sharey=True)
    rows = {curve: len(of.curves) - 1 - place for place, curve in enumerate(of.curves)}
    for axis, dtype in zip(axes, DTYPES, strict=True):
        for method, colour in COLOURS.items():
            for case in of.cases(method, dtype):
                errors = of.values(case)[_best(of, case)]
                height = rows[case.curve] + (0.12 if method == "complex_step" else 0)
                axis.plot([errors.min(), errors.max()], [height] * 2, color=colour, lw=2)
                axis.plot(errors.median(), height, "o", ms=6, color=colour)
        unit = 2.0**-24 if dtype == "float32" else 2.0**-53
        axis.axvline(unit, color=plotting.GREY, lw=1, ls=":")
        axis.annotate("u", (unit, -0.62), xytext=(3, 0), textcoords="offset points",
                      color=plotting.GREY, fontsize=9)  # fmt: skip
        axis.set(xscale="log", xlabel="least relative error (median, range over sets)", title=dtype)
        powers = np.arange(-8, -2) if dtype == "float32" else np.arange(-17, -6, 2)
        axis.set_xticks(10.0**powers)
        axis.minorticks_off()
    axes[0].set_yticks(list(rows.values()), [FORMULAS[curve] for curve in rows])
    axes[0].set_ylim(-0.7, len(rows) + 0.1)
    for method, colour in COLOURS.items():
        case = Case(method, of.curves[0], "float64")
        x = float(of.values(case)[_best(of, case)].median())
        beside = {"reverse_mode": ("AD", 0, 7), "complex_step": ("complex step", -4, 19)}
        name, right, up = beside.get(method, (method, 0, 7))
        axes[1].annotate(name, (x, rows[of.curves[0]]), xytext=(right, up), fontsize=9,
                         textcoords="offset points", color=colour, weight="bold",
                         ha="left" if method == "complex_step" else "center")  # fmt: skip
    return figure


def _best(of: Sweeps, case: Case) -> float:
    """The best ε of a difference; the complex step's smallest, since it has no bottom."""
    return of.typical(case).index[0] if case.method == "complex_step" else of.least(case)[0]
