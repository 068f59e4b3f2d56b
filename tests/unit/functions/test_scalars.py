"""The scalar expressions against values known otherwise."""

import math

import jax
import pytest

from adcost.functions import scalars


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def test_the_lectures_function():
    s = 3 * math.log(2)
    assert float(scalars.lecture(2.0, 3.0)) == pytest.approx(s + math.sqrt(s))


def test_the_surveys_function_and_gradient():
    """Baydin et al. 2018, tables 2 and 3, at (2, 5): 11.652, 5.5 and 1.716."""
    assert float(scalars.survey(2.0, 5.0)) == pytest.approx(11.652, abs=5e-4)
    gradient = jax.grad(scalars.survey, (0, 1))(2.0, 5.0)
    assert [float(g) for g in gradient] == pytest.approx([5.5, 1.716], abs=5e-4)


def test_the_neuron_is_right_where_its_output_is_the_datum():
    assert float(scalars.neuron(0.0, 0.0, 7.0, 0.5)) == 0.0


@pytest.mark.parametrize("d", [2, 3, 7])
def test_rosenbrocks_minimum_is_at_ones(d):
    at = [1.0] * d
    assert float(scalars.rosenbrock(*at)) == 0.0
    gradient = jax.grad(scalars.rosenbrock, tuple(range(d)))(*at)
    assert [float(g) for g in gradient] == pytest.approx([0.0] * d, abs=1e-14)


def test_rosenbrocks_usual_start():
    assert float(scalars.rosenbrock(-1.2, 1.0)) == pytest.approx(24.2)


def test_the_products_derivative_is_the_product_of_the_others():
    at = [2.0, 3.0, 5.0]
    assert float(scalars.speelpenning(*at)) == 30.0
    gradient = jax.grad(scalars.speelpenning, (0, 1, 2))(*at)
    assert [float(g) for g in gradient] == pytest.approx([15.0, 10.0, 6.0])


def test_a_chain_of_sines():
    assert float(scalars.sines(3)(1.0)) == pytest.approx(math.sin(math.sin(math.sin(1.0))))
    assert scalars.sines(0)(1.0) == 1.0
