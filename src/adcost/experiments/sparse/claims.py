"""Judge the claims on sparse matrices (`sparse.*`) from the tables alone.

Tolerances, and why: products are whole numbers and agree exactly. An error is counted in rounding
errors for each entry of a row, and for each level of a substitution.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.experiments.sparse import analysis
from adcost.experiments.sparse.analysis import BOTH, DENSE, DIRECT, over_sizes
from adcost.experiments.sparse.plan import HALF_BAND
from adcost.statistics.intervals import Interval

SECTION = "«Выберите своего бойца»: произвольный граф"

ROUNDING = 10.0
"""Rounding errors allowed for each term of the sums on the way, in units of u: a few in the term
itself, and they add up at most linearly (Higham 2002, §3.1)."""

SAVES_LITTLE = 0.5
"""Of the n products: the price list says that colours save little where they take more."""

ARROW_PRODUCTS = {"jacobian": 3, "hessian": 2}
"""Of a matrix with a diagonal, a dense row and a dense column: their numbers fill no fewer."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``timings``."""
    measured, timings = tables["measurements"], tables["timings"]
    return [
        _colouring(measured),
        _both_modes(measured),
        _symmetry(measured),
        _time(timings),
        _small_matrices_time(measured, timings),
        _random(measured),
    ]


def _colouring(measured: pd.DataFrame) -> Claim:
    sizes = over_sizes(measured, "jacobian-banded", "columns", "products").index
    return Claim(
        "sparse.colouring",
        f"{SECTION}; Curtis, Powell & Reid 1974; Gebremedhin, Manne & Pothen 2005",
        "A banded, an arrow-shaped and a stencil's Jacobian and Hessian cost the products of their "
        "colours, whose number does not grow with n, where columns take n and rows as many.",
        (
            at_most(
                "counted", analysis.growth(measured), 1,
                f"times the products from n = {sizes[0]} to {sizes[-1]}",
            ),
            at_most(
                "counted", analysis.share_of_single_products(measured), 1,
                "of the operations of as many single products",
            ),
            at_least(
                "counted", analysis.fewer_operations(measured), 1,
                "times fewer operations than the cheaper of columns and rows",
            ),
            near(
                "counted", analysis.missed(measured), 0, 0.0, "entries missed by the pattern", "0"
            ),
            at_most(
                "exact", Interval.exactly(analysis.worst_error(measured, substituted=False)),
                ROUNDING, "rounding errors an entry of a row",
            ),
        ),
        "products",
        "The first line would be above one if a larger matrix took more products. Patterns are "
        "found by probing at one size and by tracing at the largest.",
        beside=(
            near(
                "counted", analysis.over_least(measured), 1, 0.0,
                "of the fewest products possible", "1",
            ),
        ),
        claimed_by="lecture",
    )  # fmt: skip


def _both_modes(measured: pd.DataFrame) -> Claim:
    arrow = "jacobian-arrow"
    by = {
        way: over_sizes(measured, arrow, way, "products")
        for way in ("columns", "coloured_columns", "coloured_rows", "coloured_both")
    }
    alone = pd.concat([by[way] / by["columns"] for way in ("coloured_columns", "coloured_rows")])
    products = ARROW_PRODUCTS["jacobian"]
    return Claim(
        "sparse.both_modes",
        f"{SECTION}; Coleman & Verma 1998",
        "Where one row and one column are dense, colours of columns or of rows alone save nothing, "
        "and forward and reverse mode together take three products.",
        (
            near(
                "counted", Interval.spanning(alone, "sizes"), 1, 0.0, "of n, by one mode alone", "1"
            ),
            near(
                "counted", Interval.spanning(by["coloured_both"], "sizes"), products, 0.0,
                "products of both modes", f"{products}",
            ),
        ),
        "products",
        "One product of reverse mode for the dense row, one of forward mode for the dense column, "
        "and one for all the rest: the entries fill that many products of n numbers.",
        claimed_by="lecture",
    )  # fmt: skip


def _symmetry(measured: pd.DataFrame) -> Claim:
    of = {
        (structure, way): Interval.spanning(
            over_sizes(measured, f"hessian-{structure}", way, "products"), "sizes"
        )
        for structure, way in (
            ("arrow", "star"), ("banded", "coloured_columns"), ("banded", "acyclic")
        )
    }  # fmt: skip
    arrow, band = ARROW_PRODUCTS["hessian"], HALF_BAND
    return Claim(
        "sparse.symmetry",
        "Powell & Toint 1979; Coleman & Moré 1984",
        "The symmetry of a Hessian saves products: an arrow takes two, and a band with b entries "
        "on either side b + 1 by substitution, where columns take 2b + 1.",
        (
            near("counted", of["arrow", "star"], arrow, 0.0, "products, arrow", f"{arrow}"),
            near(
                "counted", of["banded", "coloured_columns"], 2 * band + 1, 0.0,
                "products, band by columns", f"{2 * band + 1}",
            ),
            near(
                "counted", of["banded", "acyclic"], band + 1, 0.0, "products, band by substitution",
                f"{band + 1}",
            ),
            at_most(
                "exact", Interval.exactly(analysis.worst_error(measured, substituted=True)),
                ROUNDING, "rounding errors an entry and level, by substitution",
            ),
        ),
        "products",
        "Substitution takes the fewest products and passes rounding errors on from entry to entry.",
        beside=(
            near(
                "counted", analysis.over_least(measured, "acyclic"), 1, 0.0,
                "of the fewest products possible, by substitution", "1",
            ),
        ),
        claimed_by="literature",
    )  # fmt: skip


