"""Each figure of `finite_differences` shows the rows that it names, found here by pandas alone."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.finite_differences.figures import draw

from .figure_data import assert_shows, bands, figures, levels, one, panel, series
from .synthetic import scattered, value, where
from .tables_finite_differences import CURVES, FACTORS, POWER, TINY, U, make, shape

COLOURS = {
    "forward": plotting.VERMILION,
    "central": plotting.PURPLE,
    "complex_step": plotting.GREEN,
    "reverse_mode": plotting.BLUE,
}
OF_CURVE = {"exponential": (plotting.GREEN, "o"), "reciprocal": (plotting.SKY, "^")}
MARKS = {"forward": "v", "central": "D", "complex_step": "P", "reverse_mode": "s"}
HEIGHT = {"exponential": 1, "reciprocal": 0}


@pytest.fixture(scope="module")
def tables():
    return scattered(make(), 1, spread=0.1)


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


def _errors(tables, method, curve, dtype):
    """A row an ε, a column a set."""
    table = tables["measurements"]
    labels = {"method": method, "curve": curve, "dtype": dtype, "quantity": "relative_error"}
    rows = table[where(table, **labels)]
    return rows.pivot(index="epsilon", columns="set", values="value")


def _single(tables, method, curve, dtype, quantity):
    table = tables["measurements"]
    labels = {"method": method, "curve": curve, "dtype": dtype, "quantity": quantity}
    return np.median([value(table, set=k, **labels) for k in range(len(FACTORS))])


@pytest.mark.parametrize("dtype", U)
@pytest.mark.parametrize("method", ["forward", "central", "complex_step"])
def test_the_tradeoff_of_the_first_curve_has_medians_and_ranges(tables, drawn, dtype, method):
    axis = panel(drawn["tradeoff"], dtype)
    errors = _errors(tables, method, "exponential", dtype)
    swept = errors[errors.index > 1e-20]
    line = one(series(axis), colour=COLOURS[method], style="-", marker="")
    assert_shows(line, swept.index, np.median(swept, axis=1))
    band = one(bands(axis), colour=COLOURS[method])
    assert_shows(band, swept.index, swept.max(axis=1), swept.min(axis=1), swept.max(axis=1))


@pytest.mark.parametrize("dtype", U)
@pytest.mark.parametrize("method", POWER)
def test_the_tradeoff_has_the_bound_and_its_least(tables, drawn, dtype, method):
    axis = panel(drawn["tradeoff"], dtype)
    star, error = (
        _single(tables, method, "exponential", dtype, f"predicted_{name}")
        for name in ("epsilon", "error")
    )
    steps = _errors(tables, method, "exponential", dtype).index.to_numpy()
    line = error * shape(method, steps / star)
    dotted = one(series(axis), colour=COLOURS[method], style=":")
    assert_shows(dotted, steps[line <= 1], line[line <= 1])
    assert_shows(one(series(axis), colour=COLOURS[method], marker="D"), [star], [error])
    reverse = _errors(tables, "reverse_mode", "exponential", dtype).loc[0.0]
    assert levels(axis) == [np.median(reverse)]


@pytest.mark.parametrize("method", POWER)
@pytest.mark.parametrize("curve", CURVES)
def test_curvature_has_every_curves_errors_and_its_own_best_step(tables, drawn, method, curve):
    axis, over_theory = _pair(drawn, method)
    colour, marker = OF_CURVE[curve]
    errors = _errors(tables, method, curve, "float64").median(axis=1)
    seen = errors[(errors < 1) & (errors.index > 1e-17)]
    assert_shows(one(series(axis), colour=colour, style="-", marker=""), seen.index, seen)
    best = {}
    for dtype in U:
        star, error = (
            _single(tables, method, curve, dtype, f"predicted_{name}")
            for name in ("epsilon", "error")
        )
        errors = _errors(tables, method, curve, dtype).median(axis=1)
        near = errors[np.abs(np.log10(errors.index / star)) < 3.05]
        best[dtype] = (star, error, near.index / star, near / error)
    diamond = one(series(axis), colour=colour, marker="D")
    assert_shows(diamond, *([end] for end in best["float64"][:2]))
    # Filled in double precision, hollow in single.
    faces = {"float64": colour.lower(), "float32": "none"}
    for dtype, (_, _, ratio, over) in best.items():
        (line,) = (
            line for line in over_theory.lines
            if line.get_marker() == marker
            and str(line.get_markerfacecolor()).lower() == faces[dtype]
        )  # fmt: skip
        np.testing.assert_allclose(line.get_data(), [ratio, over], rtol=1e-9)


def _pair(drawn, method):
    axes = np.array(drawn["curvature"].axes[:4]).reshape(2, 2)
    (row,) = (row for row in axes if f"{method} difference" in row[0].get_ylabel())
    return row


@pytest.mark.parametrize("method", POWER)
def test_curvature_has_the_bound_over_its_least(drawn, method):
    dotted = one(series(_pair(drawn, method)[1]), style=":")
    ratio = 10 ** np.linspace(-3, 3, 121)
    assert_shows(dotted, ratio, shape(method, ratio))


@pytest.mark.parametrize("dtype", U)
@pytest.mark.parametrize("method", COLOURS)
def test_attainable_has_the_least_error_of_every_method(tables, drawn, dtype, method):
    (axis,) = (axis for axis in drawn["attainable"].axes if axis.get_title("left") == dtype)
    mine = [one for one in series(axis) if one.colour == COLOURS[method].lower()]
    for curve, height in HEIGHT.items():
        errors = _errors(tables, method, curve, dtype)
        at = TINY[dtype] if method == "complex_step" else errors.median(axis=1).idxmin()
        height += 0.12 * (method == "complex_step")
        here = [one for one in mine if abs(one.y[0] - height) < 0.01]
        low, high = errors.loc[at].min(), errors.loc[at].max()
        assert_shows(one(here, marker=""), [low, high], [height, height])
        assert_shows(one(here, marker=MARKS[method]), [np.median(errors.loc[at])], [height])
    assert levels(axis, "vertical") == [U[dtype]]
    names = [tick.get_text() for tick in drawn["attainable"].axes[0].get_yticklabels()]
    assert names == ["eˣ", "1/x"]
