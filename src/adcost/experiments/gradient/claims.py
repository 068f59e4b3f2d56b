"""Judge the claims on the price of a gradient, and name the numbers that the report calls.

The theorem is about scalar operations: each takes, with its derivative, at most a constant of its
own, so f and ∇f together take at most the largest of them times the operations of f (Baur &
Strassen 1983: 5 for the four arithmetic operations, where the two adjoints of a quotient share one;
Griewank & Walther, *Evaluating Derivatives*, 2nd ed., ch. 4: 3 to 4 where memory access counts
as well). Whether a library attains it for a function of arrays is another question.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, Kind, at_most, near
from adcost.experiments.gradient.analysis import (
    ARITHMETIC,
    BOUND,
    DIFFERENCES,
    EXPENSIVE,
    FORWARD,
    INDEXED,
    SCANNED,
    counted,
    exponents,
    in_writing,
    megabytes,
    most_expensive,
    of_methods,
    on_tape,
    prices,
    timed,
)
from adcost.experiments.gradient.numbers import numbers as numbers
from adcost.statistics.exponent import local_exponents
from adcost.statistics.intervals import Interval, over

FLAT = 0.05
"""How far the exponent of a constant may be from 0: over five decades of d, a factor of 1.8."""

LINEAR = 0.1
"""How far a local exponent may be from 1: (d + 1)/d falls short by 0.04 over the first decade from
d = 10, and the few operations of the method itself by as much again."""

FLAT_ON_TAPE = 0.1
"""The same on the tape, whose dimensions begin at ten or less: the first of d weights saves an
operation or two, which is a tenth of the price there."""

DIVIDED = 8.0
"""Of c = a/b: the value, 1/b and −c/b (three), a product and a sum for each argument (four)."""

ONE_MORE = 0.1
"""What a loop over d entries costs beyond d + 2: (d − 1) products, twice that and d² − d sums make
d + 2 + 2/(d − 1) or so, according to what is counted of the first entry."""

ENTRY_BY_ENTRY = 0.15
"""How far the exponent may be from 1: (d + 2)/d falls short by 0.1 between ten and fifty."""

OURS = "ours: which programs the theorem holds for"
DIFFERENCES_SECTION = "«Конечные разности»"


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The claims, in the order of the list of claims."""
    measured, time = tables["measurements"], timed(tables["timings"])
    return [
        _cheap(measured),
        _jax_attains_it(measured),
        _jax_by_index(measured),
        _time(measured, time),
        _times_d(
            "gradient.forward_mode_times_d",
            "«Прямой режим автоматического дифференцирования»",
            "A whole gradient by forward mode costs d times a constant: one sweep for each weight.",
            FORWARD,
            measured,
            time,
        ),
        _times_d(
            "gradient.finite_differences_times_d",
            DIFFERENCES_SECTION,
            "A whole gradient by differences costs of the order of d evaluations (the slide: 2dT).",
            DIFFERENCES[::-1],
            measured,
            time,
        ),
    ]


def _cheap(measured: pd.DataFrame) -> Claim:
    tape, constants = on_tape(measured), prices(measured)
    return Claim(
        "gradient.cheap",
        f"{DIFFERENCES_SECTION}, теорема (Linnainmaa 1970); Baur & Strassen 1983",
        "There is an algorithm that computes a function and its whole gradient for at most a "
        "constant times the function's operations, whatever the number of weights: reverse mode, "
        "scalar operation by scalar operation.",
        (
            at_most(
                "counted",
                Interval.spanning(tape.ratio / tape.price),
                1,
                "of the constant of the most expensive operation in the function",
                "≤ 1",
            ),
            near("counted", Interval.spanning(exponents(tape)), 0, FLAT_ON_TAPE, "exponent"),
            at_most(
                "counted",
                Interval.spanning(constants[list(ARITHMETIC)]),
                DIVIDED,
                "evaluations, of +, −, · and /",
            ),
        ),
        "writing",
        "Counted on the tape while it runs. An operation takes, with its value, for each argument "
        "its partial derivative, a product with the result's adjoint and a sum. That makes "
        f"{constants['add']:.0f} operations of a sum, {constants['mul']:.0f} of a product, "
        f"{constants['div']:.0f} of a quotient ({BOUND:.0f} where both adjoints share one "
        f"quotient), {constants['erf']:.0f} of erf and {constants['pow']:.0f} of a power; no "
        "operation has more, so no function has. The functions measured are made to strain it: of "
        "quotients alone, of erf alone, of powers alone.",
        claimed_by="lecture",
    )


