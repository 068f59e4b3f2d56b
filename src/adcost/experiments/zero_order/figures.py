"""Draw the figures of `zero_order` from its table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.zero_order.plan import CLASSES
from adcost.experiments.zero_order.summary import (
    best_exponent,
    best_steps,
    components,
    errors,
    exponent,
    gap_exponent,
    gaps,
    guarantee,
    medians,
    of_problem,
    rate_exponent,
    swept,
    swept_steps,
    values,
)
from adcost.statistics.intervals import Interval

COLOURS = {
    "gradient_descent": plotting.BLUE,
    "stochastic_gradient": plotting.BLUE,
    "central_differences": plotting.PURPLE,
    "gaussian": plotting.ORANGE,
    "sphere": plotting.ORANGE,
}
FILLS = {"gaussian": plotting.ORANGE, "sphere": "white"}
TITLES = {"smooth": "smooth", "convex": "convex", "strongly_convex": "strongly convex"}
ERRORS = {"smooth": "‖∇f‖²", "convex": "f − f*", "strongly_convex": "‖x − x*‖²"}
DARK = "#444444"


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    drawings = {
        "trajectories": _trajectories,
        "dimension": _dimension,
        "iterations": _iterations,
        "best_step": _best_step,
        "unbiased": _unbiased,
        "stochastic": _stochastic,
    }
    with plotting.style():
        for name, drawing in drawings.items():
            plotting.save(drawing(measured), folder, name)


def _trajectories(measured: pd.DataFrame) -> Figure:
    """Paths over the contours of a quadratic: two points (left), all differences (right)."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.0), sharey=True)
    curvatures = [
        values(measured, "estimator", "quadratic", f"curvature_{axis}").value.iloc[0]
        for axis in "xy"
    ]
    x, y = np.meshgrid(np.linspace(-1.2, 0.35, 120), np.linspace(-0.45, 0.75, 120))
    heights = 0.5 * (curvatures[0] * x**2 + curvatures[1] * y**2)
    for axis in axes:
        axis.contour(x, y, heights, levels=0.5 * np.linspace(0.03, 0.9, 11) ** 2 * 2,
                     colors=plotting.GREY, linewidths=0.5, alpha=0.7)  # fmt: skip
        axis.plot(0, 0, "+", ms=9, mew=1.5, color=DARK)
        axis.grid(False)
        axis.set(xlabel="x₁", aspect="equal", xlim=(-1.2, 0.35), ylim=(-0.45, 0.75))
    axes[0].set_ylabel("x₂")
    left, right = axes
    for run in _runs(measured, "sphere"):
        left.plot(run.x, run.y, "-", lw=0.9, color=COLOURS["sphere"], alpha=0.9)
    (descent,) = _runs(measured, "gradient_descent")
    (central,) = _runs(measured, "central_differences")
    left.plot(descent.x, descent.y, "o-", ms=3.5, lw=1.4, color=COLOURS["gradient_descent"])
    right.plot(descent.x, descent.y, "-", lw=1.4, color=COLOURS["gradient_descent"])
    right.plot(central.x, central.y, "o", ms=7, mfc="none", color=COLOURS["central_differences"])
    each = _evaluations_each(measured)
    left.set_title(f"two-point: {each['sphere']:,} steps of 2 evaluations")
    right.set_title(f"central differences: {each['central_differences']:,} steps of 4 evaluations")
    notes = ((left, "sphere", "two-point, three runs"),
             (right, "central_differences", "central differences"))  # fmt: skip
    for axis, method, name in notes:
        for height, key, text in ((0.13, "gradient_descent", "gradient descent"),
                                  (0.05, method, name)):  # fmt: skip
            axis.text(0.03, height, text, color=COLOURS[key], transform=axis.transAxes, fontsize=9)
    return figure


def _runs(measured: pd.DataFrame, method: str) -> list[pd.DataFrame]:
    rows = measured[(measured.point == "estimator") & (measured.method == method)]
    rows = rows[rows.quantity.isin(["x", "y"])]
    return [
        group.pivot(index="step", columns="quantity", values="value")
        for _, group in rows.groupby("run")
    ]


