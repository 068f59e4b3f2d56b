"""Draw the figures of `zero_order` from its table."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.zero_order.analysis import (
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
from adcost.experiments.zero_order.plan import CLASSES
from adcost.palette import DARK, METHODS
from adcost.statistics.intervals import Interval

LOOKS = {
    method: METHODS[method]
    for method in ("gradient_descent", "stochastic_gradient", "central_differences", "two_point")
}
KINDS = {kind: METHODS[kind] for kind in ("gaussian", "sphere")}
"""Two-point by the distribution of its directions; both have the colour of two-point."""

TITLES = {"smooth": "smooth", "convex": "convex", "strongly_convex": "strongly convex"}
ERRORS = {"smooth": "‖∇f‖²", "convex": "f − f*", "strongly_convex": "‖x − x*‖²"}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured, points = tables["measurements"], tables["points"]
    plotting.draw_all(
        folder,
        measured,
        trajectories=_trajectories,
        dimension=partial(_dimension, points=points),
        iterations=partial(_iterations, points=points),
        best_step=_best_step,
        unbiased=_unbiased,
        stochastic=_stochastic,
    )


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
        levels = np.linspace(0.03, 0.9, 11) ** 2
        thin = {"colors": plotting.GREY, "linewidths": 0.5, "alpha": 0.7}
        axis.contour(x, y, heights, levels=levels, **thin)
        axis.plot(0, 0, "+", ms=9, mew=1.5, color=DARK)
        axis.grid(False)
        axis.set(xlabel="x₁", aspect="equal", xlim=(-1.2, 0.35), ylim=(-0.45, 0.75))
    axes[0].set_ylabel("x₂")
    left, right = axes
    for run in _runs(measured, "sphere"):
        left.plot(run.x, run.y, "-", lw=0.9, color=LOOKS["two_point"].colour, alpha=0.9)
    (descent,) = _runs(measured, "gradient_descent")
    (central,) = _runs(measured, "central_differences")
    left.plot(descent.x, descent.y, **LOOKS["gradient_descent"].look(ms=3.5, lw=1.4))
    right.plot(descent.x, descent.y, **LOOKS["gradient_descent"].look(marker="", lw=1.4))
    rings = LOOKS["central_differences"].look(ls="", ms=7, mfc="none")
    right.plot(central.x, central.y, **rings)
    each = _evaluations_each(measured)
    left.set_title(f"two-point: {each['sphere']:,} steps of 2 evaluations")
    right.set_title(f"central differences: {each['central_differences']:,} steps of 4 evaluations")
    notes = ((left, "two_point", ", three runs"), (right, "central_differences", ""))
    for axis, method, more in notes:
        for height, key, text in ((0.13, "gradient_descent", ""), (0.05, method, more)):
            said = LOOKS[key].name + text
            plotting.note(axis, 0.03, height, said, LOOKS[key].colour, fontsize=9)
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


def _dimension(measured: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Evaluations to the tolerance against n: a panel for each class."""
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.9), sharey=True)
    for axis, kind in zip(axes, CLASSES, strict=True):
        if kind != "smooth":
            expected = medians(measured, kind, "expected_gaussian", "steps").value
            axis.plot(expected.index, 2 * expected, "-", lw=1, color=plotting.GREY)
        looks = {"gradient_descent": LOOKS["gradient_descent"], **KINDS}
        for method, look in looks.items():
            table = medians(measured, kind, method)
            face = {"mfc": "none", "ms": 8} if method == "sphere" else {"ms": 4.5}
            mark = look.look(ls="", **face)
            plotting.interval_line(axis, table.index, table.value, table.low, table.high, **mark)
            if method != "sphere":
                axis.plot(table.index, table.value, "-", lw=0.8, color=look.colour)
        tolerance = of_problem(points, kind, "tolerance")
        axis.set(xscale="log", yscale="log", xlabel="dimension n")
        axis.set_title(f"{TITLES[kind]}: {ERRORS[kind]} ≤ {plotting.number(tolerance)}")
        steps = exponent(measured, kind, "gradient_descent", "steps", shift=0)
        evaluations = exponent(measured, kind, "gaussian")
        for key, slope, height, side in (
            ("two_point", evaluations, 0.9, "n + 4"),
            ("gradient_descent", steps, 0.07, "n"),
        ):
            said = f"{LOOKS[key].name}\nexponent {_read(slope)} in {side}"
            plotting.note(axis, 0.06, height, said, LOOKS[key].colour, va="center")
        plotting.ticks(axis, "x", medians(measured, kind, "gaussian").index)
    axes[0].set_ylabel("evaluations of f (median, 95 %)")
    axes[0].set_ylim(bottom=2)
    sphere = KINDS["sphere"].look(ls="", ms=8, mfc="none")
    handles = [
        Line2D([], [], **KINDS["gaussian"].look(ls="")),
        Line2D([], [], **sphere),
        Line2D([], [], lw=1, color=plotting.GREY, label="expected, exactly"),
    ]
    place = {"loc": "center right", "bbox_to_anchor": (1.0, 0.42)}
    axes[2].legend(handles=handles, fontsize=8, **place)
    return figure


