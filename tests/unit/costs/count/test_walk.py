"""The walk: branches on one value, shared jaxprs, users' costs, what is unknown and where."""

import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, PartitionSpec

from adcost.costs.count import (
    LowerBound,
    Operations,
    UnknownPrimitive,
    UnknownTripCount,
    count,
    count_jaxpr,
    lower_bound,
)

HERE = Path(__file__).name


def shape(*sizes, dtype="float32"):
    return jax.ShapeDtypeStruct(sizes, dtype)


# What JAX puts into derivatives


def _tanh_or_not(p, x):
    return lax.cond(p, jnp.tanh, lambda x: x, x)


PREDICATE = shape(dtype="bool")
TANH = count(jax.grad(lambda x: jnp.tanh(x).sum()), shape(5))


def test_the_gradient_of_a_conditional_is_its_most_expensive_branch_s():
    assert tuple(TANH) == (10, 10, 0, 5)  # g·(1 + tanh)·(1 − tanh) in every version
    assert count(jax.grad(lambda x, p: _tanh_or_not(p, x).sum()), shape(5), PREDICATE) == TANH


def test_conditionals_on_one_value_take_one_branch():
    def forward(x):  # expensive in its value
        return jnp.tan(x * 0 + 1.0) * 3.0 + x

    def backward(x):  # expensive in its gradient
        return x**5

    def value(x, p):
        return lax.cond(p, forward, backward, x).sum()

    def alone(branch):
        return count(jax.value_and_grad(lambda x: branch(x).sum()), shape(50)).total

    both = [alone(forward), alone(backward)]
    assert count(jax.value_and_grad(value), shape(50), PREDICATE).total == max(both)
    apart = count(
        lambda p, q, x: _tanh_or_not(p, x) + _tanh_or_not(q, x), *[PREDICATE] * 2, shape(5)
    )
    assert apart.transcendental == 10  # on two values the most expensive of each


@pytest.mark.parametrize(
    ("wrap", "rounds"),
    {
        "scan": (lambda f: lambda x: lax.scan(lambda x, _: (f(x), None), x, None, 3)[0], 3),
        "fori_loop": (lambda f: lambda x: lax.fori_loop(0, 3, lambda _, x: f(x), x), 3),
        "checkpoint": (jax.checkpoint, 1),  # once again; the value itself is not asked for
        "vmap": (lambda f: lambda x: jax.vmap(f)(x[None])[0], 1),
    }.values(),
)
def test_derivatives_of_conditionals_inside_of_anything_are_known(wrap, rounds):
    def loss(x, p):
        return wrap(partial(_tanh_or_not, p))(x).sum()

    assert count(jax.grad(loss), shape(5), PREDICATE).transcendental == 5 * rounds
    assert lower_bound(jax.hessian(loss), shape(5), PREDICATE).exact

    def product(x, v, p):
        return jax.grad(lambda y: jnp.vdot(jax.grad(loss)(y, p), v))(x)

    assert count(product, shape(5), shape(5), PREDICATE).transcendental >= 5 * rounds


def test_references_move_data_and_adding_into_one_adds():
    def fn(x):
        ref = jax.new_ref(jnp.zeros(8))
        ref[...] = x
        jax.ref.addupdate(ref, ..., x)
        return ref[...]

    assert count(fn, shape(8)) == Operations(additions=8)


# Calls


def test_a_shard_map_counts_once_for_each_device():
    mesh = jax.make_mesh((1,), ("i",), axis_types=(AxisType.Auto,))
    fn = jax.shard_map(
        lambda x: jnp.sin(x) * 2, mesh=mesh, in_specs=PartitionSpec("i"),
        out_specs=PartitionSpec("i"),
    )  # fmt: skip
    assert count(fn, shape(8)) == Operations(8, 0, 0, 8)


