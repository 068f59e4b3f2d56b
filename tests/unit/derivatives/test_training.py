"""Training against the recursion by hand, and in parts against the whole."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from adcost.derivatives.training import Diverged, begin, descend, train

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(12, 2)
Y = np.arange(12, dtype=np.int32) % 3
OPTIONS = {"batch": 5, "rate": 0.1, "momentum": 0.8, "report": lambda _: None}


def loss(w, x, y):
    """Least squares towards the label, of w (2,)."""
    return jnp.mean((x @ w["w"] - y) ** 2) / 2


def order(epoch):
    return np.random.default_rng(epoch)


def start():
    return begin({"w": np.array([0.3, -0.2], np.float32)})


def test_the_recursion_by_hand():
    state, losses = train(
        loss, start(), X, Y, epochs=range(3), all_epochs=3, order=order, **OPTIONS
    )
    w, m, step, expected = np.array([0.3, -0.2]), np.zeros(2), 0, []
    for epoch in range(3):
        shuffled = order(epoch).permutation(12)
        for chosen in (shuffled[:5], shuffled[5:10]):
            residual = X[chosen] @ w - Y[chosen]
            expected.append(np.mean(residual**2) / 2)
            m = 0.8 * m + X[chosen].T @ residual / 5
            w = w - 0.1 / 2 * (1 + np.cos(np.pi * step / 6)) * m
            step += 1
    assert np.allclose(losses, expected, rtol=1e-5)
    assert np.allclose(state.parameters["w"], w, rtol=1e-5)
    assert np.allclose(state.momentum["w"], m, rtol=1e-5)
    assert state.step == 6


def test_parts_are_the_whole_bit_for_bit():
    whole, losses = train(
        loss, start(), X, Y, epochs=range(4), all_epochs=4, order=order, **OPTIONS
    )
    state, parts = start(), []
    for epochs in (range(1), range(1, 3), range(3, 4)):
        state, some = train(loss, state, X, Y, epochs=epochs, all_epochs=4, order=order, **OPTIONS)
        parts.append(some)
    assert np.array_equal(np.concatenate(parts), losses)
    assert np.array_equal(state.parameters["w"], whole.parameters["w"])


def test_divergence_is_refused_with_the_step():
    for rate in (1e20, 30.0):
        with pytest.raises(Diverged, match=r"the loss is (inf|nan|\d.*e\+\d+) at step \d+ of 20"):
            train(
                loss, start(), X, Y, epochs=range(10), all_epochs=10, order=order,
                **OPTIONS | {"rate": rate},
            )  # fmt: skip


def test_full_gradient_descent_on_a_quadratic_is_the_closed_form():
    curvatures, first = jnp.array([1.0, 3.0]), jnp.array([2.0, -1.0])

    def quadratic(x):
        return 0.5 * (curvatures * x * x).sum()

    x, losses = jax.jit(lambda x: descend(quadratic, x, optax.sgd(0.1), 20))(first)
    assert np.allclose(x, first * (1 - 0.1 * curvatures) ** 20, rtol=1e-5)
    assert losses.shape == (20,) and losses[0] == quadratic(first) and (jnp.diff(losses) < 0).all()
