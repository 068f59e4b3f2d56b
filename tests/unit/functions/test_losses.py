import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions import losses, mlp


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_the_logistic_loss_is_its_formula_and_its_gradient_the_residuals(rng):
    features, w = rng.standard_normal((5, 3)), rng.standard_normal(3)
    labels = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    with jax.enable_x64(True):
        margins = labels * (features @ w)
        assert float(losses.logistic(w, features, labels)) == pytest.approx(
            np.log1p(np.exp(-margins)).mean()
        )
        slope = jax.grad(losses.logistic)(jnp.asarray(w), features, labels)
    expected = features.T @ (-labels / (1 + np.exp(margins))) / 5
    np.testing.assert_allclose(slope, expected, rtol=1e-12)


def test_the_network_fits_its_own_outputs_and_its_loss_is_a_mean_over_examples(rng):
    weights, inputs = rng.standard_normal((3, 4, 4)), rng.standard_normal((6, 4))
    with jax.enable_x64(True):
        outputs = mlp.forward(jnp.asarray(weights), jnp.asarray(inputs))
        flat, loss = jnp.asarray(weights.reshape(-1)), jax.jit(losses.network)
        assert float(loss(flat, inputs, outputs)) == pytest.approx(0, abs=1e-24)
        shifted = float(loss(flat, inputs, outputs + 1))
        assert shifted == pytest.approx(4 / 2)


def test_the_sum_of_squares_is_the_squared_norm(rng):
    w = rng.standard_normal(9)
    assert float(losses.sum_of_squares(jnp.asarray(w))) == pytest.approx(
        np.linalg.norm(w) ** 2, rel=1e-6
    )
