"""Judge the claims on derivatives through linear algebra.

The unit of an error is n·κ·u: a backward stable solve answers a problem that is off by n·u, and the
solution moves by κ times that (Higham, *Accuracy and Stability*, 2nd ed., §7.1, 9.3, 20.1). An
adjoint is two such solves, and ten units are allowed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near
from adcost.experiments.linear_algebra.analysis import (
    ROUNDOFF,
    SOLVE_WAYS,
    cost,
    errors,
    final_values,
)
from adcost.statistics.intervals import Interval, median_interval, paired_ratio

UNITS = 10.0
"""Of n·κ·u."""

ROW = "rounding errors a row"
"""n·u in words, n being the rows of the matrix."""

SOLVE_CONFIRMATIONS = (("rule", "library"), *SOLVE_WAYS[2:])
"""`jax.numpy.linalg.solve` is differentiated by the same rule: what both say is said once."""

CLOSER = 0.5
"""The regulariser must halve the error of the recovery, at least."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The claims, in the order of the list of claims."""
    measured = tables["measurements"]
    operations = cost(measured, "operations")
    overhead = float((operations.elimination / operations.rule).iloc[-1])
    return [
        Claim(
            "linear_algebra.solve",
            "Задача 2; Giles 2008",
            "For x = A⁻¹b the adjoints are ∂L/∂b = A⁻ᵀ ∂L/∂x and ∂L/∂A = −(A⁻ᵀ ∂L/∂x) xᵀ.",
            _errors(measured, "solve", SOLVE_CONFIRMATIONS),
            "accuracy",
            "The formula, and automatic differentiation of three programs, against the exact "
            "adjoints of the same matrices in 60 digits. All are as exact as the problem's "
            "condition allows; they differ in price. The library's solve carries this very formula "
            "as its rule, so the two confirm it once; that differentiating the factorisation and "
            "the elimination gives the same confirms it independently.",
            beside=(
                at_least(
                    "counted", Interval.exactly(overhead), 1, "operations, elimination / formula"
                ),
            ),
            claimed_by="lecture",
        ),
        Claim(
            "linear_algebra.least_squares",
            "Дополнительные материалы: линейные наименьшие квадраты; Golub & Pereyra 1973",
            "With r = b − Ax and z = (AᵀA)⁻¹ ∂L/∂x, least squares has the adjoints ∂L/∂b = Az and "
            "∂L/∂A = r zᵀ − (Az) xᵀ.",
            _errors(measured, "least_squares", ("rule", "library")),
            "accuracy",
            _least_squares_note(measured),
            # Normal equations square the condition number, which says nothing of the formula.
            beside=_errors(measured, "least_squares", ("normal_equations",)),
            claimed_by="lecture",
        ),
        Claim(
            "linear_algebra.nuclear_norm",
            "Задача 3; Watson 1992",
            "For R(W) = tr Σ the derivative is ∂R/∂W = UVᵀ, where no singular value is zero.",
            _errors(measured, "nuclear_norm", ("rule", "values")),
            "accuracy",
            "Against the orthogonal polar factor in 60 digits. Through the singular vectors AD "
            "divides by differences of singular values: NaN where two are equal (those results are "
            "left out here; the next claim counts them).",
            beside=_errors(measured, "nuclear_norm", ("vectors",)),
            claimed_by="lecture",
        ),
        _degenerate(measured),
        _low_rank(measured),
    ]


def _errors(
    measured: pd.DataFrame, problem: str, methods: Sequence[str | tuple[str, ...]]
) -> tuple[Evidence, ...]:
    """The worst error of each way over condition numbers, draws and both arguments.

    Ways in one tuple are one confirmation.
    """
    table = errors(measured, problem)
    return tuple(
        at_most(
            "exact",
            Interval.exactly(float(table.scaled[table.method.isin(ways)].max())),
            UNITS,
            f"{ROW}, times the conditioning: {' and '.join(ways).replace('_', ' ')}",
        )
        for ways in ((way,) if isinstance(way, str) else way for way in methods)
    )


def _least_squares_note(measured: pd.DataFrame) -> str:
    broken = measured[
        (measured.problem == "least_squares")
        & (measured.method == "library")
        & (measured.quantity == "finite")
        & (measured.value == 0)
    ]
    note = (
        "By QR. Normal equations square the condition number, and AD of them does as well: a "
        "program is differentiated with its own rounding."
    )
    if broken.empty:
        return note
    where = ", ".join(f"{k:g}" for k in sorted(broken.condition.unique()))
    return (
        f"{note} The library's lstsq goes through an SVD, whose derivative is NaN where singular "
        f"values are equal: {len(broken)} of its adjoints, at condition {where}."
    )


