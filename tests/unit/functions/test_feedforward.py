import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions import feedforward


def test_layers_have_the_slides_shapes_and_end_in_the_loss():
    rng = np.random.default_rng(1)
    weights = feedforward.initialise(rng, [5, 4, 3])
    assert [w.shape for w in weights] == [(5, 4), (4, 3)]
    x, target = rng.standard_normal((2, 5)), rng.standard_normal((2, 3))
    v = feedforward.layers(weights, x, jnp.tanh)
    assert [layer.shape for layer in v] == [(2, 5), (2, 4), (2, 3)]
    by_numpy = np.tanh(np.tanh(x @ weights[0]) @ weights[1])
    np.testing.assert_allclose(v[-1], by_numpy, rtol=1e-5)
    loss = feedforward.loss(weights, x, target, jnp.tanh)
    assert loss == pytest.approx(((by_numpy - target) ** 2).sum(1).mean() / 2, rel=1e-5)


def test_weights_keep_the_size_of_a_signal():
    (w,) = feedforward.initialise(np.random.default_rng(1), [400, 300])
    # The standard deviation of 120,000 draws is off by 5/√240,000 = 1 % once in a million.
    assert w.std() * 20 == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    ("name", "known"),
    [("relu", jax.nn.relu), ("logistic", jax.nn.sigmoid), ("tanh", jnp.tanh),
     ("gelu", lambda z: jax.nn.gelu(z, approximate=False)), ("identity", lambda z: z)],
)  # fmt: skip
def test_activations_are_those_of_jax(name, known):
    z = jnp.linspace(-4, 4, 41)
    np.testing.assert_allclose(feedforward.ACTIVATIONS[name](z), known(z), rtol=2e-5, atol=1e-6)
