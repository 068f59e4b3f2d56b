"""One sentence: whether the cheap gradient holds, and which line is to blame if it does not."""

import os

import pandas as pd

from adcost.price.names import GRADIENT, JACOBIAN, REVERSE
from adcost.price.tag import Tag
from adcost.price.words import evaluations, interval, number

CHEAP = 5
"""Evaluations that a gradient takes at most (Baur & Strassen 1983; Griewank & Walther, §3.3)."""


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
    sure = "" if row.exact and tag.function.get("exact", True) else "at least "
    counted = f"{sure}{evaluations(row.counted)}"
    timed = (
        ""
        if pd.isna(row.timed)
        else (f" by count ({interval(row.timed, row.timed_low, row.timed_high)} by time)")
    )
    if row.counted <= CHEAP:
        return f"The cheap gradient holds here: {counted}{timed}."
    return f"It does not: {counted}{timed}{_blamed(tag)}."


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
