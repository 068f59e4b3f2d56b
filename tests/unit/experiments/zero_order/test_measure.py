"""The simulation against independent ways: the exact recursion, plain NumPy, closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from adcost import seeds
from adcost.costs.calls import counted
from adcost.derivatives.second_moments import advance, share
from adcost.derivatives.zero_order import EVALUATIONS, on_sphere, two_point, two_point_step
from adcost.experiments.zero_order import descent, measure, plan, stochastic
from adcost.experiments.zero_order.analysis import best_steps, errors, gaps, swept_steps, values
from adcost.experiments.zero_order.steps import MULTIPLES
from adcost.functions.rate_classes import CLASSES, CONVEX, SMOOTH


def test_the_same_point_and_seed_give_the_same_table_and_another_seed_does_not(section, measured):
    point = next(p for p in plan.points(section) if p.name == "stochastic")
    again = measure.measure(point.name, point.parameters, seed=1)["measurements"]
    before = measured["measurements"]
    before = before[before.point == point.name].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before, check_exact=True)
    other = measure.measure(point.name, point.parameters, seed=2)["measurements"]
    sampled = before.quantity == "gap"
    assert (other.value[sampled] != before.value[sampled]).all()


def test_a_further_dimension_changes_no_other_dimensions_numbers(section, measured):
    """And a sweep's numbers are the same from run to run."""
    point = next(p for p in plan.points(section) if p.name == "strongly_convex")
    fewer = {**point.parameters, "dimensions": section["dimensions"][:-1]}
    again = measure.measure(point.name, fewer, seed=1)["measurements"]
    before = measured["measurements"]
    before = before[(before.point == point.name) & (before.dimension != 64)]
    pd.testing.assert_frame_equal(again, before.reset_index(drop=True), check_exact=True)


def test_points_do_not_share_their_random_numbers(measured):
    rows = measured["measurements"]
    first, second = (
        values(rows, kind, "gaussian", "steps").query("dimension == 32").value.to_numpy()
        for kind in ("convex", "strongly_convex")
    )
    # 32 independent pairs: 0.6 is beyond three standard deviations.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.6


@pytest.mark.parametrize("kind", ["convex", "strongly_convex"])
@pytest.mark.parametrize("method", ["gaussian", "sphere"])
def test_the_mean_error_is_the_exact_recursions(measured, kind, method):
    """Within 4.5 standard errors of the logarithm at each record: runs share a path's history."""
    table = np.log(errors(measured["measurements"], kind, method))
    expected = errors(measured["measurements"], kind, f"expected_{method}")[0]
    # The mean of the logarithm lies below the logarithm of the mean by half its variance.
    middle = table.mean(axis=1) + table.var(axis=1) / 2
    error = table.std(axis=1) / np.sqrt(table.shape[1])
    assert (np.abs(middle - np.log(expected)) < 4.5 * error).all()


def test_medians_of_steps_are_near_the_expected_ones(measured):
    rows = measured["measurements"]
    for kind in ("convex", "strongly_convex"):
        own = values(rows, kind, "gaussian", "steps").groupby("dimension").value.median()
        exact = values(rows, kind, "expected_gaussian", "steps").set_index("dimension").value
        np.testing.assert_allclose(own, exact, rtol=0.1)


def test_gradient_descents_in_several_dimensions_at_once_are_those_of_each():
    """Against the closed form on the convex problem, ½Σwλ(1 − λ)²ᵏ."""
    problems = [CONVEX.build(n, 1.0) for n in (9, 12)]
    found = descent.gradient_descents(CONVEX, problems, steps=100)
    k = np.arange(101)[:, None]
    for problem, column in zip(problems, found.T, strict=True):
        terms = problem.curvatures * problem.start**2 * (1 - problem.curvatures) ** (2 * k)
        np.testing.assert_allclose(column, 0.5 * terms.sum(1), rtol=1e-4)


