"""Operations of a JAX function, counted exactly from its jaxpr.

The unit is one arithmetic operation on a floating-point number, "when a multiplication counts like
an addition" (Baur & Strassen 1983): multiplications and additions; other elementwise arithmetic
(division, comparison, selection, maximum, …); transcendental functions. Moving data (reshape,
broadcast, slice, gather, conversion) is free, and so is arithmetic on integers and booleans: it
belongs to the program's control, not to the function.

A product of m×k and k×n matrices has m·n·k multiplications and m·n·(k−1) additions; XLA's own
``cost_analysis`` says 2·m·n·k. It also counts the body of a loop once, which is why this walks the
jaxpr: ``scan`` counts its body times its length, ``while`` times its known trip count.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import jax
import numpy as np
from jax.extend import core


class UnknownPrimitive(NotImplementedError):
    """A primitive that no table here knows; it is never counted as zero."""


class UnknownTripCount(ValueError):
    """A ``while`` whose number of rounds the jaxpr does not tell."""


@dataclass(frozen=True)
class Operations:
    """Counted operations; they add up and can be repeated."""

    multiplications: int = 0
    additions: int = 0
    elementwise: int = 0
    transcendental: int = 0

    @property
    def total(self) -> int:
        """All operations, each counting one."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: "Operations") -> "Operations":
        """Operations of two programs, one after the other."""
        return Operations(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: int) -> "Operations":
        """Operations of a program run ``times`` times."""
        return Operations(*(times * getattr(self, f.name) for f in fields(self)))


FREE = frozenset(
    """
    bitcast_convert_type broadcast_in_dim concatenate convert_element_type copy copy_p copy_to_host
    device_put dynamic_slice dynamic_update_slice expand_dims gather imag iota optimization_barrier
    pad pvary real complex reduce_precision reshape rev select_and_gather_add slice split squeeze
    stop_gradient transpose create_token empty
    random_bits random_clone random_fold_in random_gamma random_seed random_split random_unwrap
    random_wrap threefry2x32 rng_bit_generator shift_left shift_right_logical
    shift_right_arithmetic and or not xor population_count clz eq_to lt_to le_to scatter
    """.split()
)
MULTIPLICATIONS = frozenset({"mul", "square"})
ADDITIONS = frozenset({"add", "sub", "add_any"})
ELEMENTWISE = frozenset(
    """
    abs ceil clamp conj copysign div eq floor ge gt is_finite le lt max min ne neg nextafter rem
    round select_n sign
    """.split()
)
TRANSCENDENTAL = frozenset(
    """
    acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e cbrt cos cosh digamma erf erf_inv
    erfc exp exp2 expm1 igamma igammac lgamma log log1p logistic pow regularized_incomplete_beta
    rsqrt sin sinh sqrt tan tanh
    """.split()
)
REDUCTIONS = {
    "reduce_sum": "additions", "reduce_prod": "multiplications", "reduce_max": "elementwise",
    "reduce_min": "elementwise", "argmax": "elementwise", "argmin": "elementwise",
    "reduce_and": "elementwise", "reduce_or": "elementwise",
}  # fmt: skip
CUMULATIVE = {
    "cumsum": "additions", "cumprod": "multiplications", "cummax": "elementwise",
    "cummin": "elementwise", "cumlogsumexp": "transcendental",
}  # fmt: skip
SCATTERS = {
    "scatter-add": "additions", "scatter_add": "additions", "scatter-mul": "multiplications",
    "scatter_mul": "multiplications", "scatter-max": "elementwise", "scatter_max": "elementwise",
    "scatter-min": "elementwise", "scatter_min": "elementwise",
}  # fmt: skip
CALLS = {
    "pjit": "jaxpr", "jit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr",
    "remat": "jaxpr", "remat2": "jaxpr", "checkpoint": "jaxpr", "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr", "custom_vjp_call_jaxpr": "fun_jaxpr",
    "custom_lin": "call_jaxpr", "run_state": "jaxpr",
}  # fmt: skip