def _read(found: Interval) -> str:
    return plotting.fixed(found.value)


def _iterations(measured: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Error against the step: parallel lines, and the guarantee above each."""
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.9))
    for axis, kind in zip(axes, CLASSES, strict=True):
        condition = of_problem(points, kind, "condition")
        for method in ("gradient_descent", "gaussian"):
            table = errors(measured, kind, method)
            n = int(values(measured, kind, method, "error").dimension.iloc[0])
            ratio = 4 * (n + 4) if method == "gaussian" and kind == "strongly_convex" else 1
            k, look = table.index.to_numpy(dtype=float), _look(method)
            runs = table.set_axis(k / ratio).rename_axis("step").melt(ignore_index=False)
            runs = runs.reset_index().assign(method=method)
            band: dict[str, Any] = {"err_style": "band", "err_kws": {"alpha": 0.25, "lw": 0}}
            of = runs, "step", "value", {method: look}, _most_runs
            plotting.lines(axis, *of, marks=False, estimator="mean", lw=1.6, **band)
            bound = guarantee(kind, method, k, n, condition)
            axis.plot(k / ratio, bound, ":", lw=1.4, color=METHODS[look].colour)
            if kind != "strongly_convex":
                found = rate_exponent(measured, kind, method)
                mean = table.mean(axis=1)
                said = METHODS[look].name.replace(" ", "\n") + f"\n{_read(found)}"
                at = k[0], np.sqrt(mean.iloc[0] * mean.iloc[-1])
                beside = {"offset": (-1, -2), "ha": "right", "va": "baseline", "fontsize": 8}
                plotting.label_at_end(axis, *at, said, METHODS[look].colour, **beside)
        axis.set(yscale="log", ylabel=ERRORS[kind], title=TITLES[kind])
        if kind == "strongly_convex":
            axis.set_xlabel("steps k; two-point: k/(4(n + 4))")
            for height, key in ((0.13, "gradient_descent"), (0.05, "two_point")):
                plotting.note(axis, 0.04, height, LOOKS[key].name, LOOKS[key].colour)
        else:
            axis.set(xscale="log", xlabel="steps k", xlim=(0.2, None))
    top = {"ha": "center", "va": "top", "fontsize": 8}
    plotting.note(axes[0], 0.56, 0.97, "dotted:\nguaranteed", **top)
    return figure


def _look(method: str) -> str:
    """The palette's name of a method of the tables."""
    return "two_point" if method in KINDS else method


def _most_runs(values: pd.Series) -> tuple[float, float]:
    """From the 5th to the 95th percentile."""
    return values.quantile(0.05), values.quantile(0.95)


def _best_step(measured: pd.DataFrame) -> Figure:
    """What every step of the sweep costs in the highest dimension; and the best one's cost in n."""
    figure, (sweep, costs) = plt.subplots(1, 2, figsize=(9.6, 3.9))
    marks = {
        "smooth": (plotting.BLUE, "^"),
        "convex": (plotting.GREEN, "o"),
        "strongly_convex": (plotting.PURPLE, "s"),
    }
    for place, (kind, (colour, marker)) in enumerate(marks.items()):
        table, best = swept_steps(measured, kind), best_steps(measured, kind)
        for n, row in table.iterrows():
            tried = row[np.isfinite(row)]
            last = n == table.index[-1]
            strong = {"lw": 1.2, "alpha": 1} if last else {"lw": 0.5, "alpha": 0.35}
            over = tried / best.value[n]
            sweep.plot(tried.index, over, marker + "-", color=colour, ms=4, **strong)
        theory = medians(measured, kind, "gaussian").value
        costs.plot(theory.index, theory, "--", color=colour, lw=1)
        costs.plot(best.index, best.value, marker + "-", color=colour, ms=4.5, lw=1.2)
        found = best_exponent(measured, kind)
        text = plotting.interval(found.value, found.low, found.high)
        said = f"{TITLES[kind]}: exponent {text}"
        corner = {"ha": "right", "fontsize": 8}
        plotting.note(costs, 0.98, 0.19 - 0.08 * place, said, colour, **corner)
    said = "strong lines: the highest n"
    plotting.note(sweep, 0.97, 0.95, said, ha="right", va="top", fontsize=8)
    plotting.note(costs, 0.04, 0.93, "dashed: the theory’s step", fontsize=8)
    sweep.set(xscale="log", yscale="log", xlabel="step / theory’s step, 1/(4(n + 4)L)")
    sweep.set(ylabel="evaluations / least evaluations", title="fixed steps")
    low, high = sweep.get_ylim()
    places = [1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
    plotting.ticks(sweep, "y", [n for n in places if low <= n <= high])
    tried = pd.concat(swept_steps(measured, kind) for kind in CLASSES)
    plotting.ticks(sweep, "x", tried.columns)
    costs.set(xscale="log", yscale="log", xlabel="dimension n", title="what the best step costs")
    costs.set_ylabel("evaluations of f to the tolerance")
    plotting.ticks(costs, "x", best.index)
    return figure


def _unbiased(measured: pd.DataFrame) -> Figure:
    """The estimate's part along the gradient: with the factor, without it, and closely."""
    figure, (whole, near) = plt.subplots(1, 2, figsize=(9.6, 3.6))
    table = components(measured, "along_gradient")
    tolerance = 1 / (table.dimension.max() + 2)
    for method, shift in (("gaussian", 0.94), ("sphere", 1.06)):
        rows = table[table.method == method]
        face = {"mfc": "none", "ms": 7} if method == "sphere" else {"ms": 5}
        for axis in (whole, near):
            mark = KINDS[method].look(ls="", **face)
            at = rows.dimension * shift
            plotting.interval_line(axis, at, rows.value, rows.low, rows.high, **mark)
    sphere, colour = table[table.method == "sphere"], plotting.VERMILION
    cross = {"lw": 1, "ms": 7, "mew": 1.6, "color": colour}
    whole.plot(sphere.dimension, sphere.value / sphere.dimension, "x--", **cross)
    d, said = sphere.dimension.iloc[1], "the sphere's, without the factor d: 1/d"
    above = {"offset": (0, 12), "va": "baseline"}
    plotting.label_at_end(whole, d, 1 / d, said, colour, **above)
    near.axhspan(1 - tolerance, 1 + tolerance, color=plotting.GREY, alpha=0.15, lw=0)
    near.axhline(1, color=plotting.GREY, lw=1)
    for axis in (whole, near):
        axis.set(xscale="log", xlabel="dimension d")
        plotting.ticks(axis, "x", table.dimension)
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
    for method in ("sphere", "stochastic_gradient"):
        look = METHODS[_look(method)]
        for axis, over in ((by_n, "dimension"), (by_k, "step")):
            table = swept(gaps(measured, method), over)
            axis.plot(table[over], table.expected, "-", lw=1, color=plotting.GREY)
            ends = table.value, table.low, table.high
            plotting.interval_line(axis, table[over], *ends, **look.look(ls=""))
            found = gap_exponent(measured, method, over)
            middle = len(table) // 2
            at = table[over].iloc[middle], table.value.iloc[middle]
            above = method == "sphere" or over == "dimension"
            right = (method == "sphere") == (over == "dimension")
            beside = {"offset": (0, 16 if above else -12), "ha": "right" if right else "left"}
            beside["va"] = "bottom" if above else "top"
            said = f"{look.name}\nexponent {_read(found)}"
            plotting.label_at_end(axis, *at, said, look.colour, **beside)
            other = "step" if over == "dimension" else "dimension"
            fixed = table[other].iloc[0]
            axis.set_title(f"{'k' if other == 'step' else 'n'} = {fixed:,}")
            axis.set(xscale="log", yscale="log")
            plotting.ticks(axis, "x", table[over])
    by_n.set(xlabel="dimension n", ylabel="f(xₖ) − f* (mean, 95 %)")
    by_k.set_xlabel("steps k")
    plotting.note(by_k, 0.97, 0.93, "grey: expected, exactly", ha="right")
    return figure
