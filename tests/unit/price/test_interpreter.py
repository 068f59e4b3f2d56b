import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adcost.jax_versions import opened, scan, user_line
from adcost.price.interpreter import evaluated, inlined, with_blocks

STEPS = {
    "sin": jnp.sin,
    "square": lambda x: x * x,
    "jitted": jax.jit(lambda x: jnp.tanh(x) + 1),
    "scan": lambda x: jax.lax.scan(lambda c, _: (c * 0.5, None), x, None, length=3)[0],
    "custom": jax.nn.relu,
    "sorted": jnp.sort,
}


@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=5))
def test_a_program_run_again_is_the_same(names):
    def f(x):
        for name in names:
            x = STEPS[name](x)
        return x, jnp.sum(x)

    x = jnp.linspace(-1.0, 1.0, 5)
    program = jax.make_jaxpr(f)(x)
    for found in (evaluated(program, [x]), evaluated(inlined(program), [x])):
        for one, expected in zip(found, f(x), strict=True):
            np.testing.assert_allclose(one, expected, rtol=1e-6)


def test_lines_survive_and_calls_are_taken_apart():
    inner = jax.jit(lambda x: jnp.sin(x) * 2)
    program = inlined(jax.make_jaxpr(lambda x: inner(x) + 1)(1.0))
    assert [e.primitive.name for e in program.eqns] == ["sin", "mul", "add"]
    assert all(__file__.rpartition("/")[2] in user_line(e) for e in program.eqns)


def test_variables_that_are_given_are_not_computed():
    program = jax.make_jaxpr(lambda x: jnp.cos(jnp.sin(x)))(1.0)
    middle = opened(program)[0].eqns[0].outvars[0]
    assert evaluated(program, [1.0], given={middle: jnp.zeros(())}) == [1.0]
    np.testing.assert_allclose(evaluated(program, [1.0], wanted=[middle])[0], np.sin(1.0))


def test_equations_may_be_replaced_inside_of_calls():
    inner = jax.jit(lambda x: jnp.sin(x) * 2)
    program = jax.make_jaxpr(lambda x: inner(x) + 1)(1.0)
    zero = lambda e, operands: [jnp.zeros(())] if e.primitive.name == "sin" else None  # noqa: E731
    assert evaluated(program, [1.0], replace=zero) == [1.0]


def test_named_scopes_become_calls_of_their_name():
    def body(x, _):
        with jax.named_scope("inner"):
            return jnp.sin(x) * 2, None

    def f(x):
        with jax.named_scope("first"):
            y = jnp.sin(x)
            z = jnp.cos(y) * y
        y = jax.lax.scan(body, y + 1, None, length=2)[0]
        return y * z

    program = with_blocks(jax.make_jaxpr(f)(1.0))
    calls = [e.params["name"] for e in program.eqns if e.primitive.name == "jit"]
    assert calls == ["first"]
    loop = next(e for e in program.eqns if e.primitive.name == "scan")
    assert [e.params["name"] for e in scan(loop).body.eqns] == ["inner"]
    np.testing.assert_allclose(evaluated(program, [0.3])[0], f(0.3), rtol=1e-6)
