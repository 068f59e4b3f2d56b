"""The numbers of `not_autodiff` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.not_autodiff.analysis import (
    MODES,
    SYMBOLIC,
    bytes_a_step,
    functions,
    times,
    values,
    worst_scaled,
)
from adcost.experiments.not_autodiff.plan import STUDIED
from adcost.results.select import parameter

APPROACHES = {
    "closed_form": "by hand, from the closed form",
    "symbolic": "symbolic",
    "symbolic_shared": "symbolic, parts shared",
    "central_difference": "numerical, central difference",
    "forward": "automatic, forward mode",
    "reverse": "automatic, reverse mode",
}


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
        "reverse_bytes_a_step": _whole(bytes_a_step(measured)),
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
