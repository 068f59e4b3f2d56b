from decimal import Decimal, localcontext
from fractions import Fraction
from math import cos

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions.curves import CURVES, cosine, exact_slopes


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _points(curve, n=7):
    return np.linspace(*curve.domain, n)


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_the_closed_forms_are_the_derivatives(curve):
    x, nested = _points(curve), [curve.value]
    for _ in range(5):
        nested.append(jax.grad(nested[-1]))
    expected = jax.jit(jax.vmap(lambda x: jnp.stack([nth(x) for nth in nested])))(x).T
    for k, values in enumerate(expected):
        scale = np.abs(values).max()
        np.testing.assert_allclose(curve.derivative(k, x), values, rtol=1e-9, atol=1e-9 * scale)


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_exact_slopes_are_the_closed_form_and_go_on_beyond_double(curve):
    x = _points(curve, 50)
    high, low = exact_slopes(curve, x)
    np.testing.assert_allclose(high, curve.derivative(1, x), rtol=1e-12)
    assert (np.abs(low) <= np.spacing(np.abs(high)) / 2).all() and (low != 0).any()


def test_exact_slopes_are_at_exactly_the_float32_asked_for():
    """The cubic's and the reciprocal's slopes are rational: fractions know them exactly."""
    x = np.array([1.1, 1.7], dtype=np.float32)
    for name, slope in (("cubic", lambda q: 3 * q * q + 1), ("reciprocal", lambda q: -1 / (q * q))):
        high, low = exact_slopes(CURVES[name], x)
        for point, head, tail in zip(x, high, low, strict=True):
            exact = slope(Fraction(float(point)))
            found = Fraction(head) + Fraction(tail)
            assert abs(found - exact) < abs(exact) * Fraction(1, 2**104)


def test_the_cosine_holds_its_digits_where_the_series_cancels():
    for z in ("0", "0.3", "-7.04", "20"):
        assert float(cosine(Decimal(z))) == pytest.approx(cos(float(z)), abs=1e-15)
    with localcontext() as context:
        context.prec = 50
        double = cosine(Decimal(14))
        # cos 2z = 2 cos² z − 1, at 50 digits.
        assert abs(2 * cosine(Decimal(7)) ** 2 - 1 - double) < Decimal("1e-48")


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_every_curve_may_be_taken_into_the_complex_plane_within_its_reach(curve):
    x = _points(curve)
    step = min(curve.reach, 10.0)
    with jax.enable_x64(False):
        here = np.asarray(curve.value(jnp.asarray(x + 1j * step, dtype=np.complex64)))
        there = np.asarray(curve.value(jnp.asarray(x - min(step, 5.0), dtype=np.float32)))
    assert here.dtype == np.complex64 and np.isfinite(here).all() and np.isfinite(there).all()
