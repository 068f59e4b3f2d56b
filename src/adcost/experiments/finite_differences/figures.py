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
from adcost.experiments.finite_differences.analysis import Case, Sweeps, bound, sweeps
from adcost.experiments.finite_differences.plan import DTYPES
from adcost.palette import METHODS
from adcost.roundoff import unit_roundoff

LOOKS = {
    "forward": METHODS["forward_differences"],
    "central": METHODS["central_differences"],
    "complex_step": METHODS["complex_step"],
    "reverse_mode": METHODS["reverse_mode"],
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
    plotting.draw_all(folder, of, tradeoff=_tradeoff, curvature=_curvature, attainable=_attainable)


def _tradeoff(of: Sweeps) -> Figure:
    """Error against ε for the first curve: every method, the bounds, their best ε; AD as a line."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.8), sharey=True)
    curve = of.curves[0]
    for axis, dtype in zip(axes, DTYPES, strict=True):
        for method in ("complex_step", *DIFFERENCES):
            errors = of.values(Case(method, curve, dtype))
            swept = errors.loc[:, errors.columns > 1e-20]
            band = {"color": LOOKS[method].colour, "alpha": 0.25, "lw": 0}
            axis.fill_between(swept.columns, swept.min(), swept.max(), **band)
            axis.plot(swept.columns, swept.median(), **LOOKS[method].look(marker=""))
        for method in DIFFERENCES:
            _theory(axis, of, Case(method, curve, dtype))
        line = of.single(Case("reverse_mode", curve, dtype))
        axis.axhline(line, color=LOOKS["reverse_mode"].colour, ls=(0, (5, 2)))
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
    axis.plot(epsilons[seen], line[seen], ":", lw=1.2, color=LOOKS[case.method].colour)
    axis.plot(best, error, "D", ms=6, mfc="none", mew=1.4, color=LOOKS[case.method].colour)


def _names(coarse: Axes, fine: Axes, of: Sweeps, curve: str) -> None:
    """Names beside the lines, each in the panel that has room for it."""
    line = of.single(Case("reverse_mode", curve, "float32"))
    for method, height, side in (("complex_step", 5, "baseline"), ("reverse_mode", 1 / 5, "top")):
        look = LOOKS[method]
        bold = {"color": look.colour, "weight": "bold", "va": side}
        coarse.annotate(look.name, (1e-18, line * height), **bold)
    said = "dotted: the bound,\n◇ its least, at ε*"
    coarse.annotate(said, (1e-18, line / 1e3), va="top", fontsize=9, color=plotting.GREY)
    for method in DIFFERENCES:
        case = Case(method, curve, "float64")
        best, error = (of.single(case, f"predicted_{name}") for name in ("epsilon", "error"))
        place = {"forward": (best, 1e-1), "central": (best * 8, error)}[method]
        side = "center" if method == "forward" else "left"
        text = f"{LOOKS[method].name}\n{BEST[method]}"
        fine.annotate(text, place, color=LOOKS[method].colour, ha=side, va="top", fontsize=9)


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
                face = colour if dtype == "float64" else "none"
                mark = {"ms": 3.2, "color": colour, "mfc": face, "mew": 0.7}
                row[1].plot(near.index / best, near / least, marker, **mark)
        ratio = 10.0 ** np.linspace(-3, 3, 121)
        row[1].plot(ratio, bound(method, ratio), ":", color=plotting.GREY, lw=1.4)
        row[0].set(xscale="log", yscale="log", ylim=(1e-13, 3))
        row[0].set_ylabel(f"{LOOKS[method].name}:\nrelative error")
        row[1].set(ylabel="error / least bound", xscale="log", yscale="log", ylim=(0.05, 3e3))
        row[1].axvline(1, color=plotting.GREY, lw=0.8)
    axes[0, 0].set_title("each function has its own best ε (◇: bound), float64")
    axes[0, 1].set_title("over the bound's own: one curve, both precisions")
    axes[1, 0].set_xlabel("step ε")
    axes[1, 1].set_xlabel("ε / ε*")
    looks = {FORMULAS[name]: OF_CURVE[name] for name in of.curves}
    handles = [
        Line2D([], [], color=colour, marker=marker, ms=4, label=formula)
        for formula, (colour, marker) in looks.items()
    ]
    axes[1, 0].legend(handles=handles, loc="lower left", fontsize=9)
    plotting.note(axes[0, 1], 0.97, 0.86, "bound", plotting.GREY, ha="right", fontsize=9)
    return figure


def _attainable(of: Sweeps) -> Figure:
    """The least error of every method on every curve, at the ε that is best for it."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.2), sharey=True)
    rows = {curve: len(of.curves) - 1 - place for place, curve in enumerate(of.curves)}
    for axis, dtype in zip(axes, DTYPES, strict=True):
        for method, look in LOOKS.items():
            for case in of.cases(method, dtype):
                errors = of.values(case)[_best(of, case)]
                height = rows[case.curve] + (0.12 if method == "complex_step" else 0)
                axis.plot([errors.min(), errors.max()], [height] * 2, color=look.colour, lw=2)
                axis.plot(errors.median(), height, **look.look(ms=6))
        unit = unit_roundoff(dtype)
        axis.axvline(unit, color=plotting.GREY, lw=1, ls=":")
        plotting.label_at_end(axis, unit, -0.62, "u", plotting.GREY, offset=(3, 0), fontsize=9)
        axis.set(xscale="log", xlabel="least relative error (median, range over sets)", title=dtype)
        powers = np.arange(-8, -2) if dtype == "float32" else np.arange(-17, -6, 2)
        axis.set_xticks(10.0**powers)
        axis.minorticks_off()
    axes[0].set_yticks(list(rows.values()), [FORMULAS[curve] for curve in rows])
    axes[0].set_ylim(-0.7, len(rows) + 0.3)
    beside = {"reverse_mode": (-10, 7, "left"), "complex_step": (-16, 19, "left")}
    beside |= {"central": (0, 7, "center"), "forward": (0, 19, "center")}
    for method, (right, up, side) in beside.items():
        case, look = Case(method, of.curves[0], "float64"), LOOKS[method]
        x = float(of.values(case)[_best(of, case)].median())
        place = {"offset": (right, up), "va": "baseline", "ha": side, "weight": "bold"}
        plotting.label_at_end(axes[1], x, rows[of.curves[0]], look.name, look.colour, **place)
    return figure


def _best(of: Sweeps, case: Case) -> float:
    """The best ε of a difference; the complex step's smallest, since it has no bottom."""
    return of.typical(case).index[0] if case.method == "complex_step" else of.least(case)[0]
