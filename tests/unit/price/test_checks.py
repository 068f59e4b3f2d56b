"""Is the derivative right: what is right passes within a tight bound, and faults do not."""

import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.custom_derivatives import linear_call
from unit.price.equilibrium import coupled

from adcost.price.central_difference import difference, noise_of
from adcost.price.checks import COLUMNS, check
from adcost.price.examples import conduction

HERE = Path(__file__)
X = jnp.arange(1.0, 5.0) / 3


def checked(f, *args, **options):
    table = check(f, args, **options)
    assert list(table.columns) == list(COLUMNS)
    return table


def result(table, name):
    rows = table[table.check == name]
    assert len(rows), f"no check {name}"
    return rows.iloc[0]


def failed(table):
    return set(table[table.passed.eq(False)].check)


def smooth(x):
    return jnp.sum(jnp.tanh(x) ** 2)


def network(params, x):
    return jnp.mean(jax.nn.softplus(x @ params["w"]) @ params["v"])


PARAMS = {"w": jnp.linspace(-1, 1, 12).reshape(4, 3), "v": jnp.linspace(1e-4, 2e-4, 3)}


@pytest.mark.parametrize("f", [smooth, jnp.cumsum, jnp.prod, lambda x: 1e8 * smooth(x)])
def test_a_right_derivative_passes_everything_within_tight_bounds(f):
    table = checked(f, X)
    assert failed(table) == set()
    one = result(table, "differences")
    assert one.passed and one.error <= one.bound < 1e-7
    assert result(table, "forward mode").passed
    assert result(table, "symmetry").passed
    assert result(table, "finite").passed
    assert result(table, "digits").passed


def test_trees_of_arrays_of_very_different_sizes_are_checked_in_proportion():
    table = checked(network, PARAMS, jnp.linspace(-1, 1, 8).reshape(2, 4))
    assert failed(table) == set()
    assert result(table, "differences").bound < 1e-7


# Faults.


@jax.custom_vjp
def wrong_reverse(x):
    return jnp.sin(x) * x


wrong_reverse.defvjp(
    lambda x: (jnp.sin(x) * x, x), lambda x, g: (g * (jnp.cos(x) * x + 0.999 * jnp.sin(x)),)
)


@jax.custom_vjp
def right_reverse(x):
    return jnp.sin(x) * x


right_reverse.defvjp(
    lambda x: (jnp.sin(x) * x, x), lambda x, g: (g * (jnp.cos(x) * x + jnp.sin(x)),)
)


def test_a_wrong_custom_vjp_is_caught_by_differences_and_by_its_function():
    table = checked(lambda x: wrong_reverse(x).sum(), X)
    assert failed(table) == {"differences", "custom rule"}
    line = next(
        i for i, text in enumerate(HERE.read_text().splitlines(), 1) if text == "@jax.custom_vjp"
    )
    assert f"wrong_reverse (line {line}" in result(table, "custom rule").sentence
    assert result(table, "forward mode").passed is None
    assert failed(checked(lambda x: right_reverse(x).sum(), X)) == set()


@jax.custom_jvp
def wrong_forward(x):
    return jnp.sin(x)


wrong_forward.defjvp(lambda p, t: (jnp.sin(*p), 1.001 * t[0] * jnp.cos(*p)))


def in_a_scan(x):
    return lax.scan(lambda total, each: (total + wrong_forward(each), None), 0.0, x)[0]


@pytest.mark.parametrize("f", [lambda x: wrong_forward(x).sum(), in_a_scan, jax.jit(in_a_scan)])
def test_a_wrong_custom_jvp_is_caught_wherever_it_is(f):
    assert failed(checked(f, X)) == {"differences", "custom rule"}


def wrong_transpose(x):
    doubled = linear_call(lambda _, each: 2 * each, lambda _, each: 3 * each, (), x)
    return jnp.sum(jnp.sin(doubled))


def test_a_wrong_transpose_makes_forward_and_reverse_mode_disagree():
    assert failed(checked(wrong_transpose, X)) == {"differences", "forward mode"}


@jax.custom_jvp
def not_a_gradient(x):
    return jnp.sum(x**3)


not_a_gradient.defjvp(
    lambda p, t: (not_a_gradient(*p), jnp.vdot(t[0], 3 * p[0] ** 2 + 0.1 * jnp.roll(p[0], 1)))
)


def test_a_rule_that_is_no_gradient_of_anything_has_an_asymmetric_hessian():
    assert {"symmetry", "differences", "custom rule"} <= failed(checked(not_a_gradient, X))


