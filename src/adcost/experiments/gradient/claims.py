"""Judge the claims on the price of a gradient, and name the numbers that the report calls.

The bound is on operations: with an addition, a multiplication and a division at one each, f and ∇f
together take at most 5 times the operations of f (Baur & Strassen 1983; Griewank & Walther,
*Evaluating Derivatives*, 2nd ed., §4.4–4.6: 3 to 4 where memory access counts as well).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, Kind, at_most, near
from adcost.costs.exponent import local_exponents
from adcost.costs.intervals import Interval
from adcost.experiments.gradient.summary import (
    BOUND,
    DIFFERENCES,
    FORWARD,
    counted,
    of,
    timed,
)

FLAT = 0.05
"""How far the exponent of a constant may be from 0: over five decades of d, a factor of 1.8."""

LINEAR = 0.1
"""How far a local exponent may be from 1: (d + 1)/d falls short by 0.04 over the first decade from
d = 10, and the few operations of the method itself by as much again."""

DIFFERENCES_SECTION = "«Конечные разности»"


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The claims, in the order of the list of claims."""
    count, time = counted(tables["measurements"]), timed(tables["timings"])
    worst = _dearest(time)
    held = _megabytes(tables["measurements"])[worst.point, worst.dimension]
    return [
        Claim(
            "gradient.cheap",
            f"{DIFFERENCES_SECTION}, теорема (Linnainmaa 1970); Baur & Strassen 1983",
            "The function and its whole gradient together cost a small constant times the "
            "function, whatever the dimension: at most 5 times its operations.",
            (
                at_most("counted", _spanning(of(count, ["reverse"])), BOUND, "evaluations"),
                near("counted", _slopes(count, "reverse"), 0, FLAT, "exponent"),
                at_most("timed", _spanning(of(time, ["reverse"])), BOUND, "evaluations"),
                near("timed", _slopes(time, "reverse"), 0, FLAT, "exponent"),
            ),
            "functions",
            "Measured are the value and the gradient together, the stronger reading; intervals "
            "span all functions and dimensions. The bound is on operations. The dearest in time is "
            f"{worst.point.replace('_', ' ')} at d = {worst.dimension:,}, {worst.ratio:.3g} "
            f"evaluations, with {held['reverse']:.3g} MB of intermediate values where the function "
            f"alone holds {held['loss']:.3g}. A compiled function that keeps nothing is bound by "
            "arithmetic, its gradient by memory; and at small d the fixed cost of a call decides.",
            claimed_by="lecture",
        ),
        _times_d(
            "gradient.forward_mode_times_d",
            "«Прямой режим автоматического дифференцирования»",
            "A whole gradient by forward mode costs d times a constant: one sweep for each weight.",
            FORWARD,
            tables,
        ),
        _times_d(
            "gradient.finite_differences_times_d",
            DIFFERENCES_SECTION,
            "A whole gradient by differences costs of the order of d evaluations (the slide: 2dT).",
            DIFFERENCES[::-1],
            tables,
        ),
    ]


def _times_d(
    name: str,
    source: str,
    statement: str,
    methods: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> Claim:
    """Exponent 1 of operations and of time over one evaluation; the first method decides."""
    count, time = counted(tables["measurements"]), timed(tables["timings"])
    evidence = [_linear("counted", _locals(count, method), method) for method in methods]
    if methods[0] == "central_difference":
        measured = tables["measurements"]
        made = measured[(measured.method == methods[0]) & (measured.quantity == "evaluations")]
        each = Interval.spanning(made.value / made.dimension)
        evidence.append(near("counted", each, 2, 0, "evaluations a weight", "2"))
    evidence += [_linear("timed", _slopes(time, method), method) for method in methods]
    return Claim(
        name, source, statement, tuple(evidence), "methods",
        "Intervals span the functions; by count also every step from one dimension to the next. "
        "Timed are small dimensions only. There a function's time is mostly the fixed cost of a "
        "call, which the d-fold methods pay once as well, and many directions side by side use the "
        "machine better than one: both lower the exponent. Directions side by side that outgrow "
        "the cache raise it.",
        claimed_by="lecture",
    )  # fmt: skip


def _linear(kind: Kind, exponent: Interval, method: str) -> Evidence:
    unit = f"exponent, {method.replace('_', ' ')}"
    return near(kind, exponent, 1, LINEAR, unit)


def _spanning(rows: pd.DataFrame) -> Interval:
    """All functions and dimensions: their ratios, with the ends of their intervals if timed."""
    middle = Interval.spanning(rows.ratio)
    if "low" not in rows:
        return middle
    # Too few rounds for an interval make it NaN, and the claim inconclusive.
    return Interval(middle.value, float(np.min(rows.low)), float(np.max(rows.high)))


def _dearest(time: pd.DataFrame) -> pd.Series:
    """The function and dimension at which reverse mode took the most evaluations' time."""
    return of(time, ["reverse"]).sort_values("ratio").iloc[-1]


def _megabytes(measured: pd.DataFrame) -> pd.Series:
    """What the compiled programs hold beside arguments and results, in 2²⁰ bytes."""
    held = measured[measured.quantity == "temporary_bytes"]
    return held.set_index(["point", "dimension", "method"]).value.sort_index() / 2**20


def _per_weight(ratios: pd.DataFrame, method: str) -> float:
    """The most evaluations for each weight."""
    rows = of(ratios, [method])
    return float((rows.ratio / rows.dimension).max())


def _by_function(ratios: pd.DataFrame, method: str) -> list[pd.DataFrame]:
    return [rows for _, rows in of(ratios, [method]).groupby("point")]


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
    return Interval(middle.value, min(one.low for one in each), max(one.high for one in each))


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers for the report's text."""
    measured = tables["measurements"]
    count, time = counted(measured), timed(tables["timings"])
    operations = count.set_index(["point", "dimension", "method"]).ratio
    seconds = time.set_index(["point", "dimension", "method"]).ratio
    held = _megabytes(measured)
    largest = time[time.method == "reverse"].groupby("point").dimension.max()
    worst = _dearest(time)
    table = [
        {
            "function": point,
            "dimension": int(d),
            "gradient": float(operations[point, d, "gradient"]),
            "both": float(operations[point, d, "reverse"]),
            "seconds": float(seconds[point, d, "reverse"]),
            "megabytes_function": float(held[point, d, "loss"]),
            "megabytes": float(held[point, d, "reverse"]),
        }
        for point, d in largest[measured.point.unique()].items()
    ]
    errors = measured[measured.quantity == "relative_error"].groupby("method").value.max()
    return {
        "reverse": table,
        "bound": BOUND,
        "most": float(of(count, ["reverse"]).ratio.max()),
        "least": float(of(count, ["reverse"]).ratio.min()),
        "counted_to": int(count.groupby("point").dimension.max().min()),
        "run_to": int(largest.max()),
        "all_run_to": int(of(time, ["central_difference"]).dimension.max()),
        "central_at_most": _per_weight(count, "central_difference"),
        "columns_at_most": _per_weight(count, "forward_columns"),
        "worst_function": worst.point.replace("_", " "),
        "worst_dimension": int(worst.dimension),
        "worst_seconds": float(worst.ratio),
        "worst_megabytes": float(held[worst.point, worst.dimension, "reverse"]),
        "worst_megabytes_function": float(held[worst.point, worst.dimension, "loss"]),
        "rounds": int(tables["timings"].groupby(["point", "dimension"]).repeat.max().min() + 1),
        "error_forward_mode": float(errors["forward_columns"]),
        "error_central": float(errors["central_difference"]),
        "error_forward": float(errors["forward_difference"]),
    }
