"""Operations of a JAX function, counted exactly from its jaxpr.

The unit is one arithmetic operation on floating-point numbers, and "a multiplication counts like
an addition", as in the cheap gradient bound (Baur & Strassen 1983; Griewank & Walther, *Evaluating
Derivatives*, 2nd ed., ch. 4). What counts how:

- **multiplications** hold the divisions too, as LAPACK counts them; ``x**n`` is repeated squaring.
- **additions** hold the subtractions. A sum of k numbers is k − 1 of them, so a product of m×k and
  k×n matrices has m·n·k multiplications and m·n·(k−1) additions. XLA's ``cost_analysis`` says
  2·m·n·k: one more for each entry of the result. Convolutions leave out the products with padding
  and with the zeros that a stride's transpose inserts, as XLA does.
- **elementwise** is other cheap arithmetic: comparison, selection, maximum, sign, rounding, …
  Sorting n numbers is n·⌈log₂ n⌉ comparisons (merge sort: Knuth, vol. 3, §5.2.4).
- **transcendental** is one for each exp, log, tanh, erf, sqrt, power with a real exponent, …
- Moving and converting data is free. So is work on integers and booleans (indices, loop counters,
  random bits): it is the program's control, not the function's arithmetic.
- A running sum of n numbers is n − 1 additions, though XLA does more to be parallel; a pooling's
  window counts in full at the border; a complex operation counts once.
- LU, Cholesky and triangular solves count as the textbook's loops (Golub & Van Loan, *Matrix
  Computations*, 4th ed., §3.1, 3.2, 4.2), a pivot's search as comparisons. QR is unknown, and so
  are the iterative ones (svd, eigh), whose work depends on the matrix: hence errors.

What no output needs is not counted, since XLA removes it: the gradient alone does not compute the
value. What is written twice counts twice, though XLA may merge it. ``scan`` counts its body times
its length (XLA: once, which is why this walks the jaxpr), ``while`` times its trip count, ``cond``
its dearest branch, a checkpointed function again wherever it is recomputed.
"""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import ShapedArray
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxprs_in_params
from jax.interpreters.partial_eval import dce_jaxpr


class UnknownPrimitive(NotImplementedError):
    """A primitive that no table here knows; it is never counted as zero."""


class UnknownTripCount(ValueError):
    """A ``while`` whose number of rounds the jaxpr does not tell."""


@dataclass(frozen=True)
class Operations:
    """How many operations of each kind (the module says which is which)."""

    multiplications: int = 0
    additions: int = 0
    elementwise: int = 0
    transcendental: int = 0

    def __iter__(self) -> Iterator[int]:
        """The four numbers, in order."""
        yield from (self.multiplications, self.additions, self.elementwise, self.transcendental)

    @property
    def total(self) -> int:
        """All operations, each counting one."""
        return sum(self)

    def __add__(self, other: "Operations") -> "Operations":
        """Operations of two programs, one after the other."""
        return Operations(*map(operator.add, self, other))

    def __mul__(self, times: int) -> "Operations":
        """Operations of a program run ``times`` times."""
        return Operations(*(times * number for number in self))


