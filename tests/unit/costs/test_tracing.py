"""Functions traced for shapes: positional, keyword and static arguments."""

import jax
import jax.numpy as jnp
import pytest

from adcost.costs.memory import program_bytes
from adcost.costs.tracing import traced

X = jax.ShapeDtypeStruct((3,), "float32")


def _primitives(program):
    return [equation.primitive.name for equation in program.jaxpr.eqns]


def test_keywords_without_arrays_are_passed_as_they_are():
    def fn(x, axis, train, weights=None):
        assert train is True and axis == 0
        return x.sum(axis) if weights is None else (x * weights["w"]).sum(axis)

    assert _primitives(traced(fn, X, axis=0, train=True)) == ["reduce_sum"]
    weighted = traced(fn, X, axis=0, train=True, weights={"w": X})
    assert _primitives(weighted) == ["mul", "reduce_sum"]


def test_positional_numbers_are_placeholders():
    assert _primitives(traced(lambda x, y: x * y, 2.0, 3.0)) == ["mul"]


def test_a_jitted_function_keeps_its_static_arguments_and_name():
    def power(x, n):
        return x**n

    program = traced(jax.jit(power, static_argnums=1), X, 7)
    assert (_primitives(program), program.fun_name) == (["integer_pow"], "power")


def test_bytes_take_the_same_arguments():
    def fn(x, repeats):
        return jnp.tile(x, repeats)

    for repeats in (2, 5):
        assert program_bytes(fn, X, repeats=repeats).outputs == 12 * repeats
    with pytest.raises(TypeError):
        program_bytes(fn, X)
