import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions.graphs import POINTS


def _value(name, *point):
    with jax.enable_x64(True):
        return np.array([float(part) for part in POINTS[name][0](*map(jnp.float64, point))])


@pytest.mark.parametrize("name", POINTS)
def test_each_function_is_finite_at_its_point(name):
    assert np.isfinite(_value(name, *POINTS[name][1])).all()


def test_the_lighthouse_meets_the_quay():
    nu, gamma, omega, t = POINTS["lighthouse"][1]
    y1, y2 = _value("lighthouse", nu, gamma, omega, t)
    assert y1 == pytest.approx(nu * np.tan(omega * t) / (gamma - np.tan(omega * t)))
    assert y2 == pytest.approx(gamma * y1)


def test_equal_states_have_the_flux_of_the_gas():
    """Roe's flux is consistent: F(u, u) is the Euler flux of u."""
    density, speed, pressure = 1.2, 0.4, 0.9
    momentum, energy = density * speed, pressure / 0.4 + 0.5 * density * speed**2
    flux = _value("roe_flux", density, momentum, energy, density, momentum, energy)
    expected = [momentum, momentum * speed + pressure, speed * (energy + pressure)]
    np.testing.assert_allclose(flux, expected, rtol=1e-12)


def test_roes_averages_make_the_flux_exact_across_a_contact():
    """A jump of density alone moves with the flow: all of it is upwind, F = F_l for u > 0."""
    speed, pressure = 0.4, 0.9
    states = [(rho, rho * speed, pressure / 0.4 + 0.5 * rho * speed**2) for rho in (1.0, 0.6)]
    flux = _value("roe_flux", *states[0], *states[1])
    _, momentum, energy = states[0]
    expected = [momentum, momentum * speed + pressure, speed * (energy + pressure)]
    np.testing.assert_allclose(flux, expected, rtol=1e-12)


def test_the_heart_dipole_is_the_sum_of_two_dipoles_moments():
    """(a + ic)(t + iv)ᵏ + (b + id)(u + iw)ᵏ for k = 2, 3, up to the order of the parts."""
    a, b, c, d, t, u, v, w = POINTS["heart_dipole"][1]
    f = _value("heart_dipole", a, b, c, d, t, u, v, w) + 1
    square = (a + 1j * c) * (t + 1j * v) ** 2 + (b + 1j * d) * (u + 1j * w) ** 2
    assert f[4] == pytest.approx(square.real) and f[5] == pytest.approx(square.imag)
    cube = (a - 1j * c) * (t + 1j * v) ** 3 + (b - 1j * d) * (u + 1j * w) ** 3
    conjugate = (a + 1j * c) * (t - 1j * v) ** 3 + (b + 1j * d) * (u - 1j * w) ** 3
    assert cube == pytest.approx(np.conj(conjugate))
    assert f[6] == pytest.approx(_third(a, c, t, v) + _third(b, d, u, w))


def _third(a, c, t, v):
    return a * t * (t * t - 3 * v * v) + c * v * (v * v - 3 * t * t)


def test_helmholtz_terms():
    x = np.array(POINTS["helmholtz"][1])
    np.testing.assert_allclose(_value("helmholtz", *x), x * np.log(x / (1 - x.sum())))


def test_speelpennings_product():
    assert _value("speelpenning", *POINTS["speelpenning"][1]) == pytest.approx(
        np.prod(POINTS["speelpenning"][1])
    )
