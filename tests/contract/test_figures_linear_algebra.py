"""The figures of `linear_algebra` show the rows of the problem and the way that they name."""

import numpy as np
import pytest

from adcost.experiments.linear_algebra import figures

from . import tables_linear_algebra as made
from .figure_data import assert_shows, one, panel, series
from .figure_data import figures as drawn
from .synthetic import changed, put, scattered, value

WAYS = {
    "rule": "formula", "library": "AD of the library", "factorisation": "AD through LU",
    "elimination": "AD through elimination", "normal_equations": "AD of normal equations",
    "values": "AD, singular values", "vectors": "AD, singular vectors",
    "difference": "central differences",
}  # fmt: skip
PANELS = {"solve": "x = A⁻¹b", "least_squares": "least squares",
          "nuclear_norm": "sum of singular values"}  # fmt: skip
TIMED = ("rule", "library", "factorisation", "elimination")


@pytest.fixture(scope="module")
def tables():
    return scattered(made.make(), seed=1)


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


@pytest.mark.parametrize("problem", PANELS)
def test_accuracy_shows_the_median_and_range_of_the_matrixs_adjoint(shown, tables, problem):
    axis = panel(shown["accuracy"], PANELS[problem])
    rows = tables["measurements"]
    rows = rows[(rows.problem == problem) & (rows.argument == "a")]
    rows = rows[rows.quantity == "relative_error"]
    assert {s.label for s in series(axis)} == {
        *(WAYS[method] for method in made.METHODS[problem]), "n·κ·u",
    }  # fmt: skip
    for method in made.METHODS[problem]:
        own = [rows.value[(rows.method == method) & (rows.condition == condition)]
               for condition in made.CONDITIONS]  # fmt: skip
        assert_shows(one(series(axis), label=WAYS[method]), made.CONDITIONS, map(np.median, own),
                     map(min, own), map(max, own))  # fmt: skip
    unit = [6 * condition * 2.0**-53 for condition in made.CONDITIONS]
    assert_shows(one(series(axis), label="n·κ·u"), made.CONDITIONS, unit)


def test_an_error_of_zero_is_drawn_at_a_tenth_of_the_roundoff():
    none = put(0.0, problem="solve", method="rule", quantity="relative_error")
    figure = drawn(figures.draw, changed(made.make(), none))["accuracy"]
    line = one(series(panel(figure, PANELS["solve"])), label="formula")
    np.testing.assert_allclose(line.y, 2.0**-53 / 10)


@pytest.mark.parametrize("method", TIMED)
def test_cost_is_each_way_over_the_value(shown, tables, method):
    counted, timed = panel(shown["cost"], "counted"), panel(shown["cost"], "timed")
    bars = one(series(timed), label=WAYS[method])
    ratios = []
    for size in made.SIZES:
        own = tables["timings"][tables["timings"]["size"] == size]
        wide = own.pivot(index="repeat", columns="method", values="seconds")
        ratios.append(wide[method] / wide.value)
    assert_shows(bars, made.SIZES, map(np.median, ratios), map(min, ratios), map(max, ratios))
    counts = [
        value(tables["measurements"], size=n, method=method, quantity="operations")
        / value(tables["measurements"], size=n, method="value", quantity="operations")
        for n in made.SIZES
    ]
    assert_shows(one(series(counted), colour=bars.colour), made.SIZES, counts)


@pytest.mark.parametrize(("side", "quantity"), [("relative error", "error"), ("rank", "rank")])
def test_recovery_shows_every_draw_and_their_median(shown, tables, side, quantity):
    axis, legend = panel(shown["recovery"], side), panel(shown["recovery"], "relative error")
    rows = tables["measurements"]
    rows = rows[(rows.point == "recovery") & (rows.quantity == quantity)]
    for method, label in (("no_regulariser", "no regulariser"), ("subgradient", "subgradient"),
                          ("proximal", "proximal step")):  # fmt: skip
        colour = one(series(legend), label=label).colour
        lines = [s for s in series(axis) if s.colour == colour]
        own = rows[rows.method == method].pivot(index="step", columns="draw", values="value")
        expected = np.vstack([own.to_numpy().T, own.median(axis=1)])
        assert all((line.x == own.index).all() for line in lines)
        got = np.array([line.y for line in lines])
        assert got.shape == expected.shape
        np.testing.assert_allclose(got[np.lexsort(got.T)], expected[np.lexsort(expected.T)])
        assert one(lines, label=label).y == pytest.approx(own.median(axis=1).to_numpy())
