"""Methods arrive where they must, and what they call is what is counted."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.experiments.second_order.methods import Run, Task, _factor, target
from adcost.experiments.second_order.plan import METHODS
from adcost.experiments.second_order.programs import Programs
from adcost.experiments.second_order.subjects import Family, Subject, convex, logistic
from adcost.experiments.second_order.work import OPTIMISERS, Work, work

QUADRATIC = Family(lambda x, data: x, lambda z, data: 0.5 * jnp.vdot(z, data["a"] * z), linear=True)


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def _task(subject, tolerance=1e-6, budget=500):
    programs = Programs(subject.family)
    return Task(subject, programs, target(subject, programs, tolerance), budget, 10)


def _quadratic(tolerance=1e-12, budget=500):
    return _task(Subject(QUADRATIC, {"a": np.arange(1.0, 9.0)}, np.ones(8), 0.0), tolerance, budget)


def test_newton_solves_a_quadratic_in_one_step():
    run = _quadratic().run("newton")
    assert run.reached
    assert (run.gradients, run.hessians, run.factors, run.products) == (2, 1, 1, 0)


def test_every_method_arrives_and_counts_its_calls():
    calls = []

    class Counted(Programs):
        def __init__(self, family):
            super().__init__(family)
            inner = self.value_and_gradient
            self.value_and_gradient = lambda x, data: calls.append(1) or inner(x, data)

    subject = Subject(QUADRATIC, {"a": np.arange(1.0, 9.0)}, np.ones(8), 0.0)
    programs = Counted(QUADRATIC)
    task = Task(subject, programs, 1e-8, 3000, 10)
    for method in METHODS:
        calls.clear()
        run = task.run(method, rate=0.1)
        assert run.reached, method
        assert run.gradients == len(calls), method
        assert (run.products > 0) == method.endswith("newton_cg"), method
        assert (run.hessians > 0) == (method == "newton"), method


@pytest.mark.parametrize("method", METHODS)
def test_a_spent_budget_is_said(method):
    task = _quadratic(tolerance=1e-300, budget=12)
    run = task.run(method, rate=1e-3)
    assert not run.reached
    assert run.calls <= 12
    assert run.calls == (4 if method in OPTIMISERS else run.calls)


def test_the_step_of_a_sweep_is_better_than_its_neighbours():
    task = _quadratic(tolerance=1e-4, budget=3000)
    run = task.swept("gradient_descent", 1.0, 2.0)
    assert run.bracketed
    assert run.reached
    for factor in (0.5, 2.0):
        other = task.run("gradient_descent", rate=run.rate * factor)
        assert not other.reached or other.gradients >= run.gradients


@pytest.mark.parametrize("method", OPTIMISERS)
@pytest.mark.parametrize(("rate", "budget"), [(0.1, 3000), (0.1, 30), (1e3, 3000)])
def test_a_run_of_a_sweep_is_the_run_that_is_timed(method, rate, budget):
    """One that arrives, one that spends its budget, one that diverges."""
    task = _quadratic(tolerance=1e-6, budget=budget)
    if method == "adam" and rate > 1:  # whose steps are bounded: f itself overflows at the start
        task = replace(task, subject=replace(task.subject, start=np.full(8, 1e200)))
    most = task.budget_of(method)
    run, value = task._descent_at_once(method, rate, most)
    one_by_one = task.run(method, rate=rate)
    assert (run.gradients, run.reached) == (one_by_one.gradients, one_by_one.reached)
    assert run.rate == one_by_one.rate == rate
    assert run.reached == (rate < 1 and budget > 30) == (value <= task.target)
    assert np.isfinite(value) == (rate < 1)
    assert (run.gradients == most) == (budget == 30)


def test_the_curvature_is_the_largest_eigenvalue():
    assert _quadratic().curvature == pytest.approx(8, rel=0.1)


def test_a_matrix_that_is_not_positive_definite_is_shifted():
    run = Run()
    factor, _ = _factor(np.diag([1.0, -2.0]), run)
    np.testing.assert_allclose(np.diag(factor.T @ factor) - np.diag([1.0, -2.0]).diagonal(), 2.002)
    assert run.factors == 1
    _factor(np.array([[1.0, 2.0], [2.0, 1.0]]), run)
    assert run.factors > 2


def test_the_goal_lies_a_tolerance_above_the_minimum():
    subject = logistic("breast_cancer", 1, 60, 1e-2, np.random.default_rng(0))
    programs = Programs(subject.family)
    first = float(programs.value_and_gradient(subject.start, subject.data)[0])
    near = (first - target(subject, programs, 1e-2)) / (first - target(subject, programs, 1e-8))
    assert near == pytest.approx(0.99, rel=1e-4)


def test_operations_are_those_of_the_formulas():
    subject = convex(16, 10.0, np.random.default_rng(0))
    found, p = work(subject, 5), 16
    cholesky = 2 * ((p**3 - p) // 6) + p * (p - 1) // 2 + p
    triangular = 2 * p * (p - 1) // 2 + p
    # Beside the textbook's, p changes of sign, and p² selections of JAX's, of one triangle.
    assert found.solve == cholesky + 2 * triangular + p + p**2
    assert found.l_bfgs == 8 * 5 * p
    assert found.conjugate_gradients == 10 * p
    assert found.updates["gradient_descent"] == 2 * p
    assert 1 < found.product / found.gradient < 4
    assert found.hessian > found.gradient * p / 2
    assert found.newton_step == pytest.approx((found.hessian + found.solve) / found.gradient)


def test_a_run_costs_what_it_calls():
    counted = Work(100, 150, 160, 2000, 300, 10, 40, {"gradient_descent": 2, "adam": 12})
    assert Run(gradients=3).cost("gradient_descent", counted) == pytest.approx(3.06)
    assert Run(gradients=3).cost("adam", counted) == pytest.approx(3.36)
    assert Run(gradients=3).cost("l_bfgs", counted) == pytest.approx(4.2)
    assert Run(3, 0, 2, 4).cost("newton", counted) == pytest.approx(3 + 40 + 12)
    assert Run(3, 5).cost("newton_cg", counted) == pytest.approx(3 + 8)
    assert Run(3, 5).cost("gauss_newton_cg", counted) == pytest.approx(3 + 8.5)
