"""The density and the bounds that judge it, against integrals and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from adcost.matrix_free.lanczos import Tridiagonal, ritz
from adcost.matrix_free.spectral_density import (
    distance,
    quadrature_bound,
    sampling_deviation,
    smoothed_density,
)


def test_the_density_integrates_to_the_weights_and_has_their_moments():
    values, weights = np.array([-1.0, 0.5, 2.0]), np.array([0.2, 0.5, 0.3])
    at, sigma = np.linspace(-4, 5, 4001), 0.1
    height = smoothed_density(values, weights, at, sigma)
    assert trapezoid(height, at) == pytest.approx(1)
    mean = weights @ values
    assert trapezoid(height * at, at) == pytest.approx(mean)
    spread = weights @ (values - mean) ** 2 + sigma**2
    assert trapezoid(height * (at - mean) ** 2, at) == pytest.approx(spread)


def test_the_distance_of_a_shift_is_the_shift():
    values = np.array([0.0, 1.0, 5.0])
    weights = np.array([0.5, 0.25, 0.25])
    assert distance(values + 0.3, weights, values, weights) == pytest.approx(0.3)
    assert distance(values, weights, np.array([0.0, 0.0, 1.0, 5.0])) == pytest.approx(0)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 8), n=st.integers(9, 40))
def test_gauss_quadrature_is_never_further_than_the_bound(seed, steps, n):
    """Any eigenvalues and any weights: Lanczos on a diagonal matrix is their Gauss quadrature."""
    rng = np.random.default_rng(seed)
    eigenvalues = np.sort(rng.standard_normal(n) ** 3)
    v = rng.standard_normal(n) * rng.random(n) ** 4
    v /= np.linalg.norm(v)
    basis, diagonal, off_diagonal = [v], [], []
    for _ in range(steps):
        w = eigenvalues * basis[-1]
        diagonal.append(basis[-1] @ w)
        for _ in range(2):
            for q in basis:
                w = w - (q @ w) * q
        off_diagonal.append(np.linalg.norm(w))
        basis.append(w / off_diagonal[-1])
    rule = ritz(Tridiagonal(np.array(diagonal), np.array(off_diagonal[:-1]), 0.0, v))
    apart = distance(rule.values, rule.weights, eigenvalues, v**2)
    assert apart <= quadrature_bound(eigenvalues, steps) * (1 + 1e-9)


def test_the_bound_of_the_quadrature_is_pi_l_over_4k():
    assert quadrature_bound(np.array([-1.0, 0.3, 1.0]), 5) == pytest.approx(np.pi / 10)


def test_the_bound_would_notice_uniform_weights():
    eigenvalues = np.concatenate([np.zeros(200), np.linspace(0, 1, 20)])
    apart = distance(np.linspace(0, 1, 30), np.full(30, 1 / 30), eigenvalues)
    assert apart > quadrature_bound(eigenvalues, 30)


def test_the_sampling_deviation_bounds_the_simulated_one_closely():
    """2,000 draws: the simulated root mean square is within 5 % with probability 99.9 %."""
    rng = np.random.default_rng(0)
    eigenvalues = np.sort(rng.standard_normal(30))
    squares = []
    for _ in range(2000):
        v = rng.standard_normal((3, 30))
        weights = np.mean(v**2 / np.sum(v**2, axis=1, keepdims=True), axis=0)
        squares.append(distance(eigenvalues, weights, eigenvalues) ** 2)
    simulated, bound = np.sqrt(np.mean(squares)), sampling_deviation(eigenvalues, 3)
    assert 0.6 * bound < simulated < 1.05 * bound
