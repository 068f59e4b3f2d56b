import numpy as np
import pytest
from scipy.optimize import minimize

from adcost.functions.smoothing import influence


def test_the_influence_matrix_smooths():
    y = np.random.default_rng(0).standard_normal(8)
    objective = lambda x: ((x - y) ** 2).sum() + 0.7 * (np.diff(x, n=2) ** 2).sum()  # noqa: E731
    found = minimize(objective, y, tol=1e-12).x
    np.testing.assert_allclose(influence(8, 0.7) @ y, found, atol=1e-5)


def test_it_is_symmetric_with_eigenvalues_between_nought_and_one_and_keeps_lines():
    matrix = influence(12, 0.3)
    np.testing.assert_array_equal(matrix, matrix.T)
    values = np.linalg.eigvalsh(matrix)
    assert 0 < values[0] and values[-1] <= 1 + 1e-12
    line = 2 + 3 * np.arange(12.0)
    np.testing.assert_allclose(matrix @ line, line)
    np.testing.assert_allclose(influence(5, 0), np.eye(5))


def test_too_few_points_and_negative_smoothing_are_refused():
    for size, alpha in ((2, 1.0), (5, -1.0)):
        with pytest.raises(ValueError, match="size ≥ 3 and alpha ≥ 0"):
            influence(size, alpha)
