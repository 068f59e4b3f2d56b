"""The parameters of calls, loops and branches, which JAX documents nowhere.

To see those of a version: ``print(jax.make_jaxpr(f)(x).eqns[0].params)``.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adcost.jax_versions.jaxprs import ClosedJaxpr, Jaxpr, JaxprEqn, array, opened


class Scan(NamedTuple):
    """``lax.scan``: its body, whose first inputs are ``constants`` in number, and its length."""

    body: ClosedJaxpr
    constants: int
    length: int


def scan(equation: JaxprEqn) -> Scan:
    """The parts of a scan. To 0.10 ``num_consts`` says how many inputs are the same each round;
    from 0.11 on ``ft_in`` is a tree of them: constants, carry, slices."""
    params = equation.params
    if "num_consts" in params:
        constants = params["num_consts"]
    else:
        constants = len(list(params["ft_in"].update(equation.invars).unpack()[0]))
    return Scan(params["jaxpr"], constants, params["length"])


def carries(equation: JaxprEqn) -> int:
    """How many of a scan's first outputs are carried from round to round; the others are stacked,
    and so have one axis more than the body's."""
    body, _ = opened(scan(equation).body)
    pairs = zip(body.outvars, equation.outvars, strict=True)
    return sum(array(inner).shape == array(outer).shape for inner, outer in pairs)


class While(NamedTuple):
    """``lax.while_loop``: its test and body, whose first inputs are constants, so many."""

    test: ClosedJaxpr
    body: ClosedJaxpr
    test_constants: int
    body_constants: int


def while_loop(equation: JaxprEqn) -> While:
    """The parts of a while. Inputs: the test's constants, the body's, what is carried."""
    params = equation.params
    tests, bodies = params["cond_nconsts"], params["body_nconsts"]
    return While(params["cond_jaxpr"], params["body_jaxpr"], tests, bodies)


def branches(equation: JaxprEqn) -> Sequence[ClosedJaxpr]:
    """The branches of a ``lax.cond`` or ``lax.switch``; its first input chooses among them."""
    return equation.params["branches"]


def linear_solve(equation: JaxprEqn) -> tuple[ClosedJaxpr, int]:
    """The solver of a ``lax.custom_linear_solve``, and how many inputs before are not its own."""
    params = equation.params
    return params["jaxprs"].solve, sum(params["const_lengths"][:2])


_BODIES = ("call_jaxpr", "jaxpr", "call", "callee", "fwd_jaxpr")


def called(equation: JaxprEqn) -> Jaxpr | ClosedJaxpr | None:
    """The jaxpr that a call runs once, on the equation's inputs in order; None if it has none.

    The parameter is ``jaxpr`` of jit, shard_map and eval_jaxpr, ``call_jaxpr`` of functions with
    rules of their own, ``call`` of custom_vmap, ``callee`` of linear_call, ``fwd_jaxpr`` of a
    custom_vjp with ``optimize_remat``.
    """
    found = (equation.params.get(name) for name in _BODIES)
    return next((jaxpr for jaxpr in found if isinstance(jaxpr, (Jaxpr, ClosedJaxpr))), None)


def manual_devices(equation: JaxprEqn) -> int:
    """Over how many devices a ``jax.shard_map`` cuts its inputs. ``newly_manual_axes`` in 0.10."""
    params = equation.params
    sizes: Mapping[str, int] = params["mesh"].shape
    return math.prod(sizes[axis] for axis in params.get("newly_manual_axes", params["mesh"].shape))
