"""Limits that a price must keep, for continuous integration: ``gradient=5 evaluations``."""

import math
import re
from dataclasses import dataclass

from adcost.price import names
from adcost.price.tag import Tag
from adcost.price.words import evaluations, seconds, size

NAMES = {
    "gradient": (names.GRADIENT, names.REVERSE),
    "directional": (names.DIRECTIONAL, None),
    "row": (names.ROW, None),
    "jacobian": (names.JACOBIAN, None),
    "hvp": (names.HVP, None),
    "gauss_newton": (names.GAUSS_NEWTON, None),
    "hessian": (names.HESSIAN, None),
    "trace": (names.TRACE, None),
    "function": (names.FUNCTION, None),
}
"""What a limit may name: a derivative, by the method that costs the least if none is named here."""

UNITS = {"evaluations": "counted", "evaluation": "counted", "operations": "operations"}
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
BYTES = {
    "B": 1,
    **{f"{p}B": 10 ** (3 * i) for i, p in enumerate("kMGT", 1)},
    **{f"{p}iB": 2 ** (10 * i) for i, p in enumerate("KMGT", 1)},
}


@dataclass(frozen=True)
class AtMost:
    """A price that must not be exceeded."""

    said: str
    name: str
    column: str
    limit: float


def parse(text: str) -> AtMost:
    """``gradient=5 evaluations``, ``hvp=2 ms``, ``gradient_memory=2 GB``; else ``ValueError``."""
    found = re.fullmatch(
        r"\s*(\w+?)(_memory)?\s*=\s*([\d.]+(?:e[+-]?\d+)?)\s*([A-Za-zµ]+)\s*", text
    )
    if not found or found[1] not in NAMES:
        raise ValueError(
            f'{text!r} is no limit: write NAME=NUMBER UNIT, such as "gradient=5 evaluations", '
            f'"hvp=2 ms" or "gradient_memory=2 GB"; names are {", ".join(NAMES)}'
        )
    name, memory, number, unit = found[1], found[2], float(found[3]), found[4]
    units = BYTES if memory else {**dict.fromkeys(UNITS, 1), **SECONDS}
    if unit not in units:
        raise ValueError(f"{text!r}: {unit} is no unit here; there are {', '.join(units)}")
    column = "temporary_bytes" if memory else UNITS.get(unit, "seconds")
    return AtMost(text.strip(), name, column, number * units[unit])


def size_of(text: str) -> int:
    """Bytes of ``80 GB``; ``ValueError`` for what is no size."""
    found = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]+)\s*", text)
    if not found or found[2] not in BYTES:
        raise ValueError(f"{text!r} is no size: write a number and one of {', '.join(BYTES)}")
    return int(float(found[1]) * BYTES[found[2]])


def exceeded(limits: list[AtMost], tag: Tag) -> list[str]:
    """A sentence for each limit that the tag exceeds, or that it cannot show to be kept."""
    sentences = []
    for each in limits:
        derivative, method = NAMES[each.name]
        rows = tag.prices[tag.prices.derivative == derivative]
        rows = rows[rows.method == method] if method else rows
        if rows.empty:
            sentences.append(f"{each.said}: the {derivative} has no price")
            continue
        known = rows[each.column].notna().any()
        row = rows.loc[rows[each.column].idxmin()] if known else rows.iloc[0]
        value = float(row[each.column])
        shown = {"counted": evaluations, "seconds": seconds, "temporary_bytes": size}.get(
            each.column, lambda v: f"{v:,.0f} operations"
        )
        what = f"{derivative} by {row.method}"
        if not math.isfinite(value):
            sentences.append(f"{each.said}: of the {what} that was not measured")
        elif value > each.limit:
            sentences.append(f"{each.said}: the {what} takes {shown(value)}")
        elif each.column in ("counted", "operations") and not row.exact:
            sentences.append(
                f"{each.said}: the {what} takes at least {shown(value)}, and not all "
                "of it could be counted"
            )
    return sentences
