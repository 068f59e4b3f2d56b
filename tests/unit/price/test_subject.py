import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import adcost
from adcost.price.python_function import source_of
from adcost.price.subject import CannotPrice, subject

X = jnp.ones(3)


def refused(f, *args, **options):
    with pytest.raises(CannotPrice) as raised:
        subject(f, args, **options)
    return str(raised.value)


def loss(x, y):
    return jnp.sum(x * y)


def test_what_is_not_callable():
    assert "no function but of type int" in refused(3, X)


def test_arguments_that_do_not_fit():
    said = refused(loss, X)
    assert "do not fit loss(x, y)" in said and "given 1 positional argument" in said
    assert "there is nothing to differentiate" in refused(loss)


def test_argnums_that_are_not_there():
    assert "argnums may be 0 to 1" in refused(loss, X, X, argnums=2)
    assert "each once" in refused(loss, X, X, argnums=(0, -2))


def test_integers_have_no_derivative():
    assert "int32" in refused(loss, jnp.arange(3), X)
    assert "bool" in refused(loss, jnp.ones(3, bool), X)


def test_integers_beside_are_data():
    assert subject(loss, (X, jnp.arange(3))).varying == (1,)


def test_complex_numbers():
    assert "real and imaginary" in refused(loss, jnp.ones(3, complex), X)


def test_what_is_no_array():
    assert "of type str" in refused(loss, ["a"], X)
    assert "holds no arrays" in refused(loss, {}, X)
    assert "is empty" in refused(loss, jnp.ones(0), X)


def test_outputs_that_are_no_arrays():
    assert "returns what is no array" in refused(lambda x: "loss", X)
    assert "returns int32" in refused(lambda x: jnp.argmax(x), X)
    assert "returns nothing" in refused(lambda x: None, X)


def test_a_function_that_raises():
    def broken(x):
        raise KeyError("weights")

    with pytest.raises(
        CannotPrice, match=r"cannot be traced by JAX: KeyError: 'weights'"
    ) as raised:
        subject(broken, (X,))
    assert isinstance(raised.value.__cause__, KeyError)


def test_control_flow_on_values_is_said():
    assert "TracerBoolConversionError" in refused(lambda x: x[0] if x[0] > 0 else x[1], X)


def test_auxiliary_output():
    found = subject(lambda x: (jnp.sum(x), {"n": 3}), (X,), has_aux=True)
    assert jax.eval_shape(found.value, found.x, ()).shape == ()
    assert "must return a pair" in refused(jnp.sum, X, has_aux=True)


def test_several_outputs_are_one_vector_without_their_integers():
    found = subject(lambda x: (x, jnp.sum(x), jnp.argmax(x)), (X,))
    assert jax.eval_shape(found.value, found.x, ()).shape == (4,)


def test_numbers_and_numpy_are_arrays_and_others_are_held_fixed():
    found = subject(lambda x, n, name: x * n if name == "a" else x, (2.0, np.ones(()), "a"))
    assert found.x.shape == () and found.varying == (1,)
    assert float(found.value(found.x, found.rest)) == 2.0


def test_python_s_numbers_beside_are_fixed():
    found = subject(lambda x, n: jnp.sum(x[:n]), (X, 2))
    assert found.varying == ()


def test_a_partial_has_the_name_and_source_of_its_function():
    found = subject(functools.partial(loss, y=X), (X,))
    assert found.name == "loss"
    assert source_of(found.f)[0] == __file__


def test_random_keys_are_data():
    found = subject(
        lambda x, key: jnp.sum(x * jax.random.normal(key, (3,))), (X, jax.random.key(0))
    )
    assert jax.eval_shape(found.value, *found.shapes()).shape == ()


def test_prints_stay_off_the_screen_and_are_noted(capsys):
    def talks(x):
        print("shape", x.shape)
        return jnp.sum(x)

    tag = adcost.price(talks, X, leave_out=("timing", "memory", "lines", "traps", "checks"))
    assert capsys.readouterr().out == ""
    assert any("prints while it is traced" in note and "shape (3,)" in note for note in tag.notes)


def test_side_effects_are_counted_and_nothing_is_run():
    seen = []

    def f(x):
        jax.debug.callback(seen.append, x[0])
        return jnp.sum(x * x)

    tag = adcost.price(f, X, leave_out=("memory", "lines", "traps", "checks"))
    jax.effects_barrier()
    assert seen == []
    assert any("1 side effect (debug_callback at" in note for note in tag.notes)
    assert tag.prices.seconds.isna().all()


def test_options_that_are_not_allowed():
    with pytest.raises(ValueError, match="leave_out: hessians is no part"):
        adcost.price(jnp.sum, X, leave_out=["hessians"])
    with pytest.raises(ValueError, match="tolerance must be between 0 and 1"):
        adcost.price(jnp.sum, X, tolerance=2)
    with pytest.raises(ValueError, match="batch and memory go together"):
        adcost.price(jnp.sum, X, batch={0: 0})
    with pytest.raises(ValueError, match="argument 0 has no axis 3"):
        adcost.price(jnp.sum, X, batch={0: 3}, memory=100)
