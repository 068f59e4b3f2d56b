"""What is measured: the same gradients by every method, counts, and errors."""

import jax
import numpy as np
import pytest

from adcost.derivatives import implicit
from adcost.experiments.implicit import measure, problems
from adcost.experiments.implicit.analysis import (
    at_tolerances,
    by_steps,
    converged_errors,
    on_arrival,
    singular,
    states_an_iteration,
    stops,
)


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def test_after_few_steps_the_unrolled_ways_agree_and_the_implicit_ones_are_others(section):
    subject = problems.problem("layer", section["layer"], 1)
    ways = measure.gradients(subject, 4, 1e-14)
    found = {name: np.asarray(jax.jit(way)(subject.theta)) for name, way in ways.items()}
    for name in ("checkpointed", "forward"):
        np.testing.assert_allclose(found[name], found["reverse"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found["krylov"], found["successive"], rtol=1e-10, atol=1e-12)
    assert measure.relative(found["krylov"], found["reverse"]) > 1e-3


def test_steps_past_the_tolerance_enter_neither_value_nor_derivative(section):
    subject = problems.problem("ridge", section["ridge"], None)
    steps = int(stops_at(subject, 1e-2))
    masked = jax.jit(measure._at_tolerance(subject, 3 * steps, 1e-14))(1e-2)
    exactly = jax.jit(measure.gradients(subject, steps, 1e-14)["reverse"])(subject.theta)
    np.testing.assert_allclose(masked["reverse"], exactly, rtol=1e-13)
    at_the_end = jax.jit(measure.gradients(subject, steps, 1e-14)["krylov"])(subject.theta)
    np.testing.assert_allclose(masked["krylov_exact"], at_the_end, rtol=1e-10)


def stops_at(subject, tolerance):
    def update(x):
        return subject.step(subject.theta, x)

    return implicit.until(update, subject.start, tolerance, 10_000)[1]


def test_a_round_of_the_krylov_method_takes_the_products_that_it_says(tables):
    rows = tables["measurements"]
    products = rows[rows.quantity == "products"].set_index(["point", "method"]).value
    # x has 10 unknowns, and conjugate gradients end after as many rounds, but for rounding.
    assert 10 <= products["ridge", "krylov"] <= 14
    # I − ∂T/∂x is a multiple of I for the homework's loop.
    assert products["step_sizes", "krylov"] == 2
    assert (products.xs("krylov", level=1) < products.xs("successive", level=1)).all()


def test_operations_are_linear_in_the_steps_and_the_solve_comes_once(tables, section):
    few, many = section["steps"]
    for point in ("ridge", "layer", "step_sizes"):
        operations = by_steps(tables["measurements"], point, "operations")
        a_step = (operations.loc[many] - operations.loc[few]) / (many - few)
        for name in ("krylov", "successive"):
            assert a_step[name] == a_step.function, (point, name)
        # Forward and back through a linear map, and through a product with the weights as well.
        assert 1.9 < a_step.reverse / a_step.function < 4, point
        # The sweep through one step, as many times as it takes products: more than a step each.
        arrived = on_arrival(tables["measurements"], point)
        between = few if few < stops(tables["measurements"], point).max() else many
        grown = arrived.function - operations.function[between]
        assert arrived.krylov - operations.krylov[between] == grown


def test_bytes_grow_by_the_states_that_each_step_keeps(tables):
    ridge = states_an_iteration(tables["measurements"], "ridge")
    assert ridge.reverse == 1  # a linear map: its states, for the derivative by λ
    assert ridge.krylov == ridge.successive == ridge.forward == 0
    assert 0 < ridge.checkpointed < 1


def test_errors_fall_with_the_tolerance_and_to_rounding(tables):
    for point in ("ridge", "layer"):
        errors = at_tolerances(tables["measurements"], point, "error").sort_index()
        assert (errors.diff().iloc[1:] > 0).all(axis=None), point
        assert converged_errors(tables["measurements"], point).max() < 1e-12


def test_the_error_is_missing_where_the_gradient_is_not_finite(tables):
    rows = tables["measurements"]
    rows.loc[(rows.quantity == "finite") & (rows.method == "krylov"), "value"] = 0.0
    errors = singular(rows)
    assert np.isinf(errors.krylov).all() and np.isfinite(errors.reverse).all()


def test_an_error_is_relative_and_finite():
    assert measure.relative([3.0, 4.0], np.array([3.0, 0.0])) == pytest.approx(4 / 3)
    for number in (np.inf, np.nan):
        assert measure.relative([number], np.array([1.0])) == measure.LARGEST
