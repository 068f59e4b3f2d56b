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
from typing import Any

import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.experiments.not_autodiff.analysis import (
    MODES,
    SYMBOLIC,
    UNIT_ROUNDOFF,
    functions,
    gaps,
    growth,
    times,
    values,
    worst_scaled,
)
from adcost.experiments.not_autodiff.plan import STUDIED
from adcost.results.select import parameter
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
    step = _bytes_a_step(measured)
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


def _bytes_a_step(measured: pd.DataFrame) -> float:
    held = values(measured, "reverse", "temporary_bytes")
    return float((held.iloc[-1] - held.iloc[-2]) / (held.index[-1] - held.index[-2]))


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; times in seconds, memory in bytes."""
    measured, taken = tables["measurements"], times(tables)
    sizes, shared = (values(measured, name, "operations") for name in SYMBOLIC)
    deep = int(sizes.index.max())
    forward = values(measured, "forward", "operations")
    error = {name: values(measured, name, "error") for name in ("forward", "value", "reverse")}
    best = values(measured, "central_difference", "error")
    lost = error["forward"][error["forward"] >= 0.01]
    gradient = {
        name: values(measured, name, "gradient_operations", "with_rates")
        for name in ("value", "forward", "reverse")
    }
    jacobian = {name: values(measured, name, "jacobian_operations", "with_rates") for name in MODES}
    most = int(gradient["value"].index.max())
    held = {name: values(measured, name, "temporary_bytes") for name in MODES}
    last = taken[taken.depth == taken.depth.max()].set_index("method")
    ricker = _ricker(measured, deep)
    return {
        "symbolic_depth": deep,
        "symbolic_operations": int(sizes[deep]),
        "shared_operations": int(shared[deep]),
        "expression_operations": int(values(measured, "expression", "operations")[deep]),
        "ad_operations": int(forward[deep]),
        "ad_operations_a_step": _whole(forward[deep] / deep),
        "deepest": int(error["forward"].index.max()),
        "paths": float(values(measured, "chain_rule", "paths").iloc[-1]),
        "edges": int(values(measured, "chain_rule", "edges").iloc[-1]),
        "samples": int(parameter("not_autodiff", tables["points"], "samples")["time"]),
        "ad_error": float(error["forward"][deep]),
        "value_error": float(error["value"][deep]),
        "difference_error": float(best[deep]),
        "lost_depth": int(lost.index.min()) if len(lost) else "none of these",
        "inputs": most,
        "gradient_in_values": float(gradient["reverse"][most] / gradient["value"][most]),
        "forward_in_values": float(gradient["forward"][most] / gradient["value"][most]),
        "difference_evaluations": float(
            values(measured, "central_difference", "evaluations", "with_rates")[most]
        ),
        "jacobian_ratio": float(jacobian["reverse"][most] / jacobian["forward"][most]),
        "memory_depth": int(held["reverse"].index.max()),
        "reverse_bytes": int(held["reverse"].iloc[-1]),
        "forward_bytes": int(held["forward"].iloc[-1]),
        "reverse_bytes_a_step": _whole(_bytes_a_step(measured)),
        "timed_depth": int(taken.depth.max()),
        "derive_symbolic": float(last.compile_seconds["symbolic"]),
        "derive_reverse": float(last.compile_seconds["reverse"]),
        "evaluate_symbolic": float(last["median"]["symbolic"]),
        "evaluate_reverse": float(last["median"]["reverse"]),
        **ricker,
        "bullets": _bullets(measured, deep, most),
        "approaches": _approaches(measured, deep, last),
    }


def _whole(value: float) -> float:
    """The number, without a decimal point where it is a whole one."""
    return int(value) if float(value).is_integer() and value < 1e7 else float(value)


def _ricker(measured: pd.DataFrame, depth: int) -> dict[str, Any]:
    """The map on which sympy's rewriting loses digits, where it is studied."""
    if "ricker" not in functions(measured):
        return {"ricker_symbolic_error": None, "ricker_ad_error": None, "ricker_units": None}
    return {
        "ricker_symbolic_error": float(values(measured, "symbolic", "error", "ricker")[depth]),
        "ricker_ad_error": float(values(measured, "forward", "error", "ricker")[depth]),
        "ricker_units": worst_scaled(measured, SYMBOLIC, "ricker").value,
    }


APPROACHES = {
    "closed_form": "by hand, from the closed form",
    "symbolic": "symbolic",
    "symbolic_shared": "symbolic, parts shared",
    "central_difference": "numerical, central difference",
    "forward": "automatic, forward mode",
    "reverse": "automatic, reverse mode",
}


def _approaches(measured: pd.DataFrame, deep: int, last: pd.DataFrame) -> list[dict[str, Any]]:
    """The scheme of approaches on the logistic map; sharing parts is not timed by itself."""
    table = []
    for method, name in APPROACHES.items():
        timed = last.loc[method] if method in last.index else None
        table.append(
            {
                "approach": name,
                "operations": int(values(measured, method, "operations")[deep]),
                "error": float(values(measured, method, "error")[deep]),
                "derive": "not timed" if timed is None else f"{timed.compile_seconds:.2g} s",
                "evaluate": "not timed" if timed is None else f"{timed['median'] * 1e6:,.0f} µs",
            }
        )
    return table


def _bullets(measured: pd.DataFrame, deep: int, most: int) -> list[dict[str, Any]]:
    """The slide's six bullets, each with what was measured for it on the logistic map."""

    def at(method: str, quantity: str, function: str = STUDIED, depth: int = deep) -> float:
        return _whole(values(measured, method, quantity, function)[depth])

    gradient = at("reverse", "gradient_operations", "with_rates", most)
    value = at("value", "gradient_operations", "with_rates", most)
    long = int(values(measured, "reverse", "temporary_bytes").index.max())
    deepest = int(values(measured, "chain_rule", "paths").index.max())
    return [
        {
            "AD …": "is not finite differences",
            "measured": f"error at depth {deep}: AD, best difference",
            "AD": at("reverse", "error"),
            "the other": at("central_difference", "error"),
        },
        {
            "AD …": "is not a symbolic derivative",
            "measured": f"operations at depth {deep}: AD, symbolic",
            "AD": at("reverse", "operations"),
            "the other": at("symbolic", "operations"),
        },
        {
            "AD …": "is not only the chain rule",
            "measured": f"depth {deepest}: edges passed once, terms of the rule written out",
            "AD": at("chain_rule", "edges", depth=deepest),
            "the other": at("chain_rule", "paths", depth=deepest),
        },
        {
            "AD …": "is not only backpropagation",
            "measured": f"operations, {most} outputs of one input: forward, reverse",
            "AD": at("forward", "jacobian_operations", "with_rates", most),
            "the other": at("reverse", "jacobian_operations", "with_rates", most),
        },
        {
            "AD …": "in reverse is fast and stable",
            "measured": f"gradient by {most} inputs, in values: reverse, differences",
            "AD": gradient / value,
            "the other": at("central_difference", "evaluations", "with_rates", most),
        },
        {
            "AD …": "in reverse is hungry for memory",
            "measured": f"bytes at depth {long}: reverse, forward",
            "AD": at("reverse", "temporary_bytes", depth=long),
            "the other": at("forward", "temporary_bytes", depth=long),
        },
    ]
