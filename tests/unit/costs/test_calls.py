import jax
import jax.numpy as jnp
import pytest

from adcost.costs.calls import counted


def _square(x):
    return jnp.sum(x**2)


@pytest.mark.parametrize("wrap", [lambda f: f, jax.jit])
def test_every_value_of_a_batch_is_counted(wrap):
    f, so_far = counted(_square)
    assert so_far() == 0
    values = wrap(jax.vmap(f))(jnp.ones((5, 3)))
    assert so_far() == 5 and values.tolist() == [3.0] * 5
    wrap(f)(jnp.ones(3))
    assert so_far() == 6


def test_runs_are_counted_rather_than_traces():
    f, so_far = counted(_square)
    jitted = jax.jit(f)
    for _ in range(4):
        jitted(jnp.ones(3))
    assert so_far() == 4


def test_equal_and_unused_values_are_counted_all_the_same():
    """Nothing is merged or dropped, or a wasteful method would look thrifty."""
    f, so_far = counted(_square)

    @jax.jit
    def wasteful(x):
        f(x)
        return f(x) + f(x)

    wasteful(jnp.ones(3))
    assert so_far() == 3


def test_a_loop_is_counted_turn_by_turn():
    f, so_far = counted(_square)
    jax.lax.fori_loop(0, 7, lambda _, x: x * 0 + f(x), jnp.ones(3))
    assert so_far() == 7


def test_reports_that_are_on_their_way_are_waited_for(monkeypatch):
    f, so_far = counted(_square)
    barrier, waited = jax.effects_barrier, []
    monkeypatch.setattr(jax, "effects_barrier", lambda: waited.append(barrier()))
    f(jnp.ones(2))
    assert so_far() == 1 and waited


def test_two_counters_do_not_share():
    (f, of_f), (g, of_g) = counted(_square), counted(_square)
    f(jnp.ones(2))
    assert (of_f(), of_g()) == (1, 0)
    del g