def _jax_attains_it(measured: pd.DataFrame) -> Claim:
    arrays, ways = of_methods(counted(measured), ["reverse"]), in_writing(measured)
    whole = ways[~ways.method.isin(EXPENSIVE) & (ways.dimension > 1)]
    nested = ways[ways.dimension == 1].set_index("method").ratio
    slopes = [*exponents(arrays.assign(method=arrays.point)), *exponents(whole)]
    highest = prices(measured).max()
    highest_ratios = [*arrays.ratio, *whole.ratio, *nested]
    running = whole[whole.method == "product_cumprod"].ratio.max()
    return Claim(
        "gradient.jax_attains_it",
        OURS,
        "In JAX too, value and gradient of a function of whole arrays cost a constant times the "
        "function, whatever their size.",
        (near("counted", Interval.spanning(slopes), 0, FLAT, "exponent"),),
        "functions",
        "Value and gradient together, over the value. Intervals span the four functions that are "
        "timed as well, the arrays taken whole (scans, jnp.prod, norms, …), and single operations "
        f"applied many times over, of which the most expensive are {_listed(nested)}. A product "
        f"written entry by entry is judged apart. A running product, jnp.cumprod, takes "
        f"{running:.3g}: JAX differentiates it through products of all ranges, so the constant is "
        "JAX's, not the tape's.",
        beside=(
            at_most("counted", Interval.spanning(arrays.ratio), BOUND, "evaluations, four losses"),
            at_most(
                "counted",
                Interval.spanning(highest_ratios),
                highest,
                "evaluations, against the most expensive operation of the tape",
            ),
        ),
        claimed_by="ours",
    )


def _jax_by_index(measured: pd.DataFrame) -> Claim:
    ways = in_writing(measured)
    indexed = ways[ways.method == INDEXED].set_index("dimension").ratio
    scanned = ways[ways.method == SCANNED].set_index("dimension").ratio
    grow = exponents(ways[ways.method.isin(EXPENSIVE)])
    return Claim(
        "gradient.jax_by_index",
        OURS,
        "In JAX a product written entry by entry, y = y * w[i] in a loop, costs with its gradient "
        "d + 2 evaluations; the same product as a scan costs a constant.",
        (
            near(
                "counted",
                Interval.spanning(indexed - indexed.index),
                2,
                ONE_MORE,
                "evaluations beyond d",
                "2",
            ),
            at_most("counted", Interval.spanning(scanned), BOUND, "evaluations, as a scan"),
        ),
        "writing",
        "The derivative of w[i] is an array of d numbers, zero but for one, and d such arrays are "
        "added up. So take an array apart at once (jnp.unstack, or a tuple of arguments), go "
        "through it by jax.lax.scan with the array as its input, or use an operation of the whole "
        "array; and do not read entries by index, in a Python loop or in jax.lax.fori_loop, nor "
        "fill an array entry by entry.",
        beside=(
            near("counted", Interval.spanning(grow), 1, ENTRY_BY_ENTRY, "exponent, entry by entry"),
        ),
        claimed_by="ours",
    )


def _listed(ratios: pd.Series) -> str:
    highest_ratios = ratios.sort_values(ascending=False).head(3)
    return ", ".join(f"{name} {ratio:.3g}" for name, ratio in highest_ratios.items())


