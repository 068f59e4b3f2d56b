"""What figures and claims of `gradient` both read: ratios to one evaluation of the function."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from adcost.results.select import select
from adcost.statistics.intervals import paired_ratio

BOUND = 5.0
"""Operations of f and ∇f over those of f, of additions and multiplications, and of divisions that
share ē/b (Baur & Strassen 1983)."""

INDEXED, SCANNED = "product_indexed", "product_scanned"
EXPENSIVE = (INDEXED, "product_fori_loop", "product_filled")
"""The ways of writing that go through an array entry by entry."""

ARITHMETIC = ("add", "sub", "mul", "div")
"""The operations that the theorem's own bound is for."""

REVERSE = ("gradient", "reverse")
FORWARD = ("forward_columns", "forward_batched")
DIFFERENCES = ("forward_difference", "central_difference")
METHODS = (*REVERSE, *FORWARD, *DIFFERENCES)


def prices(measured: pd.DataFrame) -> pd.Series:
    """What each operation of the tape costs with its derivative, in its value: the constants."""
    rows = measured[(measured.quantity == "price") & (measured.dimension == 0)]
    return rows.set_index("method").value


def on_tape(measured: pd.DataFrame) -> pd.DataFrame:
    """Value and gradient over the value on the tape, with the bound: ``method, dimension, ratio,
    price``."""
    rows = measured[(measured.point == "tape") & (measured.dimension > 0)]
    wide = rows.pivot(index=["method", "dimension"], columns="quantity", values="value")
    return wide.assign(ratio=wide.tape_both / wide.tape_value).reset_index()


def in_writing(measured: pd.DataFrame) -> pd.DataFrame:
    """The same as JAX differentiates it: ``method, dimension, ratio``; 1 is what is nested."""
    rows = measured[measured.point == "writing"]
    wide = rows.pivot(index=["method", "dimension"], columns="quantity", values="value")
    return wide.assign(ratio=wide.both / wide.value).reset_index()


def exponents(ratios: pd.DataFrame) -> pd.Series:
    """The fitted exponent in d of every method's ratio."""
    return ratios.groupby("method")[["dimension", "ratio"]].apply(
        lambda rows: float(np.polyfit(np.log(rows.dimension), np.log(rows.ratio), 1)[0])
    )


def counted(measured: pd.DataFrame, quantity: str = "operations") -> pd.DataFrame:
    """A quantity over that of the function itself: ``point, dimension, method, ratio``."""
    rows = select("gradient", measured, quantity=quantity, method=("loss", *METHODS))
    table = rows.pivot(index=["point", "dimension"], columns="method", values="value")
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


def of_methods(table: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """The rows of some methods, by function and dimension."""
    return table[table.method.isin(methods)].sort_values(["point", "dimension"])


def most_expensive(time: pd.DataFrame) -> pd.Series:
    """The function and dimension at which reverse mode took the most evaluations' time."""
    return of_methods(time, ["reverse"]).sort_values("ratio").iloc[-1]


def megabytes(measured: pd.DataFrame) -> pd.Series:
    """What the compiled programs hold beside arguments and results, in 2²⁰ bytes."""
    held = measured[measured.quantity == "temporary_bytes"]
    return held.set_index(["point", "dimension", "method"]).value.sort_index() / 2**20
