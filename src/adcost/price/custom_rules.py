"""Functions with rules of their own (`jax.custom_jvp`, `jax.custom_vjp`): found, and left out."""

from collections.abc import Iterator, Sequence
from typing import Any

from adcost import jax_versions as versions
from adcost.jax_versions import ClosedJaxpr, Frame, Jaxpr, JaxprEqn
from adcost.price.interpreter import evaluated, rewritten_scan

CUSTOM = ("custom_jvp_call", "custom_vjp_call", "custom_jvp_call_jaxpr", "custom_vjp_call_jaxpr")


def custom(jaxpr: Jaxpr | ClosedJaxpr) -> Iterator[Frame]:
    """The functions with rules of their own that are not JAX's."""
    for program in versions.programs(jaxpr):
        for equation in program.eqns:
            body = versions.called(equation)
            if equation.primitive.name in CUSTOM and body is not None:
                if not versions.written_in_jax(body):
                    yield versions.function(body)


def without(program: ClosedJaxpr, rule: Frame, inputs: Sequence[Any]) -> Any:
    """The value of a program in which a function has no rules of its own."""

    def replace(equation: JaxprEqn, operands: Sequence[Any]) -> list[Any] | None:
        body = versions.called(equation)
        if equation.primitive.name in CUSTOM and body is not None:
            if versions.function(body) == rule:
                return evaluated(body, operands, replace=replace)
        if equation.primitive.name == "scan" and any(custom(versions.scan(equation).body)):
            return rewritten_scan(equation, operands, replace)
        return None

    return evaluated(program, inputs, replace=replace)[0]