def test_padding_does_not_change_the_smooth_problem():
    problems = [SMOOTH.build(n, 1.0) for n in (8, 11)]
    alone = descent.gradient_descents(SMOOTH, problems[:1], steps=20)[:, 0]
    together = descent.gradient_descents(SMOOTH, problems, steps=20)[:, 0]
    np.testing.assert_allclose(together, alone, rtol=1e-4)


def test_a_run_that_does_not_arrive_says_so(section):
    found = descent.steps_to_tolerance(
        CONVEX, "gaussian", descent.single(CONVEX.build(8, 1.0)), runs=2, key=seeds.key(0),
        step=two_point_step(8, 1.0), epsilon=1e-3, tolerance=1e-9, cap=30,
    )  # fmt: skip
    assert found.tolist() == [-1, -1]


def test_an_estimate_really_takes_two_evaluations():
    problem = descent.single(CONVEX.build(8, 1.0))
    f, so_far = counted(lambda x: CONVEX.value(problem, x))
    x = jnp.tile(problem.start, (3, 1))
    for sphere in (False, True):
        before = so_far()
        jax.block_until_ready(descent.estimates(f, sphere, seeds.key(0), x, 1e-3))
        assert so_far() - before == EVALUATIONS * 3


def test_directions_on_the_larger_sphere_are_the_two_point_estimate():
    """√n·v and ε against v, the factor n and ε√n, along the same Gaussian draw."""
    problem = descent.single(CONVEX.build(8, 1.0))
    f, x = (lambda x: CONVEX.value(problem, x)), problem.start[None]
    v = on_sphere(seeds.key(5), (8,), "float32")
    found = descent.estimates(f, True, seeds.key(5), x, 1e-3)[0]
    # The key draws a row of eight, or eight: the same numbers.
    np.testing.assert_allclose(found, two_point(f, x[0], v, 1e-3 * 8**0.5), rtol=1e-3)


@pytest.mark.parametrize("name", CLASSES)
def test_single_precision_is_enough(name):
    """The estimate in float32 against float64 along the same directions, at start and later."""
    kind, n = CLASSES[name], 64
    problem = kind.build(n, 4.0)
    u = np.random.default_rng(0).normal(size=(16, n))
    for shrink in (1.0, 0.1):
        x = shrink * problem.start
        slopes = []
        for dtype, x64 in (("float32", False), ("float64", True)):
            with jax.enable_x64(x64):
                of = type(problem)(*(jnp.asarray(part, dtype) for part in problem))
                one, directions = jnp.asarray(x, dtype), jnp.asarray(u, dtype)
                plus, minus = (
                    jax.vmap(lambda v, of=of, x=one, e=e: kind.value(of, x + e * v))(directions)
                    for e in (1e-3, -1e-3)
                )
                slopes.append(np.asarray(plus - minus, float) / 2e-3)
        size = np.sqrt((slopes[1] ** 2).mean())
        assert np.abs(slopes[0] - slopes[1]).max() < 0.01 * size


def test_every_gap_is_near_its_exact_expectation(measured):
    """Within 4 half-widths of a 95 % interval, over ten means."""
    for method in ("sphere", "stochastic_gradient"):
        table = gaps(measured["measurements"], method)
        half = (table.high - table.low) / 2
        assert (np.abs(table.value - table.expected) < 2.2 * half).all()


@pytest.mark.parametrize("method", stochastic.METHODS)
def test_the_expected_gap_is_the_recursions(method):
    """The power of a small matrix against the recursion of all directions, step by step."""
    n, budget, h = 17, 300, 0.03
    curvature, squares = stochastic.curvatures(n), stochastic.start(n) ** 2
    assert squares.sum() == pytest.approx(1) and (curvature == 0).sum() == 1
    for _ in range(budget):
        if method == "sphere":
            squares = (
                advance(squares, curvature, h, share("sphere", n)) + (h * stochastic.NOISE) ** 2
            )
        else:
            squares = (1 - h * curvature) ** 2 * squares + (h * stochastic.NOISE) ** 2 / n
    gap = stochastic.expected_gap(method, n, budget, h)
    assert gap == pytest.approx(curvature @ squares / 2, rel=1e-9)


