"""Every rule against JAX's, and every formula's text against the function beside it."""

import math
import re

import jax
import jax.numpy as jnp
import pytest
from jax import lax

from adcost.derivatives.tape.operations import OPERATIONS, price

POINTS = {1: [(0.3,), (0.9,), (2.5,)], 2: [(0.3, 1.7), (2.5, -0.4), (0.9, 3.0)]}
NEW = {"log2": jnp.log2, "one_minus_square": lambda x: (1 + x) * (1 - x)}
"""What is a primitive from JAX 0.11 on, as earlier versions write it."""
FUNCTIONS = vars(math) | {"σ": lambda a: 1 / (1 + math.exp(-a)), "π": math.pi}


def _evaluated(text, operands, v):
    """The number that a formula's text stands for."""
    text = text.replace("−", "-").replace("²", "**2").replace("·", "*").replace("^", "**")
    text = text.replace("√", "sqrt ").replace("log₂", "log2")
    text = re.sub(r"\b([a-z]+\d?[a-z]?) (\{\w\})", r"\1(\2)", text)  # cos {0}
    text = re.sub(r"(\d|\}) (?=[\{(a-z])", r"\1 * ", text)  # 2 {0}
    names = [f"({operand!r})" for operand in operands]
    return eval(text.format(*names, v=f"({v!r})"), dict(FUNCTIONS))


@pytest.mark.parametrize("name", OPERATIONS)
def test_value_and_partial_derivatives_are_those_of_jax(name):
    operation = OPERATIONS[name]
    for at in POINTS[len(operation.partials)]:
        v = operation.value(*at)
        with jax.enable_x64(True):
            primitive = getattr(lax, name, NEW.get(name))
            expected = jax.grad(primitive, tuple(range(len(at))))(*at)
            assert v == pytest.approx(float(primitive(*at)), rel=1e-14)
        slopes = [slope(*at, v) for _, slope in operation.partials]
        assert slopes == pytest.approx([float(e) for e in expected], rel=1e-13)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_text_is_that_of_its_function(name):
    operation = OPERATIONS[name]
    for at in POINTS[len(operation.partials)]:
        v = operation.value(*at)
        assert _evaluated(operation.formula, at, v) == pytest.approx(v, rel=1e-13)
        for text, slope in operation.partials:
            assert _evaluated(text, at, v) == pytest.approx(slope(*at, v), rel=1e-13), text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # One for the value; for each argument the partial derivative, a product and a sum.
        ("add", 3), ("sub", 3), ("mul", 1 + 2 * 2), ("div", 1 + (1 + 2) + (2 + 2)),
        ("neg", 2), ("square", 1 + 1 + 2), ("sqrt", 1 + 2 + 2), ("exp", 1 + 2), ("log", 1 + 1 + 2),
        ("sin", 1 + 1 + 2), ("tanh", 1 + 2 + 2), ("erf", 1 + 4 + 2),
        ("pow", 1 + (3 + 2) + (2 + 2)),
        # σ is computed by four operations.
        ("logistic", (4 + 2 + 2) / 4),
    ],
)  # fmt: skip
def test_the_price_of_an_operation_is_the_one_derived_by_hand(name, expected):
    assert price(name) == expected