def _evaluations_each(measured: pd.DataFrame) -> dict[str, int]:
    return {name: len(_runs(measured, name)[0]) - 1 for name in ("sphere", "central_differences")}


def _dimension(measured: pd.DataFrame) -> Figure:
    """Evaluations to the tolerance against n: a panel for each class."""
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.9), sharey=True)
    for axis, kind in zip(axes, CLASSES, strict=True):
        if kind != "smooth":
            expected = medians(measured, kind, "expected_gaussian", "steps").value
            axis.plot(expected.index, 2 * expected, "-", lw=1, color=plotting.GREY)
        for method, marker, size in (("gradient_descent", "o", 4), ("gaussian", "o", 4.5),
                                     ("sphere", "s", 8)):  # fmt: skip
            table = medians(measured, kind, method)
            spread = np.nan_to_num([table.value - table.low, table.high - table.value])
            axis.errorbar(
                table.index, table.value, yerr=spread, fmt=marker, ms=size,
                color=COLOURS[method], mfc="none" if method == "sphere" else COLOURS[method],
            )  # fmt: skip
            if method != "sphere":
                axis.plot(table.index, table.value, "-", lw=0.8, color=COLOURS[method])
        tolerance = of_problem(measured, kind, "tolerance")
        axis.set(xscale="log", yscale="log", xlabel="dimension n")
        axis.set_title(f"{TITLES[kind]}: {ERRORS[kind]} ≤ {plotting.number(tolerance)}")
        slopes = {"gradient_descent": exponent(measured, kind, "gradient_descent", "steps",
                                               shift=0),
                  "gaussian": exponent(measured, kind, "gaussian")}  # fmt: skip
        for method, (x, y), side, name in (
            ("gaussian", (0.06, 0.9), "n + 4", "two-point"),
            ("gradient_descent", (0.06, 0.07), "n", "gradient descent"),
        ):
            axis.text(x, y, f"{name}\nexponent {_read(slopes[method])} in {side}", va="center",
                      transform=axis.transAxes, color=COLOURS[method], fontsize=8.5)  # fmt: skip
        _ticks(axis, medians(measured, kind, "gaussian").index)
    axes[0].set_ylabel("evaluations of f (median, 95 %)")
    axes[0].set_ylim(bottom=2)
    axes[2].legend(
        handles=[
            Line2D([], [], ls="", marker="o", color=plotting.ORANGE, label="Gaussian"),
            Line2D([], [], ls="", marker="s", ms=8, mfc="none", color=plotting.ORANGE,
                   label="sphere"),
            Line2D([], [], lw=1, color=plotting.GREY, label="expected, exactly"),
        ],
        loc="center right", fontsize=8, bbox_to_anchor=(1.0, 0.42),
    )  # fmt: skip
    return figure


def _read(found: Interval) -> str:
    return plotting.fixed(found.value)


def _ticks(axis: Axes, marks: Sequence[int]) -> None:
    kept = [n for n in marks][:: 1 if len(marks) <= 5 else 2]
    axis.set_xticks(kept, [f"{n:,}" for n in kept])
    axis.minorticks_off()


