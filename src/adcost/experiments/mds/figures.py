"""Draw the figures of `mds` from its tables; the animation is in `recovery`."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.mds import recovery
from adcost.experiments.mds.analysis import (
    animated,
    cost_ratios,
    growth,
    subset_exponent,
    values,
)
from adcost.experiments.mds.plan import SCALING
from adcost.experiments.mds.recovery import LOOKS, METHODS, label_cities
from adcost.results.select import parameter
from adcost.statistics.intervals import Interval

DASHED, DASHES = "central_differences", (0, (4, 3))
"""Central differences run along with the two-point method; a dashed line shows both."""

REGIONS = {"europe": "Europe", "usa": "USA", "world": "the world"}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF, and the animation with its poster."""
    measured = tables["measurements"]
    goal = parameter("mds", tables["points"], "tolerance")
    with plotting.style():
        shown = animated(tables["frames"])
        plotting.save(_map(tables["maps"], measured, shown), folder, "map")
        plotting.save(_convergence(tables["convergence"], measured, goal), folder, "convergence")
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
    look, ring = LOOKS["gradient_descent"], {"mfc": "none", "color": plotting.GREY}
    figure, axes = plt.subplots(1, len(points), figsize=(5.2 * len(points), 5.2), squeeze=False)
    for axis, point in zip(axes[0], points, strict=True):
        rows = maps[(maps.point == point) & (maps.method == "gradient_descent")]
        for row in rows.itertuples():
            ends = [row.true_x_km, row.x_km], [row.true_y_km, row.y_km]
            axis.plot(*ends, "-", lw=1, color=look.colour)
        axis.plot(rows.true_x_km, rows.true_y_km, "o", ms=9, mew=1.2, **ring)
        axis.plot(rows.x_km, rows.y_km, "o", ms=4.5, color=look.colour)
        axis.set_aspect("equal")
        axis.margins(0.12)
        axis.set(xlabel="km east of the middle", ylabel="km north of the middle")
        km = f"{errors[point]:,.0f}" if errors[point] >= 10 else f"{errors[point]:.1f}"
        axis.set_title(f"{title(measured, point)}: RMS error {km} km", fontsize=10.5)
    figure.canvas.draw()
    for axis, point in zip(axes[0], points, strict=True):
        rows = maps[(maps.point == point) & (maps.method == "gradient_descent")]
        recovered = rows[["x_km", "y_km"]].to_numpy()
        label_cities(axis, rows.true_x_km, rows.true_y_km, rows.city, recovered)
    handles = [
        Line2D([], [], ls="", marker="o", ms=9, **ring),
        Line2D([], [], ls="", marker="o", ms=4.5, color=look.colour),
    ]
    names = ["true position", "recovered by gradient descent"]
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _convergence(curves: pd.DataFrame, measured: pd.DataFrame, goal: pd.Series) -> Figure:
    """The loss's excess against evaluations: a panel a point, a line a run.

    ``goal`` is the tolerance of each point.
    """
    points = list(curves.point.unique())
    columns = min(4, len(points))
    rows = -(-len(points) // columns)
    size = (2.6 * columns, 2.7 * rows + 0.5)
    share = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = plt.subplots(rows, columns, figsize=size, **share)
    floor = goal.min() / 30
    for axis, point in zip(axes.flat, points, strict=False):
        own = _least_so_far(curves[curves.point == point], floor)
        same = dict(zip(METHODS, METHODS, strict=True))
        of = own, "evaluations", "relative_excess", same, "start"
        plotting.runs(axis, *of, lw=1, alpha=0.75)
        for line in axis.lines:
            if line.get_color() == LOOKS[DASHED].colour:
                line.set(linestyle=DASHES, zorder=3)
        stuck = measured[(measured.point == point) & (measured.quantity == "converged")]
        for row in stuck[stuck.value == 0].itertuples():
            runs = curves[(curves.point == point) & (curves.method == row.method)]
            end = runs[runs.start == row.start].iloc[-1]
            mark = {"ms": 6, "mfc": "none", "color": LOOKS[row.method].colour}
            axis.plot(end.evaluations, end.relative_excess, ">", **mark)
        axis.axhline(goal[point], color=plotting.GREY, lw=1, ls=":")
        axis.set_title(title(measured, point), fontsize=9.5)
    axes.flat[0].set(xscale="log", yscale="log", ylim=(floor, 3))
    for axis in axes.flat[len(points) :]:
        axis.set_axis_off()
    figure.supxlabel("evaluations of the loss", fontsize=10)
    figure.supylabel("least excess so far, relative to the start", fontsize=10)
    handles = [
        Line2D([], [], color=look.colour, label=look.name, ls=DASHES if name == DASHED else "-")
        for name, look in LOOKS.items()
    ]
    grey = {"color": plotting.GREY}
    handles.append(Line2D([], [], lw=1, ls=":", label="tolerance", **grey))
    cap = {"ls": "", "marker": ">", "mfc": "none", "label": "stopped at the cap"}
    handles.append(Line2D([], [], **cap, **grey))
    if len(points) < axes.size:
        axes.flat[-1].legend(handles=handles, loc="center", fontsize=9)
    else:
        figure.legend(handles=handles, loc="outside upper center", ncols=4, fontsize=9)
    return figure


def _least_so_far(curves: pd.DataFrame, floor: float) -> pd.DataFrame:
    """Every run's least excess at each evaluation but at the start, where a logarithm has no place.

    One row of a run is below ``floor``, so that its line leaves the panel.
    """
    runs = curves.groupby(["method", "start"], sort=False).relative_excess
    curves = curves.assign(relative_excess=runs.cummin())
    curves = curves[curves.evaluations >= 1]
    before = curves.groupby(["method", "start"]).relative_excess.shift(1, fill_value=1.0)
    return curves[before > floor].assign(
        relative_excess=lambda rows: rows.relative_excess.clip(lower=floor / 10)
    )


def _cost(measured: pd.DataFrame) -> Figure:
    """Evaluations to the tolerance, and gradient descent's steps on random sets of cities."""
    figure, (cost, steps) = plt.subplots(1, 2, figsize=(9.6, 4.6), width_ratios=(1.5, 1))
    rows = measured[measured.region == SCALING]
    sizes = np.sort(rows.cities.unique())
    labels = [_cost_line(cost, rows, method) for method in METHODS]
    cost.set(xlabel="number of cities", ylabel="evaluations of the loss to the tolerance")
    cost.set(xscale="log", yscale="log", title=f"cost, {REGIONS[SCALING]}'s most populous cities")
    cost.set_ylim(top=6 * cost.get_ylim()[1])  # room for the labels
    cost.set_xlim(sizes[0] * 0.88, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.85)

    subsets = values(rows, "gradient_descent", "subset_steps")
    middle = subsets.groupby("cities").value.median()
    name = {"gradient_descent": "gradient_descent"}
    plotting.lines(steps, subsets, "cities", "value", name, plotting.quartiles, ls="")
    slope, colour = subset_exponent(measured), LOOKS["gradient_descent"].colour
    line = np.exp(np.log(middle).mean() + slope.value * _centred(middle.index))
    steps.plot(middle.index, line, lw=1, color=colour)
    steps.set(xscale="log", yscale="log", xlabel="number of cities")
    steps.set(ylabel="steps to the tolerance", title="gradient descent, random sets of cities")
    whole = subsets.groupby("cities").value.quantile([0.25, 0.75])
    steps.set_ylim(whole.min() / 3, whole.max() * 2)
    decades = 10.0 ** np.arange(7)
    low, high = steps.get_ylim()
    places = np.concatenate([decades, 2 * decades, 5 * decades])
    plotting.ticks(steps, "y", places[(places >= low) & (places <= high)])
    said = f"exponent {_interval(slope)}"
    plotting.note(steps, 0.5, 0.06, said, colour, ha="center", fontsize=9)
    for axis in (cost, steps):
        plotting.ticks(axis, "x", sizes)
    plotting.labels_at_ends(cost, sizes[-1], labels)
    return figure


def _cost_line(axis: Axes, rows: pd.DataFrame, method: str) -> tuple[float, str, str]:
    """One method: medians with the range over starts; arrows where runs stopped at the cap.

    Returns where its line ends, its label and its colour.
    """
    look = LOOKS[method]
    spent = values(rows, method, "evaluations_to_tolerance").groupby("cities").value
    arrived = (values(rows, method, "converged").groupby("cities").value.mean() > 0.5).to_numpy()
    middle, least, most = spent.median(), spent.min(), spent.max()
    # Central differences and two-point cost the same; a step aside keeps both in sight.
    x = middle.index * {"two_point": 1.02, "central_differences": 0.98}.get(method, 1.0)
    axis.plot(x, middle, lw=1, color=look.colour)
    ends = middle[arrived], least[arrived], most[arrived]
    plotting.interval_line(axis, x[arrived], *ends, **look.look(ls=""))
    axis.plot(x[~arrived], middle[~arrived], "^", ms=8, mfc="none", color=look.colour)
    text = look.name
    if method not in ("gradient_descent", "l_bfgs"):
        slope = growth(cost_ratios(rows, method))
        text += f"\nover descent: exponent {_interval(slope)}"
    if not arrived.all():
        text += "\n△ stopped at the cap: lower bound"
    return float(middle.iloc[-1]), text, look.colour


def _centred(sizes: pd.Index) -> np.ndarray:
    logs = np.log(sizes.to_numpy(dtype=float))
    return logs - logs.mean()


def _interval(slope: Interval) -> str:
    if np.isnan(slope.low):
        return "not known"
    return plotting.interval(slope.value, slope.low, slope.high)