def _degenerate(measured: pd.DataFrame) -> Claim:
    rows = measured[measured.problem.isin(["repeated", "deficient", "zero"])]
    scale = rows["size"].max() * ROUNDOFF

    def distance(method: str) -> Interval:
        own = rows[rows.method == method]
        finite = own.value[own.quantity == "finite"]
        worst = own.value[own.quantity == "distance"].max() / scale
        return Interval.exactly(worst if finite.all() and len(finite) else float("nan"))

    vectors = rows[rows.method == "vectors"]
    finite = vectors[vectors.quantity == "finite"].set_index("problem").value
    off = vectors[vectors.quantity == "distance"].set_index("problem").value > UNITS * scale
    wrong = (finite == 0) | off.reindex(finite.index, fill_value=False)
    norms = rows[(rows.method == "rule") & (rows.quantity == "norm")].set_index("problem").value
    rank = rows["size"].max() // 2
    return Claim(
        "linear_algebra.nuclear_norm_degenerate",
        "Задача 3; Watson 1992; Ionescu, Vantzos & Sminchisescu 2015",
        "Where singular values repeat or vanish, AD through the singular values still gives a "
        "subgradient, through the singular vectors it does not; the rule gives the least one.",
        (
            at_most("exact", distance("rule"), UNITS, f"{ROW} outside the subdifferential, rule"),
            near(
                "exact",
                Interval.exactly(norms["deficient"] ** 2 / rank),
                1,
                1e-12,
                "squared norm at rank r, over r",
            ),
            at_most("exact", distance("values"), UNITS, f"{ROW} outside, through values"),
            near("counted", Interval.exactly(wrong.mean()), 1, 0, "of cases NaN or wrong, vectors"),
        ),
        "accuracy",
        "Cases: every singular value twice or more, half of them zero, and W = 0. At zero "
        "singular values the library's answer depends on arbitrary null vectors; at W = 0 it is "
        "the identity.",
        claimed_by="ours",
    )


def _low_rank(measured: pd.DataFrame) -> Claim:
    rank, error = final_values(measured, "rank"), final_values(measured, "error")
    ratio = error.proximal / error.no_regulariser
    return Claim(
        "linear_algebra.low_rank",
        "Задача 3: «стимулирует низкоранговые решения»; Cai, Candès & Shen 2010",
        "The regulariser tr Σ leads to solutions of low rank: a matrix of low rank is recovered "
        "from part of its entries, where the misfit alone says nothing of the others.",
        (
            at_most(
                "sampled",
                median_interval(rank.proximal / rank.no_regulariser),
                CLOSER,
                "rank, with / without",
            ),
            at_most("sampled", median_interval(ratio), CLOSER, "error, with / without"),
        ),
        "recovery",
        "With the proximal step (soft thresholding of singular values) the rank is low after a few "
        "steps. Subgradient descent with the same regulariser approaches it slowly and never has a "
        "singular value that is exactly zero.",
        beside=(
            at_most(
                "sampled",
                median_interval(rank.subgradient / rank.no_regulariser),
                CLOSER,
                "rank by subgradients / without",
            ),
        ),
        claimed_by="lecture",
    )


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers for the report's text."""
    measured = tables["measurements"]
    operations = cost(measured, "operations")
    bytes_ = cost(measured, "temporary_bytes")
    largest = int(operations.index.max())
    at_largest = tables["timings"][tables["timings"]["size"] == largest]
    accuracy = measured[measured.point == "accuracy"]
    edges = measured[(measured.method == "library") & (measured.point == "degenerate")]
    rank, error = final_values(measured, "rank"), final_values(measured, "error")
    differences = errors(measured, "solve")
    differences = differences[differences.method == "difference"]
    return {
        "size": int(accuracy["size"].max()),
        "draws": int(accuracy.draw.max()) + 1,
        "least_condition": float(accuracy.condition.min()),
        "most_condition": float(accuracy.condition.max()),
        "largest": largest,
        "cost": [
            {
                "way": name,
                "operations": float(operations[name][largest] / operations["value"][largest]),
                "seconds": paired_ratio(at_largest, name, "value").value,
                "megabytes": float(bytes_[name][largest] / 2**20),
            }
            for name in SOLVE_WAYS
        ],
        "edges": [
            {"what": row.problem, "finite": bool(row.value)}
            for row in edges[edges.quantity == "finite"].itertuples()
        ],
        "broken_edges": int((edges.value[edges.quantity == "finite"] == 0).sum()),
        "all_edges": int((edges.quantity == "finite").sum()),
        "difference_worst": float(differences.value.max()),
        "difference_least": float(differences.value.min()),
        "recovery_size": int(measured[measured.point == "recovery"]["size"].max()),
        "rank_proximal": float(np.median(rank.proximal)),
        "rank_subgradient": float(np.median(rank.subgradient)),
        "rank_none": float(np.median(rank.no_regulariser)),
        "error_proximal": float(np.median(error.proximal)),
        "error_subgradient": float(np.median(error.subgradient)),
        "error_none": float(np.median(error.no_regulariser)),
        "steps": int(measured.step.max()),
    }
