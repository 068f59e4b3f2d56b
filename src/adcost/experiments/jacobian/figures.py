"""Draw the figures of `jacobian` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from adcost import plotting
from adcost.experiments.jacobian import analysis
from adcost.palette import METHODS
from adcost.statistics.intervals import Interval, summarise

LOOKS = {
    "forward": METHODS["forward_mode"],
    "reverse": METHODS["reverse_mode"],
    "markowitz": METHODS["least_markowitz_degree"],
    "best": METHODS["best_order"],
}
SIZES = {"best": {"ms": 13, "mew": 2}}
"""Of a method's mark, where it is not :data:`SIZE`."""

SIZE = {"ms": 6.5, "mew": 1}
MODES = ("forward", "reverse")


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured, timings = tables["measurements"], tables["timings"]
    with plotting.style():
        plotting.save(_crossover(measured, timings), folder, "crossover")
        plotting.save(_scalar_output(measured, timings), folder, "scalar_output")
        plotting.save(_chains(measured, timings, tables["points"]), folder, "chains")
        plotting.save(_elimination(measured), folder, "elimination")


def _crossover(measured: pd.DataFrame, timings: pd.DataFrame) -> Figure:
    """Both modes over m, counted and timed, with the crossing."""
    figure, (counted, timed) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    n = analysis.inputs_of(measured[measured.point == "sweep-linear"])
    _panels(counted, timed, measured, timings, "linear")
    of_tanh = _seconds(timings, "tanh")
    for mode in MODES:
        rows = of_tanh[of_tanh.method == mode]
        timed.plot(rows.outputs, rows["median"], ":", lw=1.4, color=LOOKS[mode].colour)
    for axis, crossings in (
        (counted, [analysis.counted_crossing(measured, "linear")]),
        (timed, [analysis.timed_crossing(timings, f) for f in ("linear", "tanh")]),
    ):
        text = [
            f"{name}: {_interval(crossing)}"
            for name, crossing in zip(("Ax", "tanh(Ax), dotted"), crossings, strict=False)
        ]
        axis.axvline(n, color=plotting.GREY, lw=1, ls=(0, (1, 2)))
        said = "\n".join(["winner changes at m", *text])
        plotting.note(axis, 0.03, 0.97, said, "black", va="top")
        place = {"xycoords": ("data", "axes fraction"), "va": "baseline", "fontsize": 8}
        square = f"m = n = {n}"
        plotting.label_at_end(axis, n, 0.015, square, plotting.GREY, offset=(4, 0), **place)
    counted.set_title("counted, f(x) = Ax")
    timed.set_title("timed")
    return figure


def _scalar_output(measured: pd.DataFrame, timings: pd.DataFrame) -> Figure:
    """Both modes over m for a scalar output."""
    figure, (counted, timed) = plt.subplots(1, 2, figsize=(9.6, 4.2))
    _panels(counted, timed, measured, timings, "max")
    counted.set_title("counted, f(x) = maxᵢ (Ax)ᵢ")
    timed.set_title("timed")
    return figure


def _panels(
    counted: Axes, timed: Axes, measured: pd.DataFrame, timings: pd.DataFrame, function: str
) -> None:
    """Operations and seconds of both modes over m."""
    wide = analysis.sweep(measured, function)
    seconds = _seconds(timings, function)
    for mode in MODES:
        look, small = LOOKS[mode], {"ms": 3.5, "lw": 1.2}
        counted.plot(wide.index, wide[mode], **look.look(**small))
        rows = seconds[seconds.method == mode]
        middle = rows["median"]
        plotting.interval_line(
            timed, rows.outputs, middle, rows.low, rows.high, **look.look(**small)
        )
        for axis, end in ((counted, wide[mode].iloc[-1]), (timed, middle.iloc[-1])):
            plotting.label_at_end(axis, wide.index[-1], end, look.name, look.colour, offset=(7, 0))
    for axis in (counted, timed):
        axis.set(xscale="log", yscale="log", xlabel="number of outputs m")
        first, last = wide.index[0], wide.index[-1]
        axis.set_xlim(first * 0.8, last * (last / first) ** 0.32)
    counted.set_ylabel("operations")
    timed.set_ylabel("seconds a call (median, 95 % interval)")


def _seconds(timings: pd.DataFrame, function: str) -> pd.DataFrame:
    """Medians with intervals, over m."""
    rows = timings[timings.point == f"sweep-{function}"]
    table = summarise(rows.assign(point=analysis.outputs_of(rows)))
    return table.rename(columns={"point": "outputs"}).sort_values("outputs")


