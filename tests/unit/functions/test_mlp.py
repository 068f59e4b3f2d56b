import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost import seeds
from adcost.functions import mlp


def _network(hidden, initialisation, trial=0):
    weights = mlp.initialise(seeds.generator(trial, "mlp"), hidden, 3, initialisation)
    return mlp.MLP(jnp.asarray(weights, "float32"))


class HomeworkMLP:
    """The homework's class, as a Python loop over a list of weights."""

    def __init__(self, weights):
        self.weights = list(weights)

    def forward(self, x):
        for w in self.weights[:-1]:
            x = jax.nn.gelu(jnp.dot(x, w))
        return jnp.dot(x, self.weights[-1])


@pytest.mark.parametrize("initialisation", ["homework", "signal_preserving"])
def test_the_scan_is_the_homeworks_loop(initialisation):
    network = _network(5, initialisation)
    x = jnp.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(
        mlp.forward(network.weights, x), HomeworkMLP(network.weights).forward(x), rtol=1e-6
    )


def test_the_parameters_are_all_weights_in_one_vector():
    network = _network(5, "homework")
    params = network.get_params()
    assert params.shape == (mlp.parameters(5, 3),) == (54,)
    assert network.layer_sizes == [3] * 7
    np.testing.assert_array_equal(params.reshape(6, 3, 3), network.weights)


def test_the_loss_is_the_sum_of_the_outputs_for_ones():
    network = _network(5, "homework")
    loss = mlp.homework_loss(3, "float32")(network.get_params())
    assert loss == pytest.approx(float(jnp.sum(mlp.forward(network.weights, jnp.ones((1, 3))))))


def test_signal_and_gradient_keep_their_size_where_the_homeworks_vanish():
    norms = {}
    loss = mlp.homework_loss(3, "float32")
    gradient = jax.jit(jax.grad(loss))
    for initialisation in ("signal_preserving", "homework"):
        for trial in range(5):
            network = _network(1000, initialisation, trial)
            norms[initialisation, trial] = float(jnp.linalg.norm(gradient(network.get_params())))
    assert all(0.1 < norms["signal_preserving", trial] < 1e3 for trial in range(5))
    assert all(norms["homework", trial] == 0 for trial in range(5))


def test_the_gain_is_the_inverse_of_gelus_slope_at_zero():
    assert mlp.INVERSE_SLOPE == pytest.approx(1 / float(jax.grad(jax.nn.gelu)(0.0)))


def test_an_unknown_initialisation_is_named():
    with pytest.raises(ValueError, match="'xavier'"):
        _network(5, "xavier")


def test_signal_preserving_weights_are_orthogonal_over_the_slope():
    weights = mlp.initialise(seeds.generator(0, "q"), 4, 3, "signal_preserving")
    grams = weights.transpose(0, 2, 1) @ weights / mlp.INVERSE_SLOPE**2
    grams[0] /= mlp.INPUT_SCALE**2
    np.testing.assert_allclose(grams, np.broadcast_to(np.eye(3), grams.shape), atol=1e-14)


def test_signal_preserving_weights_are_gram_schmidts_and_so_uniform():
    """The factor Q with a positive diagonal of R is Gram and Schmidt's: its first column has the
    direction of what was drawn. Without the signs it would turn by what LAPACK prefers."""
    drawn, made = (
        mlp.initialise(seeds.generator(0, "q"), 4, 3, kind)
        for kind in ("homework", "signal_preserving")
    )
    directions = drawn[:, :, 0] / np.linalg.norm(drawn[:, :, 0], axis=1, keepdims=True)
    lengths = mlp.INVERSE_SLOPE * np.array([mlp.INPUT_SCALE, 1, 1, 1, 1])[:, None]
    np.testing.assert_allclose(made[:, :, 0], lengths * directions, rtol=1e-12)


def test_a_network_with_other_parameters_is_that_network():
    rng = np.random.default_rng(1)
    one, other = (mlp.MLP(jnp.asarray(mlp.initialise(rng, 3, 2, "homework"))) for _ in range(2))
    x = jnp.ones((1, 2))
    moved = one.with_params(other.get_params())
    np.testing.assert_array_equal(moved.forward(x), other.forward(x))
    assert not np.allclose(moved.forward(x), one.forward(x))