def _iterations(measured: pd.DataFrame) -> Figure:
    """Error against the step: parallel lines, and the guarantee above each."""
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.9))
    for axis, kind in zip(axes, CLASSES, strict=True):
        condition = of_problem(measured, kind, "condition")
        for method in ("gradient_descent", "gaussian"):
            table = errors(measured, kind, method)
            n = int(values(measured, kind, method, "error").dimension.iloc[0])
            ratio = 4 * (n + 4) if method == "gaussian" and kind == "strongly_convex" else 1
            k, mean = table.index.to_numpy(dtype=float), table.mean(axis=1)
            colour = COLOURS[method]
            if table.shape[1] > 1:
                low, high = table.quantile(0.05, axis=1), table.quantile(0.95, axis=1)
                axis.fill_between(k / ratio, low, high, color=colour, alpha=0.25, lw=0)
            axis.plot(k / ratio, mean, "-", lw=1.6, color=colour)
            bound = guarantee(kind, method, k, n, condition)
            axis.plot(k / ratio, bound, ":", lw=1.4, color=colour)
            if kind != "strongly_convex":
                found = rate_exponent(measured, kind, method)
                name = "gradient\ndescent" if method == "gradient_descent" else "two-point"
                axis.annotate(f"{name}\n{_read(found)}",
                              (k[0], np.sqrt(mean.iloc[0] * mean.iloc[-1])), xytext=(-1, -2),
                              textcoords="offset points", color=colour, fontsize=8,
                              ha="right")  # fmt: skip
        axis.set(yscale="log", ylabel=ERRORS[kind], title=TITLES[kind])
        if kind == "strongly_convex":
            axis.set_xlabel("steps k; two-point: k/(4(n + 4))")
            for height, method, name in ((0.13, "gradient_descent", "gradient descent"),
                                         (0.05, "gaussian", "two-point")):  # fmt: skip
                axis.text(0.04, height, name, transform=axis.transAxes, color=COLOURS[method],
                          fontsize=8.5)  # fmt: skip
        else:
            axis.set(xscale="log", xlabel="steps k", xlim=(0.2, None))
    axes[0].text(0.56, 0.97, "dotted:\nguaranteed", transform=axes[0].transAxes, color=DARK,
                 fontsize=8, ha="center", va="top")  # fmt: skip
    return figure


def _best_step(measured: pd.DataFrame) -> Figure:
    """What every step of the sweep costs in the highest dimension; and the best one's cost in n."""
    figure, (sweep, costs) = plt.subplots(1, 2, figsize=(9.6, 3.9))
    marks = (("smooth", plotting.BLUE, "^"), ("convex", plotting.GREEN, "o"),
             ("strongly_convex", plotting.PURPLE, "s"))  # fmt: skip
    for place, (kind, colour, marker) in enumerate(marks):
        table, best = swept_steps(measured, kind), best_steps(measured, kind)
        for n, row in table.iterrows():
            tried = row[np.isfinite(row)]
            last = n == table.index[-1]
            sweep.plot(tried.index, tried / best.value[n], marker + "-", color=colour, ms=4,
                       lw=1.2 if last else 0.5, alpha=1 if last else 0.35)  # fmt: skip
        theory = medians(measured, kind, "gaussian").value
        costs.plot(theory.index, theory, "--", color=colour, lw=1)
        costs.plot(best.index, best.value, marker + "-", color=colour, ms=4.5, lw=1.2)
        found = best_exponent(measured, kind)
        text = plotting.interval(found.value, found.low, found.high)
        costs.text(0.98, 0.19 - 0.08 * place, f"{TITLES[kind]}: exponent {text}",
                   transform=costs.transAxes, color=colour, fontsize=8, ha="right")  # fmt: skip
    sweep.text(0.97, 0.95, "strong lines: the highest n", transform=sweep.transAxes, color=DARK,
               fontsize=8, ha="right", va="top")  # fmt: skip
    costs.text(0.04, 0.93, "dashed: the theory’s step", transform=costs.transAxes, color=DARK,
               fontsize=8)  # fmt: skip
    sweep.set(xscale="log", yscale="log", xlabel="step / theory’s step, 1/(4(n + 4)L)",
              ylabel="evaluations / least evaluations", title="fixed steps")  # fmt: skip
    costs.set(xscale="log", yscale="log", xlabel="dimension n", title="what the best step costs")
    costs.set_ylabel("evaluations of f to the tolerance")
    _ticks(costs, [int(n) for n in best.index])
    return figure


