from types import SimpleNamespace

import jax
import jax.numpy as jnp
import pytest
from jax import lax

from adcost.costs.memory import (
    Bytes,
    NoMemoryAnalysis,
    compiled_bytes,
    compiled_quickly,
    program_bytes,
)


def shape(*sizes, dtype="float32"):
    return jax.ShapeDtypeStruct(sizes, dtype)


def test_arguments_and_outputs_are_exact():
    held = program_bytes(lambda x, y: (x @ y, x.sum(0)), shape(30, 40), shape(40, 50))
    assert held.arguments == 4 * (30 * 40 + 40 * 50)
    # The results are two arrays, and a table of two pointers to them.
    assert held.outputs == 4 * (30 * 50 + 40) + 2 * 8


@pytest.mark.parametrize(("dtype", "bytes_each"), [("float16", 2), ("float32", 4), ("int8", 1)])
def test_bytes_follow_the_type(dtype, bytes_each):
    held = program_bytes(lambda x: x + x, shape(1_000, dtype=dtype))
    assert held == Bytes(arguments=1_000 * bytes_each, outputs=1_000 * bytes_each, temporaries=0)


def test_an_argument_that_is_not_used_takes_nothing():
    assert program_bytes(lambda x, y: x + 1, shape(10), shape(1_000)).arguments == 40


def test_a_temporary_between_two_products_is_there():
    held = program_bytes(lambda a, x: a @ (a @ x), shape(64, 64), shape(64, 64))
    assert 64 * 64 * 4 <= held.temporaries < 2 * 64 * 64 * 4


@pytest.mark.parametrize("length", [3, 30])
def test_compiled_quickly_it_holds_the_same_and_computes_the_same(length):
    weights, x = jnp.full((length, 8, 8), 0.1), jnp.ones((4, 8))
    gradient = jax.jit(jax.grad(_chain))
    quick, usual = (
        compiled_quickly(gradient.trace(weights, x)),
        gradient.lower(weights, x).compile(),
    )
    assert compiled_bytes(quick) == compiled_bytes(usual)
    assert jnp.allclose(quick(weights, x), usual(weights, x), rtol=1e-5)


def _chain(weights, x, layer=lambda x, w: jnp.tanh(x @ w)):
    return jnp.sum(lax.scan(lambda x, w: (layer(x, w), None), x, weights)[0])


def _temporaries(depth, loss=_chain, width=16, batch=1_024):
    arguments = shape(depth, width, width), shape(batch, width)
    return program_bytes(jax.grad(loss), *arguments).temporaries


def test_what_a_gradient_stores_of_a_chain_grows_linearly():
    first, second, third = (_temporaries(depth) for depth in (50, 100, 150))
    assert third - second == second - first
    layer = 1_024 * 16 * 4
    assert (second - first) / 50 >= layer  # at least one activation a layer


def test_the_function_alone_stores_nothing_of_the_chain():
    small, large = (
        program_bytes(_chain, shape(depth, 16, 16), shape(1_024, 16)) for depth in (50, 150)
    )
    assert large.temporaries == small.temporaries
    assert large.arguments - small.arguments == 100 * 16 * 16 * 4


def test_a_checkpoint_of_each_layer_stores_less():
    def checkpointed(weights, x):
        return _chain(weights, x, jax.checkpoint(lambda x, w: jnp.tanh(jnp.sin(x @ w))))

    def stored(weights, x):
        return _chain(weights, x, lambda x, w: jnp.tanh(jnp.sin(x @ w)))

    assert _temporaries(100, checkpointed) < 0.7 * _temporaries(100, stored)


def test_shapes_far_larger_than_memory_are_asked_for_nothing():
    # 4 TiB of argument: only shapes, and the compiler's word.
    before = len(jax.live_arrays())
    held = program_bytes(lambda x: x * 2, shape(2**20, 2**20))
    assert held.arguments == held.outputs == 2**42
    assert len(jax.live_arrays()) == before


def test_a_donated_argument_is_counted_once_in_the_total():
    def fn(x):
        return x + 1

    kept = program_bytes(fn, shape(1_000))
    given = program_bytes(jax.jit(fn, donate_argnums=0), shape(1_000))
    assert (kept.shared, kept.total) == (0, 8_000)
    assert (given.shared, given.total) == (4_000, 4_000)


def test_total_is_the_sum_without_what_is_shared():
    assert Bytes(1, 20, 300).total == 321
    assert Bytes(10, 20, 300, shared=5).total == 325


def test_a_backend_without_the_analysis_is_an_error():
    compiled = SimpleNamespace(memory_analysis=lambda: None)
    with pytest.raises(NoMemoryAnalysis, match="JAX_PLATFORMS=cpu"):
        compiled_bytes(compiled)
