"""Chains under a schedule: the same gradient, and the bytes that the schedule says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs.count import count
from adcost.costs.memory import program_bytes
from adcost.derivatives.checkpointing import nested
from adcost.derivatives.checkpointing.run import recomputed, scheduled
from adcost.derivatives.checkpointing.schedules import (
    halving,
    revolve,
    segments,
    store_all,
)
from adcost.derivatives.checkpointing.schedules import recompute_all as recompute_events

WIDTH, BATCH, LENGTH = 16, 32, 10
STATE = 4 * WIDTH * BATCH
W = np.linalg.qr(np.random.default_rng(0).standard_normal((WIDTH, WIDTH)))[0].astype(np.float32)
X = np.random.default_rng(1).standard_normal((BATCH, WIDTH)).astype(np.float32)


def layer(w, x):
    return jnp.tanh(x @ w["w"] + w["b"])


PARAMETERS = {"w": W, "b": np.full(WIDTH, 0.1, np.float32)}


def gradient(chain):
    return jax.jit(jax.grad(lambda w, x: jnp.sum(jnp.cos(chain(w, x))), argnums=(0, 1)))


def states(chain):
    shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), (PARAMETERS, X))
    return program_bytes(gradient(chain), *shapes).temporaries / STATE


def by_hand():
    """The chain written out, without any loop."""

    def chain(w, x):
        for _ in range(LENGTH):
            x = layer(w, x)
        return x

    return chain


WAYS = {
    "store_all": scheduled(layer, store_all(LENGTH)),
    "segments": scheduled(layer, segments(LENGTH)),
    "halving": scheduled(layer, halving(LENGTH)),
    "revolve": scheduled(layer, revolve(LENGTH, 3)),
    "recompute_events": scheduled(layer, recompute_events(LENGTH)),
    "recomputed": recomputed(layer, LENGTH),
    "stored": nested.stored(layer, LENGTH),
    "every_layer": nested.every_layer(layer, LENGTH),
    "segmented": nested.segmented(layer, LENGTH),
    "uneven": nested.segmented(layer, LENGTH, 4),
}


@pytest.mark.parametrize("name", WAYS)
def test_value_and_gradient_are_those_of_the_chain_written_out(name):
    own = gradient(by_hand())(PARAMETERS, X)
    assert np.allclose(WAYS[name](PARAMETERS, X), by_hand()(PARAMETERS, X), rtol=1e-5, atol=1e-6)
    for a, b in zip(
        jax.tree.leaves(gradient(WAYS[name])(PARAMETERS, X)), jax.tree.leaves(own), strict=True
    ):
        assert np.abs(a - b).max() <= 2 * LENGTH * np.finfo(np.float32).eps * np.abs(b).max()


def test_one_layer_is_a_chain_too():
    one = gradient(lambda w, x: layer(w, x))(PARAMETERS, X)
    for chain in (scheduled(layer, halving(1)), recomputed(layer, 1), nested.segmented(layer, 1)):
        for a, b in zip(
            jax.tree.leaves(gradient(chain)(PARAMETERS, X)), jax.tree.leaves(one), strict=True
        ):
            assert np.allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_schedules_slots_are_the_states_that_the_program_holds():
    """Whatever the schedule, the compiled program holds its slots and the same few states more."""
    schedules = [halving(64), revolve(64, 2), revolve(64, 20), segments(64), store_all(64)]
    beyond = [states(scheduled(layer, schedule)) - schedule.slots for schedule in schedules]
    assert max(beyond) - min(beyond) < 0.5  # the events themselves are bytes
    assert max(beyond) < 8


def test_recomputing_all_takes_the_same_memory_for_any_length():
    assert states(recomputed(layer, 500)) == states(recomputed(layer, 5))


NESTED = {
    "every_layer": lambda n: nested.every_layer(layer, n),
    "segmented": lambda n: nested.segmented(layer, n, 4),
    "uneven": lambda n: nested.segmented(layer, n, 5),
    "one segment": lambda n: nested.segmented(layer, n, n),
}


@pytest.mark.parametrize("way", NESTED.values(), ids=NESTED)
def test_a_checkpoint_around_a_loop_computes_each_layer_once_more(way):
    """In counted operations, to a tenth of a layer: sums of the parts' gradients come on top."""

    def operations(chain):
        return count(gradient(chain), PARAMETERS, X).total

    more = operations(way(12)) - operations(nested.stored(layer, 12))
    assert more / count(layer, PARAMETERS, X).total == pytest.approx(12, abs=0.1)


def test_a_checkpoint_around_a_loop_holds_less():
    """Stored, a layer of a chain of 64 holds three states (two with JAX 0.12, which keeps none
    twice); checkpointed its input, or one input a segment and the states of a segment at a time."""
    assert states(nested.stored(layer, 64)) > 2 * 64
    assert 64 <= states(nested.every_layer(layer, 64)) < 64 + 8
    for size in (7, 8):
        assert states(nested.segmented(layer, 64, size)) < 64 / size + 3 * size + 8


def test_a_segment_longer_than_the_chain_is_refused():
    with pytest.raises(ValueError, match="1 to 10 layers, not 11"):
        nested.segmented(layer, LENGTH, 11)
