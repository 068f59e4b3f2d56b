"""The figures of `zero_order` show the class, the method and the law that they name."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy import stats

from adcost import plotting
from adcost.experiments.zero_order import figures
from adcost.statistics.exponent import fit_exponent

from . import tables_zero_order as made
from .figure_data import assert_shows, bands, levels, one, panel, series, texts
from .figure_data import figures as drawn
from .synthetic import FLAGS, colour_of, legend_of, scattered, value, where

TITLES = {"smooth": "smooth", "convex": "convex", "strongly_convex": "strongly convex"}
GREY = "#7f7f7f"


@pytest.fixture(scope="module")
def tables():
    found = scattered(made.make(), seed=1, keep=(*FLAGS, "condition", "tolerance", "best_steps",
                                                 "curvature_x", "curvature_y"))  # fmt: skip
    table = found["measurements"]
    best = where(table, quantity="best_steps")
    table.loc[best, "value"] *= table[best].dimension ** np.where(table[best].point == "convex",
                                                                  0.1, 0.2)  # fmt: skip
    return found


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


def _panel(figure, kind):
    (axis,) = (a for a in figure.axes if a.get_title("left").split(":")[0] == TITLES[kind])
    return axis


def _middle(tables, kind, method, quantity, dimensions=made.DIMENSIONS):
    rows = tables["measurements"]
    own = [rows.value[where(rows, point=kind, method=method, quantity=quantity, dimension=n)]
           for n in dimensions]  # fmt: skip
    return [[summary(o) for o in own] for summary in (np.median, min, max)]


def test_trajectories_show_each_methods_paths(shown, tables):
    left = panel(shown["trajectories"], "two-point")
    right = panel(shown["trajectories"], "central differences")
    rows = tables["measurements"]

    def paths(method):
        own = rows[(rows.method == method) & rows.quantity.isin(["x", "y"])]
        return [run.pivot(index="step", columns="quantity", values="value")
                for _, run in own.groupby("run")]  # fmt: skip

    noisy = [s for s in series(left) if s.colour == colour_of(left, "two-point")]
    expected = sorted((*path.x, *path.y) for path in paths("sphere"))
    np.testing.assert_allclose(sorted((*s.x, *s.y) for s in noisy), expected)
    (descent,), (central,) = paths("gradient_descent"), paths("central_differences")
    for axis in (left, right):
        line = one(series(axis), colour=colour_of(axis, "gradient descent"))
        assert_shows(line, descent.x, descent.y)
    marks = one(series(right), colour=colour_of(right, "central differences"))
    assert_shows(marks, central.x, central.y)
    assert left.get_title("left") == "two-point: 12 steps of 2 evaluations"
    assert right.get_title("left") == "central differences: 3 steps of 4 evaluations"


@pytest.mark.parametrize("axis", [0, 1])
def test_contours_are_those_of_the_quadratic(shown, axis):
    """½(0.2x² + y²) takes its level's value all along a contour."""
    panel_ = shown["trajectories"].axes[axis]
    (contours,) = (held for held in panel_.collections if hasattr(held, "levels"))
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        x, y = path.vertices.T
        np.testing.assert_allclose(0.5 * (0.2 * x**2 + y**2), level, rtol=0.1, atol=1e-3)


@pytest.mark.parametrize("kind", made.CLASSES)
@pytest.mark.parametrize("method", ["gradient_descent", "gaussian", "sphere"])
def test_dimension_shows_each_methods_evaluations(shown, tables, kind, method):
    axis = _panel(shown["dimension"], kind)
    text = "gradient descent" if method == "gradient_descent" else "two-point"
    colour = colour_of(axis, text)
    marker = "s" if method == "sphere" else "o"
    dimensions = made.DIMENSIONS
    middle, low, high = _middle(tables, kind, method, "evaluations")
    if method == "gradient_descent":  # a single run has no interval
        low = high = middle
    found = one(series(axis), colour=colour, marker=marker)
    assert_shows(found, dimensions, middle, low, high)
    if method != "sphere":
        line = one((s for s in series(axis) if not s.marker), colour=colour)
        assert_shows(line, dimensions, middle)
        quantity, shift, law = (("steps", 0, "n") if method == "gradient_descent"
                                else ("evaluations", 4, "n + 4"))  # fmt: skip
        y = _middle(tables, kind, method, quantity)[0]
        slope = np.polyfit(np.log(np.add(dimensions, shift)), np.log(y), 1)[0]
        written = f"{slope:.2f}".replace("-", "−")
        assert f"{text}\nexponent {written} in {law}" in texts(axis)


