"""Draw the price list and the forest of claims: narrow, so that a telephone shows them whole."""

import math
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from adcost import plotting
from adcost.claims import WEAKEST_FIRST
from adcost.headline.forest import forest
from adcost.headline.prices import price_list
from adcost.number_format import number

WIDTH = 3.8
"""Inches: what a telephone shows without scrolling."""

MARKS: Mapping[str, tuple[str, str]] = {
    "reproduced": ("o", plotting.GREEN),
    "inconclusive": ("D", plotting.YELLOW),
    "refuted": ("X", plotting.VERMILION),
}
"""A verdict's marker and colour: either alone tells it."""

EDGES = 1e-3, 1e3
"""Beyond these shares of what is allowed a mark stands at the edge, as an arrow."""


def draw(
    quotes: pd.DataFrame,
    claims: list[Mapping[str, object]],
    titles: Mapping[str, str],
    folder: Path | str,
) -> None:
    """Write ``price_list`` and ``forest`` as SVG and PDF into ``folder``.

    ``quotes`` are those of `prices.gather`, ``claims`` all records of ``claims.json``, ``titles``
    what the report calls each experiment.
    """
    with plotting.style():
        plotting.save(price_figure(quotes), folder, "price_list")
        plotting.save(forest_figure(forest(claims), titles), folder, "forest")


def price_figure(quotes: pd.DataFrame) -> Figure:
    """A row a derivative: what was counted as a dot a function, what was timed as an interval."""
    rows = price_list(quotes)
    if rows.empty:
        return _empty("no experiment of this run prices a derivative")
    figure, axis = plt.subplots(figsize=(WIDTH, 0.46 * len(rows) + 1.1))
    places = np.arange(len(rows), dtype=float)
    timed = rows.low.notna()
    band = {"color": plotting.SKY, "lw": 7, "capstyle": "round", "label": "timed"}
    axis.hlines(places[timed], rows.low[timed], rows.high[timed], **band)
    place_of = dict(zip(rows.derivative, places, strict=True))
    dots = {"ms": 5, "color": plotting.BLUE, "label": "counted"}
    axis.plot(quotes.counted, quotes.derivative.map(place_of), "o", **dots)
    axis.axvline(1, color=plotting.GREY, lw=0.8, zorder=0)
    axis.set_xscale("log")
    least = np.nanmin([1.0, rows.least.min(), rows.low.min()])
    most = np.nanmax([rows.most.max(), rows.high.max()])
    axis.set_xlim(least / 1.6, most * 1.6)
    line = {"va": "center", "transform": axis.get_yaxis_transform(), "fontsize": 9.5}
    for place, row in zip(places, rows.itertuples(), strict=True):
        axis.text(0.0, place - 0.42, row.derivative, ha="left", **line)
        axis.text(1.0, place - 0.42, range_text(row.least, row.most), ha="right", **line)
    axis.set_ylim(len(rows) - 0.5, -0.9)
    axis.yaxis.set_major_locator(NullLocator())
    axis.spines["left"].set_visible(False)
    axis.set_xlabel("evaluations of the function")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    return figure


def range_text(least: float, most: float) -> str:
    """A row's price in words: of one function, or from the cheapest to the most expensive."""
    ends = [f"{end:,.0f}" if end >= 100 else number(end, 2) for end in (least, most)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def forest_figure(rows: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """A line a claim under its experiment's title; left of 1 is where its statement puts it."""
    if rows.empty:
        return _empty("no experiment of this run judges a claim")
    groups = dict(list(rows.groupby("experiment", sort=False)))
    lines = len(rows) + 3.0 * len(groups)
    figure, axis = plt.subplots(figsize=(WIDTH, 0.066 * lines + 1.1))
    axis.set_xscale("log")
    axis.set_xlim(EDGES[0] / 2, EDGES[1] * 2)
    axis.axvspan(EDGES[0] / 2, 1, color=plotting.GREY, alpha=0.12, lw=0)
    axis.axvline(1, color=plotting.GREY, lw=1)
    place = 0.0
    line = {"va": "center", "transform": axis.get_yaxis_transform(), "fontsize": 8.5}
    for experiment, claims in groups.items():
        axis.text(0.0, place, titles.get(str(experiment), str(experiment)), **line)
        place += 1.8
        for row in claims.itertuples():
            _line(axis, row, place)
            place += 1.0
        place += 1.2
    axis.set_ylim(place, -1.2)
    axis.yaxis.set_major_locator(NullLocator())
    axis.xaxis.set_major_locator(LogLocator())
    axis.xaxis.set_minor_locator(NullLocator())
    axis.spines["left"].set_visible(False)
    axis.grid(visible=False)
    axis.set_xlabel("share used of what the statement allows")
    for verdict in reversed(WEAKEST_FIRST):
        marker, colour = MARKS[verdict]
        axis.plot([], [], marker, ms=5, color=colour, label=verdict)
    figure.legend(
        loc="outside lower center", ncols=3, fontsize=8.5, handletextpad=0.1, columnspacing=1.0
    )
    return figure


def _line(axis: Axes, row: object, place: float) -> None:
    """A claim: its interval within the edges, its mark, an arrow's tip where it lies beyond one."""
    verdict, value, low, high = (getattr(row, key) for key in ("verdict", "value", "low", "high"))
    marker, colour = MARKS[verdict]
    if not math.isnan(low):
        axis.hlines(place, *np.clip([low, high], *EDGES), color=colour, lw=1.6)
    # What was not measured stands on the border.
    at = 1.0 if math.isnan(value) else float(np.clip(value, *EDGES))
    hollow = {"mfc": "none"} if math.isnan(low) else {}
    axis.plot([at], [place], marker, ms=4, color=colour, mew=0.8, **hollow)
    for edge, tip, beyond in (
        (EDGES[0] / 1.4, "<", value < EDGES[0]),
        (EDGES[1] * 1.4, ">", value > EDGES[1]),
    ):
        if beyond:
            axis.plot([edge], [place], tip, ms=2.5, color=colour)


def _empty(said: str) -> Figure:
    figure, axis = plt.subplots(figsize=(WIDTH, 0.8))
    axis.axis("off")
    axis.text(0.5, 0.5, said, ha="center", va="center", wrap=True)
    return figure
