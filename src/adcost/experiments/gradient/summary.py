"""What figures and claims of `gradient` both read: ratios to one evaluation of the function."""

from collections.abc import Sequence

import pandas as pd

from adcost.costs.intervals import paired_ratio

BOUND = 5.0
"""Operations of f and ∇f over those of f (Baur & Strassen 1983)."""

REVERSE = ("gradient", "reverse")
FORWARD = ("forward_columns", "forward_batched")
DIFFERENCES = ("forward_difference", "central_difference")
METHODS = (*REVERSE, *FORWARD, *DIFFERENCES)


def counted(measured: pd.DataFrame, quantity: str = "operations") -> pd.DataFrame:
    """A quantity over that of the function itself: ``point, dimension, method, ratio``."""
    table = measured[measured.quantity == quantity].pivot(
        index=["point", "dimension"], columns="method", values="value"
    )
    missing = {"loss", *METHODS} - set(table.columns)
    if missing:
        raise ValueError(f"gradient: no {quantity} of {', '.join(sorted(missing))}")
    ratios = table[list(METHODS)].div(table.loss, axis=0)
    return ratios.stack().rename("ratio").reset_index()


def timed(timings: pd.DataFrame) -> pd.DataFrame:
    """Medians of the rounds' ratios: ``point, dimension, method, ratio, low, high``."""
    rows = []
    for (point, dimension), rounds in timings.groupby(["point", "dimension"]):
        for method in METHODS:
            if (rounds.method == method).any():
                ratio = paired_ratio(rounds, method, "loss")
                rows.append((point, dimension, method, ratio.value, ratio.low, ratio.high))
    columns = ["point", "dimension", "method", "ratio", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def of(table: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """The rows of some methods, by function and dimension."""
    return table[table.method.isin(methods)].sort_values(["point", "dimension"])
