import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from adcost.functions import iterated


@pytest.mark.parametrize("name", iterated.MAPS)
def test_slopes_and_curvatures_by_hand_are_sympys(name):
    x = sympy.Symbol("x")
    step = iterated.MAPS[name]
    value = step.value(x, sympy)
    for order, formula in ((1, step.slope), (2, step.curvature)):
        assert sympy.simplify(sympy.diff(value, x, order) - formula(x, sympy)) == 0


@pytest.mark.parametrize("name", iterated.MAPS)
def test_scan_loop_and_trajectory_agree(name):
    with jax.enable_x64(True):
        x = jnp.asarray(0.3)
        run = iterated.trajectory(name, x, 5)
        last = iterated.iterate(name, x, 5)
    assert run.shape == (5,)
    by_numpy = iterated.unrolled(name, 0.3, 5, np)
    np.testing.assert_allclose([run[-1], last], by_numpy, rtol=1e-12)


@given(st.floats(0.01, 0.99), st.integers(1, 30))
def test_the_closed_form_is_the_product_of_slopes(x, depth):
    with mpmath.workdps(50):
        state, slope = mpmath.mpf(x), mpmath.mpf(1)
        for _ in range(depth):
            slope *= iterated.MAPS["logistic"].slope(state, mpmath)
            state = iterated.MAPS["logistic"].value(state, mpmath)
        closed = iterated.closed_form_slope(mpmath.mpf(x), depth, mpmath)
        scale = mpmath.mpf(2) ** depth
        assert abs(closed - slope) < scale * mpmath.mpf(10) ** -30


def test_equal_rates_of_four_are_the_logistic_map():
    with jax.enable_x64(True):
        inputs = jnp.asarray([0.3, 4.0, 4.0, 4.0])
        found = iterated.with_rates(inputs)
        np.testing.assert_allclose(found, iterated.iterate("logistic", inputs[0], 3), rtol=1e-14)
