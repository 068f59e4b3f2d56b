"""Each figure of `feedforward` shows the rows that it names, found again here by pandas alone."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.feedforward.figures import draw

from .figure_data import Series, assert_shows, figures, levels, one, points, series, texts
from .recorded import recorded
from .synthetic import changed, put, scattered, where

WIDTHS = [4, 16, 64, 256]
U = 2.0**-53
COLOURS = {
    "loss": plotting.GREY,
    "autodiff": plotting.BLUE,
    "backprop": plotting.GREEN,
    "by_jacobians": plotting.VERMILION,
}


@pytest.fixture(scope="module")
def tables():
    exact = put(0.0, network="small", activation="gelu", method="by_jacobians",
                quantity="error_by_v")  # fmt: skip
    return changed(scattered(recorded("feedforward"), 1), exact)


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


def _together(shown):
    """Several calls of plot as one series."""
    x, y = (np.concatenate([getattr(one, name) for one in shown]) for name in ("x", "y"))
    return Series("", shown[0].colour, "", "", x, y)


@pytest.mark.parametrize(
    ("method", "shift", "label"),
    [
        ("backprop", -0.2, "by hand, contracted"),
        ("by_jacobians", 0.2, "by hand, with the slide's Jacobians"),
    ],
)
def test_both_recursions_have_all_their_differences(tables, drawn, method, shift, label):
    (axis,) = drawn["agreement"].axes
    table = tables["measurements"]
    rows = table[where(table, method=method, quantity=["error_by_w", "error_by_v"])]
    height = rows.network.map({"small": 0, "one-input": 1}) + shift
    dots = [one for one in points(axis) if one.colour == _hex(method)]
    # A difference of exactly zero stands at a quarter of u.
    assert_shows(_together(dots), np.maximum(rows.value, U / 4), height)
    mark = one((s for s in series(axis) if not len(s.x)), label=label)
    assert mark.colour == _hex(method)
    names = [tick.get_text() for tick in axis.get_yticklabels()]
    assert names == ["small: t = 2, b = 2", "one-input: t = 1, b = 1"]


def _hex(method):
    return COLOURS[method].lower()


def test_the_bound_of_each_network_is_ten_times_its_roundings(drawn):
    (axis,) = drawn["agreement"].axes
    bounds = [one for one in series(axis) if one.colour == plotting.GREY.lower()]
    lengths = {0: 26, 1: 11}
    found = {round(one.y.mean()): one.x for one in bounds}
    for place, length in lengths.items():
        np.testing.assert_allclose(found[place], 10 * length * U)
    assert levels(axis, "vertical") == [U]


@pytest.mark.parametrize(
    ("method", "marker", "name"),
    [
        ("loss", "", "the function itself"),
        ("autodiff", "s", "reverse mode"),
        ("backprop", "x", "by hand,\ncontracted"),
        ("by_jacobians", "o", "by hand,\nwith the slide's Jacobians"),
    ],
)
def test_operations_are_each_methods_own(tables, drawn, method, marker, name):
    (axis,) = drawn["operations"].axes
    table = tables["measurements"]
    rows = table[where(table, network="widths", method=method, quantity="operations")]
    shown = one(series(axis), colour=COLOURS[method], marker=marker)
    assert_shows(shown, rows.width, rows.value)
    last = rows.set_index("width").value
    slope = np.log(last[256] / last[64]) / np.log(4)
    (text,) = (t for t in axis.texts if t.get_color() == COLOURS[method])
    said = text.get_text().replace("by hand, contracted", "by hand,\ncontracted")
    ending = "" if method == "autodiff" else f"\nslope {plotting.fixed(slope)}"
    assert said == name + ending and said.replace("hand,\nc", "hand, c") in [
        t.replace("hand,\nc", "hand, c") for t in texts(axis)
    ]
    assert text.xy == (256, last[256])
