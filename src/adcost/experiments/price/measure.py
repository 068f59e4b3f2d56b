"""Price one function of the configuration.

Columns, each after ``point``:

``measurements``  ``derivative, method, quantity, value``: ``operations``, ``exact`` (0 where they are
                  a lower bound), ``counted`` (in evaluations of the function), ``temporary_bytes``,
                  ``total_bytes``
``functions``     ``key, value`` (text): what is said of the function, and why something has no price
``lines``, ``memory``, ``checks``, ``traps``
                  as `adcost.price.tag.Tag` has them; a file by its name
``timings``       each repeat, with its rounds' ``group``; and one row of ``kind`` ``price`` a way with
                  its seconds, its ratio to the function and both intervals
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from adcost.price import loading
from adcost.price.run import price
from adcost.price.subject import CannotPrice
from adcost.price.tag import MEMORY, Tag

QUANTITIES = ("operations", "exact", "counted", "temporary_bytes", "total_bytes")
SECONDS = ("seconds", "seconds_low", "seconds_high", "timed", "timed_low", "timed_high")
MEGABYTE = 10**6

TIMINGS = ("point", "kind", "group", "method", "repeat", "order", "seconds", "compile_seconds",
           "others_share", *SECONDS[1:], "note")  # fmt: skip


def measure(point: str, parameters: Mapping[str, Any], seed: None) -> dict[str, pd.DataFrame]:
    """One function; where it cannot be priced, ``functions`` says why and the others are empty."""
    del seed
    try:
        tag = _priced(point, parameters)
    except CannotPrice as error:
        if error.__cause__ is not None:
            print(loading.user_frames(error.__cause__))
        print(f"{point} has no price: {error}")
        tag = Tag(point, "", {}, notes=[])
        facts = {"failure": str(error)}
    else:
        facts = _facts(tag)
    tables = {
        "measurements": _measurements(tag),
        "functions": pd.DataFrame(facts.items(), columns=["key", "value"]),
        "lines": _by_name(tag.lines),
        "memory": tag.memory.reindex(columns=list(MEMORY)),
        "checks": tag.checks,
        "traps": _by_name(tag.traps),
    }
    placed = {name: _of_point(table, point) for name, table in tables.items()}
    return {**placed, "timings": _timings(tag, point)}


def _priced(point: str, parameters: Mapping[str, Any]) -> Tag:
    f = loading.load(parameters["function"])
    arguments = loading.arguments(parameters["arguments"])
    argnums = parameters["argnums"]
    batch = {int(place): axis for place, axis in parameters["batch"].items()}
    return price(
        f,
        *arguments,
        argnums=argnums[0] if len(argnums) == 1 else argnums,
        has_aux=parameters["has_aux"],
        tolerance=parameters["tolerance"],
        leave_out=parameters["leave_out"],
        time_limit=parameters["seconds"],
        run_limit=parameters["run_seconds"],
        memory_limit=parameters["memory_mb"] * MEGABYTE,
        batch=batch or None,
        memory=parameters["fits_mb"] * MEGABYTE or None,
        name=point,
    )


def _facts(tag: Tag) -> dict[str, str]:
    """What is said of the function but its seconds, each as text or JSON."""
    told = {key: value for key, value in tag.function.items() if "seconds" not in key}
    told["file"] = Path(str(told.get("file", ""))).name
    found = {key: v if isinstance(v, str) else json.dumps(v) for key, v in told.items()}
    uncounted = [
        f"{row.primitive} ({row.where}), {row.times} times: {row.reason}"
        for row in tag.uncounted.itertuples()
    ]
    return found | {"uncounted": json.dumps(uncounted), "notes": json.dumps(tag.notes)}


def _measurements(tag: Tag) -> pd.DataFrame:
    rows = [
        (row.derivative, row.method, quantity, float(getattr(row, quantity)))
        for row in tag.prices.itertuples()
        for quantity in QUANTITIES
        if not math.isnan(getattr(row, quantity))
    ]
    return pd.DataFrame(rows, columns=["derivative", "method", "quantity", "value"])


def _timings(tag: Tag, point: str) -> pd.DataFrame:
    raw = tag.timings.rename(columns={"point": "group"}).assign(point=point, kind="repeat")
    prices = tag.prices.assign(
        point=point, kind="price", method=tag.prices.derivative + ": " + tag.prices.method
    )
    # Background load is told of the rounds; a price follows from them.
    share = raw["others_share"].max() if "others_share" in raw else 0.0
    prices = prices.assign(others_share=0.0 if pd.isna(share) else share)
    return pd.concat([raw, prices], ignore_index=True).reindex(columns=list(TIMINGS))


def _by_name(table: pd.DataFrame) -> pd.DataFrame:
    """Files by their names, not by where they lie on this machine."""
    if "file" not in table:
        return table
    return table.assign(file=[Path(str(file)).name for file in table.file])


def _of_point(table: pd.DataFrame, point: str) -> pd.DataFrame:
    placed = table.copy()
    placed.insert(0, "point", point)
    return placed
