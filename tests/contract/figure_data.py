"""The data of a figure, read back from matplotlib's artists, to hold them against the tables.

A line, a bar or a point is chosen by its label, colour, marker or style, never by the order of
drawing. Where not exactly one fits, the error lists what there is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from adcost import plotting


@dataclass(frozen=True)
class Series:
    """A line or a set of points, in data coordinates.

    ``label`` is "" where the legend has none; ``low`` and ``high`` are the ends of the vertical
    error bars, where there are some, else None.
    """

    label: str
    colour: str
    marker: str
    style: str
    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    low: np.ndarray | None = field(default=None, repr=False)
    high: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Bars:
    """The bars of one call: centres, lengths and where they begin, along their own axis."""

    label: str
    colours: tuple[str, ...]
    at: np.ndarray = field(repr=False)
    length: np.ndarray = field(repr=False)
    base: np.ndarray = field(repr=False)

    @property
    def colour(self) -> str:
        """The colour of all of them, "" where they differ."""
        return self.colours[0] if len(set(self.colours)) == 1 else ""


def figures(draw: Callable[..., None], *arguments: object) -> dict[str, Figure]:
    """What ``draw(*arguments, folder)`` saves, by name, without writing it (which takes long)."""
    found: dict[str, Figure] = {}

    def keep(figure: Figure, folder: object, name: str) -> None:
        assert name not in found, f"{name} is drawn twice"
        found[name] = figure
        plt.close(figure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plotting, "save", keep)
        draw(*arguments, "nowhere")
    return found


def panel(figure: Figure, title: str) -> Axes:
    """The one panel whose title, or else label of the vertical axis, holds ``title``."""
    axes = [
        axis
        for axis in figure.axes
        if title in axis.get_title() + axis.get_title("left") + axis.get_ylabel()
    ]
    assert len(axes) == 1, f"{len(axes)} panels of {title!r}"
    return axes[0]


def series(axis: Axes) -> list[Series]:
    """All lines and sets of points in data coordinates, with their error bars.

    Seaborn draws a line and its bars apart: they are one where colour and data are the same.
    """
    bars = [held for held in axis.containers if isinstance(held, ErrorbarContainer)]
    caps = {id(cap) for held in bars for cap in held.lines[1]}
    ends = {id(held.lines[0]): held for held in bars}
    lines = [
        line
        for line in axis.lines
        if id(line) not in caps
        and line.get_transform().contains_branch(axis.transData)
        and _level(axis, line) is None
    ]
    hidden = [line for line in lines if id(line) in ends and not _visible(line)]
    for own in hidden:
        drawn = [line for line in lines if line not in hidden and _same_data(line, own)]
        assert len(drawn) == 1, f"{len(drawn)} lines of the error bars of {own}"
        ends[id(drawn[0])] = ends[id(own)]
    return [_series(line, ends.get(id(line))) for line in lines if line not in hidden]


def _visible(line: Line2D) -> bool:
    return bool(_plain(line.get_marker()) or _plain(line.get_linestyle()))


def _same_data(one: Line2D, other: Line2D) -> bool:
    return (
        _hex(one.get_color()) == _hex(other.get_color())
        and one.get_xydata().shape == other.get_xydata().shape
        and np.allclose(one.get_xydata(), other.get_xydata(), rtol=1e-12, equal_nan=True)
    )


def _series(line: Line2D, held: ErrorbarContainer | None) -> Series:
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    low = high = None
    label = line.get_label()
    if held is not None:
        label = _label(held.get_label()) or label
        if held.has_yerr:
            segments = held.lines[2][-1].get_segments()
            low, high = (np.array([s[end][1] for s in segments], dtype=float) for end in (0, 1))
    return Series(
        _label(label), _hex(line.get_color()), _plain(line.get_marker()),
        _plain(line.get_linestyle()), x, y, low, high,
    )  # fmt: skip


def _level(axis: Axes, line: Line2D) -> tuple[str, float] | None:
    """What `axhline` or `axvline` has drawn: the direction and the place."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    if line.get_transform() == axis.get_yaxis_transform(which="grid"):
        return "horizontal", float(y[0])
    if line.get_transform() == axis.get_xaxis_transform(which="grid"):
        return "vertical", float(x[0])
    return None


