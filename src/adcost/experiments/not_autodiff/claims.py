"""Judge the claims on what automatic differentiation is not (`not_autodiff.*`).

Bounds, and why:

- growth is exponential when each further step multiplies the size by at least two: the logistic
  map uses its argument twice. A power of the depth would come down to one;
- counted exponents may miss theirs by 0.1, for lower-order terms; bytes that do not depend on the
  depth do not depend on it at all;
- each step of a map and of its derivative takes fewer than ten roundings, so errors may be ten
  times u·A (`reference`);
- two derivatives are the same function when they agree in 60 digits to 40: the expressions cancel
  some digits, and none of the steps is off by less than double precision shows (10⁻¹⁶);
- differences are far above AD when their error exceeds AD's by u^(−1/6) at least: they lose a
  third of the digits at the best step (u^(2/3), Nocedal & Wright 2006, ch. 8), so half-way on a
  logarithmic scale.
"""

from collections.abc import Mapping

import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.experiments.not_autodiff.analysis import (
    MODES,
    SYMBOLIC,
    UNIT_ROUNDOFF,
    bytes_a_step,
    functions,
    gaps,
    growth,
    values,
    worst_scaled,
)
from adcost.experiments.not_autodiff.numbers import numbers as numbers
from adcost.statistics.exponent import local_exponents
from adcost.statistics.intervals import Interval, over

