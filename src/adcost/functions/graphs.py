r"""Small functions of scalars whose computational graphs show in which order to differentiate.

Each takes scalars and returns a tuple of scalars, all JAX; `POINTS` says where to evaluate it.
"""

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp

Scalars = tuple[jax.Array, ...]


def ad_choose(w1: jax.Array, w2: jax.Array) -> Scalars:
    """Few inputs, many outputs: a graph of the shape that the lecture's task 1 shows."""
    product, sine, wave = w1 * w2, jnp.sin(w1), jnp.cos(w2)
    middle = jnp.exp(product) + sine * wave
    return (
        jnp.log(middle),
        jnp.sin(middle) * sine,
        middle * wave,
        jnp.sqrt(middle) + product,
        jnp.tanh(middle * product),
    )


def ad_choose_turned(
    w1: jax.Array, w2: jax.Array, w3: jax.Array, w4: jax.Array, w5: jax.Array
) -> Scalars:
    """Many inputs, few outputs: the opposite case."""
    middle = jnp.exp(w1 * w2) + jnp.sin(w3) * jnp.cos(w4) + w5
    return jnp.log(middle) * jnp.sin(middle), jnp.tanh(middle) + w5 * middle


def lighthouse(nu: jax.Array, gamma: jax.Array, omega: jax.Array, t: jax.Array) -> Scalars:
    """Where a turning lighthouse's beam meets the quay (Griewank & Walther, §2.1).

    y₁ = ν tan(ωt) / (γ − tan(ωt)),  y₂ = γ·y₁.
    """
    tangent = jnp.sin(omega * t) / jnp.cos(omega * t)
    first = nu * tangent / (gamma - tangent)
    return first, gamma * first


def helmholtz(x1: jax.Array, x2: jax.Array, x3: jax.Array, x4: jax.Array) -> Scalars:
    """The terms of a mixture's free energy: yᵢ = xᵢ log(xᵢ / (1 − Σxⱼ)).

    As in Lohoff & Neftci's set of graphs (*Optimizing Automatic Differentiation with Deep
    Reinforcement Learning*, 2024), where the sum, its sign and the 1 are three vertices.
    """
    rest = 1.0 + -(x1 + x2 + x3 + x4)
    return tuple(x * jnp.log(x / rest) for x in (x1, x2, x3, x4))


def heart_dipole(
    a: jax.Array,
    b: jax.Array,
    c: jax.Array,
    d: jax.Array,
    t: jax.Array,
    u: jax.Array,
    v: jax.Array,
    w: jax.Array,
) -> Scalars:
    """Residuals of the human heart dipole problem (Averick, Carter, Moré & Xue, MINPACK-2, 1992).

    Moments of order 0 to 3 of two dipoles, less what is measured (here 1 everywhere).
    """
    tt, uu, vv, ww = t * t, u * u, v * v, w * w
    tv, uw = t * v, u * w
    cube_t, cube_v = t * (tt - 3.0 * vv), v * (vv - 3.0 * tt)
    cube_u, cube_w = u * (uu - 3.0 * ww), w * (ww - 3.0 * uu)
    return (
        a + b - 1.0,
        c + d - 1.0,
        t * a + u * b - v * c - w * d - 1.0,
        v * a + w * b + t * c + u * d - 1.0,
        a * (tt - vv) - 2.0 * (c * tv) + b * (uu - ww) - 2.0 * (d * uw) - 1.0,
        c * (tt - vv) + 2.0 * (a * tv) + d * (uu - ww) + 2.0 * (b * uw) - 1.0,
        a * cube_t + c * cube_v + b * cube_u + d * cube_w - 1.0,
        c * cube_t - a * cube_v + d * cube_u - b * cube_w - 1.0,
    )


def propane(
    x1: jax.Array, x2: jax.Array, x3: jax.Array, x4: jax.Array, x5: jax.Array, x6: jax.Array,
    x7: jax.Array, x8: jax.Array, x9: jax.Array, x10: jax.Array, x11: jax.Array,
) -> Scalars:  # fmt: skip
    """Residuals of the combustion of propane, full formulation (MINPACK-2, 1992).

    Balances of the elements, equilibria of the ten products, and their sum; pressure 40, ratio of
    air to fuel 10.
    """
    pressure, air = 40.0, 10.0
    root = jnp.sqrt(pressure / x11)
    return (
        x1 + x4 - 3.0,
        2.0 * x1 + x2 + x4 + x7 + x8 + x9 + 2.0 * x10 - air,
        2.0 * x2 + 2.0 * x5 + x6 + x7 - 8.0,
        2.0 * x3 + x9 - 4.0 * air,
        x2 * x4 - x1 * x5,
        jnp.sqrt(x2 * x4) - jnp.sqrt(x1) * x6 * root,
        jnp.sqrt(x1 * x2) - jnp.sqrt(x4) * x7 * root,
        x1 - x4 * x8 * (pressure / x11),
        x1 * jnp.sqrt(x3) - x4 * x9 * root,
        x1 * x1 - x4 * x4 * x10 * (pressure / x11),
        x11 - (x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10),
    )