def _time(measured: pd.DataFrame, time: pd.DataFrame) -> Claim:
    worst = most_expensive(time)
    held = megabytes(measured)[worst.point, worst.dimension]
    return Claim(
        "gradient.time",
        f"{DIFFERENCES_SECTION}, теорема (Linnainmaa 1970)",
        "A function and its whole gradient take at most five times the function's time, whatever "
        "the dimension.",
        (at_most("timed", _spanning(of_methods(time, ["reverse"])), BOUND, "evaluations"),),
        "functions",
        "Intervals span all functions and dimensions. The most expensive is "
        f"{worst.point.replace('_', ' ')} at d = {worst.dimension:,}, {worst.ratio:.3g} "
        f"evaluations, with {held['reverse']:.3g} MB of intermediate values where the function "
        f"alone holds {held['loss']:.3g}. A compiled function that keeps nothing is bound by "
        "arithmetic, its gradient by memory; and at small d the fixed cost of a call decides.",
        # Not required: five at most is said, and a price that falls with d is within it.
        beside=(near("timed", _slopes(time, "reverse"), 0, FLAT, "exponent"),),
        claimed_by="lecture",
    )


def _times_d(
    name: str,
    source: str,
    statement: str,
    methods: Sequence[str],
    measured: pd.DataFrame,
    time: pd.DataFrame,
) -> Claim:
    """Exponent 1 of operations, by every method, and of time over one evaluation beside it."""
    count = counted(measured)
    evidence = [_linear("counted", _locals(count, method), method) for method in methods]
    if methods[0] == "central_difference":
        made = measured[(measured.method == methods[0]) & (measured.quantity == "evaluations")]
        each = Interval.spanning(made.value / made.dimension)
        evidence.append(near("counted", each, 2, 0, "evaluations a weight", "2"))
    return Claim(
        name,
        source,
        statement,
        tuple(evidence),
        "methods",
        "Intervals span the functions; by count also every step from one dimension to the next. "
        "Timed are small dimensions only. There a function's time is mostly the fixed cost of a "
        "call, which the d-fold methods pay once as well, and many directions side by side use the "
        "machine better than one: both lower the exponent. Directions side by side that outgrow "
        "the cache raise it.",
        beside=tuple(_linear("timed", _slopes(time, method), method) for method in methods),
        claimed_by="lecture",
    )


def _linear(kind: Kind, exponent: Interval, method: str) -> Evidence:
    unit = f"exponent, {method.replace('_', ' ')}"
    return near(kind, exponent, 1, LINEAR, unit)


def _spanning(rows: pd.DataFrame) -> Interval:
    """All functions and dimensions: their timed ratios, with the ends of their intervals."""
    # Too few rounds for an interval make it NaN, and the claim inconclusive.
    low, high = float(np.min(rows.low)), float(np.max(rows.high))
    return Interval(Interval.spanning(rows.ratio).value, low, high, over("functions"))


def _by_function(ratios: pd.DataFrame, method: str) -> list[pd.DataFrame]:
    return [rows for _, rows in of_methods(ratios, [method]).groupby("point")]


def _slopes(ratios: pd.DataFrame, method: str) -> Interval:
    """The fitted exponents in d of all functions."""
    return Interval.spanning(
        np.polyfit(np.log(rows.dimension), np.log(rows.ratio), 1)[0]
        for rows in _by_function(ratios, method)
    )


def _locals(ratios: pd.DataFrame, method: str) -> Interval:
    """The fitted exponents of all functions, between the least and the greatest local one."""
    each = [local_exponents(r.dimension, r.ratio) for r in _by_function(ratios, method)]
    middle = Interval.spanning(one.value for one in each)
    low, high = min(one.low for one in each), max(one.high for one in each)
    return Interval(middle.value, low, high, over("functions"))
