from itertools import pairwise

import numpy as np
import pytest
import sympy

from adcost.derivatives import symbolic
from adcost.functions import iterated


def _logistic(depth):
    return symbolic.differentiate(lambda x: iterated.unrolled("logistic", x, depth, sympy))


def test_sizes_of_the_logistic_map_follow_the_recursions_of_its_tree():
    """t ← 2t + 2: the tree holds itself twice, with one product more and one difference."""
    sizes = [symbolic.size(_logistic(k)[0]) for k in range(1, 7)]
    assert sizes[0] == 3
    assert all(after == 2 * before + 2 for before, after in pairwise(sizes))


def test_sharing_undoes_the_swell():
    derivatives = [_logistic(k)[1] for k in (4, 5, 6)]
    trees = np.array([symbolic.size(d) for d in derivatives])
    shared = np.array([symbolic.shared_size(d) for d in derivatives])
    assert (trees[1:] > 2 * trees[:-1]).all() and (shared[1:] < 1.6 * shared[:-1]).all()


@pytest.mark.parametrize("shared", [False, True])
def test_compiled_derivatives_are_the_derivative(shared):
    _, derivative = _logistic(3)
    x = np.linspace(0.05, 0.95, 6)  # not 1/2, where it is zero
    found = symbolic.compile_function(derivative, "numpy", shared=shared)(x)
    np.testing.assert_allclose(found, iterated.closed_form_slope(x, 3), rtol=1e-12)