def roe_flux(
    left: jax.Array,
    left_momentum: jax.Array,
    left_energy: jax.Array,
    right: jax.Array,
    right_momentum: jax.Array,
    right_energy: jax.Array,
) -> Scalars:
    """The flux of a gas between two states of density, momentum and energy (Roe, *JCP* 43, 1981).

    ½(F_l + F_r) − ½ Σ |λₖ| αₖ rₖ over the waves of speeds λ = u − a, u, u + a, for a subsonic flow
    to the right (0 < u < a), where the absolute values are known. Ideal gas, γ = 1.4.
    """
    excess = 0.4

    def state(density: jax.Array, momentum: jax.Array, energy: jax.Array) -> Scalars:
        speed = momentum / density
        pressure = excess * (energy - 0.5 * momentum * speed)
        return speed, pressure, (energy + pressure) / density

    speed_l, pressure_l, enthalpy_l = state(left, left_momentum, left_energy)
    speed_r, pressure_r, enthalpy_r = state(right, right_momentum, right_energy)
    root_l, root_r = jnp.sqrt(left), jnp.sqrt(right)
    # Roe's averages.
    weight = root_l + root_r
    u = (root_l * speed_l + root_r * speed_r) / weight
    h = (root_l * enthalpy_l + root_r * enthalpy_r) / weight
    density = root_l * root_r
    half_square = 0.5 * (u * u)
    a_square = excess * (h - half_square)
    a = jnp.sqrt(a_square)
    # Strengths of the waves times their absolute speeds.
    jump = (pressure_r - pressure_l) / a_square
    shear = density * (speed_r - speed_l) / a
    still = u * (right - left - jump)
    up = (u + a) * (0.5 * (jump + shear))
    down = (a - u) * (0.5 * (jump - shear))
    mass = still + up + down
    momentum = still * u + up * (u + a) + down * (u - a)
    energy = still * half_square + up * (h + u * a) + down * (h - u * a)
    flux_l = (left_momentum, pressure_l + left_momentum * speed_l, left_momentum * enthalpy_l)
    flux_r = (right_momentum, pressure_r + right_momentum * speed_r, right_momentum * enthalpy_r)
    sides = zip(flux_l, flux_r, (mass, momentum, energy), strict=True)
    return tuple(0.5 * (one + other - wave) for one, other, wave in sides)


def speelpenning(
    x1: jax.Array, x2: jax.Array, x3: jax.Array, x4: jax.Array, x5: jax.Array, x6: jax.Array
) -> Scalars:
    """The product of all inputs, from left to right (Speelpenning 1980): one output."""
    return (x1 * x2 * x3 * x4 * x5 * x6,)


def hourglass(x1: jax.Array, x2: jax.Array, x3: jax.Array, x4: jax.Array, x5: jax.Array) -> Scalars:
    """Many inputs, one number in the middle, many outputs, with a layer on either side of it."""
    before = [jnp.sin(x) * y for x, y in zip((x1, x2, x3, x4), (x2, x3, x4, x5), strict=True)]
    waist = jnp.exp(before[0] + before[1] + before[2] + before[3])
    after = [jnp.sin(waist), jnp.cos(waist), jnp.tanh(waist), jnp.sqrt(waist)]
    return tuple(one * other for one, other in zip(after, after[1:] + after[:1], strict=True))


POINTS: Mapping[str, tuple[Callable[..., Scalars], tuple[float, ...]]] = {
    "ad_choose": (ad_choose, (0.7, 0.4)),
    "ad_choose_turned": (ad_choose_turned, (0.7, 0.4, 0.3, 0.9, 1.1)),
    "lighthouse": (lighthouse, (1.2, 2.5, 0.7, 0.9)),
    "helmholtz": (helmholtz, (0.1, 0.2, 0.15, 0.25)),
    "heart_dipole": (heart_dipole, (0.3, 0.6, 0.2, 0.9, 1.1, 0.4, 0.8, 0.5)),
    "propane": (propane, (2.1, 1.3, 8.0, 0.9, 0.4, 0.3, 1.2, 0.5, 0.7, 0.2, 15.0)),
    "roe_flux": (roe_flux, (1.0, 0.3, 2.5, 0.8, 0.35, 2.2)),
    "speelpenning": (speelpenning, (0.5, 1.1, 0.9, 1.3, 0.8, 1.2)),
    "hourglass": (hourglass, (0.1, 0.4, 0.3, 0.2, 0.5)),
}
"""Each function with a point at which it is smooth."""