def stopped(x):
    return jnp.sum(x**2) * lax.stop_gradient(jnp.sum(x))


def test_a_gradient_that_leaves_a_part_out_is_caught():
    assert failed(checked(stopped, X)) >= {"differences"}
    all_of_it = checked(lambda x: lax.stop_gradient(x).sum() + 0.0 * x.sum(), X)
    assert failed(all_of_it) >= {"differences"}


@jax.custom_jvp
def safe_root(x):
    return jnp.sqrt(x)


safe_root.defjvp(
    lambda p, t: (safe_root(*p), t[0] * jnp.where(p[0] > 0, 0.5 / jnp.sqrt(p[0] + (p[0] == 0)), 0))
)


def test_a_rule_that_is_there_because_the_function_s_own_is_infinite_is_not_accused():
    table = checked(lambda x: safe_root(x * x).sum(), jnp.array([0.0, 1.0, 2.0]))
    assert result(table, "custom rule").passed is None


# What cannot be judged is not passed.


def rough(x):
    return jnp.sum(jnp.round(x * 1e6) / 1e6 * x)


def inner_float32(x):
    return jnp.sum(jnp.sin(x.astype(jnp.float32)))


def test_where_differences_tell_nothing_there_is_no_pass():
    one = result(checked(rough, X), "differences")
    assert one.passed is None and "jumps or bends" in one.sentence


def test_the_bound_follows_the_precision_of_the_function_s_own_arithmetic():
    one = result(checked(inner_float32, X), "differences")
    assert one.passed
    assert 1e-7 < one.bound < 1e-2


def only_float32(x):
    return lax.scan(lambda c, e: (c * e.astype(jnp.float32), None), jnp.float32(1), x)[0]


def no_float64(x):
    return lax.scan(lambda c, e: (c * e, None), jnp.float32(1), x)[0]


def test_a_function_that_refuses_float64_is_checked_in_its_own_precision():
    assert failed(checked(only_float32, X)) == set()
    table = checked(no_float64, X)
    assert failed(table) == set()
    assert "cannot be computed in float64" in result(table, "digits").sentence


def test_what_is_not_finite_is_said_and_judges_nothing_else():
    table = checked(jnp.linalg.norm, jnp.zeros(3))
    assert result(table, "finite").passed is False
    assert result(table, "differences").passed is None
    here = checked(jnp.linalg.norm, X)
    assert failed(here) == set()
    assert any("at zero" in sentence for sentence in here.sentence)
    outside = checked(lambda x: jnp.log(x - 0.3).sum(), X)
    assert result(outside, "finite").passed
    beyond = result(checked(lambda x: jnp.log(x - 3).sum(), X), "differences")
    assert beyond.passed is None and "not finite near" in beyond.sentence


def cancelling(x):
    return jnp.sum((1 - jnp.cos(1e-3 * x)) ** 2)  # XLA makes x of (x + 1e4) - 1e4


def test_digits_that_float32_loses_are_counted():
    one = result(checked(cancelling, X), "digits")
    assert one.error > 1  # of the value's 7 digits or so
    assert result(checked(smooth, X), "digits").error < 1


def test_the_setting_of_float64_is_as_before_and_the_key_decides():
    before = jax.config.jax_enable_x64
    one, same, other = (check(smooth, (X,), key=jax.random.key(k)) for k in (1, 1, 2))
    assert jax.config.jax_enable_x64 == before
    assert one.equals(same)
    assert not one.equals(other)


def test_shapes_are_refused():
    with pytest.raises(ValueError, match="give arrays"):
        check(smooth, (jax.ShapeDtypeStruct((3,), "float32"),))


# The bound of a difference.

CURVES = {
    "sin": (np.sin, 0.3, np.cos(0.3)),
    "exp": (lambda t: np.exp(5 * t), 0.0, 5.0),
    "rational": (lambda t: 1 / (1 + 25 * t**2), 0.2, -50 * 0.2 / (1 + 25 * 0.04) ** 2),
    "offset": (lambda t: 1e6 + np.sin(t), 0.0, 1.0),
    "cubic": (lambda t: t**3 - t, 0.5, -0.25),
}


@settings(max_examples=60)
@given(st.sampled_from(sorted(CURVES)), st.floats(0.03, 30.0))
def test_a_difference_errs_by_less_than_its_bound(name, stretch):
    f, at, slope = CURVES[name]
    estimate, bound, _ = difference(lambda t: f(at + stretch * t), 2.0**-53)
    assert abs(estimate - stretch * slope) <= bound


