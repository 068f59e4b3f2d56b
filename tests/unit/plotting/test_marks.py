"""Intervals, labels and ticks as all figures draw them, and the theme around them."""

import io
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from adcost import plotting
from adcost.palette import METHODS
from adcost.plotting.marks import interval_of_median


@pytest.fixture
def axis():
    with plotting.style():
        figure, axis = plt.subplots(layout="none")
        yield axis
        plt.close(figure)


@pytest.mark.parametrize("horizontal", [False, True])
def test_an_interval_has_its_ends_and_none_where_they_are_not_known(axis, horizontal):
    low, high = [9.0, np.nan], [13.0, np.nan]
    plotting.interval_line(axis, [1, 2], [10.0, 20.0], low, high, horizontal=horizontal)
    (held,) = axis.containers
    own = 0 if horizontal else 1
    ends = [segment[:, own].tolist() for segment in held.lines[2][0].get_segments()]
    assert ends == [[9, 13], [20, 20]]
    assert held.lines[0].get_xydata()[:, own].tolist() == [10, 20]


def _shown(axis):
    axis.figure.canvas.draw()
    return [text for text in axis.get_xticklabels() if text.get_text()]


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("count", [3, 12, 60])
def test_numbers_of_ticks_do_not_touch_and_every_tick_is_there(axis, scale, count):
    places = np.geomspace(1, 4000, count).round(2)
    axis.set(xscale=scale, xlim=(1, 4000))
    plotting.ticks(axis, "x", places)
    assert axis.get_xticks().tolist() == sorted(set(places))
    assert not len(axis.get_xticks(minor=True))
    boxes = [text.get_window_extent() for text in _shown(axis)]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
    assert len(boxes) >= min(count, 3) - (scale == "linear")
    assert _shown(axis)[0].get_text() == "1"


def test_numbers_of_ticks_are_plain(axis):
    axis.set(yscale="log", ylim=(0.5, 2000))
    plotting.ticks(axis, "y", [0.5, 1, 1000, 1000])
    assert [text.get_text() for text in axis.get_yticklabels()] == ["0.5", "1", "1,000"]


def test_a_median_without_an_interval_is_alone():
    assert interval_of_median(pd.Series([3.0, 1.0, 2.0])) == (2, 2)
    assert interval_of_median(pd.Series([1.0, 2, 3, 4, 5, 6])) == (1, 6)


ROWS = pd.DataFrame(
    {
        "method": ["reverse", "reverse", "reverse", "central"] * 2,
        "d": [1] * 4 + [10] * 4,
        "value": [1.0, 3.0, 8.0, 5.0, 10.0, 30.0, 80.0, 50.0],
        "run": [0, 1, 2, 0] * 2,
    }
)
OF = {"central": "central_differences", "reverse": "reverse_mode", "absent": "symbolic"}


def test_lines_have_the_look_and_name_of_their_methods(axis):
    plotting.lines(axis, ROWS, "d", "value", OF, plotting.whole_range)
    lines = {line.get_label(): line for line in axis.lines if not line.get_label().startswith("_")}
    assert set(lines) == {"central differences", "reverse mode"}
    for key in ("central_differences", "reverse_mode"):
        line = lines[METHODS[key].name]
        assert to_hex(line.get_color()) == METHODS[key].colour.lower()
        assert line.get_marker() == METHODS[key].marker
    assert lines["reverse mode"].get_ydata().tolist() == [3, 30]
    segments = [held.lines[2][0].get_segments() for held in axis.containers]
    assert [[1, 1], [1, 8]] in [np.transpose(found[0]).tolist() for found in segments if found]
    assert axis.get_xlabel() == axis.get_ylabel() == ""


def test_runs_have_a_line_each(axis):
    plotting.runs(axis, ROWS, "d", "value", OF, "run")
    found = sorted(line.get_ydata().tolist() for line in axis.lines)
    assert found == [[1, 10], [3, 30], [5, 50], [8, 80]]
    assert {line.get_marker() for line in axis.lines} <= {"", "None"}


def test_labels_that_end_close_together_are_pushed_apart(axis):
    axis.set(xlim=(0, 1), ylim=(0, 1))
    plotting.labels_at_ends(axis, 0.5, [(0.5, "one", "black"), (0.5, "other\nlines", "black")])
    one, other = (text.get_window_extent() for text in axis.texts)
    assert not one.overlaps(other)


def test_the_theme_is_left_with_its_block_and_has_text_that_a_dark_page_can_turn():
    before = dict(plt.rcParams)
    with plotting.style():
        assert {plt.rcParams[f"{part}.color"] for part in ("text", "xtick", "ytick")} == {"black"}
        assert plt.rcParams["svg.fonttype"] == "none"
    assert dict(plt.rcParams) == before


def test_a_label_above_the_axes_is_drawn(axis):
    axis.set(xlim=(0, 1), ylim=(0, 1))
    plotting.label_at_end(axis, 0.5, 1.1, "a line's name", offset=(0, 0))
    buffer = io.StringIO()
    axis.figure.savefig(buffer, format="svg")
    assert "a line" in buffer.getvalue()