def test_calls_that_carry_a_jaxpr_are_walked():
    @jax.custom_batching.custom_vmap
    def batched(x):
        return jnp.sin(x) * 2

    batched.def_vmap(lambda size, mapped, x: (jnp.sin(x) * 2, True))
    linear = partial(
        jax.custom_derivatives.linear_call, lambda r, x: x * r, lambda r, x: x * r, 3.0
    )
    assert count(batched, shape(8)) == Operations(8, 0, 0, 8)
    assert count(linear, shape(8)) == Operations(8)
    assert count(lax.composite(jnp.sin, name="my.sin"), shape(8)) == Operations(0, 0, 0, 8)


def test_a_function_of_the_user_s_in_a_reduction_is_counted_as_often_as_it_runs():
    def combine(a, b):
        return a * b + 1.0

    assert count(lambda x: lax.reduce(x, 0.0, combine, (0,)), shape(4, 3)) == Operations(9, 9)
    windows = count(lambda x: lax.reduce_window(x, 0.0, combine, (3,), (1,), "VALID"), shape(5))
    assert windows == Operations(6, 6)
    assert count(lambda x: x.at[jnp.array([2, 0])].apply(jnp.sin), shape(4)).transcendental == 2


def test_shared_functions_are_counted_once_each():
    def twice(fn):
        return jax.jit(lambda x: fn(fn(x)))

    fn, seen = jnp.sin, 60
    for _ in range(seen):
        fn = twice(fn)
    assert count(fn, shape(3)).transcendental == 3 * 2**seen


def test_the_work_of_counting_grows_with_the_program_and_no_faster():
    def calls(length):
        def deep(x):
            for _ in range(length):
                x = jnp.sin(x) * 2.0 + 1.0
            return x

        jaxpr = jax.make_jaxpr(deep)(1.0)
        made = 0

        def profile(frame, event, argument):
            nonlocal made
            made += event == "call"

        sys.setprofile(profile)
        operations = count_jaxpr(jaxpr)
        sys.setprofile(None)
        assert operations == Operations(length, length, 0, length)
        return made

    assert calls(1000) < 2.1 * calls(500)


# Keywords and static arguments


def test_keywords_and_static_arguments():
    def fn(x, train, rate=1.0):
        return jnp.sin(x) * rate if train else x

    assert count(fn, shape(3), train=True) == Operations(3, 0, 0, 3)
    assert count(fn, shape(3), train=False) == Operations()
    assert count(fn, shape(3), train=True, rate=shape(3)) == Operations(3, 0, 0, 3)
    assert count(jax.jit(fn, static_argnames="train"), shape(3), train=True).transcendental == 3
    assert count(jax.jit(lambda x, n: x**n, static_argnums=1), shape(3), 7) == Operations(12)


# What is unknown


@pytest.mark.parametrize(
    ("fn", "name", "reason"),
    [
        (lambda x: jax.pure_callback(np.sin, x, x), "pure_callback", "outside of what JAX sees"),
        (lambda x: lax.approx_max_k(x[0], 2)[0], "approx_top_k", "recall"),
        (lambda x: jax.random.gamma(jax.random.key(0), x), "random_gamma", "random bits"),
        (lambda x: jnp.linalg.eig(x)[1], "eig", "eigenvectors"),
    ],
)
def test_what_cannot_be_counted_is_an_error_with_its_name_reason_line_and_advice(fn, name, reason):
    advice = rf'costs={{"{name}".*lower_bound.*adcost\.costs\.count'
    with pytest.raises(UnknownPrimitive, match=rf"\b{name} at .*{HERE}:\d+.*{reason}.*{advice}"):
        count(fn, shape(4, 4))


def test_a_primitive_that_is_in_no_table_is_unknown():
    primitive = jax.extend.core.Primitive("invented")
    primitive.def_abstract_eval(lambda x, **_: x)
    with pytest.raises(UnknownPrimitive, match=r"invented.*in no table"):
        count(primitive.bind, shape(4))
    body = jax.make_jaxpr(jnp.sin)(1.0)
    with pytest.raises(UnknownPrimitive, match=r"invented.*holds a program"):
        count(lambda x: primitive.bind(x, body=body), shape(4))
    assert count(primitive.bind, shape(4, dtype="int32")).total == 0  # integers are control


