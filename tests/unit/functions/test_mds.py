import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.functions import mds


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _problem(seed, n=7):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)), mds.squared_distances(rng.normal(size=(n, 2)))


def test_the_loss_is_the_lectures_sum_over_all_pairs():
    w, d = _problem(0, n=4)
    total = 0.0
    for i in range(4):
        for j in range(4):
            total += (np.linalg.norm(w[i] - w[j]) ** 2 - d[i, j]) ** 2
    assert mds.loss(w, d) == pytest.approx(total, rel=1e-13)


def test_numpy_and_jax_compute_the_same_loss():
    w, d = _problem(1)
    assert float(jax.jit(mds.loss)(w, d)) == pytest.approx(float(mds.loss(w, d)), rel=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 6.28), st.floats(-3, 3), st.floats(-3, 3), st.booleans(), st.integers(0, 99))
def test_rotation_reflection_and_shift_change_nothing(angle, x, y, mirrored, seed):
    w, d = _problem(seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([1, -1 if mirrored else 1])
    assert mds.loss(w @ turn + [x, y], d) == pytest.approx(mds.loss(w, d), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999))
def test_the_gradient_is_the_one_on_paper(seed):
    w, d = _problem(seed)
    apart = w[:, None] - w[None]
    by_hand = 8 * ((mds.squared_distances(w) - d)[..., None] * apart).sum(1)
    np.testing.assert_allclose(jax.grad(mds.loss)(w, d), by_hand, rtol=1e-10, atol=1e-9)


def test_the_hessian_in_closed_form_is_jaxs():
    w, d = _problem(3)
    automatic = np.asarray(jax.hessian(mds.loss)(w, d)).reshape(14, 14)
    np.testing.assert_allclose(mds.hessian(w, d), automatic, rtol=1e-10, atol=1e-9)


def test_scaled_distances_have_mean_one_and_come_back_in_km():
    kilometres = np.sqrt(mds.squared_distances(1000 * np.random.default_rng(2).normal(size=(6, 2))))
    targets, unit = mds.scaled(kilometres)
    assert targets.mean() == pytest.approx(1)
    np.testing.assert_allclose(np.sqrt(targets) * unit, kilometres)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(4, 20))
def test_the_step_is_the_inverse_of_a_bound_on_the_curvature_at_the_solution(seed, n):
    w = np.random.default_rng(seed).normal(size=(n, 2))
    targets = mds.squared_distances(w)
    largest = np.linalg.eigvalsh(mds.hessian(w, targets))[-1]
    assert mds.step_size(targets) * largest <= 1 + 1e-9


@pytest.mark.parametrize("distance", [1.0, 3.0])
def test_the_step_is_the_inverse_curvature_itself_for_two_cities(distance):
    """Cauchy and Schwarz are an equality there: λmax(∇²L) = 16·λmax(Λ) = 32·D."""
    w = np.array([[0.0, 0.0], [0.6, 0.8]]) * distance
    targets = mds.squared_distances(w)
    assert np.linalg.eigvalsh(mds.hessian(w, targets))[-1] == pytest.approx(32 * distance**2)
    assert mds.step_size(targets) == pytest.approx(1 / (32 * distance**2))