def levels(axis: Axes, direction: str = "horizontal") -> list[float]:
    """Where `axhline` (or, ``"vertical"``, `axvline`) drew a line, in order of the value."""
    found = (_level(axis, line) for line in axis.lines)
    return sorted(place[1] for place in found if place is not None and place[0] == direction)


def bars(axis: Axes) -> list[Bars]:
    """The bars of every call of `bar` and `barh`."""
    found = []
    for held in axis.containers:
        if isinstance(held, BarContainer):
            upright = held.orientation == "vertical"
            boxes = [
                (p.get_x(), p.get_width(), p.get_y(), p.get_height())
                if upright
                else (p.get_y(), p.get_height(), p.get_x(), p.get_width())
                for p in held.patches
            ]
            start, thick, base, length = np.array(boxes, dtype=float).reshape(-1, 4).T
            colours = tuple(_hex(p.get_facecolor()) for p in held.patches)
            found.append(Bars(_label(held.get_label()), colours, start + thick / 2, length, base))
    return found


def points(axis: Axes) -> list[Series]:
    """What `scatter` drew, a series for each colour of each call."""
    found = []
    for held in axis.collections:
        if isinstance(held, PathCollection):
            xy = np.asarray(held.get_offsets(), dtype=float)
            faces = held.get_facecolors() if len(held.get_facecolors()) else held.get_edgecolors()
            colours = np.array([_hex(face) for face in faces])
            colours = np.broadcast_to(colours, len(xy)) if len(colours) == 1 else colours
            for colour in dict.fromkeys(colours.tolist()):
                x, y = xy[colours == colour].T
                found.append(Series(_label(held.get_label()), colour, "scatter", "", x, y))
    return found


def bands(axis: Axes) -> list[Series]:
    """What `fill_between` drew: ``low`` and ``high`` at every x."""
    found = []
    for held in axis.collections:
        if isinstance(held, PolyCollection) and held.get_paths():
            corners = held.get_paths()[0].vertices
            x = np.unique(corners[:, 0])
            ends = [corners[corners[:, 0] == at, 1] for at in x]
            low, high = (np.array([end(e) for e in ends]) for end in (np.min, np.max))
            colour = _hex(held.get_facecolor()[0])
            found.append(Series(_label(held.get_label()), colour, "", "", x, high, low, high))
    return found


def texts(axis: Axes) -> list[str]:
    """What is written in a panel, without its axes' labels."""
    return [text.get_text() for text in axis.findobj(Text) if text in axis.texts]


def one(found: Iterable[Series | Bars], **wanted: object):
    """The one whose fields are as ``wanted`` (a colour in any of matplotlib's forms)."""
    found = list(found)
    if "colour" in wanted:
        wanted["colour"] = _hex(wanted["colour"])
    names = {f.name for item in found for f in fields(item)} | {"colour"}
    assert set(wanted) <= names, f"no field {sorted(set(wanted) - names)}"
    fitting = [
        item
        for item in found
        if all(getattr(item, name) == value for name, value in wanted.items())
    ]
    assert len(fitting) == 1, f"{len(fitting)} of {wanted} among {found}"
    return fitting[0]


def assert_shows(
    shown: Series, x: Iterable[float], y: Iterable[float], low=None, high=None
) -> None:
    """The data of ``shown`` are these, whatever their order; with ``low`` its error bars too."""
    columns = {"x": x, "y": y, "low": low, "high": high}
    columns = {k: np.asarray(list(v), dtype=float) for k, v in columns.items() if v is not None}
    got = np.stack([getattr(shown, name) for name in columns])
    expected = np.stack(list(columns.values()))
    assert got.shape == expected.shape, f"{got.shape[1]} points shown, not {expected.shape[1]}"
    got, expected = (table[:, np.lexsort(table[::-1])] for table in (got, expected))
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-300, err_msg=repr(shown))


def _label(label: object) -> str:
    return "" if str(label).startswith("_") else str(label)


def _plain(name: object) -> str:
    return "" if str(name).lower() in ("none", "", " ") else str(name)


def _hex(colour: object) -> str:
    return to_hex(colour)
