"""Price one function of the configuration.

``measurements``
    ``point, derivative, method, quantity, value``: ``operations``, ``exact`` (0 where they are a
    lower bound), ``counted`` (in evaluations of the function), ``temporary_bytes`` and
    ``total_bytes`` of each way.
``parts``
    ``point, part, content``: the other parts of `adcost.price.tag.Tag` as JSON, none of whose
    numbers is a time, and the files that its lines are of, by name.
``timings``
    ``point, method, quantity, group, repeat, order, value``: the ``seconds`` of each repeat and, of
    a way, its ``compile_seconds`` and what its price in time is.

A function that cannot be priced has the part ``failure``, which says why.
"""

import json
import linecache
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from adcost.price import loading
from adcost.price.run import price
from adcost.price.subject import CannotPrice
from adcost.price.tag import Tag
from adcost.price.words import short

COUNTED = ("operations", "exact", "counted", "temporary_bytes", "total_bytes")
TIMED = (
    "compile_seconds",
    "seconds",
    "seconds_low",
    "seconds_high",
    "timed",
    "timed_low",
    "timed_high",
)
PARTS = ("function", "memory", "lines", "traps", "checks", "uncounted", "notes", "options")
WHOLE = "price"
"""The group of a way's price, which is of no round; a price in ``seconds`` is their median."""
MEGABYTE = 10**6
WHOLE_SECONDS, COMPILE_SECONDS = 300.0, 60.0
"""Of one function, and of compiling one program: more than by default, so that what is left out
depends little on the machine."""


def measure(point: str, parameters: Mapping[str, Any], seed: None) -> dict[str, pd.DataFrame]:
    """The price tag of one function as tables."""
    del seed
    parts: dict[str, Any]
    try:
        tag = _priced(point, parameters)
    except CannotPrice as error:
        if error.__cause__ is not None:
            print(loading.user_frames(error.__cause__))
        print(f"{point} has no price: {error}")
        tag, parts = Tag(point, "", {}), {"failure": str(error)}
    else:
        parts = _parts(tag)
    content = [(part, json.dumps(value, ensure_ascii=False)) for part, value in parts.items()]
    tables = {
        "measurements": pd.DataFrame(
            _long(tag.prices, COUNTED), columns=["derivative", "method", "quantity", "value"]
        ),
        "parts": pd.DataFrame(content, columns=["part", "content"]),
        "timings": _timings(tag),
    }
    for table in tables.values():
        table.insert(0, "point", point)
    return tables


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
        compile_limit=COMPILE_SECONDS,
        whole_limit=WHOLE_SECONDS,
        memory_limit=parameters["memory_mb"] * MEGABYTE,
        batch=batch or None,
        memory=parameters["fits_mb"] * MEGABYTE or None,
        name=point,
    )


def _parts(tag: Tag) -> dict[str, Any]:
    everything = tag.to_dict()
    found = {part: everything[part] for part in PARTS}
    function = found["function"]
    found["function"] = {key: function[key] for key in function if "seconds" not in key}
    found["price notes"] = [
        {key: row[key] for key in ("derivative", "method", "note")}
        for row in everything["prices"]
        if row["note"]
    ]
    files = {str(row["file"]) for row in found["lines"] if row["file"]}
    found["sources"] = {
        Path(file).name: "".join(linecache.getlines(file)) for file in sorted(files)
    }
    for place in (found["function"], *found["lines"], *found["traps"]):
        place["file"] = Path(str(place.get("file") or "")).name
    for row in found["memory"]:
        row["target"] = short(row["target"])
    found["notes"] = [short(note) for note in found["notes"]]
    return found


def _long(prices: pd.DataFrame, quantities: tuple[str, ...]) -> list[tuple[str, str, str, float]]:
    """The prices that there are, a row a number; where there are none, that there are none."""
    rows = [
        (row.derivative, row.method, quantity, float(getattr(row, quantity)))
        for row in prices.itertuples()
        for quantity in quantities
        if not math.isnan(getattr(row, quantity))
    ]
    return rows or [("none", "none", quantities[0], 0.0)]


def _timings(tag: Tag) -> pd.DataFrame:
    rows: list[tuple[str, str, str, int, int, float]] = list(_repeats(tag.timings))
    rows += [
        (f"{derivative}: {method}", quantity, WHOLE, 0, 0, value)
        for derivative, method, quantity, value in _long(tag.prices, TIMED)
    ]
    columns = ["method", "quantity", "group", "repeat", "order", "value"]
    return pd.DataFrame(rows, columns=columns)


def _repeats(timings: pd.DataFrame) -> Iterator[tuple[str, str, str, int, int, float]]:
    for row in timings.itertuples():
        yield row.method, "seconds", row.point, row.repeat, row.order, row.seconds
