"""What `figure_data` reads back is what was drawn."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from adcost import plotting

from .figure_data import (
    assert_shows,
    bands,
    bars,
    figures,
    levels,
    one,
    panel,
    points,
    series,
    texts,
)  # fmt: skip


@pytest.fixture
def axis():
    figure, axis = plt.subplots()
    yield axis
    plt.close(figure)


def test_lines_are_told_apart_by_label_colour_marker_and_style(axis):
    axis.plot([1, 2], [3, 4], "o-", color=plotting.BLUE, label="a")
    axis.plot([1, 2], [5, 6], ":", color=plotting.BLUE)
    axis.axhline(7)
    axis.axvline(8)
    assert_shows(one(series(axis), colour=plotting.BLUE, marker="o"), [2, 1], [4, 3])
    assert_shows(one(series(axis), label="", style=":"), [1, 2], [5, 6])
    assert levels(axis) == [7] and levels(axis, "vertical") == [8]
    with pytest.raises(AssertionError, match="2 of"):
        one(series(axis), colour=plotting.BLUE)
    with pytest.raises(AssertionError, match="Not equal"):
        assert_shows(one(series(axis), label="a"), [1, 2], [4, 3])
    with pytest.raises(AssertionError, match="2 points shown"):
        assert_shows(one(series(axis), label="a"), [1], [3])


def test_error_bars_keep_their_ends(axis):
    axis.errorbar([1, 2], [10, 20], yerr=[[1, 2], [3, 4]], fmt="s", color="red", label="a")
    shown = one(series(axis), label="a", marker="s")
    assert_shows(shown, [1, 2], [10, 20], [9, 18], [13, 24])
    assert len(series(axis)) == 1


def test_bars_points_bands_and_texts(axis):
    axis.barh([0, 1], [5, 6], color=["red", "blue"], left=[1, 2])
    axis.scatter([1, 2], [3, 4], color=["red", "blue"])
    axis.fill_between([1, 2, 3], [0, 1, 2], [4, 5, 6], color="green")
    axis.text(0, 0, "said")
    (held,) = bars(axis)
    np.testing.assert_array_equal([held.at, held.length, held.base], [[0, 1], [5, 6], [1, 2]])
    assert held.colours == ("#ff0000", "#0000ff") and held.colour == ""
    assert_shows(one(points(axis), colour="blue"), [2], [4])
    (band,) = bands(axis)
    assert_shows(band, [1, 2, 3], [4, 5, 6], [0, 1, 2], [4, 5, 6])
    assert texts(axis) == ["said"]


def test_figures_are_kept_by_name_and_panels_found_by_title():
    def draw(text, folder):
        for name in ("first", "second"):
            figure, axis = plt.subplots()
            axis.set(title=f"{text} of the {name}")
            plotting.save(figure, folder, name)

    drawn = figures(draw, "panel")
    assert list(drawn) == ["first", "second"]
    assert panel(drawn["second"], "panel of") is drawn["second"].axes[0]
