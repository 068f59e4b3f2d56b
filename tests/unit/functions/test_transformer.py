"""GPT-2 against a second way, written out in NumPy in double precision."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions import transformer
from adcost.functions.gpt2_sizes import SIZES, Size, block_parameters, parameter_count

SIZE = Size(layers=3, width=12, heads=3, vocabulary=11)
SEQUENCE, BATCH = 8, 2
TOKENS = np.random.default_rng(2).integers(0, SIZE.vocabulary, (BATCH, SEQUENCE))


@pytest.fixture(scope="module")
def parameters():
    """Every parameter away from zero, so that none can be left out unnoticed."""
    rng = np.random.default_rng(0)
    like = transformer.shapes(SIZE, SEQUENCE, "float32")
    return jax.tree.map(lambda s: (0.5 * rng.standard_normal(s.shape)).astype("float32"), like)


def by_hand(parameters, tokens):
    """Radford et al.'s loss, one sequence, one head and one place after the other."""
    p = jax.tree.map(lambda leaf: np.asarray(leaf, float), parameters)
    (blocks,) = p["stacks"]

    def normalised(gains, x):
        x = x - x.mean()
        return x / np.sqrt((x**2).mean() + 1e-5) * (1 + gains[0]) + gains[1]

    def gelu(x):
        return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))

    surprises = []
    for sequence in tokens:
        x = p["tokens"][sequence] + p["positions"]
        for layer in range(SIZE.layers):
            b = {name: leaf[layer] for name, leaf in blocks.items()}
            qkv = np.stack([normalised(b["norm_1"], at) for at in x]) @ b["qkv"] + b["qkv_bias"]
            q, k, v = np.split(qkv, 3, axis=1)
            mixed = np.zeros_like(x)
            width = SIZE.width // SIZE.heads
            for head in range(SIZE.heads):
                part = slice(head * width, (head + 1) * width)
                for place in range(len(x)):
                    scores = k[: place + 1, part] @ q[place, part] / np.sqrt(width)
                    weights = np.exp(scores) / np.exp(scores).sum()
                    mixed[place, part] = weights @ v[: place + 1, part]
            x = x + mixed @ b["mix"] + b["mix_bias"]
            inner = np.stack([normalised(b["norm_2"], at) for at in x]) @ b["up"] + b["up_bias"]
            x = x + gelu(inner) @ b["down"] + b["down_bias"]
        logits = np.stack([normalised(p["norm"], at) for at in x]) @ p["tokens"].T
        for place, token in enumerate(sequence[1:]):
            surprises.append(np.log(np.exp(logits[place]).sum()) - logits[place, token])
    return np.mean(surprises)


@pytest.mark.parametrize("attention", ["ordinary", "chunked"])
@pytest.mark.parametrize("loss_by_chunks", [False, True])
def test_the_loss_is_that_of_the_model_written_out(
    parameters, attention, loss_by_chunks, monkeypatch
):
    monkeypatch.setattr(transformer, "CHUNK", 4)  # of 8 places, so that there are chunks
    loss = partial(
        transformer.loss, heads=SIZE.heads, attention=attention, loss_by_chunks=loss_by_chunks
    )
    assert float(loss(parameters, TOKENS)) == pytest.approx(by_hand(parameters, TOKENS), rel=1e-5)


def test_attention_by_chunks_has_the_same_derivative(parameters):
    rng = np.random.default_rng(1)
    q, k, v, weights = rng.standard_normal((4, 2, 3, 8, 4)).astype("float32")

    def pulled(attend):
        return jax.grad(lambda *qkv: jnp.sum(weights * attend(*qkv)), argnums=(0, 1, 2))(q, k, v)

    ordinary, chunked = pulled(transformer.ordinary), pulled(partial(transformer.chunked, chunk=2))
    for one, other in zip(ordinary, chunked, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_stacks_cut_the_layers_and_change_nothing(parameters):
    (stack,) = parameters["stacks"]
    first = {name: leaf[:2] for name, leaf in stack.items()}
    cut = (first, {name: leaf[2:] for name, leaf in stack.items()})
    loss = partial(transformer.loss, tokens=TOKENS, heads=SIZE.heads)
    assert float(loss(parameters | {"stacks": cut})) == pytest.approx(float(loss(parameters)))
    shapes = transformer.shapes(SIZE, SEQUENCE, "float32", (2, 1))
    assert jax.tree.map(np.shape, shapes["stacks"]) == jax.tree.map(np.shape, cut)
    with pytest.raises(ValueError, match=r"\(2, 2\) layers are not 3"):
        transformer.shapes(SIZE, SEQUENCE, "float32", (2, 2))


@pytest.mark.parametrize("size", [*SIZES.values(), SIZE])
def test_parameters_are_counted_as_built(size):
    built = jax.tree.leaves(transformer.shapes(size, 1024, "float16"))
    assert parameter_count(size, 1024) == sum(leaf.size for leaf in built)


def test_gpt2_has_the_parameters_it_is_known_for():
    """124 M, 355 M, 774 M and 1,558 M (the released models); 12 h² of a block are its weights."""
    millions = {name: round(parameter_count(size, 1024) / 1e6) for name, size in SIZES.items()}
    assert millions == {"small": 124, "medium": 355, "large": 774, "xl": 1558}
    assert block_parameters(10) == 1330


def test_fresh_parameters_know_nothing():
    """Weights of 0.02 give nearly equal logits: the loss is log V."""
    drawn = transformer.initialise(
        np.random.default_rng(3), transformer.shapes(SIZE, SEQUENCE, "float32")
    )
    loss = transformer.loss(drawn, TOKENS, heads=SIZE.heads)
    assert float(loss) == pytest.approx(np.log(SIZE.vocabulary), rel=0.02)
