"""What a minimum costs by each method, with what is only bounded said as bounds; from tables alone.

A run that did not arrive costs at least what it took. Where Newton's method only was counted it
costs at least one step; its value is then that step times the number of steps that it took in the
largest dimension where it ran, as an estimate that decides nothing.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.experiments.second_order.plan import FIRST_ORDER, METHODS, convex_problem
from adcost.results.select import parameter, select
from adcost.statistics.intervals import BOUND, TOO_FEW, Interval, over, paired_ratio

NAME = "second_order"
STARTS = over("starts")
ENDS, OPPOSITE = ["value", "low", "high"], ["value", "high", "low"]
COSTS = ["problem", "size", "method", "value", "low", "high", "ran", "reached", "hessians"]


def minimised(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The measurements of all points but the one on memory."""
    measured = tables["measurements"]
    return select(NAME, measured[measured.quantity != "numbers_held"])


def problems(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The problems in the plan's order."""
    return list(minimised(tables).problem.unique())


def conditions(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The condition numbers of the convex problems, by problem."""
    listed = parameter(NAME, tables["points"], "conditions")
    return {convex_problem(number): float(number) for numbers in listed for number in numbers}


def costs(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row a problem, size and method: ``value, low, high`` in gradients, ``ran``, ``reached``.

    ``high`` is infinite where a run did not arrive, and ``value`` where none did.
    """
    rows = minimised(tables)
    keys = ["problem", "size", "method"]
    wide = rows[rows.quantity.isin(("cost", "reached", "hessians"))].pivot(
        index=[*keys, "start"], columns="quantity", values="value"
    )
    found = []
    for (problem, size, method), runs in wide.groupby(level=keys, sort=False):
        arrived = runs.cost.where(runs.reached == 1, math.inf)
        middle = float(np.sort(arrived)[len(arrived) // 2])
        found.append(
            (
                problem,
                size,
                method,
                middle,
                runs.cost.min(),
                arrived.max(),
                True,
                bool((runs.reached == 1).all()),
                runs.hessians.median(),
            )
        )
    table = pd.DataFrame(found, columns=COSTS)
    table = pd.DataFrame([*found, *_counted_only(rows, table)], columns=COSTS)
    order = {method: place for place, method in enumerate(METHODS)}
    ordered = table.assign(order=table.method.map(order)).sort_values(
        ["problem", "size", "order"], kind="stable"
    )
    return ordered.drop(columns=["order", "hessians"]).reset_index(drop=True)


def _counted_only(rows: pd.DataFrame, ran: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Newton's method where it did not run: one step at least."""
    newton = ran[ran.method == "newton"].sort_values("size")
    there = set(zip(newton.problem, newton["size"], strict=True))
    taken = newton[newton.reached].groupby("problem").hessians.last()
    steps = select(NAME, rows, method="newton", quantity="step")
    return [
        (
            problem,
            size,
            "newton",
            step * taken.get(problem, math.inf),
            step,
            math.inf,
            False,
            False,
            math.nan,
        )
        for problem, size, step in zip(steps.problem, steps["size"], steps.value, strict=True)
        if (problem, size) not in there
    ]


def first_order(table: pd.DataFrame) -> pd.DataFrame:
    """The cheapest of the methods that use gradients alone: a row a problem and size."""
    rows = table[table.method.isin(FIRST_ORDER)]
    return rows.groupby(["problem", "size"], sort=False)[["value", "low", "high"]].min()


def ratios(tables: Mapping[str, pd.DataFrame], method: str, than: str = "") -> pd.DataFrame:
    """A method's cost over that of another, or of the best first-order one: bounds hold.

    A row a problem and size: ``value, low, high``.
    """
    table = costs(tables)
    above = table[table.method == method].set_index(["problem", "size"])
    below = (
        table[table.method == than].set_index(["problem", "size"]) if than else first_order(table)
    )
    below = below.reindex(above.index)
    found = pd.DataFrame(
        {
            "value": above.value / below.value,
            "low": above.low / below.high,
            "high": above.high / below.low,
        }
    )
    # Where both are unknown there is no middle: the bound is shown.
    found["value"] = found.value.where(np.isfinite(found.value), found.low)
    return found.reset_index()


def interval(row: pd.Series) -> Interval:
    """A ratio as an interval."""
    kind = STARTS if math.isfinite(row.high) and row.low > 0 else BOUND
    return Interval(float(row.value), float(row.low), float(row.high), kind)


def at_ends(table: pd.DataFrame, problem: str) -> tuple[pd.Series, pd.Series]:
    """The ratios of a problem in its fewest and in its most variables."""
    rows = table[table.problem == problem].sort_values("size")
    return rows.iloc[0], rows.iloc[-1]


def growth(table: pd.DataFrame, problem: str) -> Interval:
    """The exponent in p of a ratio, from the fewest variables to the most; bounds hold.

    Without ends where a problem has one size only.
    """
    first, last = at_ends(table, problem)
    if first["size"] == last["size"]:
        return Interval.unknown(TOO_FEW)
    span = math.log(last["size"] / first["size"])
    with np.errstate(divide="ignore", invalid="ignore"):
        late, early = (np.log(row.to_numpy(float)) for row in (last[ENDS], first[OPPOSITE]))
        value, low, high = map(float, (late - early) / span)
    return Interval(value, low, high, BOUND)


def border(table: pd.DataFrame, problem: str) -> float | None:
    """The dimension from which on a ratio is above one, between neighbours on a logarithmic scale.

    None where it is above one in the fewest variables already, or never.
    """
    rows = table[table.problem == problem].sort_values("size")
    p, value = np.log(rows["size"].to_numpy(float)), np.log(rows.value.to_numpy())
    below = np.flatnonzero(value <= 0)
    if not len(below) or below[-1] == len(p) - 1:
        return None
    last = below[-1]
    share = -value[last] / (value[last + 1] - value[last])
    return float(np.exp(p[last] + share * (p[last + 1] - p[last])))


def timed_ratios(tables: Mapping[str, pd.DataFrame], method: str) -> pd.DataFrame:
    """Seconds of a method over those of the fastest first-order one: a row a problem and size.

    ``value, low, high``, ``interval``; where a method did not arrive there is none.
    """
    timings = tables["timings"]
    sizes = minimised(tables).drop_duplicates("point").set_index("point")["size"]
    found = []
    for (point, problem), rounds in timings.groupby(["point", "problem"], sort=False):
        seconds = rounds.groupby("method").seconds.median()
        first = seconds.reindex(FIRST_ORDER).dropna()
        if method in seconds.index and len(first):
            ratio = paired_ratio(rounds, method, str(first.idxmin()))
            found.append((problem, sizes[point], ratio.value, ratio.low, ratio.high, ratio))
    return pd.DataFrame(found, columns=["problem", "size", "value", "low", "high", "interval"])


def held(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Numbers that one step holds: a row a dimension, a column a method."""
    rows = select(NAME, tables["measurements"], quantity="numbers_held")
    return rows.pivot(index="size", columns="method", values="value")


def memory_gb(tables: Mapping[str, pd.DataFrame]) -> float:
    """The memory that was configured, in 10⁹ bytes."""
    return float(parameter(NAME, tables["points"], "memory_gb").iloc[0])


def largest(tables: Mapping[str, pd.DataFrame], method: str) -> float:
    """The largest p of a method that fits the memory: the power law through the last two sizes."""
    numbers = held(tables)[method]
    (p, q), (a, b) = numbers.index[-2:], numbers.iloc[-2:]
    power = math.log(b / a) / math.log(q / p)
    return float(q * (memory_gb(tables) * 1e9 / 8 / b) ** (1 / power))


def solve_alone(tables: Mapping[str, pd.DataFrame]) -> Interval:
    """One factorisation over all that first order takes, in the most variables of each problem."""
    solve = select(NAME, minimised(tables), method="newton", quantity="solve")
    first = first_order(costs(tables))
    least, most, middle = [], [], []
    for problem, rows in solve.groupby("problem", sort=False):
        row = rows.sort_values("size").iloc[-1]
        below = first.loc[(problem, row["size"])]
        least.append(row.value / below.high)
        most.append(row.value / below.low)
        middle.append(row.value / below.value if math.isfinite(below.value) else least[-1])
    middle.sort()
    return Interval(middle[len(middle) // 2], min(least), max(most), over("problems"))
