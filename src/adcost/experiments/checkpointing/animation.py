"""Animate schedules on one chain, node by node, from their own events."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from adcost import plotting
from adcost.palette import METHODS
from adcost.plotting import animation
from adcost.results.files import replacing

SHOWN = {
    method: METHODS[method].name for method in ("store_all", "segments", "halving", "recompute_all")
}
KEPT, HERE, WAITING, GONE = plotting.BLUE, plotting.ORANGE, "#FFFFFF", "#DDDDDD"
CONTROLS = 0.6
"""Inches at the bottom that a player's controls cover."""

FRAMES_PER_SECOND = 5
Moment = tuple[set[int], int, int, int]
"""The states kept, the state at hand, the layers gone back and those computed forward."""

HOLD = 8
"""Frames for which the end is shown."""


def draw(measured: pd.DataFrame, folder: Path | str) -> None:
    """Write ``schedules.mp4`` and its poster, a moment half-way, ``schedules.png``.

    One event a frame for every schedule, so the slower ones go on when the others have ended.
    """
    rows = measured[measured.model == "animation"]
    methods = [method for method in SHOWN if (rows.method == method).any()]
    moments = {method: _moments(rows[rows.method == method]) for method in methods}
    length = int(rows.setting.iloc[0])
    longest = max(len(frames) for frames in moments.values())
    with plotting.style():
        height = 1.3 * len(methods) + CONTROLS
        figure, axes = plt.subplots(len(methods), 1, figsize=(8, height), dpi=96)
        figure.get_layout_engine().set(rect=(0, CONTROLS / height, 1, 1 - CONTROLS / height))
        figure.patch.set_facecolor("white")
        rows_of = [_Row(axis, length) for axis in np.atleast_1d(axes)]

        def show(frame: int) -> None:
            for row, (method, frames) in zip(rows_of, moments.items(), strict=True):
                row.show(SHOWN[method], frames, frame, length)

        show(len(moments[methods[0]]) // 2)
        with replacing(Path(folder) / "schedules.png") as temporary:
            figure.savefig(temporary, format="png", facecolor="white", metadata={"Software": None})
        artists = [artist for row in rows_of for artist in row.artists]
        for artist in artists:
            artist.set_animated(True)
        figure.canvas.draw()
        background = figure.canvas.copy_from_bbox(figure.bbox)

        def images() -> Iterator[np.ndarray]:
            for frame in [*range(longest), *[longest - 1] * HOLD]:
                show(frame)
                image = animation.redrawn(figure, background, artists)
                yield image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]

        animation.encode(images(), Path(folder) / "schedules.mp4", FRAMES_PER_SECOND)
        plt.close(figure)


def _moments(rows: pd.DataFrame) -> list[Moment]:
    """The moment after each event."""
    kept = rows[rows.quantity == "kept"].groupby("size").value.agg(lambda v: {int(k) for k in v})
    others = rows[rows.quantity != "kept"].pivot(index="size", columns="quantity", values="value")
    return [
        (kept.get(index, set()), int(row.state), int(row.backward), int(row.forwards))
        for index, row in others.sort_index().iterrows()
    ]


class _Row:
    """One schedule's chain: states x_0 … x_{n−1} as circles, and what has been counted."""

    def __init__(self, axis: Axes, length: int) -> None:
        axis.set_axis_off()
        axis.set(xlim=(-0.8, length - 0.2), ylim=(-1, 1))
        axis.plot([0, length - 1], [0, 0], color="#BBBBBB", lw=1, zorder=0)
        for k in range(length):
            axis.text(k, -0.72, str(k), ha="center", va="center", fontsize=8, color="#555555")
        self.circles = axis.scatter(range(length), np.zeros(length), s=330, zorder=2)
        self.text = axis.text(-0.6, 0.68, "", fontsize=10, va="bottom", color="#222222")
        self.artists = (self.circles, self.text)

    def show(self, name: str, frames: list[Moment], frame: int, length: int) -> None:
        """The moment after an event, or the last one when there are no more."""
        kept, state, backward, forwards = frames[min(frame, len(frames) - 1)]
        peak = max(len(moment[0]) for moment in frames[: frame + 1])
        ended = "  –  done" if frame >= len(frames) - 1 else ""
        self.text.set_text(
            f"{name}:  {len(kept)} kept (at most {peak}),  {forwards} forward, "
            f"{backward} of {length} back{ended}"
        )
        faces = [
            GONE if k >= length - backward else KEPT if k in kept else WAITING
            for k in range(length)
        ]
        here = [k == state and not ended for k in range(length)]
        self.circles.set_facecolors(faces)
        self.circles.set_edgecolors([HERE if at else "#666666" for at in here])
        self.circles.set_linewidths([3.5 if at else 0.8 for at in here])