def _time(timings: pd.DataFrame) -> Claim:
    n = int(timings["size"].max())
    return Claim(
        "sparse.colouring_time",
        "this study",
        f"At n = {n} the compressed matrix is computed faster than by columns and by rows, "
        "whatever its pattern.",
        (at_least("timed", analysis.time_saved(timings, n), 1, "times faster"),),
        "time",
        claimed_by="ours",
    )


def _small_matrices_time(measured: pd.DataFrame, timings: pd.DataFrame) -> Claim:
    n = int(timings["size"].min())
    return Claim(
        "sparse.small_matrices_time",
        "this study",
        f"At n = {n} colours save less time than products: a call costs what it costs, and all "
        "columns are computed side by side.",
        (
            at_most(
                "timed", analysis.time_saved_of_products(measured, timings, n), 1,
                "of what products save",
            ),
        ),
        "time",
        "How many times faster colours are, over how many times fewer products they take.",
        beside=(
            at_most("timed", analysis.time_saved(timings, n), 1, "times faster than the dense way"),
        ),
        claimed_by="ours",
    )  # fmt: skip


def _random(measured: pd.DataFrame) -> Claim:
    n, entries, random, band = analysis.random_share(measured)
    return Claim(
        "sparse.random_patterns",
        "this study",
        "The structure decides and not the share of entries: where a quarter stands at random, the "
        "dense way wins, since no colouring saves half of the products; a band of as many saves "
        "more.",
        (
            at_least("sampled", random, SAVES_LITTLE, "of n products, at random"),
            at_most("counted", Interval.exactly(band), SAVES_LITTLE, "of n products, in a band"),
        ),
        "products",
        f"With {entries} entries in each of {n} rows.",
        claimed_by="ours",
    )


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name."""
    measured, timings = tables["measurements"], tables["timings"]
    sizes = over_sizes(measured, "jacobian-banded", "columns", "products").index
    probed = measured[(measured.way == "probed") & (measured.quantity == "products")]
    dense = int(probed["size"].iloc[0])
    random_n, entries, _, band = analysis.random_share(measured)
    timed = sorted(set(timings["size"]))
    fast = {(m, s): saved.value for m, s, saved in analysis.timed_cases(timings, timed[-1])}
    errors = {
        way: analysis.value(measured, "hessian", "banded", way, "direction_error")
        for way in ("star", "acyclic")
    }
    rows = _rows(measured)
    most = max(row["colours"] for row in rows)
    return {
        "smallest": int(sizes[0]),
        "largest": int(sizes[-1]),
        "dense": dense,
        "probing_products": int(probed.value.iloc[0]),
        "superfluous": int(analysis.missed(measured, "superfluous").high),
        "paid_after": int(probed.value.iloc[0] // (dense - most)) + 1,
        "fewer_operations_least": analysis.fewer_operations(measured).low,
        "fewer_operations_most": analysis.fewer_operations(measured).high,
        "matrices": rows,
        "arrow_products": int(
            analysis.value(measured, "jacobian", "arrow", "coloured_both", "products")
        ),
        "most_evaluations": max(row["evaluations"] for row in rows),
        "error_direct": errors["star"],
        "error_substituted": errors["acyclic"],
        "levels": int(analysis.value(measured, "hessian", "banded", "acyclic", "levels")),
        "random_size": random_n,
        "random_entries": entries,
        "band_share": band,
        "timed_smallest": timed[0],
        "timed_largest": timed[-1],
        "faster_least": min(fast.values()),
        "faster_most": max(fast.values()),
    }


def _rows(measured: pd.DataFrame) -> list[dict[str, Any]]:
    """A row a matrix, at the largest n: products by each way, and evaluations of the function."""
    found = []
    for matrix, structure in BOTH:
        of = {
            way: analysis.value(measured, matrix, structure, way, "operations")
            for way in ("function", DIRECT[matrix], *DENSE[matrix])
        }
        products = {
            way: int(analysis.value(measured, matrix, structure, way, "products"))
            for way in ("coloured_columns", DIRECT[matrix])
        }
        hessian = matrix == "hessian"
        if hessian:
            products["acyclic"] = int(
                analysis.value(measured, matrix, structure, "acyclic", "products")
            )
        found.append(
            {
                "matrix": f"{'Hessian' if hessian else 'Jacobian'}, {structure}",
                "columns": products["coloured_columns"],
                "colours": products[DIRECT[matrix]],
                "substitution": products.get("acyclic", "–"),
                "evaluations": of[DIRECT[matrix]] / of["function"],
                "dense_evaluations": min(of[way] for way in DENSE[matrix]) / of["function"],
            }
        )
    return found