# fmt: off
FREE = frozenset("""
    after_all bitcast_convert_type broadcast_in_dim complex concatenate convert_element_type copy
    create_token debug_callback debug_print device_put dynamic_slice dynamic_update_slice empty
    gather imag iota layout_constraint name optimization_barrier pad pvary random_bits random_clone
    random_fold_in random_seed random_split random_unwrap random_wrap real reshape reshard rev
    rng_bit_generator scatter sharding_constraint slice split squeeze stack stop_gradient tile
    transpose unstack lu_pivots_to_permutation
""".split())
OF_EACH = {
    "multiplications": "mul square div",
    "additions": "add sub add_any",
    "elementwise": """
        abs ceil clamp conj eq floor ge gt is_finite le lt max min ne neg nextafter
        reduce_precision rem round select_n sign
    """,
    "transcendental": """
        acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e cbrt cos cosh digamma erf
        erf_inv erfc exp exp2 expm1 lgamma log log1p logistic pow rsqrt sin sinh sqrt tan tanh
    """,
}
ELEMENT = {name: kind for kind, names in OF_EACH.items() for name in names.split()}
OF_MANY = {
    "additions": "reduce_sum cumsum scatter-add scatter-sub reduce_window_sum",
    "multiplications": "reduce_prod cumprod scatter-mul",
    # select_and_gather_add is the tangent of max-pooling: it finds the largest in each window.
    "elementwise": """
        argmax argmin cummax cummin reduce_max reduce_min reduce_window_max reduce_window_min
        scatter-max scatter-min select_and_gather_add sort
    """,
}
MANY = {name: kind for kind, names in OF_MANY.items() for name in names.split()}
CALL = frozenset("""
    call checkpoint closed_call composite core_call custom_jvp_call custom_linear_solve
    custom_vjp_call jit pjit remat remat2
""".split())

# fmt: on
_NOTHING = Operations()


@dataclass(frozen=True)
class _Context:
    """What the walk knows where it is: trip counts given, scopes around it, integers' values."""

    trips: Mapping[str, int]
    scopes: tuple[str, ...] = ()
    integers: Mapping[Var, int] = field(default_factory=dict)


def count(
    fn: Callable[..., Any], *arguments: Any, trips: Mapping[str, int] | None = None
) -> Operations:
    """Operations of ``fn(*arguments)``; arrays or ``jax.ShapeDtypeStruct``, nothing is computed.

    ``trips`` gives the rounds of those ``while`` loops that do not tell theirs, by the name of the
    innermost ``jax.named_scope`` or jitted function around them, or by ``"while"`` for all others.
    Raises :class:`UnknownPrimitive` and :class:`UnknownTripCount`.
    """
    return count_jaxpr(jax.make_jaxpr(fn)(*arguments), trips)


def count_jaxpr(jaxpr: ClosedJaxpr, trips: Mapping[str, int] | None = None) -> Operations:
    """Operations of a closed jaxpr, of which all outputs are wanted; otherwise as ``count``."""
    needed, _ = dce_jaxpr(jaxpr.jaxpr, [True] * len(jaxpr.jaxpr.outvars), instantiate=True)
    return _walk(needed, [], _Context(trips or {}))


def _walk(jaxpr: Jaxpr | ClosedJaxpr, values: list[int | None], context: _Context) -> Operations:
    """Operations of a jaxpr whose first inputs are the integers ``values``, where known."""
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    pairs = zip(inner.invars, values, strict=False)
    context = replace(context, integers={key: n for key, n in pairs if n is not None})
    return sum((_equation(equation, context) for equation in inner.eqns), _NOTHING)


def _equation(equation: JaxprEqn, context: _Context) -> Operations:
    """Control flow here, arithmetic in :func:`_arithmetic`."""
    name, params = equation.primitive.name, equation.params
    if name in FREE and params.get("update_jaxpr") is None:  # with one, a scatter computes
        return _NOTHING
    if name in FACTORISATION:
        return FACTORISATION[name](equation)
    if name not in CALL and name not in ("scan", "while", "cond"):
        return _arithmetic(name, equation)
    # A scope's name is inside the brackets of the transforms that it went through.
    scopes = re.findall(r"[^/()]+", str(equation.source_info.name_stack))
    scopes += [params["name"]] if "name" in params else []
    context = replace(context, scopes=(*context.scopes, *scopes))
    values = [_known(atom, context.integers) for atom in equation.invars]
    if name == "custom_linear_solve":
        held = sum(params["const_lengths"][:2])
        return _walk(params["jaxprs"].solve, values[held:], context)
    if name == "scan":
        return _walk(params["jaxpr"], values[: params["num_consts"]], context) * params["length"]
    if name == "while":
        return _while(equation, values, context)
    if name == "cond":
        branches = [_walk(branch, values[1:], context) for branch in params["branches"]]
        return max(branches, key=lambda operations: operations.total)
    return _walk(params["call_jaxpr" if "call_jaxpr" in params else "jaxpr"], values, context)


