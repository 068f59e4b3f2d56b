"""The animation of `mds`, gradient descent beside Nelder–Mead, and names on maps."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from adcost import palette, plotting
from adcost.plotting import animation

METHODS = ("gradient_descent", "l_bfgs", "two_point", "central_differences", "nelder_mead")
LOOKS = {method: palette.METHODS[method] for method in METHODS}

SIZE, DPI, FRAMES_PER_SECOND, HOLD = (9.6, 5.0), 100, 12, 24
LIMITS = 1.45
"""Half the window, in multiples of the true map's extent: a start may spread wider."""

ANGLES = (0, 180, 90, 270, 45, 135, 225, 315, 20, 160, 200, 340)
SLOTS = [(angle, distance) for distance in (7, 15, 24, 34) for angle in ANGLES]


def animate(frames: pd.DataFrame, maps: pd.DataFrame, shown: str, folder: Path | str) -> None:
    """Write ``recovery.mp4`` and its poster ``recovery.png`` (the frame in the middle)."""
    rows = frames[frames.point == shown]
    truth = maps[(maps.point == shown) & (maps.method == "gradient_descent")]
    last = int(rows.frame.max())
    white = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    with plt.rc_context(dict.fromkeys(white, "white") | {"figure.dpi": DPI}):
        figure, movers = _stage(truth)
        moving = [
            artist
            for points, strings, counter, _ in movers.values()
            for artist in (*strings, points, counter)
        ]
        for artist in moving:
            artist.set_animated(True)
        figure.canvas.draw()
        background = figure.canvas.copy_from_bbox(figure.bbox)

        def images() -> Iterator[np.ndarray]:
            for frame in range(last + 1):
                _move(movers, rows[rows.frame == frame])
                image = animation.redrawn(figure, background, moving)
                yield image
            # The last picture stands for a while before a player starts again.
            for _ in range(HOLD):
                yield image

        animation.encode(images(), Path(folder) / "recovery.mp4", FRAMES_PER_SECOND)
        for artist in moving:
            artist.set_animated(False)
        _move(movers, rows[rows.frame == (last + 1) // 2])
        animation.save_poster(figure, Path(folder) / "recovery.png")
        plt.close(figure)


def _stage(truth: pd.DataFrame) -> tuple[Figure, dict[str, Any]]:
    """The unmoving part, and what moves: points, strings and counters of each method."""
    figure, axes = plt.subplots(1, 2, figsize=SIZE, layout="none")
    figure.subplots_adjust(0.01, 0.02, 0.99, 0.84, 0.02)
    true = truth[["true_x_km", "true_y_km"]].to_numpy()
    middle = (true.max(0) + true.min(0)) / 2
    # The window is wider than high; both ways it must hold the whole map.
    half = LIMITS * max(np.ptp(true[:, 0]) / 2 / 1.14, np.ptp(true[:, 1]) / 2)
    movers = {}
    for axis, method in zip(axes, ("gradient_descent", "nelder_mead"), strict=True):
        axis.set(xticks=[], yticks=[], ylim=(middle[1] - half, middle[1] + half))
        axis.set_xlim(middle[0] - 1.14 * half, middle[0] + 1.14 * half)
        for spine in axis.spines.values():
            spine.set_visible(True)
            spine.set_color("#CCCCCC")
        axis.plot(*true.T, "o", ms=9, mfc="none", mew=1.1, color=plotting.GREY)
        figure.canvas.draw()
        label_cities(axis, true[:, 0], true[:, 1], truth.city, true, size=7.5)
        look = LOOKS[method]
        strings = [axis.plot([], [], lw=0.7, alpha=0.5, color=look.colour)[0] for _ in true]
        (points,) = axis.plot([], [], "o", ms=5.5, color=look.colour)
        plotting.note(axis, 0, 1.11, look.name, look.colour, fontsize=12, weight="bold")
        counter = plotting.note(axis, 0, 1.03, "", "black", fontsize=10.5)
        movers[method] = (points, strings, counter, true)
    return figure, movers


def _move(movers: dict[str, Any], rows: pd.DataFrame) -> None:
    for method, (points, strings, counter, true) in movers.items():
        now = rows[rows.method == method]
        positions = now[["x_km", "y_km"]].to_numpy()
        points.set_data(*positions.T)
        for string, here, there in zip(strings, positions, true, strict=True):
            string.set_data(*np.stack([here, there], 1))
        spent, excess = now.evaluations.iloc[0], max(float(now.relative_excess.iloc[0]), 1e-12)
        counter.set_text(
            f"{spent:,.0f} evaluations of the loss,  excess {plotting.number(excess, 2)}"
        )


def label_cities(
    axis: Axes,
    x: Sequence[float],
    y: Sequence[float],
    names: Sequence[str],
    marks: np.ndarray,
    size: float = 8,
) -> None:
    """Write each name beside its point (x, y), where it covers no other name and no mark.

    ``marks`` (m, 2): further points to keep free, in data units. The axis must have been laid out.
    """
    renderer = axis.figure.canvas.get_renderer()
    points = axis.transData.transform(np.column_stack([x, y]))
    obstacles = np.concatenate([points, axis.transData.transform(marks)])
    scale, frame = axis.figure.dpi / 72, axis.get_window_extent(renderer)
    taken: list[Bbox] = []
    for point, name in zip(points, names, strict=True):
        best: Any = None
        cost = np.inf
        for angle, distance in SLOTS:
            direction = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
            place = axis.transData.inverted().transform(point)
            text = plotting.label_at_end(
                axis,
                place[0],
                place[1],
                name,
                "black",
                offset=distance * direction,
                fontsize=size,
                ha=_side(direction[0], "left", "right"),
                va=_side(direction[1], "bottom", "top"),
            )
            box = text.get_window_extent(renderer).padded(1.0)
            covered = sum(box.overlaps(other) for other in taken)
            hidden = sum(box.padded(3.5 * scale).contains(*mark) for mark in obstacles)
            across = frame.x0 <= box.x0 and box.x1 <= frame.x1
            outside = not (across and frame.y0 <= box.y0 and box.y1 <= frame.y1)
            price = 10 * covered + 4 * hidden + 6 * outside + distance / 30
            if price < cost:
                if best is not None:
                    best.remove()
                best, cost = text, price
            else:
                text.remove()
            if cost < 0.3:
                break
        taken.append(best.get_window_extent(renderer).padded(1.0))


def _side(component: float, positive: str, negative: str) -> str:
    if abs(component) < 0.3:
        return "center"
    return positive if component > 0 else negative
