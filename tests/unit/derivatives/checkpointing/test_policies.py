"""Policies: the same gradient under each, the bytes that each promises, names refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.ad_checkpoint import checkpoint_name

from adcost.costs.memory import program_bytes
from adcost.derivatives.checkpointing import policies
from adcost.derivatives.checkpointing.policy_names import FIXED, UnknownPolicy
from adcost.functions import transformer

WIDTH, BATCH, LAYERS = 16, 64, 5
STATE = 4 * WIDTH * BATCH
NAMES = [
    "store_all", "save_operands", "save_products", "save_projections", "every_block",
    "every_2_blocks", "every_5_blocks", "every_99_blocks", "recompute_all",
]  # fmt: skip


def block(w, x):
    """A residual block of a hidden layer, twice as wide."""
    hidden = jnp.tanh(checkpoint_name(x, policies.OPERANDS) @ w["up"])
    return x + checkpoint_name(hidden, policies.OPERANDS) @ w["down"]


def parameters(layers):
    rng = np.random.default_rng(0)
    shapes = {"up": (layers, WIDTH, 2 * WIDTH), "down": (layers, 2 * WIDTH, WIDTH)}
    return {k: (0.2 * rng.standard_normal(s)).astype("float32") for k, s in shapes.items()}


X = np.random.default_rng(1).standard_normal((BATCH, WIDTH)).astype("float32")


def gradient(policy):
    run = policies.through(policy)
    return jax.jit(jax.grad(lambda w, x: jnp.sum(jnp.cos(run(block, w, x))), argnums=(0, 1)))


def held(policy, layers):
    return program_bytes(gradient(policy), parameters(layers), X).temporaries / STATE


@pytest.mark.parametrize("policy", NAMES)
def test_every_policy_gives_the_gradient_of_the_loop_written_out(policy):
    def written_out(w, x):
        for layer in range(LAYERS):
            x = block(jax.tree.map(lambda leaf, i=layer: leaf[i], w), x)
        return jnp.sum(jnp.cos(x))

    expected = jax.grad(written_out, argnums=(0, 1))(parameters(LAYERS), X)
    for one, other in zip(
        jax.tree.leaves(gradient(policy)(parameters(LAYERS), X)),
        jax.tree.leaves(expected),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        ("save_operands", 3),  # x, and a hidden layer twice as wide
        ("save_products", 3),  # x, of which residual sums are made, and the first product
        ("save_projections", 3),  # the block has no other products
        ("every_block", 1),
        ("every_2_blocks", 0.5),
        ("recompute_all", 0),
    ],
)
def test_a_layer_keeps_what_the_policy_says(policy, states):
    grown = (held(policy, 12) - held(policy, 6)) / 6
    # The parameters' gradient may be kept once more while it is gathered: 4 h² numbers a layer.
    assert grown == pytest.approx(states, abs=0.01)


def test_nothing_said_keeps_more_than_operands():
    assert held("store_all", 12) - held("store_all", 6) > held("save_operands", 12) - held(
        "save_operands", 6
    )


def test_there_is_a_way_for_every_fixed_name():
    assert set(policies.POLICIES) == set(FIXED)


def test_an_unknown_policy_has_no_way():
    with pytest.raises(UnknownPolicy, match="'some' is no policy; there are: store_all"):
        policies.through("some")


def test_operands_are_named_as_the_transformer_names_them():
    assert policies.OPERANDS == transformer.OPERANDS