def _interval(crossing: Interval) -> str:
    if np.isnan(crossing.low):
        return "nowhere once"
    return f"{crossing.value:.0f} [{crossing.low:.0f}, {crossing.high:.0f}]"


def _chains(measured: pd.DataFrame, timings: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Multiplications and seconds of three plans for each chain."""
    subjects = analysis.chain_names(points)
    counts = analysis.chains(measured)
    seconds = summarise(timings[timings.point == "chains"].assign(point=lambda t: t.subject))
    seconds = seconds.set_index(["point", "method"])
    figure, (counted, timed) = plt.subplots(
        1, 2, figsize=(9.6, 0.62 * len(subjects) + 1.5), sharey=True
    )
    places = np.arange(len(subjects))[::-1] * 1.0
    for offset, method in zip((0.2, 0.0, -0.2), ("forward", "reverse", "best"), strict=True):
        look = LOOKS[method].look(ls="", **SIZES.get(method, SIZE))
        of = counts.loc[[(subject, method) for subject in subjects]]
        ring = {"ms": 11, "mfc": "none", "mew": 0.8, "color": plotting.GREY}
        ring["label"] = "predicted" if method == "best" else ""
        counted.plot(of.predicted_multiplications, places + offset, "o", **ring)
        counted.plot(of.multiplications, places + offset, **look)
        runs = 1e3 * seconds.loc[[(subject, method) for subject in subjects]]
        ends = runs["median"], runs.low, runs.high
        plotting.interval_line(timed, places + offset, *ends, horizontal=True, **look)
    labels = []
    for subject in subjects:
        name = subjects[subject]
        labels.append(f"{name}\n{counts.loc[(subject, 'best'), 'shape'].replace('-', '–')}")
    counted.set_yticks(places, labels, fontsize=8.5)
    for axis in (counted, timed):
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if axis is timed else (1,)))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(axis="y", visible=False)
        for place in places[:-1]:
            axis.axhline(place - 0.5, color="#BBBBBB", lw=0.5)
    timed.xaxis.set_major_formatter("{x:g}")
    counted.set(xlabel="multiplications", title="counted")
    timed.set(xlabel="milliseconds (median, 95 % interval)", title="timed")
    handles = dict(zip(*counted.get_legend_handles_labels()[::-1], strict=True))
    order = [*(LOOKS[method].name for method in (*MODES, "best")), "predicted"]
    figure.legend([handles[name] for name in order], order, loc="outside lower center", ncols=4)
    return figure


def _elimination(measured: pd.DataFrame) -> Figure:
    """Multiplications of each order over those of the best, a line a graph."""
    graphs = analysis.elimination(measured)
    shapes = measured[measured.point == "graphs"].drop_duplicates("subject").set_index("subject")
    figure, axis = plt.subplots(figsize=(7.2, 0.5 * len(graphs) + 1.6))
    places = dict(zip(graphs.index, range(len(graphs))[::-1], strict=True))
    unproven = graphs[graphs.best > graphs.least_possible]
    band = {"lw": 4, "alpha": 0.25, "color": LOOKS["best"].colour}
    band["label"] = "not excluded by the bound proven"
    for name, row in unproven.iterrows():
        axis.plot([row.least_possible / row.best, 1], [places[name]] * 2, "-", **band)
    offsets = {"forward": 0.12, "reverse": -0.12, "markowitz": 0.0, "best": 0.0}
    for method, offset in offsets.items():
        heights = [places[name] + offset for name in graphs.index]
        look = LOOKS[method].look(ls="", zorder=3, **SIZES.get(method, SIZE))
        look["mfc"] = "none" if method == "markowitz" else LOOKS[method].colour
        axis.plot(graphs[method] / graphs.best, heights, **look)
    above = {"offset": (0, 9), "ha": "center", "va": "baseline", "fontsize": 7.5}
    for name, row in graphs.iterrows():
        best = f"{row.best:.0f}"
        plotting.label_at_end(axis, 1, places[name], best, LOOKS["best"].colour, **above)
    labels = [
        f"{analysis.graph_title(name)}  {shapes.loc[name, 'shape'].replace('-', ' → ')}"
        for name in places
    ]
    axis.set_yticks([*places.values()], labels)
    axis.set(xlabel="multiplications over those of the best order (the number above it)")
    axis.set_ylim(-0.6, len(graphs) - 0.3)
    axis.grid(axis="y", visible=False)
    handles = dict(zip(*axis.get_legend_handles_labels()[::-1], strict=True))
    order = sorted(handles, key=lambda name: name.startswith("not"))
    figure.legend([handles[name] for name in order], order, loc="outside upper center", ncols=3)
    return figure