def _arithmetic(name: str, equation: JaxprEqn) -> Operations:
    params = equation.params
    opaque = name not in MANY and any(True for _ in jaxprs_in_params(params))
    if not _floating(*equation.invars, *equation.outvars) and not opaque:
        return _NOTHING
    size = sum(getattr(one.aval, "size", 0) for one in equation.outvars[:1])
    if name in ELEMENT:
        return Operations(**{ELEMENT[name]: size})
    if name in MANY:
        return Operations(**{MANY[name]: _applications(name, equation)})
    if name == "dot_general":
        (contracted, _), _ = params["dimension_numbers"]
        depth = math.prod(_array(equation.invars[0]).shape[axis] for axis in contracted)
        return Operations(depth, max(depth - 1, 0)) * size
    if name == "integer_pow":
        power = abs(params["y"])
        products = power.bit_length() + power.bit_count() - 2 if power else 0
        return Operations(multiplications=size * (products + (params["y"] < 0)))
    if name == "select_and_scatter_add":  # max-pooling's transpose: finds the largest, adds there
        window = math.prod(params["window_dimensions"])
        return Operations(0, 1, window - 1) * _array(equation.invars[0]).size
    if name == "conv_general_dilated":
        return _convolution(equation)
    raise UnknownPrimitive(
        f"the primitive {name} is in no table of adcost.costs.count, so its operations are "
        "unknown. Add it to the table of its kind there, with a test."
    )


def _array(atom: Literal | Var) -> ShapedArray:
    """An operand's shape and dtype; what is counted here has arrays alone."""
    return cast(ShapedArray, atom.aval)


def _applications(name: str, equation: JaxprEqn) -> int:
    """How often a reduction, running reduction or scatter applies its operation to two numbers."""
    params, shape = equation.params, _array(equation.invars[0]).shape
    size = _array(equation.outvars[0]).size
    if name == "sort":
        keys, length = equation.invars[: params["num_keys"]], shape[params["dimension"]]
        return size * (length - 1).bit_length() if length and _floating(*keys) else 0
    if name.startswith("scatter"):
        return _array(equation.invars[2]).size
    if "window_dimensions" in params:
        return size * (math.prod(params["window_dimensions"]) - 1)
    if name.startswith("cum"):
        length = shape[params["axis"]]
        return size - size // length if length else 0
    return max(_array(equation.invars[0]).size - size, 0)


def _lu(equation: JaxprEqn) -> Operations:
    """Step k of an m × n matrix: a search and m − k divisions, then (m − k)(n − k) updates."""
    *batch, m, n = _array(equation.invars[0]).shape
    steps = range(1, min(m - 1, n) + 1)
    divisions = sum(m - k for k in steps)
    updates = sum((m - k) * (n - k) for k in steps)
    return Operations(divisions + updates, updates, divisions) * math.prod(batch)


def _cholesky(equation: JaxprEqn) -> Operations:
    """n roots, n(n − 1)/2 divisions and (n³ − n)/6 updates."""
    *batch, n, _ = _array(equation.invars[0]).shape
    updates = (n**3 - n) // 6
    divisions = n * (n - 1) // 2
    return Operations(divisions + updates, updates, 0, n) * math.prod(batch)


def _triangular_solve(equation: JaxprEqn) -> Operations:
    """For each right-hand side n(n − 1)/2 updates, and n divisions unless the diagonal is one."""
    n = _array(equation.invars[0]).shape[-1]
    sides = _array(equation.invars[1]).size // n if n else 0
    updates = n * (n - 1) // 2
    divisions = 0 if equation.params["unit_diagonal"] else n
    return Operations(updates + divisions, updates) * sides


FACTORISATION = {"lu": _lu, "cholesky": _cholesky, "triangular_solve": _triangular_solve}


