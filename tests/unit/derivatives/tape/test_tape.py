"""Both sweeps against JAX on random expressions, and what they cost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives.tape import tape as module
from adcost.derivatives.tape.operations import OPERATIONS
from adcost.derivatives.tape.tape import (
    counted_operations,
    evaluate,
    forward,
    forward_sweep,
    partial,
    reverse,
    reverse_sweep,
)
from adcost.derivatives.tape.trace import trace
from adcost.functions import scalars

# Arguments are kept where an operation is smooth and its result of order one.
BOUND, POSITIVE = jnp.sin, lambda x: jnp.cosh(jnp.sin(x))
RULES = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: BOUND(a) * b,
    "div": lambda a, b: a / POSITIVE(b),
    "pow": lambda a, b: POSITIVE(a) ** BOUND(b),
    "integer_pow": lambda a: BOUND(a) ** 3 + POSITIVE(a) ** -2,
    "constants": lambda a: 2.5 * a - jnp.log(3.0),
    "neg": lambda a: -a,
    "square": lambda a: jnp.square(BOUND(a)),
    "sqrt": lambda a: jnp.sqrt(POSITIVE(a)),
    "rsqrt": lambda a: jax.lax.rsqrt(POSITIVE(a)),
    "exp": lambda a: jnp.exp(BOUND(a)),
    "exp2": lambda a: jnp.exp2(BOUND(a)),
    "expm1": lambda a: jnp.expm1(BOUND(a)),
    "log": lambda a: jnp.log(POSITIVE(a)),
    "log2": lambda a: jnp.log2(POSITIVE(a)),  # to 0.10 a quotient of logarithms
    "log1p": lambda a: jnp.log1p(POSITIVE(a)),
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tan": lambda a: jnp.tan(BOUND(a)),
    "sinh": lambda a: jnp.sinh(BOUND(a)),
    "cosh": lambda a: jnp.cosh(BOUND(a)),
    "tanh": jnp.tanh,
    "one_minus_square": jax.grad(jnp.tanh),  # from JAX 0.11 on
    "atan": jnp.atan,
    "logistic": jax.nn.sigmoid,
    "erf": lambda a: jax.scipy.special.erf(BOUND(a)),
}
BINARY = {"add", "sub", "mul", "div", "pow"}


@st.composite
def programs(draw):
    """Inputs, a list of operations on earlier lines, and two outputs among them."""
    inputs = draw(st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=4))
    rules = draw(st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=10))
    lines = []
    for k, rule in enumerate(rules):
        earlier = st.integers(0, len(inputs) + k - 1)
        lines.append((rule, [draw(earlier) for _ in range(2 if rule in BINARY else 1)]))
    places = st.integers(0, len(inputs) + len(lines) - 1)
    return inputs, lines, (draw(places), len(inputs) + len(lines) - 1)


def _function(lines, outputs):
    def run(*inputs):
        values = list(inputs)
        for rule, parents in lines:
            values.append(RULES[rule](*(values[p] for p in parents)))
        return tuple(values[o] for o in outputs)

    return run


def test_every_rule_is_drawn():
    assert set(OPERATIONS) <= set(RULES)


@settings(max_examples=300, derandomize=True, database=None)
@given(programs())
def test_both_modes_are_jaxs_on_random_expressions(program):
    inputs, lines, outputs = program
    run = _function(lines, outputs)
    names = [f"w{i}" for i in range(len(inputs))]
    with jax.enable_x64(True):
        values, pull = jax.vjp(run, *map(float, inputs))
        jacobian = np.array([pull((1.0, 0.0)), pull((0.0, 1.0))], dtype=float)
    tape = trace(run, inputs=names)
    at = evaluate(tape, inputs)
    np.testing.assert_allclose([at[o] for o in tape.outputs], values, rtol=1e-12, atol=1e-12)

    sweeps = [reverse(tape, inputs, output)[1] for output in range(2)]
    # A sum over paths may cancel: what is lost is relative to the largest of them.
    scale = 1e-12 * max(1.0, np.abs(sweeps).max())
    by_reverse = [[adjoints[line] for line in tape.inputs] for adjoints in sweeps]
    np.testing.assert_allclose(by_reverse, jacobian, rtol=1e-10, atol=scale)
    for k in range(len(inputs)):
        unit = [float(i == k) for i in range(len(inputs))]
        tangents = forward(tape, inputs, unit)[1]
        by_forward = [tangents[o] for o in tape.outputs]
        np.testing.assert_allclose(by_forward, jacobian[:, k], rtol=1e-10, atol=scale)


@pytest.fixture(scope="module")
def example():
    return trace(scalars.lecture)


def test_the_two_modes_are_adjoint_to_one_another(example):
    at, direction = [2.0, 3.0], [0.3, -1.1]
    slope = forward(example, at, direction)[1][-1]
    adjoints = reverse(example, at)[1]
    assert slope == pytest.approx(adjoints[0] * 0.3 - adjoints[1] * 1.1, rel=1e-14)


def test_values_are_the_same_in_every_sweep(example):
    at = [2.0, 3.0]
    assert evaluate(example, at) == forward(example, at, [1.0, 0.0])[0] == reverse(example, at)[0]


def test_constants_have_their_value_and_no_derivative():
    tape = trace(lambda x: 3 * x)
    values, adjoints = reverse(tape, [2.0])
    place = [node.constant for node in tape.nodes].index(3.0)
    assert values[place] == 3.0 and adjoints[place] == 0.0
    assert forward(tape, [2.0], [1.0]) == (values, [1.0, 0.0, 3.0])


def test_the_steps_products_are_the_partial_derivatives_that_were_used(example, monkeypatch):
    used = []
    monkeypatch.setattr(module, "partial", lambda *a: used.append(a) or partial(*a))
    steps = list(forward_sweep(example, [2.0, 3.0], [1.0, 0.0]))
    assert sum(step.products for step in steps) == len(used) == 6
    used.clear()
    steps = list(reverse_sweep(example, [2.0, 3.0]))
    assert sum(step.products for step in steps) == len(used) == 6


def test_a_line_that_is_read_twice_by_one_operation_counts_twice():
    steps = list(reverse_sweep(trace(lambda x: x * x), [3.0]))
    assert steps[-1].products == 2 and steps[-1].derivative == 6.0


@pytest.mark.parametrize("length", [1, 2, 30])
def test_forward_forgets_along_a_chain_and_reverse_does_not(length):
    tape = trace(scalars.sines(length))
    assert max(step.held for step in forward_sweep(tape, [1.0], [1.0])) == 2
    assert {step.held for step in reverse_sweep(tape, [1.0])} == {length + 1}


def test_forward_keeps_what_a_later_line_reads():
    def early_and_late(x):
        y = jnp.sin(x)
        return y * jnp.cos(jnp.exp(y))

    held = [step.held for step in forward_sweep(trace(early_and_late), [1.0], [1.0])]
    assert held == [1, 2, 2, 3, 3]  # y stays until the product reads it


def test_an_unused_input_is_forgotten_at_once_and_has_no_derivative():
    tape = trace(lambda a, b: jnp.sin(b))
    assert [step.held for step in forward_sweep(tape, [1.0, 2.0], [1.0, 1.0])] == [1, 1, 2]
    assert reverse(tape, [1.0, 2.0])[1][0] == 0.0


def test_a_value_outside_the_domain_is_told_by_line():
    with pytest.raises(ArithmeticError, match=r"v1 = log -2.0"):
        evaluate(trace(scalars.lecture), [-2.0, 1.0])


@pytest.mark.parametrize(
    ("function", "inputs", "value", "both"),
    [
        # By hand. A product: each w_i takes a product, each partial product one more.
        (scalars.speelpenning, [1.5, 2.5, 3.5, 4.5], 3, 3 + 6 - 2),
        # Three adjoints meet in w1, so two sums; the products are with the output's own, 1.
        (lambda w1: w1 * w1 + w1, [1.5], 2, 2 + 2),
        (lambda w1, w2: w1 / w2, [1.5, 2.5], 1, 1 + 1 + 2),
        (lambda w1: jax.scipy.special.erf(jnp.exp(w1)), [0.5], 2, 2 + 4 + 1),
        (lambda w1, w2: w1 - w2, [1.5, 2.5], 1, 1),
    ],
)
def test_operations_are_counted_as_they_are_done(function, inputs, value, both):
    names = [f"w{i + 1}" for i in range(len(inputs))]
    tape = trace(function, inputs=names)
    assert counted_operations(tape, inputs) == (value, both)
