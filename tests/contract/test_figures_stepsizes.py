"""The figures of `stepsizes` show the runs of the method that they name."""

import numpy as np
import pytest

from adcost.experiments.stepsizes import figures

from . import tables_stepsizes as made
from .figure_data import assert_shows, levels, one, panel, series, texts
from .figure_data import figures as drawn
from .synthetic import FLAGS, changed, colour_of, put, scattered, where

NAMES = {"start": "before learning", "constant": "β = 0.1/C", "matched": "β = 1/C",
         "polyak": "Polyak's step"}  # fmt: skip
KEPT = (*FLAGS, "diverged_at", "curvature_ratio")


@pytest.fixture(scope="module")
def tables():
    return scattered(made.make(), seed=1, keep=KEPT)


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


def _vectors(tables, method, quantity):
    rows = tables["measurements"]
    own = rows[where(rows, point="homework", method=method, quantity=quantity)]
    return own.pivot(index="run", columns="at", values="value").to_numpy()


def test_the_gradients_error_stands_under_its_bound(shown, tables):
    (axis,) = shown["gradient"].axes
    rows = tables["measurements"]
    error, unit = (rows[where(rows, quantity=f"gradient_{name}")] for name in ("error", "rounding"))
    inside = error["at"] > 0
    assert_shows(one(series(axis), marker="o"), error["at"][inside], error.value[inside])
    bound = one(series(axis), style="--")
    inside = unit["at"] > 0
    assert_shows(bound, unit["at"][inside], 2 * unit.value[inside])
    assert colour_of(axis, "bound on rounding") == bound.colour


def test_an_error_of_exactly_zero_is_drawn_at_the_foot():
    none = put(0.0, quantity="gradient_error", run=2)
    (axis,) = drawn(figures.draw, changed(made.make(), none))["gradient"].axes
    assert min(one(series(axis), marker="o").y) == 1e-17


@pytest.mark.parametrize("method", made.METHODS)
def test_learning_shows_every_run_of_the_homework(shown, tables, method):
    (axis,) = shown["learning"].axes
    lines = [s for s in series(axis) if s.colour == colour_of(axis, NAMES[method])]
    curves = tables["curves"]
    own = curves[where(curves, point="homework", curve="learning", method=method)]
    assert len(lines) == own.run.nunique() == 6
    expected = [(run.x + 1, run.value.clip(lower=1e-60)) for _, run in own.groupby("run")]
    found = sorted((*s.x, *s.y) for s in lines)
    np.testing.assert_allclose(found, sorted((*x, *y) for x, y in expected))


def test_what_is_guaranteed_is_the_median_over_runs(shown, tables):
    (axis,) = shown["learning"].axes
    rows = tables["measurements"]
    square, loss, curvature = (
        rows[where(rows, point="homework", method="start", quantity=name)].value.to_numpy()
        for name in ("squared_norm", "loss", "curvature")
    )
    rate = 2 * 3 * 0.1 / curvature * (square * (2 * loss) ** 3) ** 0.25
    k = np.array([0.0, 1, 10, 60, 100, 600])
    bound = np.median((1 + np.outer(rate, k)) ** (-4 / 3), axis=0)
    line = one(series(axis), style="--", colour=colour_of(axis, "guaranteed"))
    assert_shows(line, k + 1, bound)


def test_beyond_the_border_nothing_is_guaranteed():
    large = made.make() | {"points": made.points(beta=3.0)}
    (axis,) = drawn(figures.draw, large)["learning"].axes
    assert not [s for s in series(axis) if s.style == "--"]
    assert not [text for text in texts(axis) if "guaranteed" in text]


@pytest.mark.parametrize("method", NAMES)
def test_steps_are_those_of_the_shown_run_in_the_order_of_its_start(shown, tables, method):
    (axis,) = shown["steps"].axes
    order = np.argsort(_vectors(tables, "start", "alpha")[0])
    marker = {"start": "o", "constant": "s", "matched": "^", "polyak": "D"}[method]
    line = one(series(axis), colour=colour_of(axis, NAMES[method]), marker=marker)
    assert_shows(line, range(1, 5), _vectors(tables, method, "alpha")[0, order])
    if method == "start":
        start = 1 - _vectors(tables, "start", "alpha")[0, order]
        predicted = 1 - np.sqrt(start**2 - min(start**2))
        assert_shows(one(series(axis), marker="_"), range(1, 5), predicted)
        assert levels(axis) == [1]