def _convolution(equation: JaxprEqn) -> Operations:
    """Products of an entry of the kernel and one of the input, both really there.

    Groups need no care: a kernel's input features are those of its output feature's group.
    """
    params = equation.params
    image, kernel = (_array(atom).shape for atom in equation.invars)
    result = _array(equation.outvars[0]).shape
    numbers = params["dimension_numbers"]
    terms = windows = 1
    for axis, (low, _) in enumerate(params["padding"]):
        places = np.arange(result[numbers.out_spec[axis + 2]]) * params["window_strides"][axis]
        taps = np.arange(kernel[numbers.rhs_spec[axis + 2]]) * params["rhs_dilation"][axis]
        at = places[:, None] + taps - low
        dilation = params["lhs_dilation"][axis]
        there = (at >= 0) & (at % dilation == 0)
        there &= at // dilation < image[numbers.lhs_spec[axis + 2]]
        terms *= int(there.sum())
        windows *= int(there.any(axis=1).sum())
    batch, features, *_ = (result[axis] for axis in numbers.out_spec)
    products = batch * features * terms * kernel[numbers.rhs_spec[1]]
    return Operations(products, max(products - batch * features * windows, 0))


def _while(equation: JaxprEqn, values: list[int | None], context: _Context) -> Operations:
    """The body as often as there are rounds, the test once more."""
    params = equation.params
    tests, bodies = params["cond_nconsts"], params["body_nconsts"]
    test = _walk(params["cond_jaxpr"], values[:tests], context)
    body = _walk(params["body_jaxpr"], values[tests : tests + bodies], context)
    if test == body == _NOTHING:
        return _NOTHING
    rounds = _rounds(equation, values)
    if rounds is None:
        names = [*reversed(context.scopes), "while"]
        rounds = next((context.trips[name] for name in names if name in context.trips), None)
    if rounds is None:
        raise UnknownTripCount(
            "a while loop does not tell how often it runs. Write it as lax.scan or as "
            "lax.fori_loop with constant bounds, or give count(..., trips={name: rounds}) "
            f"with one of the names around it: {', '.join(dict.fromkeys(names))}"
        )
    return body * rounds + test * (rounds + 1)


def _rounds(equation: JaxprEqn, values: list[int | None]) -> int | None:
    """Rounds of ``while i < bound: i += step`` with known start, bound and step, else None."""
    params = equation.params
    test, body = params["cond_jaxpr"].jaxpr, params["body_jaxpr"].jaxpr
    tests, bodies = params["cond_nconsts"], params["body_nconsts"]
    seen = dict(zip(test.invars, values[:tests] + values[tests + bodies :], strict=True))
    body_pairs = zip(body.invars[bodies:], body.outvars, strict=True)
    carried = dict(zip(test.invars[tests:], body_pairs, strict=True))
    fixed = {v: seen[v] for v in seen if v not in carried or operator.is_(*carried[v])}
    if [one.primitive.name for one in test.eqns] != ["lt"]:
        return None
    counter, limit = test.eqns[0].invars
    if isinstance(counter, Literal) or counter not in carried:
        return None
    start, bound = seen[counter], _known(limit, fixed)
    before, after = carried[counter]
    steps = [e.invars for e in body.eqns if after in e.outvars and e.primitive.name == "add"]
    step = _known(steps[0][1], {}) if steps and steps[0][0] is before else None
    if start is None or bound is None or step is None or step <= 0:
        return None
    return max(0, -((start - bound) // step))


def _known(atom: Literal | Var, integers: Mapping[Var, int]) -> int | None:
    """The integer that a literal is, or a variable is known to be."""
    if not isinstance(atom, Literal):
        return integers.get(atom)
    whole = _array(atom).shape == () and jnp.issubdtype(_array(atom).dtype, jnp.integer)
    return int(atom.val) if whole else None


def _floating(*atoms: Literal | Var) -> bool:
    dtypes = (getattr(atom.aval, "dtype", None) for atom in atoms)  # a token has none
    return any(dtype is not None and jnp.issubdtype(dtype, jnp.inexact) for dtype in dtypes)
