import jax
import numpy as np
import pytest

from adcost.functions import chains


def test_weights_fit_the_widths_and_keep_a_signals_size():
    rng = np.random.default_rng(0)
    first, second = chains.draw_weights(rng, [400, 300, 5])
    assert first.shape == (300, 400) and second.shape == (5, 300)
    # 120,000 numbers: the standard deviation misses by 0.2 % (one sigma).
    assert first.std() * 20 == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize(("activation", "f"), [("linear", lambda y: y), ("tanh", np.tanh)])
def test_layers_are_applied_in_order_each_with_its_own_weights(activation, f):
    weights = chains.draw_weights(np.random.default_rng(1), [3, 4, 2])
    x = np.array([0.2, -0.5, 0.9])
    with jax.enable_x64(True):
        y = x
        for layer in chains.layers([jax.numpy.asarray(w) for w in weights], activation):
            y = layer(jax.numpy.asarray(y))
    np.testing.assert_allclose(y, f(weights[1] @ f(weights[0] @ x)), rtol=1e-12)


def test_the_largest_entry():
    a = np.array([[1.0, 0.0], [0.0, 3.0]], np.float32)
    assert float(chains.largest(a, np.array([2.0, 1.0], np.float32))) == 3.0