@pytest.mark.parametrize("kind", ["convex", "strongly_convex"])
def test_the_grey_line_is_two_evaluations_an_expected_step(shown, tables, kind):
    line = one(series(_panel(shown["dimension"], kind)), colour=GREY)
    steps = _middle(tables, kind, "expected_gaussian", "steps")[0]
    assert_shows(line, made.DIMENSIONS, 2 * np.array(steps))
    assert not [s for s in series(_panel(shown["dimension"], "smooth")) if s.colour == GREY]


def test_the_legend_tells_both_kinds_of_direction_by_their_markers(shown):
    axis = _panel(shown["dimension"], "strongly_convex")
    colour = colour_of(axis, "two-point")
    assert legend_of(axis) == {"Gaussian": (colour, "o"), "sphere": (colour, "s"),
                               "expected, exactly": (GREY, "None")}  # fmt: skip


def _bound(kind, method, k):
    plain, m = method == "gradient_descent", made.RATE_N + 4
    return {
        "smooth": (2 if plain else 8 * m) / (k + 1),
        "convex": 2 / (k + 4) if plain else 4 * m / (k + 1),
        "strongly_convex": 0.75**k if plain else 4 * (1 - 1 / (32 * m)) ** k,
    }[kind]


@pytest.mark.parametrize("kind", made.CLASSES)
@pytest.mark.parametrize(("method", "text"), [("gradient_descent", "gradient"),
                                              ("gaussian", "two-point")])  # fmt: skip
def test_iterations_show_mean_errors_and_the_guarantee(shown, tables, kind, method, text):
    axis = _panel(shown["iterations"], kind)
    colour = colour_of(axis, text)
    rows = tables["measurements"]
    own = rows[where(rows, point=kind, method=method, quantity="error")]
    wide = own.pivot(index="step", columns="run", values="value")
    k = wide.index.to_numpy(dtype=float)
    ratio = 80 if kind == "strongly_convex" and method == "gaussian" else 1
    lines = [s for s in series(axis) if s.colour == colour]
    assert_shows(one(lines, style="-"), k / ratio, wide.mean(axis=1))
    assert_shows(one(lines, style=":"), k / ratio, _bound(kind, method, k))
    if method == "gaussian":
        band = one(bands(axis), colour=colour)
        for found, q in ((band.low, 0.05), (band.high, 0.95)):
            np.testing.assert_allclose(found, np.quantile(wide, q, axis=1))
    if kind != "strongly_convex":
        log = np.log(wide)
        slopes = [np.polyfit(np.log(k), log[run], 1)[0] for run in log]
        written = f"{np.median(slopes):.2f}".replace("-", "−")
        assert any(t.startswith(text) and t.endswith(written) for t in texts(axis))


def _swept(tables, kind):
    """Median evaluations by dimension and multiple of the theory's step, where runs arrive."""
    times = sorted(multiple for multiple, by in made.MULTIPLES.items() if by)
    columns = [_middle(tables, kind, f"gaussian_times_{m}", "evaluations")[0] for m in times]
    return times, np.transpose(columns)


@pytest.mark.parametrize("kind", made.CLASSES)
def test_every_fixed_step_is_shown_over_the_best_and_the_highest_dimension_strongly(
    shown, tables, kind
):
    sweep = panel(shown["best_step"], "fixed steps")
    colour = colour_of(panel(shown["best_step"], "what the best step costs"), f"{TITLES[kind]}: ")
    times, evaluations = _swept(tables, kind)
    lines = [s for s in series(sweep) if s.colour == colour]
    expected = evaluations / evaluations.min(axis=1, keepdims=True)
    assert len(lines) == len(made.DIMENSIONS)
    for line, row in zip(lines, expected, strict=True):  # dimensions ascend
        assert_shows(line, times, row)
    drawn_as = [(line.get_alpha(), line.get_linewidth()) for line in sweep.lines
                if to_hex(line.get_color()) == colour]  # fmt: skip
    strong = max(drawn_as)
    assert strong[0] == 1 and drawn_as[-1] == strong and drawn_as.count(strong) == 1
    assert all(width < strong[1] for _, width in drawn_as[:-1])


