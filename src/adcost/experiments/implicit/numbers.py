"""The numbers that the report's text on `implicit` calls by name."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.implicit.analysis import (
    ALL,
    IMPLICIT,
    THROUGH,
    UNIQUE,
    at_tolerances,
    by_steps,
    exponent,
    fact,
    on_arrival,
    singular,
    stops,
)
from adcost.results.select import select, single


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Every number that the text names, and the tables that it shows."""
    measured = tables["measurements"]
    found: dict[str, Any] = {"methods": _methods(measured)}
    for point in ALL:
        operations, count = on_arrival(measured, point), stops(measured, point)
        step = single("implicit", measured, point=point, method="step", quantity="operations")
        found |= {
            f"{point}_iterations": int(count.max()),
            f"{point}_share": float(operations.krylov / operations.reverse),
            f"{point}_extra_steps": float((operations.krylov - operations.function) / step),
        }
        held = by_steps(measured, point, "temporary_bytes").iloc[-1]
        found[f"{point}_bytes_ratio"] = float(held.reverse / held.krylov)
    for point in UNIQUE:
        errors = at_tolerances(measured, point, "error").sort_index()
        lag = errors.reverse / errors.krylov
        operations = on_arrival(measured, point)
        found |= {
            f"{point}_condition": fact(measured, point, "condition"),
            f"{point}_forward_price": float(operations.forward / operations.function),
            f"{point}_exponent": _slope(errors.krylov),
            f"{point}_reverse_exponent": _slope(errors.reverse),
            f"{point}_lag_least": float(lag.min()),
            f"{point}_lag_most": float(lag.max()),
        }
    for point in ("ridge", "step_sizes"):
        found[f"{point}_state"] = int(fact(measured, point, "state"))
    products = select("implicit", measured, point="ridge", quantity="products")
    products = products.set_index("method").value
    missing = at_tolerances(measured, "step_sizes", "loop_error").krylov
    lost = singular(measured).sort_index()
    positive = lost[lost.index > 0]
    tolerances = at_tolerances(measured, "ridge", "error").index
    return found | {
        "layer_parameters": int(fact(measured, "layer", "parameters")),
        "ridge_products_krylov": int(products.krylov),
        "ridge_products_successive": int(products.successive),
        "most_steps": int(by_steps(measured, "ridge", "temporary_bytes").index.max()),
        "least_tolerance": float(tolerances.min()),
        "most_tolerance": float(tolerances.max()),
        "tolerances": len(tolerances),
        "adjoint_tolerance": float(
            select("implicit", measured, quantity="products").tolerance.iloc[0]
        ),
        "step_sizes_exponent": _slope(at_tolerances(measured, "step_sizes", "error").krylov),
        "missing_least": float(missing.min()),
        "missing_most": float(missing.max()),
        "least_penalty": float(positive.index[0]),
        "krylov_at_least_penalty": float(positive.krylov.iloc[0]),
        "reverse_singular": float(lost.reverse.max()),
        "successive_singular": float(lost.successive.max()),
        "singular_steps": int(select("implicit", measured, point="singular").steps.iloc[0]),
    }


def _slope(errors: pd.Series) -> float | None:
    found = exponent(errors).value
    return None if math.isnan(found) else found


def _methods(measured: pd.DataFrame) -> list[dict[str, Any]]:
    """A row a problem and method: operations in L's own, kilobytes after the most iterations."""
    rows = []
    for point in ALL:
        operations = on_arrival(measured, point)
        held = by_steps(measured, point, "temporary_bytes").iloc[-1]
        for method in (*THROUGH, *IMPLICIT):
            rows.append(
                {
                    "problem": point,
                    "method": method,
                    "operations": float(operations[method] / operations.function),
                    "kilobytes": float(held[method] / 1000),
                }
            )
    return rows