def test_the_best_steps_powers_are_those_of_the_rate_and_of_strong_convexity_are_not():
    """By the exact recursion: √(n/k) on the convex function, nearer n/k on the strongly convex."""

    def slope(x, y):
        return np.polyfit(np.log(x), np.log(y), 1)[0]

    def gap(n, budget):
        step = stochastic.best_step("sphere", n, budget)
        return stochastic.expected_gap("sphere", n, budget, step)

    n, k = np.array([32, 64, 128]), 2 ** np.array([10, 11, 12, 13, 14])
    assert slope(n, [gap(one, 2**13) for one in n]) == pytest.approx(0.5, abs=0.07)
    assert slope(k, [gap(32, one) for one in k]) == pytest.approx(-0.5, abs=0.07)
    strong = stochastic.best_strongly_convex
    assert slope(n, [strong(one, 2**13) for one in n]) > 0.75
    assert slope(k, [strong(32, one) for one in k]) < -0.75


def test_a_best_step_at_the_end_of_the_sweep_is_refused():
    with pytest.raises(ValueError, match="end of the sweep"):
        stochastic.best_step("sphere", 16, 10**9)


def test_one_noisy_step_is_the_estimate_at_one_sample():
    """E[f(x − hG)] by the recursion, over many rows; 4.5 standard errors."""
    n, rows, h = 16, 20_000, 0.1
    curvature = jnp.asarray(stochastic.curvatures(n))
    x = jnp.tile(jnp.linspace(-1, 1, n), (1, rows, 1))
    samples = stochastic.NOISE / n**0.5 * jax.random.normal(seeds.key(1), (rows, n))
    found = stochastic.estimates(seeds.key(0), x, samples, curvature, 1e-2)
    after = np.asarray((curvature * (x - h * found)[0] ** 2).sum(-1)) / 2
    squares = np.linspace(-1, 1, n) ** 2
    squares = advance(squares, np.asarray(curvature, float), h, share("sphere", n))
    expected = np.asarray(curvature, float) @ (squares + (h * stochastic.NOISE) ** 2) / 2
    assert abs(after.mean() - expected) < 4.5 * after.std() / rows**0.5


def test_the_best_step_is_no_worse_than_the_theorys_and_stable(measured):
    rows = measured["measurements"]
    for kind in ("convex", "strongly_convex"):
        of = {name: values(rows, kind, "expected_gaussian", name).set_index("dimension").value
              for name in ("steps", "best_steps", "best_step", "stable_step")}  # fmt: skip
        assert (of["best_steps"] <= of["steps"]).all()
        assert (of["best_step"] < of["stable_step"]).all()
        assert all(of["best_step"][n] >= two_point_step(n, 1.0) for n in of["steps"].index)


def test_the_sweep_over_steps_ends_just_after_its_best(measured):
    for kind in CLASSES:
        table, best = swept_steps(measured["measurements"], kind), best_steps(
            measured["measurements"], kind
        )  # fmt: skip
        assert best.bracketed.all()
        for n, row in table.iterrows():
            run = row.dropna()
            assert run.index[0] == best.multiple[n] / 2 and run.index[-1] == MULTIPLES[0]


def test_the_paths_that_are_drawn_start_together_and_descend(measured):
    rows = measured["measurements"]
    for method in ("gradient_descent", "central_differences", "sphere"):
        x, y = (values(rows, "estimator", method, axis) for axis in "xy")
        starts = {(a, b) for a, b in zip(x.value[x.step == 0], y.value[y.step == 0], strict=True)}
        assert starts == {(-1.0, 0.5)}
        last = x.step.max()
        assert abs(x.value[x.step == last]).max() < 0.5