def count(
    fn: Callable[..., Any], *arguments: Any, trips: Mapping[str, int] | None = None
) -> Operations:
    """Operations of ``fn(*arguments)``; arrays or ``jax.ShapeDtypeStruct``, nothing is computed.

    ``trips`` gives the rounds of a ``while`` loop that the jaxpr does not tell, as
    ``{"while": rounds}``. Raises :class:`UnknownPrimitive` and :class:`UnknownTripCount`.
    """
    return count_jaxpr(jax.make_jaxpr(fn)(*arguments).jaxpr, trips)


def count_jaxpr(jaxpr: Any, trips: Mapping[str, int] | None = None) -> Operations:
    """Operations of a jaxpr, open or closed."""
    jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
    total = Operations()
    for equation in jaxpr.eqns:
        total = total + _equation(equation, jaxpr, trips)
    return total


def _equation(equation: Any, jaxpr: Any, trips: Mapping[str, int] | None) -> Operations:
    name, parameters = equation.primitive.name, equation.params
    if name == "scan":
        return count_jaxpr(parameters["jaxpr"], trips) * parameters["length"]
    if name == "while":
        body = count_jaxpr(parameters["body_jaxpr"], trips)
        test = count_jaxpr(parameters["cond_jaxpr"], trips)
        if (body + test).total == 0:
            return Operations()
        rounds = _trip_count(equation, jaxpr, trips)
        return body * rounds + test * (rounds + 1)
    if name == "cond":
        # The branch that does most: what the program may cost.
        branches = (count_jaxpr(branch, trips) for branch in parameters["branches"])
        return max(branches, key=lambda operations: operations.total)
    if name in CALLS:
        return count_jaxpr(parameters[CALLS[name]], trips)
    if name == "custom_linear_solve":
        return count_jaxpr(parameters["jaxprs"].solve, trips)
    return _primitive(name, equation)