def test_with_noise_in_the_values_the_bound_holds_nearly_always():
    draws = np.random.default_rng(0)
    beyond = 0
    for _ in range(100):
        for f, at, slope in CURVES.values():
            estimate, bound, _ = difference(
                lambda t, f=f, at=at: f(at + t) + 1e-9 * draws.uniform(-1, 1, t.shape), 2.0**-53
            )
            beyond += abs(estimate - slope) > bound
            assert bound < 0.1 * max(abs(slope), 1)
    assert beyond <= 10  # of 500


def bent(t):
    """Of slope 1 within 10⁻⁷ of 0, and 2 beyond, but for rounding: all larger steps agree."""
    return 2 * t - 1e-7 * np.tanh(t / 1e-7)


def test_a_bend_that_larger_steps_do_not_see_is_seen_by_smaller_ones():
    estimate, bound, bend = difference(bent, 2.0**-53)
    assert abs(estimate - 1) <= bound < 0.1
    assert bend == pytest.approx(1, abs=0.1)
    estimate, bound, bend = difference(np.sin, 2.0**-53)
    assert bend <= bound


def iterated(log_conductivity, source, measured):
    return conduction.loss(log_conductivity, source, measured)


def test_a_gradient_that_is_right_is_not_accused_where_a_symmetry_ends_or_rounding_grows():
    """Against 60 digits the gradient here is right to 3e-9, and one at larger steps off by 4e-3."""
    table = checked(iterated, *conduction.arguments())
    assert failed(table) == {"digits"}
    assert result(table, "differences").bound < 1e-2
    # In float32 rounding grows as much, and has fewer digits to grow through.
    assert "and 0.0 of the gradient" in result(table, "digits").sentence


def test_noise_is_measured_and_a_smooth_function_has_none():
    t = 1e-8 * np.arange(9)
    assert noise_of(np.sin(t)) < 1e-15
    noise = np.random.default_rng(0).standard_normal((200, 9))
    found = [noise_of(np.sin(t) + 1e-6 * each) for each in noise]
    assert 0.7e-6 < np.median(found) < 2.5e-6
    assert math.isclose(noise_of(np.zeros(9)), 0.0)


@jax.custom_vjp
def sine(x):
    return jnp.sin(x)


sine.defvjp(lambda x: (sine(x), x), lambda x, g: (g * sine(x + jnp.pi / 2),))


def test_symmetry_by_reverse_mode_where_a_rule_calls_its_own_function():
    row = result(checked(lambda x: jnp.sum(sine(x) * x), X), "symmetry")
    assert row.passed and row.error < 1e-12


def newtons_root(a, tolerance=1e-6):
    """√a by Newton's iteration to a tolerance, with the derivative of the root itself."""

    @jax.custom_vjp
    def root(a):
        apart = lambda x: jnp.max(jnp.abs(x * x - a)) > tolerance  # noqa: E731
        return lax.while_loop(apart, lambda x: x - 0.4 * (x * x - a) / x, a)

    root.defvjp(lambda a: (root(a), root(a)), lambda x, g: (g / (2 * x),))
    return jnp.sum(jnp.sin(root(a)))


def test_a_loop_that_stops_at_a_tolerance_is_no_wrong_rule():
    table = checked(newtons_root, X)
    row = result(table, "differences")
    assert row.passed is None and "stops at a tolerance" in row.sentence
    assert row.bound < row.error < 1e-4
    rule = result(table, "custom rule")
    assert rule.passed is None and "without a gradient of its own" in rule.sentence
    assert "lax.scan" not in rule.sentence
    assert not failed(table)
    # A wrong rule around the same loop is one.
    wrong = lambda a: newtons_root(a) + 0.01 * lax.stop_gradient(a).sum()  # noqa: E731
    assert "differences" in failed(checked(wrong, X))


def test_a_loop_that_stops_at_a_tolerance_leaves_the_hessian_unsymmetric_by_as_much():
    row = result(checked(coupled, X[:3] / 10), "symmetry")
    assert row.passed is None and "symmetric to" in row.sentence
    assert row.bound < row.error < 1e-4
    assert result(checked(lambda a: coupled(a, 0.0), X[:3] / 10), "symmetry").passed
    # What is further off than such a loop explains is a wrong rule.
    wrong = lambda a: not_a_gradient(a) + coupled(a)  # noqa: E731
    assert "symmetry" in failed(checked(wrong, X[:3] / 10))
