"""What stands on a tape, and what is refused."""

import jax
import jax.numpy as jnp
import pytest

from adcost.derivatives.tape.formulas import formula
from adcost.derivatives.tape.trace import NotScalar, UnsupportedPrimitive, trace
from adcost.functions import scalars


def _written(tape):
    return [f"{tape.nodes[i].name} = {formula(tape, i)}" for i in tape.computed]


def test_the_lectures_expression_is_written_as_on_the_slide():
    tape = trace(scalars.lecture)
    assert [node.name for node in tape.nodes] == ["w1", "w2", "v1", "v2", "v3", "L"]
    assert _written(tape) == ["v1 = log w1", "v2 = w2 · v1", "v3 = √v2", "L = v2 + v3"]


def test_what_is_computed_twice_stands_once():
    tape = trace(lambda x: jnp.sin(x) * jnp.exp(x) + jnp.exp(x) * jnp.sin(x))
    assert [tape.nodes[i].operation for i in tape.computed] == ["sin", "exp", "mul", "mul", "add"]


def test_what_no_output_needs_is_left_out():
    def wasteful(x, y):
        jnp.exp(jnp.sin(y))
        return jnp.cos(x)

    tape = trace(wasteful)
    assert _written(tape) == ["L = cos x"]
    assert [tape.nodes[i].name for i in tape.inputs] == ["x", "y"]


def test_what_needs_no_input_is_a_constant():
    tape = trace(lambda x: x * jnp.sqrt(jnp.log(jnp.e) * 4.0))
    assert _written(tape) == ["L = x · 2"]
    assert [tape.varies(i) for i in range(len(tape.nodes))] == [True, False, True]


def test_calls_are_entered_and_whole_powers_are_powers():
    @jax.jit
    def inner(x):
        return jax.nn.sigmoid(x) ** 3

    assert _written(trace(lambda x: inner(x) - 1)) == ["v1 = σ(x)", "v2 = v1 ^ 3", "L = v2 − 1"]


def test_a_custom_rule_is_seen_through():
    @jax.custom_jvp
    def f(x):
        return jnp.sin(x)

    f.defjvp(lambda primals, tangents: (f(*primals), 7 * tangents[0]))
    assert _written(trace(f)) == ["L = sin x"]


def test_several_outputs_and_an_output_that_is_an_input():
    tape = trace(lambda x, y: (x, x * y, jnp.sin(x * y)))
    assert [tape.nodes[o].name for o in tape.outputs] == ["x", "v1", "v2"]
    assert trace(lambda x: x).outputs == (0,)


def test_inputs_can_be_named():
    tape = trace(scalars.speelpenning, inputs=["a", "b", "c"])
    assert _written(tape) == ["v1 = a · b", "L = v1 · c"]


def test_a_lone_output_can_be_named():
    assert _written(trace(lambda x: jnp.exp(x), output="y")) == ["y = exp x"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: jnp.stack([x, x]), r"shape \(2,\)"),
        (lambda x: jnp.sum(x * jnp.arange(3.0)), r"shape \(3,\)"),
        (lambda x: jnp.asarray([1.0, 2.0])[0] + x, r"shape \(2,\)"),
        (lambda x: x.astype(int), "int64"),
    ],
)
def test_what_is_no_real_scalar_is_refused_by_name(function, words):
    with pytest.raises(NotScalar, match=words):
        trace(function)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: jnp.maximum(x, 0.0), "max"),
        (lambda x: jax.lax.fori_loop(0, 3, lambda _, y: jnp.sin(y), x), "scan"),
        (lambda x: jnp.floor(x), "floor"),
    ],
)
def test_an_unsupported_primitive_is_refused_by_name(function, name):
    with pytest.raises(UnsupportedPrimitive, match=f"no rule for {name}; it knows add, atan"):
        trace(function)
