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
- Moving and converting data is free, and so is what JAX puts into derivatives to hold a place. So
  is work on integers and booleans (indices, loop counters, random bits): it is the program's
  control, not the function's arithmetic.
- **Products of integers** are arithmetic (of quantised networks). They have fields of their own,
  ``integer_multiplications`` and ``integer_additions``, which are not in ``total``.
- A running sum of n numbers is n − 1 additions, though XLA does more to be parallel; a pooling's
  window counts in full at the border; a complex operation counts once. Only a Fourier transform
  counts in real operations, 5 n log₂ n (half for real input), as is the custom.
- The k largest of n numbers are a tournament's comparisons (Knuth, vol. 3, §5.3.3).
- LU, Cholesky and triangular solves count as the textbook's loops (Golub & Van Loan, *Matrix
  Computations*, 4th ed., §3.1, 3.2, 4.2), a pivot's search as comparisons. QR, SVD and
  eigenvalues count as the textbook says, by leading terms (`factorisations` has the formulas).

What no output needs is not counted, since XLA removes it: the gradient alone does not compute the
value. What is written twice counts twice, though XLA may merge it. ``scan`` counts its body times
its length (XLA: once, which is why this walks the jaxpr), ``while`` times its trip count, ``cond``
its most expensive branch (the same branch for all conditionals on one value, as a gradient has
them), a checkpointed function again wherever it is recomputed, ``shard_map`` once for each device.

What is not known is an error; `lower_bound` leaves it out and says what and where it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from adcost.costs.count.operations import (
    Cost,
    LowerBound,
    Operations,
    Part,
    Unknown,
    UnknownPrimitive,
    UnknownTripCount,
)
from adcost.costs.count.walk import Attribution, Place, Walk
from adcost.costs.tracing import traced
from adcost.jax_versions import ClosedJaxpr, without_dead_code

__all__ = [
    "Attribution", "Cost", "LowerBound", "Operations", "Part", "Unknown", "UnknownPrimitive",
    "UnknownTripCount", "attributed", "count", "count_jaxpr", "lower_bound",
]  # fmt: skip


def count(
    fn: Callable[..., Any],
    *arguments: Any,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
    **keywords: Any,
) -> Operations:
    """Operations of ``fn(*arguments, **keywords)``: arrays or shapes; nothing is computed.

    Arguments are as for `adcost.costs.tracing.traced`; ``fn`` may be jitted, with static ones.
    ``trips`` gives the rounds of those ``while`` loops that do not tell theirs, by the name of the
    innermost ``jax.named_scope`` or jitted function around them, or by ``"while"`` for all others.
    ``costs`` gives the operations of a primitive or jitted function by its name, for each time that
    it runs: `Operations`, or a function of the inputs' ``jax.ShapeDtypeStruct`` that returns them.
    Raises :class:`UnknownPrimitive` and :class:`UnknownTripCount`.
    """
    return _count(fn, arguments, keywords, Walk(trips or {}, costs or {})).operations


def lower_bound(
    fn: Callable[..., Any],
    *arguments: Any,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
    **keywords: Any,
) -> LowerBound:
    """As `count`, but what is unknown counts nothing, and is listed with its line in the source.

    A loop whose rounds are unknown counts its test once.
    """
    return _count(fn, arguments, keywords, Walk(trips or {}, costs or {}, strict=False))


def count_jaxpr(
    jaxpr: ClosedJaxpr,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> Operations:
    """Operations of a closed jaxpr, of which all outputs are wanted; otherwise as ``count``."""
    return Walk(trips or {}, costs or {}).jaxpr(without_dead_code(jaxpr), [], Place()).operations


def attributed(
    jaxpr: ClosedJaxpr,
    attribution: Attribution,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> LowerBound:
    """As `lower_bound`, of a closed jaxpr, divided into ``parts`` by ``attribution``.

    The parts add up to the whole. Those of a loop are multiplied as its operations are, so their
    ``runs`` say how often equations run; equations that are free are in them, with no operations.
    """
    walk = Walk(trips or {}, costs or {}, strict=False, attribution=attribution)
    return walk.jaxpr(without_dead_code(jaxpr), [], Place())


def _count(fn: Any, arguments: Any, keywords: Any, walk: Walk) -> LowerBound:
    program = traced(fn, *arguments, **keywords)
    return walk.jaxpr(without_dead_code(program.jaxpr), [], Place((program.fun_name,)))
