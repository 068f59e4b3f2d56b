"""A sweep as a sequence of drawings: small multiples for the page, and a film."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost.experiments.graph_traces import drawing
from adcost.experiments.graph_traces.drawing import COLOURS, Graph
from adcost.experiments.graph_traces.labels import step_labels
from adcost.plotting import animation

COLUMNS = 2
SIZE, DPI, FRAMES_PER_SECOND, FRAMES_A_STEP = (9.6, 5.4), 100, 2, 4
CONTROLS = 0.16
"""The share of a film's height that a player's controls cover."""


def panels(graph: Graph, sweep: pd.DataFrame) -> Figure:
    """The graph before the sweep, then a panel a step."""
    steps = sorted(sweep.step.unique())
    rows = -(-(len(steps) + 1) // COLUMNS)
    width, height = drawing.extent(graph)
    panel = 4.8 * height / width + 0.5
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(4.8 * COLUMNS, panel * rows), squeeze=False)
    figure.get_layout_engine().set(h_pad=0.12)
    for axis in axes.flat:
        axis.axis("off")
    for axis, step in zip(axes.flat, [-1, *steps], strict=False):
        _panel(axis, graph, sweep, step, 8)
    return figure


def film(graph: Graph, sweep: pd.DataFrame, folder: Path | str, name: str) -> None:
    """Write ``name.mp4``, some seconds a step, and its poster ``name.png``, the end."""
    white = {"figure.facecolor": "white", "axes.facecolor": "white", "savefig.facecolor": "white"}
    with plt.rc_context(white | {"figure.dpi": DPI}):
        figure, axis = plt.subplots(figsize=SIZE)
        figure.get_layout_engine().set(rect=(0, CONTROLS, 1, 1 - CONTROLS))

        def images() -> Iterator[np.ndarray]:
            for step in [-1, *sorted(sweep.step.unique())]:
                axis.clear()
                _panel(axis, graph, sweep, step, 12)
                yield from [animation.pixels(figure)] * FRAMES_A_STEP

        animation.encode(images(), Path(folder) / f"{name}.mp4", FRAMES_PER_SECOND)
        animation.save_poster(figure, Path(folder) / f"{name}.png")
        plt.close(figure)


def _panel(axis: Axes, graph: Graph, sweep: pd.DataFrame, step: int, size: float) -> None:
    """The graph after ``step`` (−1: before the first), with the slide's formulas above it."""
    mode = "reverse" if sweep.sweep.iloc[0] == "reverse" else "forward"
    done, now = sweep[sweep.step <= step], sweep[sweep.step == step]
    derivatives = dict(zip(done.node, done.derivative, strict=True))
    drawing.draw(axis, graph, mode, derivatives, set(now.node), size=size)
    before = (
        "before the sweep" if mode == "forward" else "after the forward pass: all values are stored"
    )
    lines = step_labels(now) if len(now) else [before]
    for k, line in enumerate(reversed(lines)):
        derivative = len(now) and (mode == "reverse" or k == 0)
        axis.annotate(
            line,
            (0, 1),
            (0, 2 + 1.5 * size * k),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=size + 0.5,
            va="bottom",
            color=COLOURS[mode] if derivative else drawing.INK,
        )
