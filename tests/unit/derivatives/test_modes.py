import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.costs.count import count
from adcost.derivatives import modes


def _f(x):
    return jnp.sum(jnp.sin(x) * jnp.roll(x, 1)) + jnp.prod(x[:2])


_reverse = jax.jit(lambda x: modes.reverse(_f, x))
_forward = jax.jit(lambda x: modes.forward(_f, x))
_along = jax.jit(lambda x, v: jax.jvp(_f, (x,), (v,))[1])


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_both_modes_give_the_derivative_along_any_direction(seed):
    rng = np.random.default_rng(seed)
    with jax.enable_x64(True):
        x, v = (jnp.asarray(rng.standard_normal(7)) for _ in range(2))
        value, gradient = _reverse(x)
        along = float(_along(x, v))
        assert float(value) == pytest.approx(float(_f(x)), rel=1e-14)
        assert float(gradient @ v) == pytest.approx(along, rel=1e-12, abs=1e-12)
        assert float(_forward(x) @ v) == pytest.approx(along, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 10])
def test_any_batch_gives_the_same_gradient(batch):
    with jax.enable_x64(True):
        x = jnp.linspace(0.1, 1.0, 7)
        np.testing.assert_allclose(modes.forward(_f, x, batch), jax.grad(_f)(x), rtol=1e-13)


def test_forward_mode_takes_a_sweep_for_each_weight():
    x = jnp.ones(7)
    one = count(lambda x, v: jax.jvp(_f, (x,), (v,))[1], x, x).total
    assert count(lambda x: modes.forward(_f, x), x).total == 7 * one
