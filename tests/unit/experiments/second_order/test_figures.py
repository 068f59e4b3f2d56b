"""Each figure shows the rows that it names, found again here."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from adcost import palette, plotting
from adcost.experiments.second_order.figures import draw


@pytest.fixture
def figures(plant, monkeypatch, tmp_path):
    """The figures of planted tables, by name, not written."""
    found = {}
    monkeypatch.setattr(plotting, "save", lambda figure, folder, name: found.update({name: figure}))
    draw(plant(), tmp_path)
    yield found
    plt.close("all")


def _lines(axis, colour, marker):
    return [
        line for line in axis.lines if line.get_color() == colour and line.get_marker() == marker
    ]


def _look(method):
    return palette.METHODS[method].colour, palette.METHODS[method].marker


def test_costs_are_drawn_where_a_method_ran_and_bounds_open(figures):
    axis = figures["cost"].axes[0]
    assert axis.get_title("left") == "convex, condition 10"
    (solid, bound) = _lines(axis, *_look("newton"))
    np.testing.assert_allclose(solid.get_xdata(orig=False), [16, 256])
    np.testing.assert_allclose(solid.get_ydata(orig=False), [32, 512])
    np.testing.assert_allclose(bound.get_xdata(orig=False), [4096])
    np.testing.assert_allclose(bound.get_ydata(orig=False), [4096])
    assert bound.get_markerfacecolor() == "white"
    (bfgs,) = _lines(axis, *_look("l_bfgs"))
    np.testing.assert_allclose(bfgs.get_ydata(orig=False), [20, 20, 20])
    dotted = [line for line in axis.lines if line.get_linestyle() == ":"]
    np.testing.assert_allclose(dotted[0].get_xdata(), np.sqrt(2e9))


def test_ratios_are_over_the_best_of_first_order(figures):
    left, right = figures["ratio"].axes
    for axis, counted, timed in ((left, [1.6, 25.6], 3.0), (right, [1.5, 1.5, 1.5], 1.5)):
        solid = _lines(axis, plotting.BLUE, "o")[0]
        np.testing.assert_allclose(solid.get_ydata(orig=False), counted)
        (seconds,) = _lines(axis, plotting.BLUE, "s")
        np.testing.assert_allclose(seconds.get_ydata(orig=False), timed)
    bound = _lines(left, plotting.BLUE, "o")[1]
    np.testing.assert_allclose(bound.get_ydata(orig=False), [4096 / 20])


def test_memory_ends_where_it_is_full(figures):
    (axis,) = figures["memory"].axes
    for method, numbers in (("newton", lambda p: 2 * p**2), ("l_bfgs", lambda p: 28 * p)):
        (marks,) = _lines(axis, *_look(method))
        p = marks.get_xdata(orig=False)
        np.testing.assert_allclose(marks.get_ydata(orig=False), [8 * numbers(x) for x in p])
        (end,) = _lines(axis, palette.METHODS[method].colour, "|")
        assert 8 * numbers(end.get_xdata(orig=False)[0]) == pytest.approx(16e9)
