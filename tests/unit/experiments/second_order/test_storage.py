"""What a step holds, by the compiled program."""

import jax
import pytest

from adcost.experiments.second_order.storage import numbers_held


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def test_newton_holds_a_matrix_and_gradient_descent_a_few_vectors():
    assert numbers_held("newton", 64, 10) >= 64**2
    assert 2 * 64 <= numbers_held("gradient_descent", 64, 10) <= 8 * 64


def test_l_bfgs_holds_its_pairs():
    few, more = (numbers_held("l_bfgs", 64, pairs) for pairs in (2, 12))
    # Ten more pairs of differences, held once.
    assert more - few >= 2 * 10 * 64
