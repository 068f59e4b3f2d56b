import time

import jax
import jax.numpy as jnp
import pytest

from adcost.costs.chunk import NoChunkFits, fastest, fastest_chunk, within

X = jnp.ones(1000)


def _program(chunk):
    """A program whose temporaries grow with the chunk."""
    return lambda x: jax.lax.map(
        lambda i: jnp.sort(jnp.cos(x * i)).sum(), jnp.arange(64.0), batch_size=chunk
    ).sum()


def test_chunks_that_need_too_much_are_not_run_and_their_bytes_are_told():
    programs, held = within(_program, (X,), [32, 1, 8], 100_000)
    assert list(programs) == [1, 8] and held[32] > 100_000 >= held[8] > held[1]
    assert float(programs[1]()) == pytest.approx(float(programs[8]()), rel=1e-4)


def test_a_limit_below_the_smallest_chunk_is_refused():
    with pytest.raises(NoChunkFits, match="100 are allowed"):
        within(_program, (X,), [1, 8], 100)


def test_the_fastest_is_chosen():
    assert fastest({1: 0.3, 4: 0.1, 16: 0.2}) == 4


def test_a_chunk_that_waits_is_not_chosen():
    def waiting(chunk):
        wait = lambda x: time.sleep(0.02 if chunk == 1 else 0) or x  # noqa: E731
        return lambda x: jax.pure_callback(wait, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    found = fastest_chunk(waiting, (X,), [1, 2], tasks=4, memory_bytes=10**6)
    assert found == 2
