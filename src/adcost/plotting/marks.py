"""What all figures draw alike: intervals, labels beside what they name, and plain ticks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Annotation, Text

from adcost.palette import DARK, METHODS
from adcost.statistics.intervals import median_interval

Ends = Callable[[pd.Series], tuple[float, float]]
"""The ends of an interval of values, as seaborn's ``errorbar`` takes them."""

CHARACTER, LINE = 0.62, 1.2
"""Width of a digit and height of a line of text, in multiples of the font's size."""


def interval_line(
    axis: Axes,
    at: Any,
    middle: Any,
    low: Any,
    high: Any,
    /,
    **look: Any,
) -> None:
    """Draw ``middle`` (m,) over ``at`` (m,), each with its interval from ``low`` to ``high``.

    Where an end is NaN there is no interval. ``look``: what
    :meth:`matplotlib.axes.Axes.errorbar` takes; with ``horizontal=True`` ``at`` are heights.
    """
    at, middle, low, high = (np.asarray(values, dtype=float) for values in (at, middle, low, high))
    reach = np.nan_to_num([middle - low, high - middle])
    x, y, bars = (middle, at, "xerr") if look.pop("horizontal", False) else (at, middle, "yerr")
    axis.errorbar(x, y, **{bars: reach}, **look)


def label_at_end(
    axis: Axes,
    x: float,
    y: float,
    text: str,
    colour: str = DARK,
    /,
    **options: Any,
) -> Annotation:
    """Write a name beside (x, y), the end of a line, in the line's colour.

    ``options``: ``offset``, how many points to the right and up, (8, 0) by default, and what
    :meth:`matplotlib.axes.Axes.annotate` takes. It is drawn beside the axes as well.
    """
    beside = {"va": "center", "annotation_clip": False}
    options = {"xytext": options.pop("offset", (8, 0)), "fontsize": 8.5, **beside, **options}
    return axis.annotate(text, (x, y), textcoords="offset points", color=colour, **options)


def labels_at_ends(axis: Axes, x: float, labels: Iterable[tuple[float, str, str]]) -> None:
    """Write (y, text, colour) right of ``x``, pushed apart upwards where lines end close together.

    The limits of the axes must be final.
    """
    axis.figure.canvas.draw()
    per_point, taken = axis.figure.dpi / 72, -np.inf
    for y, text, colour in sorted(labels):
        height = 11.5 * (text.count("\n") + 1)
        at = axis.transData.transform((x, y))[1] / per_point
        centre = max(at, taken + height / 2 + 3)
        taken = centre + height / 2
        label_at_end(axis, x, y, text, colour, offset=(12, centre - at), fontsize=8)


def note(axis: Axes, x: float, y: float, text: str, colour: str = DARK, /, **options: Any) -> Text:
    """Write a remark at a place of the panel, which goes from (0, 0) to (1, 1)."""
    options = {"fontsize": 8.5, **options}
    return axis.text(x, y, text, transform=axis.transAxes, color=colour, **options)


def ticks(
    axis: Axes, direction: Literal["x", "y"], places: Iterable[float], form: str = "{:,g}"
) -> None:
    """Ticks at ``places`` alone, as plain numbers; where they would touch, some have no number.

    The scale must be set, and the width of the panel is that before the layout is computed.
    """
    own = axis.xaxis if direction == "x" else axis.yaxis
    places = sorted({float(place) for place in places})
    texts = [form.format(place) for place in places]
    box = axis.get_window_extent()
    points = (box.width if direction == "x" else box.height) * 72 / axis.figure.dpi
    at = own.get_transform().transform(np.array(places))
    low, high = own.get_transform().transform(np.array(sorted(own.get_view_interval())))
    at = at / max(high - low, np.ptp(at), 1e-300) * points
    size = own.get_major_ticks(1)[0].label1.get_fontsize()
    shown: list[str] = []
    taken = -np.inf
    for place, text in zip(at, texts, strict=True):
        half = size * (CHARACTER * (len(text) + 1) if direction == "x" else LINE) / 2
        free = place - half >= taken
        shown.append(text if free else "")
        taken = place + half if free else taken
    own.set_ticks(places, shown)
    own.set_ticks([], minor=True)


def interval_of_median(values: pd.Series) -> tuple[float, float]:
    """The 95 % interval of a median, for seaborn's ``errorbar``; the median twice without one."""
    found = median_interval(values)
    if np.isnan(found.low):
        return found.value, found.value
    return found.low, found.high


def whole_range(values: pd.Series) -> tuple[float, float]:
    """The least and the greatest, for seaborn's ``errorbar``."""
    return values.min(), values.max()


def quartiles(values: pd.Series) -> tuple[float, float]:
    """The lower and the upper quartile, for seaborn's ``errorbar``."""
    return values.quantile(0.25), values.quantile(0.75)


def lines(
    axis: Axes,
    rows: pd.DataFrame,
    x: str,
    y: str,
    methods: Mapping[str, str],
    /,
    errorbar: Ends | None = interval_of_median,
    *,
    marks: bool = True,
    open_marks: bool = False,
    **options: Any,
) -> None:
    """Seaborn's line plot: a line for each of ``methods``, in its colour, with its marker and name.

    ``methods``: what the column ``method`` of ``rows`` has, and the same as
    :data:`adcost.palette.METHODS` has it. The middle is the median over rows of equal ``x``, or
    another ``estimator``; ``errorbar`` gives the ends of its interval. The axes' scales must still
    be linear: on a logarithmic one seaborn averages logarithms. ``options``: what
    :func:`seaborn.lineplot` takes.
    """
    present = [own for own in methods if (rows.method == own).any()]
    looks = {own: METHODS[methods[own]] for own in present}
    rows = rows[rows.method.isin(present)]
    before = len(axis.lines)
    if errorbar and options.get("err_style") != "band":
        options = {"err_style": "bars", "err_kws": {"capsize": 2}, **options}
    # Arrays, since seaborn would write the names of columns beside the axes.
    seaborn.lineplot(
        x=rows[x].to_numpy(),
        y=rows[y].to_numpy(),
        hue=rows.method.to_numpy(),
        hue_order=present,
        palette={own: look.colour for own, look in looks.items()},
        errorbar=errorbar,
        legend=False,
        ax=axis,
        **{"estimator": "median", **options},
    )
    bars = [held for held in axis.containers if isinstance(held, ErrorbarContainer)]
    of_bars = {id(part) for held in bars for part in (held.lines[0], *held.lines[1])}
    named = {look.colour: look for look in looks.values()}
    for line in axis.lines[before:]:
        if id(line) not in of_bars:
            look = named[line.get_color()]
            line.set(label=look.name, marker=look.marker if marks else "")
            line.set(markeredgecolor=look.colour)
            if open_marks:
                line.set_markerfacecolor("none")


def runs(
    axis: Axes,
    rows: pd.DataFrame,
    x: str,
    y: str,
    methods: Mapping[str, str],
    run: str,
    /,
    **options: Any,
) -> None:
    """A line for each method and each value of the column ``run``, as :func:`lines` has them."""
    units = rows[rows.method.isin(list(methods))][run].to_numpy()
    lines(axis, rows, x, y, methods, None, marks=False, estimator=None, units=units, **options)