def _sine(x):
    return jax.pure_callback(np.sin, x, x)


def test_what_is_unknown_is_found_inside_of_loops_and_not_where_it_is_dead():
    def fn(x):
        return lax.scan(lambda x, _: (_sine(x), None), x, None, 2)[0]

    with pytest.raises(UnknownPrimitive, match="pure_callback"):
        count(fn, shape(4))
    assert count(lambda x: (_sine(x), x)[1], shape(4)).total == 0


def test_a_lower_bound_names_what_it_leaves_out_with_line_and_times():
    def fn(x):
        x = lax.scan(lambda x, _: (_sine(x) * 2.0, None), x, None, 3)[0]
        return lax.while_loop(lambda x: x.sum() < 9.0, lambda x: jnp.exp(x), x)

    found = lower_bound(fn, shape(4))
    assert found.operations == Operations(multiplications=12, additions=3, elementwise=1)
    assert {(what.primitive, times) for what, times in found.unknown.items()} == {
        ("pure_callback", 3),
        ("while", 1),
    }
    line = _sine.__code__.co_firstlineno + 1
    (callback,) = (what for what in found.unknown if what.primitive == "pure_callback")
    assert callback.where.endswith(f"{HERE}:{line} (_sine)")
    assert f"{HERE}:{line}" in str(callback)
    assert not found.exact
    known = lower_bound(jnp.sin, shape(4))
    assert known.exact and known == LowerBound(count(jnp.sin, shape(4)))


def test_a_lower_bound_takes_the_most_expensive_known_branch_and_names_the_unknown_of_all():
    def fn(p, x):
        return lax.cond(p, _sine, lambda x: x * 2.0, x)

    found = lower_bound(fn, PREDICATE, shape(4))
    assert found.operations == Operations(4)
    assert [what.primitive for what in found.unknown] == ["pure_callback"]


def test_the_line_of_a_function_of_jax_s_is_the_user_s_own_call():
    """JAX traces `jnp.linalg.eig` once, and its equation keeps the line of the first call."""

    def first(x):
        return jnp.linalg.eig(x)[1]

    def second(x):
        return jnp.linalg.eig(x)[1]

    for fn in (first, second):
        (what,) = lower_bound(fn, shape(6, 6)).unknown
        assert what.where.endswith(f"{HERE}:{fn.__code__.co_firstlineno + 1} ({fn.__qualname__})")


def test_an_unknown_trip_count_says_where():
    def fn(x):
        return lax.while_loop(lambda x: x < 9.0, lambda x: x * 2.0, x)

    with pytest.raises(UnknownTripCount, match=f"{HERE}:{fn.__code__.co_firstlineno + 1}"):
        count(fn, 1.0)


def test_a_user_s_own_costs():
    def fn(x):
        return lax.scan(lambda x, _: (_sine(x) * 2.0, None), x, None, 3)[0]

    fixed = count(fn, shape(4), costs={"pure_callback": Operations(transcendental=4)})
    by_shape = {"pure_callback": lambda x: Operations(transcendental=x.size)}
    assert fixed == count(fn, shape(4), costs=by_shape) == Operations(12, 0, 0, 12)

    @jax.jit
    def kernel(x):
        return jnp.exp(x) * x

    replaced = count(lambda x: kernel(x) + 1.0, shape(4), costs={"kernel": Operations(7)})
    assert replaced == Operations(7, 4)
    assert lower_bound(fn, shape(4), costs=by_shape).exact
    jaxpr = jax.make_jaxpr(fn)(jnp.ones(4))
    assert count_jaxpr(jaxpr, costs=by_shape) == fixed
    with pytest.raises(TypeError, match=r"costs\['pure_callback'\].*Operations.*int"):
        count(fn, shape(4), costs={"pure_callback": 4})