def _unbiased(measured: pd.DataFrame) -> Figure:
    """The estimate's part along the gradient: with the factor, without it, and closely."""
    figure, (whole, near) = plt.subplots(1, 2, figsize=(9.6, 3.6))
    table = components(measured, "along_gradient")
    tolerance = 1 / (table.dimension.max() + 2)
    for method, shift, name in (("gaussian", 0.94, "Gaussian"), ("sphere", 1.06, "sphere")):
        rows = table[table.method == method]
        for axis in (whole, near):
            axis.errorbar(
                rows.dimension * shift, rows.value, fmt="o" if method == "gaussian" else "s",
                yerr=[rows.value - rows.low, rows.high - rows.value], color=COLOURS[method],
                mfc=COLOURS[method] if method == "gaussian" else "none", label=name,
                ms=5 if method == "gaussian" else 7,
            )  # fmt: skip
    sphere = table[table.method == "sphere"]
    whole.plot(sphere.dimension, sphere.value / sphere.dimension, "x--", lw=1, ms=7, mew=1.6,
               color=plotting.VERMILION)  # fmt: skip
    whole.annotate("sphere, without the factor d: 1/d",
                   (sphere.dimension.iloc[1], 1 / sphere.dimension.iloc[1]), xytext=(0, 12),
                   textcoords="offset points", color=plotting.VERMILION, fontsize=8.5)  # fmt: skip
    near.axhspan(1 - tolerance, 1 + tolerance, color=plotting.GREY, alpha=0.15, lw=0)
    near.axhline(1, color=plotting.GREY, lw=1)
    for axis in (whole, near):
        axis.set(xscale="log", xlabel="dimension d")
        _ticks(axis, sorted(table.dimension.unique()))
        least, most = table.dimension.min(), table.dimension.max()
        axis.set_xlim(least / 1.4, most * 1.4)
    whole.set(ylabel="⟨mean of G, ∇f⟩ / ‖∇f‖²", ylim=(0, 1.1))
    near.set(title="the same, closely (band: what is allowed)")
    near.set_ylim(1 - 1.3 * tolerance, 1 + 1.3 * tolerance)
    near.legend(fontsize=8.5, ncols=2, loc="lower right")
    return figure


def _stochastic(measured: pd.DataFrame) -> Figure:
    """The noisy problem's gap against n at one budget, and against the budget in one dimension."""
    figure, (by_n, by_k) = plt.subplots(1, 2, figsize=(9.6, 3.9), sharey=True)
    for method, name in (("sphere", "two-point"), ("stochastic_gradient", "stochastic gradient")):
        for axis, over in ((by_n, "dimension"), (by_k, "step")):
            table = swept(gaps(measured, method), over)
            axis.plot(table[over], table.expected, "-", lw=1, color=plotting.GREY)
            axis.errorbar(table[over], table.value, fmt="o", color=COLOURS[method],
                          yerr=[table.value - table.low, table.high - table.value])  # fmt: skip
            found = gap_exponent(measured, method, over)
            middle = len(table) // 2
            place = (table[over].iloc[middle], table.value.iloc[middle])
            above = method == "sphere" or over == "dimension"
            axis.annotate(
                f"{name}\nexponent {_read(found)}", place,
                xytext=(0, 16 if above else -12), textcoords="offset points", fontsize=8.5,
                va="bottom" if above else "top",
                ha="right" if (method == "sphere") == (over == "dimension") else "left",
                color=COLOURS[method],
            )  # fmt: skip
            other = "step" if over == "dimension" else "dimension"
            fixed = table[other].iloc[0]
            axis.set_title(f"{'k' if other == 'step' else 'n'} = {fixed:,}")
    by_n.set(xscale="log", yscale="log", xlabel="dimension n",
             ylabel="f(xₖ) − f* (mean, 95 %)")  # fmt: skip
    by_k.set(xscale="log", xlabel="steps k")
    _ticks(by_n, sorted(swept(gaps(measured, "sphere"), "dimension").dimension))
    _ticks(by_k, sorted(swept(gaps(measured, "sphere"), "step").step))
    by_k.text(0.97, 0.93, "grey: expected, exactly", transform=by_k.transAxes, ha="right",
              fontsize=8.5, color=DARK)  # fmt: skip
    return figure
