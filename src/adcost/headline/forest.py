"""Every claim's evidence in one unit: how much of what its statement allows was used.

1 is the border of the region that a statement names: less lies in it, more outside.

- a region with two ends: the distance from its middle, over half its width;
- at most b: measured over b; at least a: a over measured (where signs differ, 0 or infinite);
- an equality allows nothing: what meets it is 0, anything else infinite.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

COLUMNS = ("experiment", "id", "verdict", "value", "low", "high")


def used(measured: float | None, least: float | None, most: float | None) -> float:
    """How much of the region ``[least, most]`` a number uses; an open end is None."""
    if measured is None:
        return math.nan
    if least is not None and most is not None:
        return _over(abs(measured - (least + most) / 2), (most - least) / 2)
    if most is not None:
        return _one_sided(measured, most)
    if least is not None:
        return _one_sided(-measured, -least)
    return 0.0


def _one_sided(measured: float, bound: float) -> float:
    """Of "at most ``bound``": in (0, 1) below it, whichever signs both have."""
    if bound < 0:
        return bound / measured if measured < 0 else math.inf
    return _over(max(measured, 0.0), bound)


def _over(part: float, whole: float) -> float:
    if whole == 0:
        return 0.0 if part == 0 else math.inf
    return part / whole


def reach(evidence: Mapping[str, Any]) -> tuple[float, float, float]:
    """The value of a piece of a claim's record and the ends of its interval, so normalised.

    An interval that holds the middle of a region with two ends reaches down to 0. NaN where
    nothing was measured.
    """
    region = evidence["least"], evidence["most"]
    value = used(evidence["measured"], *region)
    ends = [used(evidence[end], *region) for end in ("low", "high")]
    if any(map(math.isnan, (value, *ends))):
        return value, math.nan, math.nan
    inside = None not in region and evidence["low"] <= sum(region) / 2 <= evidence["high"]
    return value, 0.0 if inside else min(value, *ends), max(value, *ends)


def forest(claims: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row a claim, as in its ``claims.json``: the columns `COLUMNS`.

    Shown is the evidence that decides: of the pieces with the claim's own verdict the one that uses
    most of its region.
    """
    rows = []
    for claim in claims:
        pieces = [it for it in claim["evidence"] if it["decides"]]
        own = [reach(it) for it in pieces if it["verdict"] == claim["verdict"]]
        # What was not measured says least of a claim.
        value, low, high = max(own, key=lambda it: -math.inf if math.isnan(it[2]) else it[2])
        rows.append((claim["experiment"], claim["id"], claim["verdict"], value, low, high))
    return pd.DataFrame(rows, columns=list(COLUMNS))