def _primitive(name: str, equation: Any) -> Operations:
    inputs = [_shape(variable) for variable in equation.invars]
    outputs = [_shape(variable) for variable in equation.outvars]
    size = sum(math.prod(shape) for shape in outputs)
    if name in FREE:
        return Operations()
    if name == "dot_general":
        return (
            _contraction(size, _dot_depth(equation, inputs[0]))
            if _floating(equation)
            else Operations()
        )
    if name == "conv_general_dilated":
        return _contraction(size, _convolution_depth(equation, inputs[1]))
    known = name in (
        MULTIPLICATIONS | ADDITIONS | ELEMENTWISE | TRANSCENDENTAL | {"integer_pow", "sort"}
        | REDUCTIONS.keys() | CUMULATIVE.keys() | SCATTERS.keys()
    )  # fmt: skip
    if not known:
        raise UnknownPrimitive(
            f"the primitive {name} is in no table of adcost.costs.count, so its operations are "
            "unknown. Add it to the table of its kind there, with a test."
        )
    if not _floating(equation):
        return Operations()
    if name in MULTIPLICATIONS:
        return Operations(multiplications=size)
    if name in ADDITIONS:
        return Operations(additions=size)
    if name in ELEMENTWISE:
        return Operations(elementwise=size)
    if name in TRANSCENDENTAL:
        return Operations(transcendental=size)
    if name == "integer_pow":
        return _integer_power(abs(equation.params["y"]), equation.params["y"] < 0) * size
    if name in REDUCTIONS:
        # k numbers are reduced to one by k − 1 operations.
        return Operations(**{REDUCTIONS[name]: math.prod(inputs[0]) - math.prod(outputs[0])})
    if name in CUMULATIVE:
        axis = inputs[0][equation.params["axis"]]
        return Operations(**{CUMULATIVE[name]: size - size // axis if axis else 0})
    if name in SCATTERS:
        return Operations(**{SCATTERS[name]: math.prod(inputs[2])})
    # sort: n·⌈log₂ n⌉ comparisons along its axis (merge sort, Knuth vol. 3, §5.2.4)
    axis = inputs[0][equation.params["dimension"]]
    return Operations(elementwise=math.prod(inputs[0]) * math.ceil(math.log2(max(axis, 1))))


def _contraction(outputs: int, depth: int) -> Operations:
    """``outputs`` inner products of length ``depth``."""
    return Operations(multiplications=outputs * depth, additions=outputs * max(depth - 1, 0))


def _dot_depth(equation: Any, left: tuple[int, ...]) -> int:
    (contracted, _), _ = equation.params["dimension_numbers"]
    return math.prod(left[axis] for axis in contracted)


def _convolution_depth(equation: Any, kernel: tuple[int, ...]) -> int:
    """Products for each output: the kernel's window times its input features (padding counts)."""
    numbers = equation.params["dimension_numbers"].rhs_spec
    return math.prod(kernel[axis] for axis in numbers[1:])


def _integer_power(exponent: int, inverted: bool) -> Operations:
    """Repeated squaring, and one division for a negative exponent."""
    if exponent == 0:
        return Operations()
    squarings, products = exponent.bit_length() - 1, exponent.bit_count() - 1
    return Operations(multiplications=squarings + products, elementwise=int(inverted))


def _trip_count(equation: Any, jaxpr: Any, trips: Mapping[str, int] | None) -> int:
    """The rounds of a counted loop (`fori_loop`): i starts at a constant and steps to another.

    The condition must be ``i < bound`` and the body ``i + step``, with start, bound and step
    known constants.
    """
    if trips and "while" in trips:
        return trips["while"]
    parameters = equation.params
    test, body = parameters["cond_jaxpr"], parameters["body_jaxpr"]
    test_constants, body_constants = parameters["cond_nconsts"], parameters["body_nconsts"]
    constants = equation.invars[:test_constants]
    initial = equation.invars[test_constants + body_constants :]
    last = test.jaxpr.eqns[-1] if test.jaxpr.eqns else None
    if last is not None and last.primitive.name == "lt":
        counter, bound = last.invars
        inner = [*test.jaxpr.invars]
        start_value = limit = step = None
        if counter in inner and inner.index(counter) >= test_constants:
            place = inner.index(counter) - test_constants
            start_value = _constant(initial[place], jaxpr)
            step = _step(body, body_constants, place)
            limit = _outer_constant(bound, inner, [*constants, *initial], test_constants, body,
                                    body_constants, jaxpr)  # fmt: skip
        if None not in (start_value, limit, step) and step > 0:
            return max(0, math.ceil((limit - start_value) / step))
    raise UnknownTripCount(
        "a while loop's number of rounds is not in the jaxpr. Write it as lax.scan or as "
        "lax.fori_loop with constant bounds, or give count(..., trips={'while': rounds})."
    )


def _outer_constant(
    bound: Any, inner: list[Any], outer: list[Any], constants: int, body: Any, offset: int,
    jaxpr: Any,
) -> float | None:  # fmt: skip
    """A bound that is a literal, a constant of the loop, or carried along unchanged."""
    if isinstance(bound, core.Literal):
        return float(bound.val)
    if bound not in inner:
        return None
    place = inner.index(bound)
    if place >= constants:
        carried = place - constants
        if body.jaxpr.outvars[carried] is not body.jaxpr.invars[offset + carried]:
            return None
    return _constant(outer[place], jaxpr)


def _step(body: Any, offset: int, place: int) -> float | None:
    """What the body adds to the loop's counter, if that is all it does to it."""
    result, counter = body.jaxpr.outvars[place], body.jaxpr.invars[offset + place]
    for equation in body.jaxpr.eqns:
        if result in equation.outvars and equation.primitive.name == "add":
            left, right = equation.invars
            if left is counter and isinstance(right, core.Literal):
                return float(right.val)
    return None


def _constant(variable: Any, jaxpr: Any) -> float | None:
    """The value of a literal, or of a variable that a conversion of a literal made."""
    if isinstance(variable, core.Literal):
        return float(variable.val)
    for equation in jaxpr.eqns:
        if variable in equation.outvars and equation.primitive.name == "convert_element_type":
            return _constant(equation.invars[0], jaxpr)
    return None


def _shape(variable: Any) -> tuple[int, ...]:
    return tuple(getattr(variable.aval, "shape", ()))


def _floating(equation: Any) -> bool:
    """Whether any operand is a floating-point (or complex) number."""
    return any(_is_floating(variable) for variable in _operands(equation))


def _operands(equation: Any) -> Iterable[Any]:
    return [*equation.invars, *equation.outvars]


def _is_floating(variable: Any) -> bool:
    dtype = getattr(variable.aval, "dtype", None)
    return dtype is not None and (
        jax.dtypes.issubdtype(dtype, np.floating)
        or jax.dtypes.issubdtype(dtype, np.complexfloating)
    )
