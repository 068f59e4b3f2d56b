"""Draw the figures of `mds` from its tables; the animation is in `recovery`."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from adcost import plotting
from adcost.experiments.mds import recovery
from adcost.experiments.mds.plan import SCALING
from adcost.experiments.mds.recovery import COLOURS, NAMES, label_cities
from adcost.experiments.mds.summary import (
    animated,
    cost_ratios,
    growth,
    of_points,
    subset_exponent,
    values,
)
from adcost.statistics.intervals import Interval

DASHES = {"central_differences": (0, (4, 3))}
"""Central differences run along with the two-point method; a dashed line shows both."""

REGIONS = {"europe": "Europe", "usa": "USA", "world": "the world"}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF, and the animation with its poster."""
    measured = tables["measurements"]
    with plotting.style():
        shown = animated(tables["frames"])
        plotting.save(_map(tables["maps"], measured, shown), folder, "map")
        plotting.save(_convergence(tables["convergence"], measured), folder, "convergence")
        plotting.save(_cost(measured), folder, "cost")
        recovery.animate(tables["frames"], tables["maps"], shown, folder)


def title(measured: pd.DataFrame, point: str) -> str:
    """A point as a reader calls it: Europe, 15 cities."""
    row = measured[measured.point == point].iloc[0]
    return f"{REGIONS.get(row.region, row.region)}, {row.cities} cities"


def _map(maps: pd.DataFrame, measured: pd.DataFrame, shown: str) -> Figure:
    """Recovered cities over the true ones: the shown point, and the one that fits worst."""
    errors = values(measured, "gradient_descent", "procrustes_km").groupby("point").value.median()
    relative = values(measured, "gradient_descent", "procrustes_relative").groupby("point").value
    points = list(dict.fromkeys([shown, str(relative.median().idxmax())]))
    figure, axes = plt.subplots(
        1, len(points), figsize=(5.2 * len(points), 5.2), squeeze=False, layout="constrained"
    )
    for axis, point in zip(axes[0], points, strict=True):
        rows = maps[(maps.point == point) & (maps.method == "gradient_descent")]
        for row in rows.itertuples():
            axis.plot([row.true_x_km, row.x_km], [row.true_y_km, row.y_km], "-", lw=1,
                      color=COLOURS["gradient_descent"])  # fmt: skip
        axis.plot(rows.true_x_km, rows.true_y_km, "o", ms=9, mfc="none", mew=1.2,
                  color=plotting.GREY)  # fmt: skip
        axis.plot(rows.x_km, rows.y_km, "o", ms=4.5, color=COLOURS["gradient_descent"])
        axis.set_aspect("equal")
        axis.margins(0.12)
        axis.set(xlabel="km east of the middle", ylabel="km north of the middle")
        km = f"{errors[point]:,.0f}" if errors[point] >= 10 else f"{errors[point]:.1f}"
        axis.set_title(f"{title(measured, point)}: RMS error {km} km", fontsize=10.5)
    figure.canvas.draw()
    for axis, point in zip(axes[0], points, strict=True):
        rows = maps[(maps.point == point) & (maps.method == "gradient_descent")]
        label_cities(axis, rows.true_x_km, rows.true_y_km, rows.city,
                     rows[["x_km", "y_km"]].to_numpy())  # fmt: skip
    handles = [
        Line2D([], [], ls="", marker="o", ms=9, mfc="none", color=plotting.GREY),
        Line2D([], [], ls="", marker="o", ms=4.5, color=COLOURS["gradient_descent"]),
    ]
    figure.legend(handles, ["true position", "recovered by gradient descent"],
                  loc="outside lower center", ncols=2)  # fmt: skip
    return figure


def _convergence(curves: pd.DataFrame, measured: pd.DataFrame) -> Figure:
    """The loss's excess against evaluations: a panel a point, a line a run."""
    points = list(curves.point.unique())
    columns = min(4, len(points))
    lines = -(-len(points) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(2.6 * columns, 2.7 * lines + 0.5), sharex=True, sharey=True,
        squeeze=False,
    )  # fmt: skip
    goal = of_points(measured, "tolerance")
    floor = goal.min() / 30
    for axis, point in zip(axes.flat, points, strict=False):
        for (method, _), run in curves[curves.point == point].groupby(["method", "start"]):
            run = run.assign(relative_excess=run.relative_excess.cummin())
            # At the start no evaluation is spent, which a logarithm cannot show.
            run = run[run.evaluations >= 1]
            best = run.relative_excess
            # One row below the floor, so that the line leaves the panel.
            seen = best.shift(1, fill_value=1.0) > floor
            axis.plot(run.evaluations[seen], best[seen].clip(lower=floor / 10), lw=1, alpha=0.75,
                      color=COLOURS[method], ls=DASHES.get(method, "-"),
                      zorder=3 if method in DASHES else 2)  # fmt: skip
        stuck = measured[(measured.point == point) & (measured.quantity == "converged")]
        for row in stuck[stuck.value == 0].itertuples():
            end = curves[(curves.point == point) & (curves.method == row.method)
                         & (curves.start == row.start)].iloc[-1]  # fmt: skip
            axis.plot(end.evaluations, end.relative_excess, marker=">", ms=6, mfc="none",
                      color=COLOURS[row.method], ls="")  # fmt: skip
        axis.axhline(goal[point], color=plotting.GREY, lw=1, ls=":")
        axis.set_title(title(measured, point), fontsize=9.5)
        axis.set(xscale="log", yscale="log")
        axis.set_ylim(floor, 3)
    for axis in axes.flat[len(points) :]:
        axis.set_axis_off()
    figure.supxlabel("evaluations of the loss", fontsize=10)
    figure.supylabel("least excess so far, relative to the start", fontsize=10)
    handles = [
        Line2D([], [], color=COLOURS[name], ls=DASHES.get(name, "-")) for name in recovery.METHODS
    ]
    names = [NAMES[name] for name in recovery.METHODS]
    handles.append(Line2D([], [], color=plotting.GREY, lw=1, ls=":"))
    handles.append(Line2D([], [], color=plotting.GREY, ls="", marker=">", mfc="none"))
    names += ["tolerance", "stopped at the cap"]
    if len(points) < axes.size:
        axes.flat[-1].legend(handles, names, loc="center", fontsize=9)
    else:
        figure.legend(handles, names, loc="outside upper center", ncols=4, fontsize=9)
    return figure


