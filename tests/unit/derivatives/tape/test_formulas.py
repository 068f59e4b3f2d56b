"""The texts of the lecture's slides, as the tape writes them."""

import jax.numpy as jnp
import pytest

from adcost.derivatives.tape import formulas
from adcost.derivatives.tape.trace import trace
from adcost.functions import scalars


@pytest.fixture(scope="module")
def lecture():
    tape = trace(scalars.lecture)
    return tape, {node.name: line for line, node in enumerate(tape.nodes)}


def test_forward_modes_sums_are_the_slides(lecture):
    tape, line = lecture
    assert [formulas.tangent(tape, line[name], "w1") for name in ("v1", "v2", "v3", "L")] == [
        "1 / w1 · ∂w1/∂w1",
        "v1 · ∂w2/∂w1 + w2 · ∂v1/∂w1",
        "1 / (2 √v2) · ∂v2/∂w1",
        "1 · ∂v2/∂w1 + 1 · ∂v3/∂w1",
    ]


def test_reverse_modes_sums_are_the_slides(lecture):
    tape, line = lecture
    names = ("L", "v3", "v2", "v1", "w1", "w2")
    assert [formulas.adjoint(tape, line[name]) for name in names] == [
        "1",
        "∂L/∂L · 1",
        "∂L/∂v3 · 1 / (2 √v2) + ∂L/∂L · 1",
        "∂L/∂v2 · w2",
        "∂L/∂v1 · 1 / w1",
        "∂L/∂v2 · v1",
    ]


def test_sums_and_signs_get_brackets():
    tape = trace(lambda x: jnp.tanh(x) - jnp.cos(x) * -2.0)
    assert formulas.formula(tape, 4) == "v2 · (−2)"
    assert formulas.adjoint(tape, 0) == "∂L/∂v1 · (1 − v1²) + ∂L/∂v2 · (−sin x)"
    assert formulas.adjoint(tape, tape.computed[2]) == "∂L/∂L · (−1)"


def test_an_output_that_others_use_has_its_own_share():
    tape = trace(lambda x: (jnp.sin(x), jnp.exp(jnp.sin(x))))
    assert formulas.adjoint(tape, 1, output=0) == "1 + ∂v1/∂v2 · v2"


def test_an_unused_input_has_no_terms():
    assert formulas.adjoint(trace(lambda a, b: jnp.sin(b)), 0) == "0"


@pytest.mark.parametrize(
    ("function", "read"),
    [
        (lambda x, y: x + y, set()),
        (lambda x, y: x * y, {"x", "y"}),
        (lambda x, y: 3 * x - y, set()),
        (lambda x, y: jnp.exp(x) + y, {"v1"}),
        (lambda x, y: jnp.sin(x) + y, {"x"}),
        (scalars.lecture, {"w1", "w2", "v1", "v2"}),
    ],
)
def test_reverse_mode_reads_what_the_partial_derivatives_name(function, read):
    tape = trace(function)
    assert {tape.nodes[i].name for i in formulas.read_by_reverse(tape)} == read
