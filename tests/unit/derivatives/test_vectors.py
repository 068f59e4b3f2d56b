"""Arguments that are refused in a sentence, and norms of any size."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives import finite_differences, hvp, jacobian, modes, zero_order
from adcost.derivatives.vectors import require_finite, scaled, sum_of_squares
from adcost.matrix_free.lanczos import lanczos

TREE = {"a": jnp.ones(2), "b": jnp.ones((2, 3))}


@pytest.mark.parametrize(
    "call",
    {
        "hessian": lambda x: hvp.calculate_hessian(lambda x: x, x),
        "forward": lambda x: modes.forward(lambda x: x, x),
        "columns": lambda x: jacobian.forward(lambda x: x, x),
        "rows": lambda x: jacobian.reverse(lambda x: x, x, 3),
        "central": lambda x: finite_differences.central(lambda x: x, x, 0.1),
        "forward difference": lambda x: finite_differences.forward(lambda x: x, x, 0.1),
        "complex step": lambda x: finite_differences.complex_step(lambda x: x, x, 0.1),
        "slope": lambda x: zero_order.slope(lambda x: x, x, x, 0.1),
        "two points": lambda x: zero_order.two_point(lambda x: x, x, x, 0.1),
        "lanczos": lambda x: lanczos(lambda v: v, x, 1),
    }.values(),
)
def test_what_takes_a_vector_says_so(call):
    with pytest.raises(TypeError, match=r"must be an array, not dict; .*ravel_pytree"):
        call(TREE)
    with pytest.raises(TypeError, match="floating-point numbers, not int"):
        call(jnp.ones(3, int))


def test_a_vector_has_one_axis():
    with pytest.raises(TypeError, match=r"1 axes, not the shape \(2, 2\)"):
        hvp.calculate_hessian(jnp.sum, jnp.ones((2, 2)))


def test_only_known_values_are_held_to_be_finite():
    with pytest.raises(ArithmeticError, match="the sum: not all of it is finite"):
        require_finite(jnp.array([1.0, jnp.inf]), "the sum")
    assert np.isnan(jax.jit(lambda x: require_finite(x, "the sum"))(jnp.nan))


def test_squares_of_half_precision_are_added_in_single():
    # As Python's number: compared in half precision, 400,000 would be the infinity it equals.
    assert float(sum_of_squares(jnp.full(100_000, 2.0, "float16"))) == 400_000
    assert sum_of_squares(jnp.full((2, 3), 2.0), -1, keepdims=True).shape == (2, 1)


@settings(max_examples=40)
@given(
    st.sampled_from(["float16", "bfloat16", "float32"]),
    st.integers(-40, 40),
    st.lists(st.floats(-1, 1, width=16), min_size=1, max_size=5),
)
def test_scaling_is_exact_and_brings_the_largest_to_one_half(dtype, exponent, numbers):
    exponent = max(min(exponent, 14), -13) if dtype == "float16" else 3 * exponent
    x = jnp.ldexp(jnp.asarray([*numbers, 1.0], jnp.float32), exponent).astype(dtype)
    small, e = scaled(x)
    assert small.dtype == x.dtype and 0.5 <= float(jnp.abs(small).max()) < 1
    large = np.abs(np.asarray(x, float)) > 2.0**exponent / 100  # what is smaller may be subnormal
    assert (np.ldexp(np.asarray(small, float), e) == np.asarray(x, float))[large].all()


def test_zero_and_what_is_not_finite_stay():
    for x in (jnp.zeros(3), jnp.array([1.0, jnp.inf]), jnp.array([jnp.nan])):
        small, e = scaled(x)
        assert e == 0 and np.array_equal(small, x, equal_nan=True)
