import jax
import numpy as np
import pytest
from scipy.optimize import minimize

from adcost import seeds
from adcost.experiments.mds import solvers
from adcost.functions import mds


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    targets = mds.squared_distances(rng.normal(size=(5, 2)) / 2)
    starts = rng.normal(size=(3, 5, 2)) / 2
    keys = jax.numpy.stack([seeds.key(0, run) for run in range(3)])
    return solvers.Problem(starts, np.broadcast_to(targets, (3, 5, 5)), keys)


def test_gradient_descent_is_the_lectures_loop(problem):
    paths = solvers.gradient_descent(problem, price=2.5, stop_at=np.zeros(3), max_evaluations=100)
    w, targets = problem.starts[1], problem.targets[1]
    gradient = jax.jit(jax.grad(mds.loss))
    for step in range(41):
        assert paths[1].losses[step] == pytest.approx(mds.loss(w, targets), rel=1e-9)
        np.testing.assert_allclose(paths[1].positions[step], w, atol=1e-9)
        w = w - mds.step_size(targets) * np.asarray(gradient(w, targets))
    assert paths[1].evaluations[-1] == 100 and len(paths[1].losses) == 41


def test_central_differences_walk_gradient_descents_path_at_2d_a_step(problem):
    own = solvers.gradient_descent(problem, price=1, stop_at=np.zeros(3), max_evaluations=100)
    other = solvers.central_differences(problem, stop_at=np.zeros(3), max_evaluations=2000)
    for one, two in zip(own, other, strict=True):
        np.testing.assert_allclose(one.losses, two.losses, rtol=1e-5, atol=1e-9)
        np.testing.assert_array_equal(two.evaluations, 20 * one.evaluations)


def test_two_point_steps_are_shorter_by_d_and_cost_two(problem):
    path = solvers.two_point_descent(problem, stop_at=np.zeros(3), max_evaluations=9000)[0]
    assert path.evaluations[1] == 2
    own = solvers.gradient_descent(problem, price=1, stop_at=np.zeros(3), max_evaluations=450)[0]
    # After d times as many steps it is about where gradient descent is.
    assert np.log10(path.losses[-1] / path.losses[0]) == pytest.approx(
        np.log10(own.losses[-1] / own.losses[0]), rel=0.4
    )


def test_another_run_beside_it_does_not_change_a_run(problem):
    limits = {"stop_at": np.zeros(1), "max_evaluations": 400}
    alone = solvers.two_point_descent(problem.first(1), **limits)[0]
    beside = solvers.two_point_descent(problem, **limits)[0]
    np.testing.assert_allclose(alone.losses, beside.losses, rtol=1e-7)


def test_nelder_mead_is_scipys_and_stops_at_its_cap(problem):
    start, targets = problem.starts[0], problem.targets[0]
    path = solvers.nelder_mead(start, targets, stop_at=-1.0, max_evaluations=200)
    plain = minimize(
        lambda x: mds.loss(x.reshape(5, 2), targets), start.ravel(), method="Nelder-Mead",
        options={"adaptive": True, "maxfev": 200, "xatol": 0, "fatol": 0},
    )  # fmt: skip
    assert path.losses[-1] == pytest.approx(plain.fun, rel=1e-12)
    assert 190 <= path.evaluations[-1] <= 200 == plain.nfev
    early = solvers.nelder_mead(start, targets, stop_at=path.losses[50], max_evaluations=200)
    assert early.losses[-1] <= path.losses[50] and early.evaluations[-1] < path.evaluations[-1]


def test_l_bfgs_finds_the_map_and_charges_every_evaluation(problem):
    path = solvers.l_bfgs(problem.starts[0], problem.targets[0], price=2.0)
    assert path.losses.min() < 1e-12
    np.testing.assert_array_equal(path.evaluations, 2.0 * np.arange(len(path.losses)))


def test_descent_to_rest_stops_when_it_has_arrived(problem):
    for path in solvers.descent_to_rest(problem, tolerance=1e-9, max_steps=50_000):
        assert path.losses[-1] < 1e-6 * path.losses[0]
        assert len(path.losses) < 50_000
