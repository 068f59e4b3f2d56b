"""Draw the figures of `price` from its tables: the price lists, the source, the checkpoints."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from adcost import plotting
from adcost.experiments.price.analysis import failures, tags
from adcost.experiments.price.plan import OF_EACH
from adcost.number_format import number
from adcost.price import source_figure
from adcost.price.tag import Tag
from adcost.price.words import AS_WRITTEN

ROW = 0.27
"""Inches of a row."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    priced = tags(tables)
    with plotting.style():
        plotting.save(_overview(priced), folder, "overview")
        for name, tag in priced.items():
            plotting.save(_prices(tag), folder, f"{name}_prices")
            plotting.save(_lines(tag), folder, f"{name}_lines")
            plotting.save(_checkpoints(tag), folder, f"{name}_checkpoints")
        for name in failures(tables):
            for figure in OF_EACH:
                plotting.save(_empty(f"{name} has no price"), folder, f"{name}_{figure}")


def _overview(priced: Mapping[str, Tag]) -> Figure:
    """For each function the cheapest way to each derivative."""
    cheapest = {name: _cheapest(tag.prices) for name, tag in priced.items()}
    names = list(dict.fromkeys(d for rows in cheapest.values() for d in rows.derivative))
    if not names:
        return _empty("no function has a price")
    size = (2.0 + 2.4 * len(priced), ROW * len(names) + 1.2)
    share = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = plt.subplots(1, len(priced), figsize=size, **share)
    for axis, (name, rows) in zip(axes[0], cheapest.items(), strict=True):
        places = [names.index(derivative) for derivative in rows.derivative]
        _points(axis, rows, places)
        with plotting.as_written():
            axis.set_title(name, fontsize=10)
        axis.set_xlabel("evaluations")
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, 0].set_ylim(len(names) - 0.5, -0.5)
    _legend(figure, axes[0, 0])
    return figure


def _cheapest(prices: pd.DataFrame) -> pd.DataFrame:
    """Of each derivative the way that took the least time, or operations where none was timed."""
    rows = prices[(prices.derivative != "function") & prices.counted.notna()]
    by = rows.sort_values(["seconds", "counted"], na_position="last", kind="stable")
    chosen = by.drop_duplicates("derivative").index
    return rows.loc[rows.index.isin(chosen)]


def _prices(tag: Tag) -> Figure:
    """Every way to every derivative, counted and timed."""
    rows = tag.prices[(tag.prices.derivative != "function") & tag.prices.counted.notna()]
    if rows.empty:
        return _empty("nothing could be counted")
    figure, axis = plt.subplots(figsize=(6.8, ROW * len(rows) + 1.2))
    _points(axis, rows, range(len(rows)))
    labels = [f"{row.derivative}: {row.method}" for row in rows.itertuples()]
    axis.set_yticks(range(len(rows)), labels)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlabel("evaluations of the function")
    _legend(figure, axis)
    return figure


def _points(axis: Axes, rows: pd.DataFrame, places: "range | list[int]") -> None:
    """Counted prices as circles, timed ones as points with their intervals, in rows."""
    axis.set_xscale("log")
    axis.axvline(1, color=plotting.GREY, lw=0.8, zorder=0)
    for place, row in zip(places, rows.itertuples(), strict=True):
        if not pd.isna(row.timed):
            if not pd.isna(row.timed_low):
                ends, bar = [row.timed_low, row.timed_high], {"lw": 2.2, "solid_capstyle": "butt"}
                axis.plot(ends, [place, place], "-", color=plotting.BLUE, **bar)
            axis.plot([row.timed], [place], "o", ms=4.5, color=plotting.BLUE)
        axis.plot([row.counted], [place], "o", ms=7, mfc="none", mew=1.6, color=plotting.ORANGE)


def _legend(figure: Figure, axis: Axes) -> None:
    axis.plot([], [], "o", ms=7, mfc="none", mew=1.6, color=plotting.ORANGE, label="counted")
    axis.plot([], [], "o-", ms=4.5, lw=2.2, color=plotting.BLUE, label="timed, 95 % interval")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)


def _lines(tag: Tag) -> Figure:
    """The user's lines with their prices."""
    if tag.lines.empty:
        return _empty("no line has a price")
    with plotting.as_written():
        figure = source_figure.figure(tag.lines)
    for text in figure.findobj(Text):
        if text.get_fontfamily() != source_figure.CODE_FAMILY:
            text.set_text(text.get_text())  # in the language of the report
    return figure


def _checkpoints(tag: Tag) -> Figure:
    """What the gradient holds under each policy, and what it costs; the frontier is joined."""
    rows = tag.memory
    rows = rows[rows.total_bytes.notna() & rows.counted.notna()] if len(rows) else rows
    if rows.empty:
        return _empty("no policy of checkpoints has a price")
    figure, axis = plt.subplots(figsize=(6.8, 3.6))
    megabytes = rows.total_bytes / 1e6
    axis.plot(megabytes, rows.counted, "o", ms=5, mfc="none", color=plotting.GREY)
    best = rows[rows.frontier.astype(bool)].sort_values("total_bytes")
    axis.plot(best.total_bytes / 1e6, best.counted, "o-", ms=6, color=plotting.GREEN)
    for row in best.itertuples():
        said = AS_WRITTEN if row.policy == "none" else f"{row.policy} on {row.target}"
        short = said if len(said) < 45 else f"{said[:43]}…"
        beside = {"offset": (5, 5), "va": "baseline", "fontsize": 8}
        at = row.total_bytes / 1e6, row.counted
        plotting.label_at_end(axis, *at, short, "black", **beside)
    axis.set_xlabel("arguments, results and temporaries of the gradient, MB")
    axis.set_ylabel("evaluations of the function")
    axis.margins(x=0.25, y=0.2)
    most = rows.counted.max()
    axis.set_title(f"{len(rows)} policies, {number(most, 2)} evaluations at the most", fontsize=10)
    return figure


def _empty(said: str) -> Figure:
    figure, axis = plt.subplots(figsize=(5.0, 0.8))
    axis.axis("off")
    axis.text(0.5, 0.5, said, ha="center", va="center")
    return figure
