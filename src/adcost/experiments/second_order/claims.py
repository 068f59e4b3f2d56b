"""Judge the claims on methods of first and second order (`second_order.*`) from the tables alone.

"Usually" is read as: in more than half of the problems. A problem is decided in its most variables.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from adcost.claims import Claim, Evidence, Kind, at_least, at_most, near
from adcost.experiments.second_order import analysis
from adcost.experiments.second_order.plan import FIRST_ORDER
from adcost.palette import METHODS
from adcost.statistics.exponent import local_exponents
from adcost.statistics.intervals import BOUND, CONFIDENCE, Interval, over

SECTION = "«Задача»"
MOSTLY = 0.5
COUNTED = 0.1
"""An exponent of bytes may miss its power by so much, for what does not grow with p."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements``, ``timings`` and ``points``."""
    return [_memory(tables), _better(tables), _better_in_time(tables), _newton_cg(tables)]


def _memory(tables: Mapping[str, pd.DataFrame]) -> Claim:
    held = analysis.held(tables)
    newton = Interval.spanning(held.newton / held.index**2, "dimensions")
    most = {method: analysis.largest(tables, method) for method in ("newton", "l_bfgs")}
    return Claim(
        "second_order.memory",
        SECTION,
        "Newton's method with the Hessian holds p² numbers at least, gradient descent, Adam and "
        "L-BFGS a multiple of p.",
        (
            at_least("counted", newton, 1, "p² numbers", "p²"),
            near(
                "counted", local_exponents(held.index, held.newton), 2, COUNTED, "exponent, Newton"
            ),
            *(
                near(
                    "counted",
                    local_exponents(held.index, held[method]),
                    1,
                    COUNTED,
                    f"exponent, {METHODS[method].name}",
                )
                for method in FIRST_ORDER
            ),
        ),
        "memory",
        f"In {analysis.memory_gb(tables):g} GB fit {most['newton']:,.0f} variables with the "
        f"Hessian and {most['l_bfgs']:,.0f} with L-BFGS.",
        claimed_by="lecture",
    )


def share(intervals: Sequence[Interval], border: float = 1.0) -> Interval:
    """In which share of the problems a quantity is above the border.

    The value is that for which it certainly is; up to the high end nothing contradicts it. NaN
    contradicts nothing.
    """
    certain = sum(found.low > border for found in intervals) / len(intervals)
    possible = sum(not found.high <= border for found in intervals) / len(intervals)
    return Interval(certain, certain, possible, "" if certain == possible else BOUND)


def _mostly(kind: Kind, intervals: Sequence[Interval], border: float, unit: str) -> Evidence:
    found = share(intervals, border)
    if kind == "timed":
        found = replace(found, kind=CONFIDENCE)
    return at_least(kind, found, math.nextafter(MOSTLY, 1), unit, f"> {MOSTLY:g}")


def _better(tables: Mapping[str, pd.DataFrame]) -> Claim:
    table, names = analysis.ratios(tables, "newton"), analysis.problems(tables)
    ends = [analysis.at_ends(table, problem) for problem in names]
    alone = analysis.solve_alone(tables)
    cheaper = sum(few.high < 1 for few, _ in ends)
    return Claim(
        "second_order.first_better_when_large",
        SECTION,
        "Usually the best method of first order takes less work to the same tolerance in large "
        "problems than Newton's method with the Hessian, by a factor that grows with the "
        "dimension.",
        (
            _mostly(
                "counted",
                [analysis.interval(last) for _, last in ends],
                1,
                "of the problems, most variables",
            ),
            _mostly(
                "counted",
                [analysis.growth(table, problem) for problem in names],
                0,
                "of the problems, factor grows",
            ),
        ),
        "ratio",
        "Work is operations in units of f with its gradient. In the fewest variables Newton's "
        f"method is the cheaper one for certain in {cheaper} of {len(ends)} problems. What a step "
        "costs it, and what condition first order meets, decide where the border lies.",
        beside=(
            *(
                at_least(
                    "counted",
                    analysis.interval(last),
                    1,
                    f"times first order, {problem}, p = {last['size']}",
                )
                for problem, (_, last) in zip(names, ends, strict=True)
            ),
            at_least("counted", alone, 1, "times first order, were the Hessian free"),
        ),
        claimed_by="lecture",
    )


def _better_in_time(tables: Mapping[str, pd.DataFrame]) -> Claim:
    table = analysis.timed_ratios(tables, "newton")
    last = [analysis.at_ends(table, problem)[1] for problem in table.problem.unique()]
    intervals = [row.interval for row in last] or [Interval.unknown()]
    return Claim(
        "second_order.first_better_when_large_time",
        SECTION,
        "Usually the best method of first order takes less time to the same tolerance in large "
        "problems than Newton's method with the Hessian.",
        (_mostly("timed", intervals, 1, "of the problems timed"),),
        "ratio",
        "Timed up to the largest dimension where the Hessian is formed, without compiling; a fixed "
        "step is known beforehand.",
        beside=tuple(
            at_least("timed", row.interval, 1, f"times, {row.problem}, p = {row['size']}")
            for row in last
        ),
        claimed_by="lecture",
    )


def _newton_cg(tables: Mapping[str, pd.DataFrame]) -> Claim:
    held = analysis.held(tables).newton_cg
    against, first = (
        analysis.ratios(tables, *names) for names in (("newton", "newton_cg"), ("newton_cg",))
    )
    names = analysis.problems(tables)
    saved = _together([analysis.at_ends(against, problem)[1] for problem in names])
    paid = _together([analysis.at_ends(first, problem)[1] for problem in names])
    return Claim(
        "second_order.newton_cg",
        f"ours, on {SECTION}; Nocedal & Wright 2006, §7.1",
        "Newton–CG takes products in place of the Hessian: it holds a multiple of p numbers, and "
        "in every problem's most variables it takes less work than Newton's method with the "
        "Hessian.",
        (
            near("counted", local_exponents(held.index, held), 1, COUNTED, "exponent, Newton–CG"),
            at_least("counted", saved, 1, "times Newton–CG's work"),
        ),
        "memory",
        "So the lecture's sentence is about the Hessian, not about the second order. Beside the "
        "best method of first order Newton–CG takes as much as stands below.",
        beside=(at_most("counted", paid, 1, "times first order's work, Newton–CG"),),
        claimed_by="ours",
    )


def _together(rows: Sequence[pd.Series]) -> Interval:
    """The range of several ratios, with their bounds."""
    middle = sorted(float(row.value) for row in rows)[len(rows) // 2]
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    return Interval(middle, float(low), float(high), over("problems"))


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name."""
    from adcost.experiments.second_order.numbers import found

    return found(tables)
