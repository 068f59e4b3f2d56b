"""Each figure of `gradient` shows the rows that it names, found again here by pandas alone."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.gradient.figures import draw

from .figure_data import assert_shows, figures, levels, one, panel, series, texts
from .recorded import recorded
from .synthetic import scattered, where

LABELS = {
    "central_difference": ("central differences", plotting.PURPLE),
    "forward_difference": ("forward differences", plotting.VERMILION),
    "forward_columns": ("forward mode, one by one", plotting.GREEN),
    "forward_batched": ("forward mode, batched", plotting.ORANGE),
    "reverse": ("reverse mode", plotting.BLUE),
}
FUNCTIONS = {"sum_of_squares": ("sum of squares", "o"), "mds": ("scaling (mds)", "D")}


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("gradient"), 1)


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


def _operations(tables, point, method):
    """Dimensions, and a method's operations over those of the function."""
    table = tables["measurements"]
    each, loss = (
        table[where(table, point=point, method=name, quantity="operations")].set_index("dimension")
        for name in (method, "loss")
    )
    ratio = (each.value / loss.value).sort_index()
    return ratio.index, ratio


def _seconds(tables, point, method):
    """Dimensions, and the least, middle and greatest of the six rounds' ratios."""
    table = tables["timings"]
    rows = table[where(table, point=point, method=method)]
    found = []
    for dimension in sorted(set(rows.dimension)):
        each, loss = (
            table[where(table, point=point, method=name, dimension=dimension)]
            .sort_values("repeat")
            .seconds.to_numpy()
            for name in (method, "loss")
        )
        found.append((dimension, *np.quantile(each / loss, [0, 0.5, 1])))
    return np.array(found).T


def test_every_method_is_counted_on_every_function(tables, drawn):
    (axis,) = drawn["methods"].axes
    for point, (_, marker) in FUNCTIONS.items():
        for method, (_, colour) in LABELS.items():
            shown = one(series(axis), colour=colour, marker=marker)
            assert_shows(shown, *_operations(tables, point, method))
    assert levels(axis) == [5]


def test_the_names_of_the_methods_have_their_colours(drawn):
    (axis,) = drawn["methods"].axes
    for name, colour in LABELS.values():
        (text,) = (text for text in axis.texts if text.get_text() == name)
        assert text.get_color() == colour
    marks = {handle.get_label(): handle.get_marker() for handle in axis.get_legend().legend_handles}
    assert marks == dict(FUNCTIONS.values())


@pytest.mark.parametrize("point", FUNCTIONS)
def test_every_method_is_timed_in_the_panel_of_its_function(tables, drawn, point):
    axis = panel(drawn["seconds"], FUNCTIONS[point][0])
    for method, (name, colour) in LABELS.items():
        dimensions, low, middle, high = _seconds(tables, point, method)
        shown = one(series(axis), label=name, colour=colour)
        assert_shows(shown, dimensions, middle, low, high)
    assert levels(axis) == [5]


@pytest.mark.parametrize("point", FUNCTIONS)
def test_value_and_gradient_together_are_shown_for_each_function(tables, drawn, point):
    name, marker = FUNCTIONS[point]
    counted = panel(drawn["functions"], "counted: operations")
    timed = panel(drawn["functions"], "timed: seconds")
    shown = one(series(counted), label=name, marker=marker)
    assert_shows(shown, *_operations(tables, point, "reverse"))
    dimensions, low, middle, high = _seconds(tables, point, "reverse")
    assert_shows(one(series(timed), colour=shown.colour), dimensions, middle, low, high)
    for axis in (counted, timed):
        assert levels(axis) == [1, 5]
    assert "bound: 5 operations" in texts(counted)


def test_a_study_of_one_function_has_one_panel_and_no_other_lines(tables):
    points = ["mds", "tape", "writing"]  # The last two, only counted, are part of every study.
    one_function = {name: table[table.point.isin(points)] for name, table in tables.items()}
    drawn = figures(draw, one_function)
    assert [a.get_title("left") for a in drawn["seconds"].axes if a.axison] == ["scaling (mds)"]
    assert {s.marker for s in series(drawn["methods"].axes[0])} == {"D"}
    assert [s.label for s in series(panel(drawn["functions"], "counted"))] == ["scaling (mds)"]
