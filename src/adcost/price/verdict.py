"""One sentence: whether the cheap gradient holds, and which line is to blame if it does not."""

import os
from typing import Any

import pandas as pd

from adcost.price.names import GRADIENT, JACOBIAN, REVERSE
from adcost.price.tag import Tag
from adcost.price.words import evaluations, interval, number

CHEAP = 5
"""Evaluations that a gradient takes at most (Baur & Strassen 1983; Griewank & Walther, §3.3)."""


NOT_FINITE = "But the gradient is not finite at this point."


def verdict(tag: Tag) -> str:
    """The verdict on the gradient of a scalar function, or on the Jacobian of another."""
    if not tag.function.get("scalar", True):
        return _of_jacobian(tag)
    rows = tag.prices[(tag.prices.derivative == GRADIENT) & (tag.prices.method == REVERSE)]
    if rows.empty or pd.isna(rows.operations.iloc[0]):
        why = rows.note.iloc[0] if len(rows) else "it was left out"
        return f"No verdict: the gradient has no price ({why})."
    row = rows.iloc[0]
    if pd.isna(row.counted):
        return "No verdict: the function does no arithmetic that could be counted."
    whole = tag.function.get("exact", True)
    at_least = "" if row.exact else "at least "
    if not whole or (row.counted <= CHEAP and not row.exact):
        said = _by_time(row)
    else:
        timed = (
            ""
            if pd.isna(row.timed)
            else (f" by count ({interval(row.timed, row.timed_low, row.timed_high)} by time)")
        )
        counted = f"{at_least}{evaluations(row.counted)}{timed}"
        said = (
            f"The cheap gradient holds here: {counted}."
            if row.counted <= CHEAP
            else f"It does not: {counted}{_blamed(tag)}."
        )
    return said + _not_finite(tag)


def _by_time(row: Any) -> str:
    """The verdict where not all of the function or of its gradient could be counted."""
    why = "not all operations could be counted"
    if pd.isna(row.timed):
        return f"No verdict: {why}, and nothing was timed."
    timed = f"{interval(row.timed, row.timed_low, row.timed_high)} evaluations by time, since {why}"
    low, high = (
        (row.timed, row.timed) if pd.isna(row.timed_low) else (row.timed_low, row.timed_high)
    )
    if high <= CHEAP:
        return f"The cheap gradient holds here: {timed}."
    return f"It does not: {timed}." if low > CHEAP else f"No verdict: {timed}."


def _not_finite(tag: Tag) -> str:
    checks = tag.checks
    if checks.empty or not (checks.check.eq("finite") & checks.passed.eq(False)).any():
        return ""
    return f" {NOT_FINITE}"


def _blamed(tag: Tag) -> str:
    """The line with most of the gradient's operations, in evaluations of the function."""
    total = tag.function["operations"].get("total", 0)
    if tag.lines.empty or "gradient" not in tag.lines or not total:
        return ""
    worst = tag.lines.loc[tag.lines.gradient.idxmax()]
    share = float(worst.gradient) / total
    file = os.path.basename(str(worst.file))
    return f", of which {number(share)} are line {int(worst.line)} ({file}: {worst.source.strip()})"


def _of_jacobian(tag: Tag) -> str:
    rows = tag.prices[(tag.prices.derivative == JACOBIAN) & tag.prices.counted.notna()]
    if rows.empty:
        return "No verdict: the function is vector-valued, and its Jacobian has no price."
    best = rows.loc[rows.counted.idxmin()]
    return (
        f"The function is vector-valued: its Jacobian takes {evaluations(best.counted)} "
        f"{best.method} at the least."
    )
