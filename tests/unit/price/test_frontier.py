import math

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from jax.ad_checkpoint import checkpoint_name

from adcost.price import frontier
from adcost.price.interpreter import with_blocks
from adcost.price.limits import FREE, Limits
from adcost.price.subject import subject

LAYERS, WIDTH = 16, 32
W = jnp.asarray(np.random.default_rng(0).standard_normal((LAYERS, WIDTH, WIDTH)) / 6, "float32")
X = jnp.ones((64, WIDTH))


def layer(x, w):
    # The name is before tanh: its derivative needs its own result, not the one that is named.
    y = jnp.tanh(checkpoint_name(x @ w, "hidden"))
    return jnp.sin(jnp.cos(y) * y) + x, None


def chain(w, x):
    return jnp.sum(jax.lax.scan(layer, x, w)[0] ** 2)


@jax.jit
def block(x, w):
    return jnp.sin(jnp.tanh(x @ w)) * x


def blocks(w, x):
    for i in range(3):
        x = block(x, w[i])
    return jnp.sum(x)


def scoped(w, x):
    for i in range(3):
        with jax.named_scope("layer"):
            x = jnp.sin(jnp.tanh(x @ w[i])) * x
    return jnp.sum(x)


def nested(w, x):
    def group(x, part):
        return jax.lax.scan(layer, x, part)[0], None

    return jnp.sum(jax.lax.scan(group, x, w.reshape(4, 4, WIDTH, WIDTH))[0])


def program_of(f):
    s = subject(f, (W, X))
    return s, with_blocks(jax.jit(s.value).trace(*s.shapes()).jaxpr)


@pytest.mark.parametrize(("f", "expected"), [
    (chain, ["scan", "whole"]), (blocks, ["block block", "whole"]),
    (scoped, ["block layer", "whole"]), (nested, ["scan", "scan", "whole"]),
])  # fmt: skip
def test_targets_are_scans_and_named_blocks_with_their_lines(f, expected):
    found = frontier.targets(program_of(f)[1])
    assert [t.label.split(" at ")[0] for t in found] == expected
    assert all("test_frontier.py:" in t.label for t in found[:-1])


@pytest.mark.parametrize("f", [chain, blocks, scoped, nested])
def test_a_checkpoint_changes_neither_value_nor_gradient(f):
    _, program = program_of(f)
    value, expected = jax.jit(jax.value_and_grad(f))(W, X)
    for target in frontier.targets(program):
        policy = jax.checkpoint_policies.dots_saveable
        run = jax.jit(frontier.gradient(frontier.checkpointed(program, target, policy)))
        found_value, found = run(W, (X,))
        np.testing.assert_allclose(found_value, value, rtol=1e-5)
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


def test_a_checkpoint_of_a_loop_s_body_holds_less_and_does_more():
    table, notes = frontier.frontier(subject(chain, (W, X)), FREE)
    assert notes == []
    rows = table.set_index(["target", "policy"])
    said = rows.loc[("whole", "none")]
    scan = next(t for t in table.target if t.startswith("scan"))
    body = rows.loc[(scan, "nothing_saveable")]
    assert body.temporary_bytes < said.temporary_bytes
    assert body.operations > said.operations
    named = rows.loc[(scan, 'save_only_these_names("hidden")')]
    assert body.operations > named.operations >= said.operations
    assert said.frontier
    # What is on the frontier holds less than everything that does as little.
    for row in table[table.frontier].itertuples():
        cheaper = table[table.operations <= row.operations]
        assert cheaper.temporary_bytes.min() == row.temporary_bytes


def test_programs_that_are_the_same_are_compiled_once_and_said():
    s = subject(lambda w, x: jnp.sum(jnp.tanh(w * x)), (jnp.ones(8), jnp.ones(8)))
    table, _ = frontier.frontier(s, FREE)
    assert table.note.str.startswith("the same program").any()
    assert table.temporary_bytes.notna().all()


def test_a_policy_that_saves_less_than_a_twentieth_is_not_on_the_frontier():
    rows = [(4.0, 960.0), (2.0, 1000.0), (3.0, 940.0), (5.0, 800.0), (6.0, math.nan)]
    table = pd.DataFrame(rows, columns=["operations", "temporary_bytes"])
    assert frontier._on_frontier(table) == [False, True, True, True, False]


def test_the_program_that_is_the_same_is_named_without_the_folder_of_its_file():
    repeated = lambda w: jax.lax.scan(lambda c, _: (jnp.sin(c), None), w, length=3)[0].sum()  # noqa: E731
    table, _ = frontier.frontier(subject(repeated, (jnp.ones(8),)), FREE)
    notes = table.note[table.note.str.startswith("the same program")]
    assert notes.str.contains("scan at test_frontier.py:").any()
    assert not notes.str.contains("/").any()


def test_what_was_not_reached_in_time_is_named():
    table, notes = frontier.frontier(subject(chain, (W, X)), Limits(deadline=0.0))
    assert table.empty and "none on whole" in notes[0]


@pytest.mark.parametrize("memory", [10**5, 10**6, 10**7])
def test_the_largest_batch_fits_and_one_more_does_not(memory):
    s = subject(chain, (W, X))
    for policy, target in [("none", "whole"), ("nothing_saveable", "whole")]:
        fits, more = frontier.largest_batch(s, {1: 0}, memory, policy, target)
        assert more > memory
        if fits:
            assert frontier.held(s.of_batch({1: 0}, fits), policy, target) <= memory


def test_sizes_of_the_batch_must_agree():
    s = subject(lambda w, x, y: jnp.sum(w) + jnp.sum(x) + jnp.sum(y), (W, X, jnp.ones(3)))
    assert frontier.batch_of(s, {1: 0}) == 64
    with pytest.raises(ValueError, match=r"of sizes \[3, 64\]"):
        frontier.batch_of(s, {1: 0, 2: 0})
    with pytest.raises(ValueError, match="no axis 1"):
        frontier.batch_of(s, {2: 1})
