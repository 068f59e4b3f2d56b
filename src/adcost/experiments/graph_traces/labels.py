"""What stands beside a drawing: names, numbers and a step's formulas, as on a slide."""

import re

import pandas as pd

from adcost.number_format import number


def pretty(text: str) -> str:
    """Names with their numbers below the line: w1 becomes w₁."""
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return re.sub(r"\b([A-Za-z]+)([0-9]+)(?![0-9])", lambda m: m[1] + m[2].translate(below), text)


def step_labels(rows: pd.DataFrame) -> list[str]:
    """What a slide writes at this step: the values (forward mode only), then the derivatives."""
    rows = rows.sort_values("node")
    derivatives = [
        _equation(row.symbol, row.derivative_formula if row.products else "", row.derivative)
        for row in rows.itertuples()
    ]
    if rows.sweep.iloc[0] == "reverse":
        return derivatives
    values = [
        _equation(row.node, "" if row.operation == "input" else row.formula, row.value)
        for row in rows.itertuples()
    ]
    return [",  ".join(values), ",  ".join(derivatives)]


def _equation(symbol: str, formula: str, value: float) -> str:
    return pretty(" = ".join(filter(None, (symbol, formula, number(value)))))