@pytest.mark.parametrize("method", NAMES)
def test_descent_shows_every_run_and_the_shown_one_in_bold(shown, tables, method):
    (axis,) = shown["descent"].axes
    colour = colour_of(axis, NAMES[method])
    curves = tables["curves"]
    own = curves[where(curves, curve="descent", method=method)]
    lines = [s for s in series(axis) if s.colour == colour]
    expected = sorted((*run.x, *run.value) for _, run in own.groupby("run"))
    np.testing.assert_allclose(sorted((*s.x, *s.y) for s in lines), expected)
    bold = [line for line in axis.lines if line.get_linewidth() > 1]
    (bold,) = (line for line in bold if line.get_color().lower() == colour)
    np.testing.assert_allclose(bold.get_ydata(), own.value[own.run == 0])


@pytest.mark.parametrize("method", made.METHODS)
def test_the_minimum_shows_each_methods_spectrum_and_perturbations(shown, tables, method):
    spectrum = panel(shown["minimum"], "curvature at the end")
    lower = panel(shown["minimum"], "random perturbations")
    bars = one(series(spectrum), label=NAMES[method])
    values = _vectors(tables, method, "eigenvalue")
    values = values / abs(values).max(axis=1)[:, None]
    shift = {"constant": -0.25, "matched": 0.0, "polyak": 0.25}[method]
    assert_shows(bars, np.arange(1, 5) + shift, np.median(values, axis=0), values.min(0),
                 values.max(0))  # fmt: skip
    shares = _vectors(tables, method, "lower_share").mean(axis=0)
    assert_shows(one(series(lower), colour=bars.colour), made.RADII, shares)
    if method == "constant":
        assert colour_of(lower, NAMES[method]) == bars.colour
    assert "β = 1/C and Polyak's step" in texts(lower)


def test_the_valley_has_its_axes_the_right_way_round_and_the_runs_end(shown, tables):
    axis = panel(shown["valley"], "the αᵢ that ended next to it")
    assert axis.get_xlabel() == "the αᵢ that ended at 1"
    (end,) = series(axis)
    assert_shows(end, [1.0], [0.4])
    (filled,) = (held for held in axis.collections if hasattr(held, "levels"))
    corners = np.concatenate([path.vertices for path in filled.get_paths() if len(path.vertices)])
    assert (corners[:, 0].max(), corners[:, 1].max()) == (2.0, 1.0)
    curves = tables["curves"]
    top = np.ceil(np.log10(curves.value[curves.curve == "valley"].max()))
    assert [*filled.levels] == [*np.arange(top - 8, top + 1)]


def test_stability_shows_where_runs_held_and_after_how_many_steps_they_left(shown, tables):
    (axis,) = shown["stability"].axes
    rows = tables["measurements"]
    ratio = rows[where(rows, point="sweep", quantity="loss_ratio")]
    held = ratio[ratio["at"] < 2.5]
    assert_shows(one(series(axis), marker="o"), held["at"], held.value)
    assert_shows(one(series(axis), marker="x"), [3.0] * 6, [1e3] * 6)
    assert "4–9" in texts(axis)
    assert levels(axis, "vertical") == [2]
    (band,) = axis.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((2, 2 * made.RATIO))
    assert axis.get_ylabel() == "L / L at the start, after 40 steps"


CHOICES = {"learned": "learned", "chebyshev": "Chebyshev", "equal": "equal steps",
           "krylov": "least possible"}  # fmt: skip


@pytest.mark.parametrize("method", CHOICES)
def test_chebyshev_shows_what_each_choice_of_steps_leaves(shown, tables, method):
    right = panel(shown["chebyshev"], "all starts")
    rows = tables["measurements"]
    own = [rows.value[where(rows, point="condition", method=method, quantity="loss_ratio", at=c)]
           for c in made.CONDITIONS]  # fmt: skip
    line = one(series(right), colour=colour_of(right, CHOICES[method]))
    ranges = () if method == "krylov" else (map(min, own), map(max, own))
    assert_shows(line, made.CONDITIONS, map(np.median, own), *ranges)
    if method != "krylov":
        left = panel(shown["chebyshev"], "κ = 50")
        curves = tables["curves"]
        own = curves[where(curves, curve="contraction", method=method, y=50.0)]
        shown_left = one(series(left), label=CHOICES[method])
        assert_shows(shown_left, own.x, own.value)
        assert shown_left.colour == line.colour