SECTION = "«Чем автоматическое дифференцирование (AD) не является»"
COUNTED, ROUNDING, FACTOR = 0.1, 10.0, 2.0
FAR = UNIT_ROUNDOFF ** (-1 / 6)
SAME = 1e-40


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment, from ``measurements``."""
    claims = (_swell, _same_function, _differences_far_worse, _stable, _same_rounding, _memory)
    return [claim(tables["measurements"]) for claim in claims]


def _swell(measured: pd.DataFrame) -> Claim:
    sizes = values(measured, "symbolic", "operations")
    shared = values(measured, "symbolic_shared", "operations")
    pieces = [
        at_least("counted", Interval.spanning(growth(sizes), "depths"), FACTOR, "times a step")
    ]
    for mode in MODES:
        operations = values(measured, mode, "operations")
        slope = local_exponents(operations.index, operations)
        pieces.append(near("counted", slope, 1, COUNTED, f"exponent in the depth, {mode} mode"))
    tail = shared.iloc[-2:]
    return Claim(
        "not_autodiff.symbolic_swell",
        f"{SECTION}; Baydin et al. 2018, table 1; Laue 2019",
        "The size of the logistic map's symbolic derivative grows exponentially with the depth, "
        "the operations of automatic differentiation linearly.",
        tuple(pieces),
        "swell",
        "The factor falls towards two from above, as that of k·2ᵏ does. Where common "
        f"subexpressions are shared, {shared.iloc[-1]:.0f} of {sizes.iloc[-1]:,.0f} operations "
        f"remain, with an exponent of {local_exponents(tail.index, tail).value:.2f} in k at the "
        "end: no swell, but not linear either.",
        claimed_by="lecture",
    )


def _same_function(measured: pd.DataFrame) -> Claim:
    """Both derivatives in 60 digits, where rounding plays no part."""
    worst = max(
        float(values(measured, "symbolic", "function_error", name).max())
        for name in functions(measured)
    )
    return Claim(
        "not_autodiff.same_function",
        f"{SECTION}; Baydin et al. 2018",
        "The symbolic derivative and the automatic one are the same function.",
        (at_most("exact", Interval.exactly(worst), SAME, "relative difference, in 60 digits"),),
        "errors",
        "Sympy's expression and the program of reverse mode, both evaluated in 60 digits. That "
        "automatic differentiation is not a symbolic derivative concerns how it is computed.",
        claimed_by="lecture",
    )


def _differences_far_worse(measured: pd.DataFrame) -> Claim:
    apart = pd.concat([gaps(measured, name) for name in functions(measured)])
    return Claim(
        "not_autodiff.differences_far_worse",
        f"{SECTION}; Baydin et al. 2018",
        "Automatic differentiation is not finite differences: even at their best step these are "
        "far less accurate.",
        (
            at_least(
                "sampled", Interval.spanning(apart, "depths"), FAR, "best difference's error / AD's"
            ),
        ),
        "errors",
        "Differences are granted the best of their steps, which nobody knows beforehand. Depth 1 "
        "is left out: a central difference of a polynomial of degree two has no truncation error.",
        claimed_by="lecture",
    )


def _stable(measured: pd.DataFrame) -> Claim:
    pieces = [
        at_most(
            "sampled",
            worst_scaled(measured, ("reverse",), name),
            ROUNDING,
            f"rounding errors as the program amplifies them, {name}",
        )
        for name in functions(measured)
    ]
    return Claim(
        "not_autodiff.stable",
        f"{SECTION}: «численно стабильным»; Griewank & Walther 2008; Higham 2002",
        "Reverse mode is numerically stable: its error is that of the program it differentiates, "
        "times a small constant.",
        tuple(pieces),
        "errors",
        "A is how much the rounding errors u of the program's own steps can move the derivative, "
        "to first order; ten times that is allowed. A chaotic program loses a bit with every "
        "step, and its derivative with it: stable is the method, not the program.",
        claimed_by="lecture",
    )


def _same_rounding(measured: pd.DataFrame) -> Claim:
    names = functions(measured)
    pieces = [
        at_most(
            "exact",
            worst_scaled(measured, SYMBOLIC, name),
            ROUNDING,
            f"rounding errors as the program amplifies them, symbolic, {name}",
        )
        for name in names
    ]
    worst = max((worst_scaled(measured, MODES, name) for name in names), key=lambda i: i.value)
    pieces.append(
        at_most(
            "exact", worst, ROUNDING, "rounding errors as the program amplifies them, AD, all maps"
        )
    )
    bad = [name for name, piece in zip(names, pieces, strict=False) if piece.verdict == "refuted"]
    reason = (
        "The exception is Ricker's map. Sympy flattens nested products into one, and the "
        "product rule on k + 1 factors is a sum of k + 1 terms; where the derivative is far "
        "smaller than they are, they cancel, a bit with every step. The expression is right (in "
        "60 digits its value is), its value in floating point is not. AD multiplies as the program "
        "does, step by step, and cancels nothing. "
        if bad == ["ricker"]
        else ""
    )
    return Claim(
        "not_autodiff.same_rounding",
        "Higham 2002",
        "In floating point the symbolic derivative and the automatic one agree to rounding.",
        tuple(pieces),
        "errors",
        reason + "A is how much the program itself amplifies its rounding errors u. Nobody says "
        "that they must agree: the same function has many programs.",
        claimed_by="ours",
    )


def _memory(measured: pd.DataFrame) -> Claim:
    slopes, ratios = [], []
    for name in functions(measured):
        reverse, forward = (values(measured, m, "temporary_bytes", name) for m in MODES[::-1])
        slopes.append(local_exponents(reverse.index, reverse))
        ratios.append(forward / forward.loc[forward.index.min()])
    step = bytes_a_step(measured)
    return Claim(
        "not_autodiff.reverse_costs_memory",
        f"{SECTION}; Griewank & Walther 2008, ch. 4",
        "The memory of reverse mode grows with the depth of the program, that of forward mode does "
        "not.",
        (
            near("counted", _all(slopes), 1, COUNTED, "exponent in the depth, reverse mode"),
            near(
                "counted",
                Interval.spanning(pd.concat(ratios), "maps"),
                1,
                0,
                "of its bytes at the least depth, forward mode",
                "1",
            ),
        ),
        "bullets",
        f"On the logistic map reverse mode keeps {step:.0f} bytes a step, which is "
        f"{step / 8:.0f} numbers.",
        claimed_by="lecture",
    )


def _all(slopes: list[Interval]) -> Interval:
    """From the least to the greatest of the maps' local exponents; the first map's own value."""
    low, high = min(s.low for s in slopes), max(s.high for s in slopes)
    return Interval(slopes[0].value, low, high, over("maps"))
