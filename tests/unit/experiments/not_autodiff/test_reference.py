import numpy as np
import pytest

from adcost.experiments.not_autodiff.reference import reference
from adcost.functions import iterated

X = np.array([0.1, 0.33, 0.77])


def test_the_logistic_reference_is_the_closed_form():
    right = reference("logistic", X, 6)
    np.testing.assert_allclose(right.slopes[5], iterated.closed_form_slope(X, 6), rtol=1e-12)
    np.testing.assert_allclose(
        right.values[5], np.sin(2**6 * np.arcsin(np.sqrt(X))) ** 2, rtol=1e-12
    )


def test_digits_suffice_where_floats_have_lost_all_of_theirs():
    deep, deeper = reference("logistic", X, 90), reference("logistic", X, 120)
    np.testing.assert_array_equal(deep.slopes[89], deeper.slopes[89])


@pytest.mark.parametrize("name", iterated.MAPS)
def test_amplification_bounds_what_a_shift_of_a_value_does(name):
    """Move l_j by a relative ε: log f′ moves by at most ε·A (to first order)."""
    depth, epsilon = 5, 1e-7
    bound = reference(name, X, depth).amplification[-1]
    step = iterated.MAPS[name]

    def slope(moved):
        state, product = X, np.ones_like(X)
        for j in range(depth):
            state = state * (1 + epsilon * (j == moved))
            product = product * step.slope(state, np)
            state = step.value(state, np)
        return product

    shifts = [np.abs(slope(j) / slope(None) - 1) / epsilon for j in range(depth)]
    assert (np.sum(shifts, axis=0) <= bound * (1 + 1e-4)).all()
