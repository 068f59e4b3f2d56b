"""The picture of a function's source as a figure, for the report: see `source_picture`."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from adcost.palette import BLUE, VERMILION
from adcost.price.source_picture import LEFT_OUT, Row, excerpts, file_name, numbers_of, shortened

CODE_FAMILY = ["DejaVu Sans Mono", "DejaVu Sans"]
CHARACTERS = 64
"""Of a line of source, in a figure."""


def figure(table: pd.DataFrame) -> Figure:
    """A matplotlib figure: a bar beneath each line of source; to be drawn in the report's style.

    As narrow as its text is wide, so that it can be read on a phone. Its height follows the number
    of lines.
    """
    parts = excerpts(table)
    rows = [row for part in parts for row in (Row(-1, file_name(part.file)), *part.rows)]
    largest = max((max(row.value, row.gradient) for row in rows), default=0) or 1.0
    made = Figure(figsize=(6.0, 0.24 * len(rows) + 0.35), layout="none")
    axes = made.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, 1), ylim=(len(rows) + 1.2, -0.2))
    axes.axis("off")
    mono = {"family": CODE_FAMILY, "fontsize": 7.5, "va": "baseline"}
    for place, row in enumerate(rows, 1):
        _draw_row(axes, row, place - 0.25, largest, mono)
    below = len(rows) + 0.75
    key = (
        (0.07, BLUE, "the function"),
        (0.3, VERMILION, "what value and gradient take more, in evaluations"),
    )
    for x, colour, words in key:
        axes.barh(below, 0.02, height=0.3, left=x, color=colour)
        axes.text(x + 0.03, below + 0.15, words, fontsize=7.5)
    return made


def _draw_row(axes: Any, row: Row, at: float, largest: float, mono: dict[str, Any]) -> None:
    if row.line < 0:
        axes.text(0.0, at, row.source, fontsize=8, weight="bold")
        for x, words in ((0.8, "value"), (0.9, "gradient"), (1.0, "kept")):
            axes.text(x, at, words, fontsize=7.5, ha="right")
        return
    axes.text(0.05, at, str(row.line or LEFT_OUT), ha="right", color="#7F7F7F", **mono)
    axes.text(0.07, at, shortened(row.source, CHARACTERS), parse_math=False, **mono)
    if not row.priced:
        return
    for x, words in zip((0.8, 0.9, 1.0), numbers_of(row), strict=True):
        axes.text(x, at, words, fontsize=7.5, ha="right")
    inner, outer = row.value / largest, max(row.value, row.gradient) / largest
    axes.barh(at + 0.17, 0.6 * inner, height=0.14, left=0.07, color=BLUE)
    axes.barh(
        at + 0.17, 0.6 * (outer - inner), height=0.14, left=0.07 + 0.6 * inner, color=VERMILION
    )
