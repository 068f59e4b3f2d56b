from fractions import Fraction

import jax
import numpy as np
import pandas as pd
import pytest

from adcost.experiments.stepsizes import gradient, measure, plan
from adcost.experiments.stepsizes.analysis import of_runs, sweep, values
from adcost.results.writing import check_finite


def _point(section, name):
    (point,) = [point for point in plan.points(section) if point.name == name]
    return point


def test_the_same_point_and_seed_give_the_same_tables(section, measured):
    point = _point(section, "homework")
    again = measure.measure(point.name, point.parameters, seed=1)
    for name, table in again.items():
        before = measured[name][measured[name].point == "homework"].reset_index(drop=True)
        pd.testing.assert_frame_equal(table, before, check_exact=True)


def test_a_further_start_changes_no_other_start(section):
    before = measure.random_starts(section, 1)
    after = measure.random_starts(section | {"starts": 9}, 1)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other[:8])
    different = measure.random_starts(section, 2)
    assert not (different[0] == before[0]).any()


def test_starts_are_the_homeworks(section):
    x0, alpha = measure.random_starts(section, 1)
    assert x0.shape == (8, 30) and alpha.shape == (8, 4)
    assert 0 <= x0.min() and x0.max() <= 1 and x0.max() > 0.9
    assert 0 <= alpha.min() and alpha.max() <= 0.1 and alpha.max() > 0.08


def test_a_beta_that_diverges_is_measured_without_infinities_and_with_its_step(diverged):
    for table in diverged.values():
        check_finite(table, "stepsizes", "homework")
    table = diverged["measurements"]
    assert (of_runs(table, "constant", "diverged") == 1).all()
    assert of_runs(table, "constant", "diverged_at").between(1, 10).all()
    assert not (of_runs(table, "polyak", "diverged") == 1).any()


def test_the_exact_gradient_is_the_lectures_formula():
    alpha, x0 = np.array([0.5, 0.25]), np.array([1.0, 2.0])
    loss = Fraction(5, 2) * Fraction(1, 4) * Fraction(9, 16)
    expected = [-2 * loss / Fraction(1, 2), -2 * loss / Fraction(3, 4)]
    assert gradient.exact_gradient(alpha, x0) == expected


@pytest.mark.parametrize("wrong", [lambda loss: 0.5 * loss, lambda loss: -loss])
def test_a_wrong_derivative_of_the_loop_is_noticed(monkeypatch, section, wrong):
    original = gradient.homework_loss
    monkeypatch.setattr(gradient, "homework_loss", lambda a, x: wrong(original(a, x)))
    with jax.enable_x64(True):
        rows = gradient.compare(section | {"starts": 6}, 1)
    errors = [row[4] for row in rows if row[2] == "gradient_error" and row[3] > 0]
    assert min(errors) > 0.4


def test_a_component_that_must_be_zero_may_have_no_error():
    assert gradient.relative_error(np.zeros(2), [Fraction(0), Fraction(0)]) == 0
    assert gradient.relative_error(np.array([1e-30, 1.0]), [Fraction(0), Fraction(1)]) == 1e300


def test_the_sweep_says_where_each_run_is_sure_to_go(measured):
    table = sweep(measured["measurements"])
    assert set(table.sure) == {"down", "open", "up"}
    assert (table[table.sure == "down"]["at"] < 2).all()
    assert (table[table.sure == "up"]["at"] > 2).all()
    assert table[table.sure == "up"].diverged_at.notna().all()


def test_learned_steps_lie_inside_the_spectrum(measured):
    for condition in (10, 50):
        steps = values(measured["measurements"], "condition", "learned", f"alpha_{condition}").value
        assert steps.between(1 / condition * (1 - 1e-9), 1 + 1e-9).all()
