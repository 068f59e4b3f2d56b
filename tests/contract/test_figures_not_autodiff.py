"""The figures of `not_autodiff` show the rows of the method and the map that they name."""

import numpy as np
import pytest

from adcost.experiments.not_autodiff import figures

from . import tables_not_autodiff as made
from .figure_data import assert_shows, levels, one, panel, series
from .figure_data import figures as drawn
from .synthetic import changed, colour_of, put, scattered

NAMES = {
    "reverse": "reverse mode", "forward": "forward mode", "symbolic": "symbolic derivative",
    "central_difference": "central differences", "forward_difference": "forward differences",
    "closed_form": "closed form, by hand", "value": "the function itself",
}  # fmt: skip
U = 2.0**-53
MAPS = {"logistic": "logistic map", "ricker": "Ricker's map"}
SHALLOW = made.SYMBOLIC_DEPTHS


@pytest.fixture(scope="module")
def tables():
    return scattered(made.make(), seed=1, columns=("value", "seconds", "compile_seconds"))


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


def _at(tables, method, quantity, depths, function="logistic"):
    """The least over a difference's steps, at each depth."""
    rows = tables["measurements"]
    rows = rows[(rows.function == function) & (rows.method == method)]
    rows = rows[rows.quantity == quantity]
    return np.array([rows.value[rows.depth == depth].min() for depth in depths])


RATES = {"function": "with_rates", "depths": made.INPUTS}
BULLETS = [
    # panel, text beside the line, method, quantity, where
    *(("AD is not finite differences", text, method, "error", {"depths": SHALLOW})
      for text, method in (("central differences, best step", "central_difference"),
                           ("symbolic", "symbolic"), ("reverse mode", "reverse"))),
    *(("not a symbolic derivative", text, method, "operations", {"depths": SHALLOW})
      for text, method in (("symbolic derivative", "symbolic"),
                           ("symbolic, parts shared", "symbolic_shared"),
                           ("reverse mode", "reverse"))),
    ("not only the chain rule", "terms of the chain rule", "chain_rule", "paths",
     {"depths": made.DEPTHS}),
    ("not only the chain rule", "edges, reverse mode", "chain_rule", "edges",
     {"depths": made.DEPTHS}),
    *(("not only backpropagation", mode, mode, "jacobian_operations", RATES)
      for mode in ("forward", "reverse")),
    ("Reverse mode is fast", "central differences", "central_difference", "evaluations", RATES),
    *(("hungry for memory", mode, mode, "temporary_bytes", {"depths": made.MEMORY_DEPTHS})
      for mode in ("forward", "reverse")),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "method", "quantity", "where"), BULLETS)
def test_a_bullet_shows_the_method_that_is_written_beside(
    shown, tables, title, text, method, quantity, where
):
    axis = panel(shown["bullets"], title)
    line = one(series(axis), colour=colour_of(axis, text))
    y = _at(tables, method, quantity, **where)
    assert_shows(line, where["depths"], np.maximum(y, U) if quantity == "error" else y)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_gradients_cost_is_in_values(shown, tables, mode):
    axis = panel(shown["bullets"], "Reverse mode is fast")
    line = one(series(axis), colour=colour_of(axis, mode))
    gradient, value = (_at(tables, name, "gradient_operations", **RATES)
                       for name in (mode, "value"))  # fmt: skip
    assert_shows(line, made.INPUTS, gradient / value)


@pytest.mark.parametrize("function", MAPS)
@pytest.mark.parametrize(
    ("label", "method"),
    [("symbolic derivative", "symbolic"), ("symbolic, parts shared", "symbolic_shared"),
     ("the function itself, as an expression", "expression"), ("forward mode", "forward"),
     ("reverse mode", "reverse")],
)  # fmt: skip
def test_swell_shows_the_operations_of_its_map(shown, tables, function, label, method):
    line = one(series(panel(shown["swell"], MAPS[function])), label=label)
    assert_shows(line, SHALLOW, _at(tables, method, "operations", SHALLOW, function))


@pytest.mark.parametrize("function", MAPS)
@pytest.mark.parametrize("method", [name for name in NAMES if name != "closed_form"])
def test_errors_are_those_of_the_map_at_the_best_step(shown, tables, function, method):
    axis = panel(shown["errors"], MAPS[function])
    depths = SHALLOW if method == "symbolic" else made.DEPTHS
    line = one(series(axis), label=NAMES[method])
    assert_shows(line, depths, np.maximum(_at(tables, method, "error", depths, function), U / 2))
    assert levels(axis) == [U]


def test_an_error_of_zero_is_drawn_at_half_the_roundoff_and_not_left_out():
    none = put(0.0, method="reverse", depth=[2, 3], quantity="error")
    shown = drawn(figures.draw, changed(made.make(), none))
    line = one(series(panel(shown["errors"], "logistic map")), label="reverse mode")
    assert [line.y[line.x == k][0] for k in (2, 3)] == [U / 2] * 2
    axis = panel(shown["bullets"], "AD is not finite differences")
    line = one(series(axis), colour=colour_of(axis, "reverse mode"))
    assert [line.y[line.x == k][0] for k in (2, 3)] == [U] * 2


@pytest.mark.parametrize("method", made.TIMED)
def test_time_shows_what_deriving_and_evaluating_took(shown, tables, method):
    derive = one(series(panel(shown["time"], "to derive")), label=NAMES[method])
    timings = tables["timings"]
    own = [timings[timings.method == f"{method}-{depth}"] for depth in made.TIMED_DEPTHS]
    assert_shows(derive, made.TIMED_DEPTHS, [o.compile_seconds.iloc[0] for o in own])
    runs = [1e6 * o.seconds for o in own]
    evaluate = one(series(panel(shown["time"], "to evaluate")), label=NAMES[method])
    assert_shows(evaluate, made.TIMED_DEPTHS, map(np.median, runs), map(min, runs), map(max, runs))
