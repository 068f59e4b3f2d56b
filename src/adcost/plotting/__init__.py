"""One theme for all figures: repeatable SVG with text kept as text, and the same figure as PDF.

Colours are those of `adcost.palette`; a method has the same colour in every figure. Text and axes
are `currentColor`-like greys that read on light and dark backgrounds; the report adds the dark
style.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import seaborn
import typst
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatterSciNotation

from adcost.number_format import SUPERSCRIPTS, fixed, interval, number
from adcost.palette import (
    BLUE,
    COLOURS,
    DARK,
    GREEN,
    GREY,
    METHODS,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
)
from adcost.plotting.marks import (
    interval_line,
    label_at_end,
    labels_at_ends,
    lines,
    note,
    quartiles,
    runs,
    ticks,
    whole_range,
)
from adcost.results.files import replacing

__all__ = ["BLUE", "COLOURS", "DARK", "FONTS", "GREEN", "GREY", "METHODS", "ORANGE", "PAGE"]
__all__ += ["PURPLE", "SKY", "STYLE", "SUPERSCRIPTS", "VERMILION", "YELLOW", "draw_all", "fixed"]
__all__ += ["in_language", "interval", "interval_line", "label_at_end", "labels_at_ends", "lines"]
__all__ += [
    "note",
    "number",
    "plain_power",
    "quartiles",
    "runs",
    "save",
    "style",
    "ticks",
    "whole_range",
]

FONTS = typst.Fonts(
    include_system_fonts=False, font_paths=[Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
)

PAGE = b"""
#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image(bytes(sys.inputs.drawing), format: "svg")
"""
"""A page as large as the SVG that is its input ``drawing``, as Typst's source."""

STYLE: Mapping[str, object] = {
    "figure.figsize": (6.4, 4.0),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#BBBBBB",
    "grid.linewidth": 0.4,
    "grid.alpha": 0.6,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "errorbar.capsize": 2,
    "patch.force_edgecolor": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "adcost",
    # The report gives black the colour of its text, and backgrounds its own.
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), "black"),
    **dict.fromkeys(("xtick.color", "ytick.color"), "black"),
    **dict.fromkeys(("savefig.facecolor", "figure.facecolor", "axes.facecolor"), "none"),
}
"""What differs from seaborn's theme "ticks" in the size for paper."""


@contextmanager
def style() -> Iterator[None]:
    """The study's theme, and nothing of a user's own, within a ``with`` block.

    A ``matplotlibrc`` may set ``text.usetex`` or the size of labels, which no figure should follow.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        seaborn.set_theme(
            context="paper",
            style="ticks",
            palette=COLOURS,
            font="DejaVu Sans",
            font_scale=10 / 9.6,  # labels of 10 points
            color_codes=False,
            rc=dict(STYLE),
        )
        yield


T = TypeVar("T")

SET_TEXT = Text.set_text


@contextmanager
def as_written() -> Iterator[None]:
    """Within the block texts are kept as they are, whatever the language: code, say."""
    outside = Text.set_text
    Text.set_text = SET_TEXT
    try:
        yield
    finally:
        Text.set_text = outside


@contextmanager
def in_language(translate: Callable[[str], str]) -> Iterator[None]:
    """Within the block every text that a figure or animation is given goes through ``translate``.

    Titles, labels, legends, notes and ticks alike, before they are measured and laid out.
    """
    given = Text.set_text

    def set_text(self: Text, text: object) -> None:
        given(self, translate(text) if isinstance(text, str) else text)

    Text.set_text = set_text
    try:
        yield
    finally:
        Text.set_text = given


def plain_power(label: str) -> str:
    r"""A power of ten as plain text, ``3×10⁻²`` of ``$\mathdefault{3\times10^{-2}}$``."""
    label = re.sub(r"\^\{(.*?)\}", lambda power: power[1].translate(SUPERSCRIPTS), label)
    return re.sub(r"\$|\\mathdefault|[{}]", "", label).replace(r"\times", "×")


def _label_powers_plainly(axis: Axis) -> None:
    """As text and not as formulas, which take long to set."""
    if isinstance(formatter := axis.get_major_formatter(), LogFormatterSciNotation):
        axis.set_major_formatter(lambda value, place: plain_power(formatter(value, place)))


def draw_all(folder: Path | str, data: T, **drawings: Callable[[T], Figure]) -> None:
    """Draw each figure from ``data`` in the study's style, and save it under its keyword."""
    with style():
        for name, drawing in drawings.items():
            save(drawing(data), folder, name)


def save(figure: Figure, folder: Path | str, name: str) -> None:
    """Write ``folder/name.svg`` and ``.pdf``, without dates, atomically, and close the figure."""
    for axes in figure.axes:
        _label_powers_plainly(axes.xaxis)
        _label_powers_plainly(axes.yaxis)
    # The layout is computed once for both files, and not before each drawing.
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine("none")
    with io.StringIO() as file:
        figure.savefig(file, format="svg", metadata={"Date": None})
        drawing = file.getvalue()
    plt.close(figure)
    # Typst sets the drawing in the same fonts as PDF, much faster than a second drawing.
    paper = typst.compile(PAGE, font_paths=FONTS, sys_inputs={"drawing": drawing})
    for suffix, content in (("svg", drawing.encode()), ("pdf", paper)):
        with replacing(Path(folder) / f"{name}.{suffix}") as temporary:
            temporary.write_bytes(content)
