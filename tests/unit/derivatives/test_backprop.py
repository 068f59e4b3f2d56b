"""The recursion against an independent way (complex steps, differences), in both forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.derivatives import backprop, finite_differences
from adcost.functions import feedforward

SIZES, BATCH = (4, 3, 5, 2), 3


@pytest.fixture
def problem():
    rng = np.random.default_rng(2)
    weights = feedforward.initialise(rng, SIZES)
    return weights, rng.standard_normal((BATCH, 4)), rng.standard_normal((BATCH, 2))


def _run(way, weights, x, target):
    """One of the module's functions on a tanh network, compiled as a whole."""
    sigma, slope = jnp.tanh, backprop.SLOPES["tanh"]
    return jax.jit(lambda *given: way(*given, sigma, slope))(weights, x, target)


def _complex_step(weights, x, target, layer):
    """∂L/∂w of a tanh network in numpy: Im L(w + ih)/h, exact to rounding (Squire & Trapp 1998)."""
    gradient = np.empty_like(weights[layer])
    for place in np.ndindex(gradient.shape):
        shifted = [w.astype(complex) for w in weights]
        shifted[layer][place] += 1e-30j
        v = x.astype(complex)
        for w in shifted:
            v = np.tanh(v @ w)
        gradient[place] = (((v - target) ** 2).sum() / (2 * len(x))).imag / 1e-30
    return gradient


def test_both_forms_give_the_gradient_of_complex_steps(problem):
    weights, x, target = problem
    with jax.enable_x64(True):
        contracted, rows = (
            _run(way, *problem) for way in (backprop.backprop, backprop.by_jacobians)
        )
    for k, w in enumerate(weights):
        right = _complex_step(weights, x, target, k)
        np.testing.assert_allclose(contracted.by_w[k], right, rtol=1e-12, atol=1e-15)
        by_rows = np.asarray(rows.by_w[k]).sum(0).reshape(w.shape)
        np.testing.assert_allclose(by_rows, right, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(contracted.by_v[k], rows.by_v[k], rtol=1e-12, atol=1e-15)


def test_a_row_is_one_inputs_share(problem):
    weights, x, target = problem
    with jax.enable_x64(True):
        rows = _run(backprop.by_jacobians, weights, x, target)
        alone = _run(backprop.by_jacobians, weights, x[1:2], target[1:2])
        for together, single in zip(rows.by_w, alone.by_w, strict=True):
            np.testing.assert_allclose(together[1] * BATCH, single[0], rtol=1e-12)


def test_the_jacobian_by_the_weights_is_that_of_the_two_layers(problem):
    """∂v₂/∂w₁ of the first input, against `jax.jacobian` through both layers."""
    weights, x, target = problem
    with jax.enable_x64(True):
        _, by_w = _run(backprop.layer_jacobians, weights, x, target)
        both = jax.jacobian(lambda w: jnp.tanh(jnp.tanh(x[0] @ w) @ weights[1]))
        direct = jax.jit(both)(weights[0])
        np.testing.assert_allclose(by_w[0][0], direct.reshape(5, -1), rtol=1e-12)


@pytest.mark.parametrize("name", feedforward.ACTIVATIONS)
def test_slopes_by_hand_are_differences_of_the_activation(name):
    with jax.enable_x64(True):
        z = jnp.asarray([-3.1, -0.7, -0.01, 0.02, 1.3, 2.9])  # not at ReLU's kink
        sigma = feedforward.ACTIVATIONS[name]
        slope = backprop.SLOPES[name](z, sigma(z))
        epsilon = finite_differences.best_epsilon(z.dtype, central=True)
        np.testing.assert_allclose(
            slope, (sigma(z + epsilon) - sigma(z - epsilon)) / (2 * epsilon), rtol=1e-8, atol=1e-9
        )


def test_at_its_kink_relu_has_the_slope_that_jax_gives_it():
    z = jnp.zeros(1)
    by_hand = backprop.SLOPES["relu"](z, z)
    assert by_hand == jax.vmap(jax.grad(feedforward.ACTIVATIONS["relu"]))(z) == 0
