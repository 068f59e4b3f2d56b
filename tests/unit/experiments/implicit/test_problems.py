"""The truths that the derivatives are compared with, each against another way to it."""

import jax
import numpy as np
import pytest

from adcost.experiments.implicit import problems
from adcost.experiments.implicit.problems import diabetes, few_images, slope_of_the_loop


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def _loss(subject, theta):
    """L where a thousand steps more of the iteration change nothing."""
    x = subject.start
    run = jax.jit(lambda x: jax.lax.fori_loop(0, 2000, lambda _, x: subject.step(theta, x), x))
    return float(subject.loss(run(x)))


@pytest.mark.parametrize("name", ["ridge", "layer"])
def test_the_truth_is_a_fixed_point_and_its_gradient_that_of_differences(section, name):
    subject = problems.problem(name, section[name], 1)
    moved = subject.step(subject.theta, subject.fixed_point)
    np.testing.assert_allclose(moved, subject.fixed_point, atol=1e-14)
    theta, h = np.asarray(subject.theta), 1e-6
    for i in (0, theta.size - 1):
        e = h * np.eye(theta.size)[i]
        central = (_loss(subject, theta + e) - _loss(subject, theta - e)) / (2 * h)
        assert subject.gradient[i] == pytest.approx(central, rel=1e-5)


@pytest.mark.parametrize("name", ["ridge", "layer"])
def test_the_condition_is_that_of_the_jacobian_of_the_iteration(section, name):
    subject = problems.problem(name, section[name], 1)
    size = subject.start.size
    jacobian = jax.jacfwd(lambda x: subject.step(subject.theta, x))(subject.fixed_point)
    regular = np.eye(size) - np.reshape(jacobian, (size, size))
    if name == "ridge":
        assert np.linalg.cond(regular) == pytest.approx(subject.condition)
    else:  # block by block, an example each
        width = section["layer"]["width"]
        blocks = [regular[i : i + width, i : i + width] for i in range(0, size, width)]
        assert max(map(np.linalg.cond, blocks)) == pytest.approx(subject.condition)


def test_ridge_regression_is_that_of_the_normal_equations():
    own = diabetes()
    w, slope = own.minimiser(0.3)
    normal = own.x.T @ own.x + 0.3 * np.eye(own.x.shape[1])
    np.testing.assert_allclose(w, np.linalg.solve(normal, own.x.T @ own.y), rtol=1e-11)
    pull = own.held_x.T @ (own.held_x @ w - own.held_y) / len(own.held_y)
    assert slope == pytest.approx(-pull @ np.linalg.solve(normal, w), rel=1e-10)


def test_with_few_images_the_penalty_tends_to_the_least_minimiser():
    own = few_images(10)
    w, slope = own.minimiser(0.0)
    np.testing.assert_allclose(w, np.linalg.pinv(own.x) @ own.y, rtol=1e-9)
    assert slope == pytest.approx(own.minimiser(1e-9)[1], rel=1e-6)
    assert own.problem(0.0).condition == np.inf


def test_the_held_out_rows_are_others():
    own = diabetes()
    assert len(own.x) == len(own.held_x) == 221
    assert not np.array_equal(own.x, own.held_x)


def test_the_loops_slope_is_that_of_differences(section):
    subject = problems.step_sizes(section["step_sizes"], 1)
    alpha, start = np.asarray(subject.theta), np.asarray(subject.start)

    def loss(alpha):
        return 0.5 * start @ start * np.prod(1 - alpha) ** (2 * 7)

    h = 1e-6 * np.eye(alpha.size)
    central = [(loss(alpha + e) - loss(alpha - e)) / 2e-6 for e in h]
    np.testing.assert_allclose(slope_of_the_loop(alpha, start, 7), central, rtol=1e-8)
