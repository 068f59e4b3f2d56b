"""What the tables of `sparse` come to: products, operations, errors and savings."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from adcost.experiments.sparse.plan import MATRICES, STRUCTURES
from adcost.results.select import select, series, single
from adcost.roundoff import unit_roundoff
from adcost.statistics.intervals import Interval, median_interval, over, paired_ratio

NAME = "sparse"
DIRECT = {"jacobian": "coloured_both", "hessian": "star"}
"""The way with the fewest products whose entries are read directly."""

DENSE = {"jacobian": ("columns", "rows"), "hessian": ("columns",)}
BOTH = [(matrix, structure) for matrix in MATRICES for structure in STRUCTURES]


def over_sizes(measured: pd.DataFrame, point: str, way: str, quantity: str) -> pd.Series:
    """A quantity of one way over n."""
    return series(NAME, measured, "size", point=point, way=way, quantity=quantity)


def value(measured: pd.DataFrame, matrix: str, structure: str, way: str, quantity: str) -> float:
    """A quantity of one way at the largest n."""
    return float(over_sizes(measured, f"{matrix}-{structure}", way, quantity).iloc[-1])


def growth(measured: pd.DataFrame) -> Interval:
    """Products of the direct way at the largest n over those at the smallest."""
    found = []
    for matrix, structure in BOTH:
        products = over_sizes(measured, f"{matrix}-{structure}", DIRECT[matrix], "products")
        found.append(products.iloc[-1] / products.iloc[0])
    return Interval.spanning(found, "matrices")


def share_of_single_products(measured: pd.DataFrame) -> Interval:
    """Operations by colours over those of as many single products, at the largest n.

    A single product is the dearer one of forward and of reverse mode.
    """
    found = []
    for matrix, structure in BOTH:
        ways = (DIRECT[matrix], "forward", "reverse")
        own, *single = (value(measured, matrix, structure, way, "operations") for way in ways)
        products = value(measured, matrix, structure, DIRECT[matrix], "products")
        found.append(own / (products * max(single)))
    return Interval.spanning(found, "matrices")


def fewer_operations(measured: pd.DataFrame) -> Interval:
    """Operations of the cheaper dense way over those by colours, at the largest n."""
    found = []
    for matrix, structure in BOTH:
        dense = min(value(measured, matrix, structure, way, "operations") for way in DENSE[matrix])
        found.append(dense / value(measured, matrix, structure, DIRECT[matrix], "operations"))
    return Interval.spanning(found, "matrices")


def over_least(measured: pd.DataFrame, way: str | None = None) -> Interval:
    """Products over the fewest possible, over matrices: of the direct way, or of another."""
    found = []
    for matrix, structure in BOTH:
        if way is None or (way == "acyclic" and matrix == "hessian"):
            own = way or DIRECT[matrix]
            least = value(measured, matrix, structure, own, "least_possible")
            found.append(value(measured, matrix, structure, own, "products") / least)
    return Interval.spanning(found, "matrices")


def worst_error(measured: pd.DataFrame, *, substituted: bool) -> float:
    """The largest error, in rounding errors for each entry of a row, and each level.

    An entry that follows from others by subtraction has their errors too, level after level.
    """
    errors = measured[measured.quantity.isin(["dense_error", "direction_error"])]
    errors = errors[(errors.way == "acyclic") == substituted]
    worst = np.nan
    for row in errors.itertuples():
        label = {"point": row.point, "way": row.way, "size": row.size}
        entries, levels = (
            single(NAME, measured, **label, quantity=q) for q in ("row_entries", "levels")
        )
        terms = entries * max(levels, 1)
        worst = np.fmax(worst, row.value / (unit_roundoff("float64") * terms))
    return float(worst)


def missed(measured: pd.DataFrame, quantity: str = "missed") -> Interval:
    """Entries that the patterns found lack, or have too many, of all matrices."""
    return Interval.spanning(select(NAME, measured, quantity=quantity).value, "matrices")


def random_share(measured: pd.DataFrame) -> tuple[int, int, Interval, float]:
    """n, entries a row (near a quarter of n), and products over n: at random, in a band."""
    rows = select(NAME, measured, way=["band", "random"])
    n = int(rows["size"].iloc[0])
    entries = min(sorted(set(rows.entries)), key=lambda e: abs(e - n / 4))
    of = {way: select(NAME, rows, way=way, entries=entries).value / n for way in ("band", "random")}
    return n, int(entries), median_interval(of["random"]), float(of["band"].iloc[0])


def timed_cases(timings: pd.DataFrame, size: int) -> Iterator[tuple[str, str, Interval]]:
    """For each matrix at a size: the saving in time, over the faster of the dense ways."""
    for matrix, structure in BOTH:
        rows = select(NAME, timings, point=f"time-{matrix}", structure=structure, size=size)
        medians = rows.groupby("method").seconds.median()
        faster = min(DENSE[matrix], key=lambda way: medians[way])
        yield matrix, structure, paired_ratio(rows, faster, DIRECT[matrix])


def joined(intervals: list[Interval]) -> Interval:
    """From the least end of all intervals to the greatest, with the middle median as the value."""
    values = sorted(one.value for one in intervals)
    ends = np.array([[one.low, one.high] for one in intervals])
    return Interval(
        values[len(values) // 2],
        float(ends[:, 0].min()),
        float(ends[:, 1].max()),
        f"{over('matrices')}, each confidence 95 %",
    )


def time_saved(timings: pd.DataFrame, size: int) -> Interval:
    """How many times faster colours are than the faster dense way, over matrices."""
    return joined([saved for *_, saved in timed_cases(timings, size)])


def time_saved_of_products(measured: pd.DataFrame, timings: pd.DataFrame, size: int) -> Interval:
    """The same over how many times fewer products they take."""
    found = []
    for matrix, structure, saved in timed_cases(timings, size):
        products = over_sizes(measured, f"{matrix}-{structure}", DIRECT[matrix], "products")
        found.append(saved.over(size / products.loc[size]))
    return joined(found)
