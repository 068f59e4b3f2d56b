import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.costs import pattern
from adcost.price import sparsity
from adcost.price.limits import FREE
from adcost.price.subject import subject
from adcost.price.ways import flat

X = jnp.linspace(0.5, 2.0, 6)
B = jnp.asarray(np.triu(np.ones((6, 4)), 1), "float32")

PROGRAMS = {
    "stencil": lambda x: (jnp.roll(x, -1) - jnp.roll(x, 1)) * x,
    "slices": lambda x: x[2:] * x[:-2] + x[1],
    "interior": lambda x: x.at[1:-1].set(jnp.sin(x[1:-1])),
    "gather": lambda x: x[jnp.array([5, 0, 0])] ** 2,
    "sparse matrix": lambda x: x @ B,
    "batched product": lambda x: jnp.einsum("bi,bi->b", x.reshape(2, 3), x[::-1].reshape(2, 3)),
    "outer": lambda x: jnp.outer(x[:2], x).ravel(),
    "sums": lambda x: x.reshape(2, 3).sum(axis=0),
    "running sum": lambda x: jnp.cumsum(x.reshape(2, 3), axis=1).ravel(),
    "where": lambda x: jnp.where(x > 1, x, jnp.flip(x)),
    "padded": lambda x: jnp.pad(x, 2)[1:5] * 3,
    "concatenated": lambda x: jnp.concatenate([x[3:], jnp.ones(2), x[:1]]) * 2,
    "custom rule": lambda x: jax.nn.relu(x - 1) + x,
    "constant": lambda x: jnp.ones(3),
    "stopped": lambda x: jax.lax.stop_gradient(x) * jnp.flip(x),
    "scalar": lambda x: x * x[0],
    "index by values": lambda x: jax.lax.dynamic_slice(x * x, (jnp.argmax(jnp.sin(x)),), (2,)),
    "added": lambda x: x.at[jnp.array([1, 1, 4])].add(jnp.sin(x[:3])),
    "added out of bounds": lambda x: x.at[jnp.array([1, 9])].add(x[4:]),
    "added a window": lambda x: jnp.zeros((3, 4)).at[1, 1:].add(x[:3]).ravel() * 2,
    "split": lambda x: jnp.split(x, [2, 5])[1] ** 2,
}
EXACT = {"stencil", "slices", "interior", "gather", "sparse matrix", "batched product", "outer",
         "sums", "padded", "concatenated", "constant", "stopped", "scalar", "index by values",
         "split", "added", "added out of bounds", "added a window"}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_entry_is_missed(name):
    f = PROGRAMS[name]
    found = pattern.traced(f, X).toarray() != 0
    dense = np.asarray(jax.jacobian(f)(X)) != 0
    assert found.shape == dense.shape
    assert not (dense & ~found).any()
    if name in EXACT:
        np.testing.assert_array_equal(found, dense)


@given(st.lists(st.sampled_from(["stencil", "interior", "where", "custom rule", "scalar"]),
                min_size=1, max_size=3))  # fmt: skip
def test_no_entry_is_missed_in_compositions(names):
    def f(x):
        for name in names:
            x = PROGRAMS[name](x)
        return x

    found = pattern.traced(f, X).toarray() != 0
    assert not ((np.asarray(jax.jacobian(f)(X)) != 0) & ~found).any()


def embedding(table, rows):
    return jnp.sum(jnp.tanh(table["words"][rows]).sum(-1) ** 2)


def test_a_function_of_a_tree_is_traced_and_not_probed():
    """The vector is taken apart into arrays by a primitive of several results."""
    table = {"words": jnp.linspace(0.1, 1.0, 40).reshape(10, 4), "bias": jnp.ones(3)}
    s = subject(embedding, (table, jnp.array([0, 3, 3, 7])))
    found, how = sparsity.entries(s)
    assert how == "traced"
    f, x = flat(s, s.x, s.rest)
    np.testing.assert_array_equal(found.toarray() != 0, np.asarray(jax.hessian(f)(x)) != 0)
    assert found.nnz == 3 * 4 * 4
    assert sparsity.colouring(s, FREE).colours == 4


def test_a_hundred_thousand_unknowns():
    n = 100_000
    found = pattern.traced(PROGRAMS["stencil"], jnp.ones(n))
    assert found.shape == (n, n) and found.nnz == 3 * n


def test_no_value_is_computed_that_no_rule_needs(monkeypatch):
    """Each that is computed is compiled by itself; an index does not need the numbers."""
    computed = []

    def recorded(equation, operands):
        computed.append(equation.primitive.name)
        return bound(equation, operands)

    bound = pattern.bound
    monkeypatch.setattr(pattern, "bound", recorded)
    pattern.traced(lambda x: jnp.exp(x[1:]) / jnp.tanh(x[:-1]), X)
    assert computed == ["slice", "slice"]
    computed.clear()
    pattern.traced(lambda x: jnp.exp(x)[jnp.arange(3) * 2], X)
    assert "gather" in computed and "iota" in computed and "exp" not in computed


def test_what_has_no_rule_is_said():
    with pytest.raises(pattern.NotTraced, match="scan"):
        pattern.traced(lambda x: jax.lax.scan(lambda c, v: (c * v, c), 1.0, x)[1], X)
