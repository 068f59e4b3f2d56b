"""The price tags of the functions, put together again from the tables."""

import json
import linecache
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.price import choose
from adcost.price.tag import MEMORY, PRICES, UNCOUNTED, Tag
from adcost.price.verdict import verdict

REPEATS = {"group": "point", "value": "seconds"}
"""Columns of ``timings`` by the names that a tag has for them."""


def tags(tables: Mapping[str, pd.DataFrame]) -> dict[str, Tag]:
    """The tag of each function that has a price, in the order of the configuration."""
    named = failures(tables)
    return {
        point: _tag(str(point), tables, parts)
        for point, parts in tables["parts"].groupby("point", sort=False)
        if point not in named
    }


def failures(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Why a function has no price, by its name."""
    rows = tables["parts"][tables["parts"].part == "failure"]
    return {row.point: json.loads(row.content) for row in rows.itertuples()}


def _tag(point: str, tables: Mapping[str, pd.DataFrame], parts: pd.DataFrame) -> Tag:
    contents: dict[str, Any] = {row.part: json.loads(row.content) for row in parts.itertuples()}
    timings = tables["timings"][tables["timings"].point == point]
    counted = tables["measurements"][tables["measurements"].point == point]
    repeats = timings[timings.group != "price"].drop(columns=["point", "quantity"])
    tag = Tag(point, "", contents["function"], notes=contents["notes"], options=contents["options"])
    tag.prices = _prices(counted, timings[timings.group == "price"], contents["price notes"])
    tag.timings = repeats.rename(columns=REPEATS)
    for part, columns in (
        ("lines", ()),
        ("traps", ()),
        ("checks", ()),
        ("memory", MEMORY),
        ("uncounted", UNCOUNTED),
    ):
        table = pd.DataFrame(contents[part])
        setattr(tag, part, table if len(table) else pd.DataFrame(columns=list(columns)))
    if len(tag.lines):
        tag.lines["file"] = [f"{point}/{file}" if file else "" for file in tag.lines["file"]]
        for file, text in contents["sources"].items():
            _remember(f"{point}/{file}", text)
    tag.function["seconds"] = _seconds(tag.prices)
    tag.recommendations = choose.recommendations(tag.prices, tag.timings, tag.function["platform"])
    tag.verdict = verdict(tag)
    return tag


def _remember(file: str, text: str) -> None:
    """Let a picture of the source find a file that need not be on this machine."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def _prices(counted: pd.DataFrame, timed: pd.DataFrame, notes: list[dict[str, str]]) -> Any:
    """`adcost.price.tag.PRICES` of one function."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in counted.itertuples():
        new = dict.fromkeys(PRICES, math.nan) | {"note": "", "exact": True}
        cells = rows.setdefault((row.derivative, row.method), new)
        cells |= {"derivative": row.derivative, "method": row.method}
        cells[row.quantity] = bool(row.value) if row.quantity == "exact" else row.value
    called = {f"{derivative}: {method}": cells for (derivative, method), cells in rows.items()}
    for row in timed.itertuples():
        if row.method in called:
            called[row.method][row.quantity] = row.value
    for note in notes:
        if (note["derivative"], note["method"]) in rows:
            rows[note["derivative"], note["method"]]["note"] = note["note"]
    return pd.DataFrame(rows.values(), columns=list(PRICES))


def _seconds(prices: pd.DataFrame) -> dict[str, float]:
    row = prices[prices.derivative == "function"].iloc[0]
    return {"median": row.seconds, "low": row.seconds_low, "high": row.seconds_high}
