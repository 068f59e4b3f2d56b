"""The figures of `implicit` show the rows of the problem and the method that they name."""

import numpy as np
import pytest

from adcost.experiments.implicit import figures
from adcost.experiments.implicit.analysis import exponent

from .figure_data import figures as drawn
from .figure_data import one, panel, series
from .recorded import recorded
from .synthetic import legend_of, scattered, value

NAMES = {
    "reverse": "reverse mode", "checkpointed": "reverse mode, checkpoints",
    "forward": "forward mode", "krylov": "implicit, Krylov", "successive": "implicit, successive",
}  # fmt: skip
PROBLEMS = {"ridge": "ridge regression", "step_sizes": "step sizes", "layer": "equilibrium layer"}
STEPS = [16, 1024]
TOLERANCES = [10.0**-n for n in range(10, 1, -1)]
PENALTIES = [10.0**-n for n in range(12, 1, -1)]


@pytest.fixture(scope="module")
def table():
    return scattered(recorded("implicit"), seed=1)["measurements"]


@pytest.fixture(scope="module")
def shown():
    return drawn(figures.draw, scattered(recorded("implicit"), seed=1))


@pytest.mark.parametrize("column", range(3))
@pytest.mark.parametrize("method", NAMES)
def test_cost_shows_operations_over_the_functions_and_kilobytes(shown, table, column, method):
    point = list(PROBLEMS)[column]
    above, below = shown["cost"].axes[column], shown["cost"].axes[3 + column]
    assert above.get_title("left") + above.get_title() == PROBLEMS[point]

    def at(k, of, quantity):
        return value(table, point=point, method=of, steps=k, quantity=quantity, tolerance=0.0)

    ratios = [at(k, method, "operations") / at(k, "function", "operations") for k in STEPS]
    kilobytes = [at(k, method, "temporary_bytes") / 1000 for k in STEPS]
    for axis, right in ((above, ratios), (below, kilobytes)):
        line = one(series(axis), label=NAMES[method])
        np.testing.assert_allclose(line.x, STEPS)
        np.testing.assert_allclose(line.y, right)


@pytest.mark.parametrize("point", PROBLEMS)
@pytest.mark.parametrize("method", ["reverse", "successive", "krylov"])
def test_error_shows_the_error_at_each_tolerance_and_its_exponent(shown, table, point, method):
    axis = panel(shown["error"], PROBLEMS[point])
    errors = [value(table, point=point, method=method, quantity="error", tolerance=tolerance)
              for tolerance in TOLERANCES]  # fmt: skip
    (line,) = (s for s in series(axis) if s.label.startswith(f"{NAMES[method]}:"))
    np.testing.assert_allclose(line.x, TOLERANCES)
    np.testing.assert_allclose(line.y, errors)
    slope = np.polyfit(np.log(TOLERANCES), np.log(errors), 1)[0]
    assert line.label.startswith(f"{NAMES[method]}: {slope:.2f} [")


def test_the_dotted_line_has_the_order_that_is_expected(shown):
    for point, order in (("ridge", 1), ("step_sizes", 2), ("layer", 1)):
        line = one(series(panel(shown["error"], PROBLEMS[point])), label=f"exponent {order}")
        slopes = np.diff(np.log(line.y)) / np.diff(np.log(line.x))
        np.testing.assert_allclose(slopes, order)


@pytest.mark.parametrize("method", ["reverse", "successive", "krylov"])
def test_singular_shows_the_error_at_each_penalty(shown, table, method):
    (axis,) = shown["singular"].axes
    line = one(series(axis), label=NAMES[method])
    errors = [value(table, point="singular", method=method, quantity="error", tolerance=penalty)
              for penalty in PENALTIES]  # fmt: skip
    np.testing.assert_allclose(line.x, PENALTIES)
    np.testing.assert_allclose(line.y, errors)


def test_a_result_without_a_right_digit_is_a_cross_beside_zero(shown, table):
    (axis,) = shown["singular"].axes
    left = {s.colour: s for s in series(axis) if len(s.x) == 1}
    colours = {name: colour for name, (colour, _) in legend_of(axis).items()}
    assert left[colours["implicit, Krylov"]].marker == "x"
    for method in ("reverse", "successive"):
        right = value(table, point="singular", method=method, quantity="error", tolerance=0.0)
        np.testing.assert_allclose(left[colours[NAMES[method]]].y, [right])


def test_an_exponent_needs_three_points(table):
    rows = table[(table.point == "ridge") & (table.method == "krylov") & (table.tolerance > 0)]
    errors = rows[rows.quantity == "error"].set_index("tolerance").value
    assert np.isnan(exponent(errors.iloc[:2]).value)
    assert np.isfinite(exponent(errors.iloc[:3]).value)