def _cost(measured: pd.DataFrame) -> Figure:
    """Evaluations to the tolerance, and gradient descent's steps on random sets of cities."""
    figure, (cost, steps) = plt.subplots(1, 2, figsize=(9.6, 4.6), width_ratios=(1.5, 1))
    rows = measured[measured.region == SCALING]
    sizes = np.sort(rows.cities.unique())
    labels = [_cost_line(cost, rows, method) for method in recovery.METHODS]
    cost.set(xlabel="number of cities", ylabel="evaluations of the loss to the tolerance",
             title=f"cost, {REGIONS[SCALING]}'s most populous cities")  # fmt: skip
    cost.set(xscale="log", yscale="log")
    cost.set_ylim(top=6 * cost.get_ylim()[1])  # room for the labels
    cost.set_xlim(sizes[0] * 0.88, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.72)

    subsets = values(rows, "gradient_descent", "subset_steps").groupby("cities").value
    quartiles = subsets.quantile([0.25, 0.5, 0.75]).unstack()
    colour = COLOURS["gradient_descent"]
    bars = [quartiles[0.5] - quartiles[0.25], quartiles[0.75] - quartiles[0.5]]
    steps.errorbar(quartiles.index, quartiles[0.5], yerr=bars, fmt="o", color=colour)
    slope = subset_exponent(measured)
    line = np.exp(np.log(quartiles[0.5]).mean() + slope.value * _centred(quartiles.index))
    steps.plot(quartiles.index, line, lw=1, color=colour)
    steps.set(xscale="log", yscale="log", xlabel="number of cities",
              ylabel="steps to the tolerance",
              title="gradient descent, random sets of cities")  # fmt: skip
    steps.set_ylim(quartiles.to_numpy().min() / 3, quartiles.to_numpy().max() * 2)
    steps.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    steps.yaxis.set_major_formatter("{x:g}")
    steps.annotate(f"exponent {_interval(slope)}", (0.5, 0.06), xycoords="axes fraction",
                   ha="center", color=colour, fontsize=9)  # fmt: skip
    for axis in (cost, steps):
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
    _label_ends(cost, sizes[-1], labels)
    return figure


def _label_ends(axis: Axes, x: float, labels: list[tuple[float, str, str]]) -> None:
    """Write (y, text, colour) right of x, pushed apart upwards where lines end close together."""
    axis.figure.canvas.draw()
    per_point, taken = axis.figure.dpi / 72, -np.inf
    for y, text, colour in sorted(labels):
        height = 11.5 * (text.count("\n") + 1)
        at = axis.transData.transform((x, y))[1] / per_point
        centre = max(at, taken + height / 2 + 3)
        taken = centre + height / 2
        axis.annotate(text, (x, y), xytext=(12, centre - at), va="center", fontsize=8,
                      textcoords="offset points", color=colour)  # fmt: skip


def _cost_line(axis: Axes, rows: pd.DataFrame, method: str) -> tuple[float, str, str]:
    """One method: medians with the range over starts; arrows where runs stopped at the cap.

    Returns where its line ends, its label and its colour.
    """
    colour = COLOURS[method]
    spent = values(rows, method, "evaluations_to_tolerance").groupby("cities").value
    arrived = (values(rows, method, "converged").groupby("cities").value.mean() > 0.5).to_numpy()
    middle, least, most = spent.median(), spent.min(), spent.max()
    bars = [middle - least, most - middle]
    # Central differences and two-point cost the same; a step aside keeps both in sight.
    x = middle.index * {"two_point": 1.02, "central_differences": 0.98}.get(method, 1.0)
    axis.plot(x, middle, lw=1, color=colour)
    axis.errorbar(x[arrived], middle[arrived], fmt="o", color=colour,
                  yerr=[bar[arrived] for bar in bars])  # fmt: skip
    axis.plot(x[~arrived], middle[~arrived], marker="^", ms=8, mfc="none", color=colour, ls="")
    text = NAMES[method]
    if method not in ("gradient_descent", "l_bfgs"):
        slope = growth(cost_ratios(rows, method))
        text += f"\nover GD: exponent {_interval(slope)}"
    if not arrived.all():
        text += "\n△ stopped at the cap: lower bound"
    return float(middle.iloc[-1]), text, colour


def _centred(sizes: pd.Index) -> np.ndarray:
    logs = np.log(sizes.to_numpy(dtype=float))
    return logs - logs.mean()


def _interval(slope: Interval) -> str:
    if np.isnan(slope.low):
        return "not known"
    return plotting.interval(slope.value, slope.low, slope.high)