@pytest.mark.parametrize("kind", made.CLASSES)
def test_what_the_best_step_costs_is_the_classs_own_beside_the_theorys_step(shown, tables, kind):
    costs = panel(shown["best_step"], "what the best step costs")
    colour = colour_of(costs, f"{TITLES[kind]}: ")
    best = _swept(tables, kind)[1].min(axis=1)
    lines = [s for s in series(costs) if s.colour == colour]
    theory = _middle(tables, kind, "gaussian", "evaluations")[0]
    assert_shows(one(lines, style="--"), made.DIMENSIONS, theory)
    assert_shows(one(lines, style="-"), made.DIMENSIONS, best)
    found = fit_exponent(made.DIMENSIONS, best)
    slope = np.polyfit(np.log(made.DIMENSIONS), np.log(best), 1)[0]
    assert found.value == pytest.approx(slope)
    (text,) = (t for t in costs.texts if t.get_text().startswith(f"{TITLES[kind]}: "))
    written = plotting.interval(found.value, found.low, found.high)
    assert text.get_text() == f"{TITLES[kind]}: exponent {written}"


@pytest.mark.parametrize(("method", "label", "shift"), [("gaussian", "Gaussian", 0.94),
                                                        ("sphere", "sphere", 1.06)])  # fmt: skip
def test_the_estimate_is_shown_as_it_is_and_without_its_factor(shown, tables, method, label, shift):
    whole = panel(shown["unbiased"], "mean of G")
    near = panel(shown["unbiased"], "the same, closely")
    rows = tables["measurements"]
    own = [rows.value[where(rows, quantity="along_gradient", method=method, dimension=d)]
           for d in made.ESTIMATED]  # fmt: skip
    half = [stats.t.ppf(1 - 0.05 / 8, 7) * stats.sem(o) for o in own]
    mean = np.array([np.mean(o) for o in own])
    for axis in (whole, near):
        assert_shows(one(series(axis), label=label), shift * np.array(made.ESTIMATED), mean,
                     mean - half, mean + half)  # fmt: skip
    if method == "sphere":
        without = one(series(whole), style="--")
        assert_shows(without, made.ESTIMATED, mean / made.ESTIMATED)
        assert without.colour == colour_of(whole, "the sphere's, without the factor d")
    (band,) = near.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.9, 1.1))
    assert levels(near) == [1]


@pytest.mark.parametrize(
    ("method", "text"), [("sphere", "two-point"), ("stochastic_gradient", "stochastic gradient")]
)
@pytest.mark.parametrize(("over", "title"), [("dimension", "k = 400"), ("step", "n = 16")])
def test_noisy_gaps_are_means_with_what_is_expected(shown, tables, method, text, over, title):
    axis = panel(shown["stochastic"], title)
    colour = colour_of(axis, text)
    rows = tables["measurements"]
    fixed = {"dimension": {"step": 400}, "step": {"dimension": 16}}[over]
    own = [rows.value[where(rows, method=method, quantity="gap", **fixed, **{over: at})]
           for at in made.NOISY[over]]  # fmt: skip
    half = [stats.t.ppf(0.975, 7) * stats.sem(o) for o in own]
    mean = np.array([np.mean(o) for o in own])
    assert_shows(one(series(axis), colour=colour), made.NOISY[over], mean, mean - half, mean + half)
    expected = [value(rows, method=method, quantity="expected_gap", **fixed, **{over: at})
                for at in made.NOISY[over]]  # fmt: skip
    grey = [s for s in series(axis) if s.colour == GREY]
    assert any(np.allclose(line.y, expected, rtol=1e-12) for line in grey) and len(grey) == 2
    slope = np.polyfit(np.log(made.NOISY[over]), np.log(expected), 1)[0]
    written = f"{slope:.2f}".replace("-", "−")
    assert f"{text}\nexponent {written}" in texts(axis)
