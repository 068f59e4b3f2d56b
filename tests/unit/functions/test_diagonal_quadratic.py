import jax
import numpy as np
import pytest

from adcost.functions.diagonal_quadratic import (
    diagonal_quadratic,
    half_squared_norm,
    log_spaced_eigenvalues,
)

X = np.array([0.5, -2.0, 3.0])
EIGENVALUES = np.array([1.0, 4.0, 9.0])


def test_values_are_those_of_the_formulas():
    with jax.enable_x64(True):
        assert half_squared_norm(X) == 0.5 * (0.25 + 4 + 9)
        assert diagonal_quadratic(X, EIGENVALUES) == 0.5 * (0.25 + 16 + 81)


def test_the_hessian_is_the_diagonal_and_the_condition_number_its_spread():
    with jax.enable_x64(True):
        hessian = jax.hessian(diagonal_quadratic)(X, EIGENVALUES)
        np.testing.assert_array_equal(hessian, np.diag(EIGENVALUES))
        np.testing.assert_array_equal(jax.grad(half_squared_norm)(X), X)
    assert np.linalg.cond(hessian) == pytest.approx(9)


def test_eigenvalues_run_from_one_to_the_condition_number_as_many_in_each_decade():
    eigenvalues = log_spaced_eigenvalues(1000, 31)
    assert eigenvalues[0] == 1 and eigenvalues[-1] == pytest.approx(1000)
    assert [(eigenvalues < 10.0**k * (1 - 1e-9)).sum() for k in (1, 2, 3)] == [10, 20, 30]


@pytest.mark.parametrize(("condition", "dimension"), [(0.5, 10), (10, 1)])
def test_what_is_no_spectrum_is_refused(condition, dimension):
    with pytest.raises(ValueError, match="needs κ ≥ 1"):
        log_spaced_eigenvalues(condition, dimension)
