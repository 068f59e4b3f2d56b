"""Judge the claims on descent without gradients (`zero_order.*`) from the tables alone.

Tolerances, and why:

- an exponent may miss its power by 0.1. What it must be told from are the other powers of the
  question (0, 1/2, 1) and a logarithm: over n from 8 to 1,024 a factor ln n bends an exponent by
  1/ln n ≈ 0.2 on average. Half of that notices it. The same holds for the powers of k;
- an estimate's second moment may miss d, or d + 2, by a tenth: in two dimensions and more a factor
  that is missing or a gradient in its place is off by half and more. It is context: what decides is
  the best step of a sweep, which with the true gradient in the estimate's place would not shrink;
- simulated gaps may miss their expectation by a tenth on average: a factor 2 or n that is missing
  is off by a half and more;
- a geometric decrease may change its slope by 0.1 from one half to the other; a power law between
  the same ends would halve it and more;
- an unbiased estimate may miss by 1/(d + 2), half of what confusing the sphere's factor d with the
  Gaussian's d + 2 would do in the highest dimension d.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.experiments.zero_order.analysis import (
    TWO_POINT,
    best_exponent,
    best_is_bracketed,
    best_steps,
    components,
    decay,
    exponent,
    farthest,
    gap_exponent,
    gap_over_expected,
    gaps,
    last,
    medians,
    of_problem,
    over_table,
    rate_exponent,
    straightness,
    strongly_convex_exponent,
    swept,
    values,
)
from adcost.experiments.zero_order.numbers import numbers
from adcost.experiments.zero_order.plan import CLASSES
from adcost.statistics.intervals import Interval

__all__ = ["judge", "numbers"]

EXPONENT, STRAIGHT, MOMENT, SIMULATED = 0.1, 0.1, 0.1, 0.1

CURSE = "«Проклятие размерности для методов нулевого порядка»"
DESCENT = "«Пример: градиентный спуск без градиента»"
DIFFERENCES = "«Пример: конечные разности»"
SPOKOINY = "Nesterov & Spokoiny 2017"

TITLES = {
    "smooth": "a smooth function, to ‖∇f‖² ≤ ε",
    "convex": "a smooth convex function, to f − f* ≤ ε",
    "strongly_convex": "a smooth, strongly convex function, to ‖x − x*‖² ≤ ε",
}
DIRECTIONS = {"gaussian": "Gaussian", "sphere": "sphere"}


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``points``."""
    measured = tables["measurements"]
    return [
        _unbiased(measured),
        *(_dimension_free(measured, kind) for kind in CLASSES),
        *(_linear(measured, kind) for kind in CLASSES),
        _power_of_k(
            measured,
            "smooth",
            "On a problem that attains it ‖∇f(x_k)‖² falls like 1/k, with gradients and without.",
        ),
        _power_of_k(
            measured,
            "convex",
            "On a problem that attains it f(x_k) − f* falls like 1/k, with gradients and without.",
        ),
        _geometric(measured, tables["points"]),
        _stochastic(measured),
        _differences(measured),
    ]


def _unbiased(measured: pd.DataFrame) -> Claim:
    along = components(measured, "along_gradient")
    tolerance = 1 / (along.dimension.max() + 2)
    across = components(measured, "across_gradient")
    return Claim(
        "zero_order.two_point_unbiased",
        f"{DESCENT}; Nesterov & Spokoiny 2017",
        "With a direction uniform on the sphere and the factor d the two-point estimate is the "
        "gradient on average (exactly so for a quadratic, whatever ε); without it, the gradient "
        "over d. With a Gaussian direction it needs no factor.",
        (
            near("sampled", farthest(along, 1), 1, tolerance, "of the gradient"),
            near(
                "sampled", farthest(across, 0), 0, tolerance, "of the gradient's length, across it"
            ),
        ),
        "unbiased",
        f"In dimensions {', '.join(str(d) for d in sorted(along.dimension.unique()))}, with "
        "directions of both kinds, at ε = 1/2; the intervals hold for all of them together.",
        claimed_by="lecture",
    )


def _dimension_free(measured: pd.DataFrame, kind: str) -> Claim:
    steps = medians(measured, kind, "gradient_descent", "steps").value
    slope = exponent(measured, kind, "gradient_descent", "steps", shift=0)
    few, many = f"{steps.min():.0f}", f"{steps.max():.0f}"
    counted = few if few == many else f"{few} to {many}"
    return Claim(
        f"zero_order.gd_dimension_free.{kind}",
        f"{CURSE}: the table; Nesterov 2018",
        f"The steps of gradient descent on {TITLES[kind]} do not depend on n.",
        (near("counted", slope, 0, EXPONENT, "exponent in n"),),
        "dimension",
        f"{counted} steps at every n from {steps.index.min():.0f} to {steps.index.max():,.0f}, "
        "with the step 1/L.",
        claimed_by="lecture",
    )


def _linear(measured: pd.DataFrame, kind: str) -> Claim:
    best = best_steps(measured, kind)
    requires = (
        near("counted", best_exponent(measured, kind), 1, EXPONENT, "exponent in n, best step"),
        near(
            "counted",
            Interval.exactly(best.bracketed.mean()),
            1,
            0,
            "of dimensions: both neighbours of the best step are worse",
            "1",
        ),
    )
    beside = [
        near(
            "counted",
            exponent(measured, kind, method),
            1,
            EXPONENT,
            f"exponent in n + 4, theory's step, {DIRECTIONS[method]}",
        )
        for method in TWO_POINT
    ]
    spread = components(measured, "second_moment")
    # E‖G‖² = d‖∇f‖² on the sphere and (d + 2)‖∇f‖² for Gaussian directions.
    predicted = spread.dimension + 2 * (spread.method == "gaussian")
    scaled = spread.assign(**{part: spread[part] / predicted for part in ("value", "low", "high")})
    beside.append(
        near("sampled", farthest(scaled, 1), 1, MOMENT, "of the predicted mean square length")
    )
    times = sorted(best.multiple.unique())
    multiple = f"{times[0]:g}" if len(times) == 1 else f"{times[0]:g} to {times[-1]:g}"
    return Claim(
        f"zero_order.linear_in_n.{kind}",
        f"{CURSE}: the table; {SPOKOINY}",
        f"The evaluations of two-point descent on {TITLES[kind]} grow in proportion to n.",
        requires,
        "best_step",
        f"On one problem, over {len(best)} dimensions from {best.index.min():,} to "
        f"{best.index.max():,}, with the best of the fixed steps that were tried in each: "
        f"{multiple} times the theory's 1/(4(n + 4)L). With the theory's own step the exponent in "
        "n + 4 is what was put in; it is shown, and decides nothing.",
        beside=tuple(beside),
        claimed_by="lecture",
    )


def _power_of_k(measured: pd.DataFrame, kind: str, statement: str) -> Claim:
    rows = values(measured, kind, "gaussian", "error")
    n, least, most = rows.dimension.iloc[0], rows.step.min(), rows.step.max()
    pieces = [
        near("counted", rate_exponent(measured, kind, method), -1, EXPONENT, f"exponent in k, {by}")
        for method, by in (
            ("gaussian", "two-point, Gaussian"),
            ("sphere", "two-point, sphere"),
            ("gradient_descent", "gradient descent"),
        )
    ]
    return Claim(
        f"zero_order.rate_in_k.{kind}",
        f"{CURSE}: the table; Nesterov 2018; {SPOKOINY}",
        statement,
        tuple(pieces),
        "iterations",
        f"One problem, in {n} dimensions, over {least:,} to {most:,} steps of two-point descent. "
        "The table's O(1/k) bounds every problem from above; what is judged is that this problem "
        "attains it there. Of other problems of the class it says nothing.",
        claimed_by="lecture",
    )


def _geometric(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    kind = "strongly_convex"
    kappa = of_problem(points, kind, "condition")
    n = values(measured, kind, "gaussian", "error").dimension.iloc[0]
    guaranteed = -np.log1p(-1 / (8 * (n + 4) * kappa))
    descends, falls = decay(measured, kind, "gradient_descent"), decay(measured, kind, "gaussian")
    theory, best = (over_table(measured, points, name) for name in ("steps", "best_steps"))
    pieces = [
        near("counted", straightness(measured, kind, method), 1, STRAIGHT,
             f"of the first slope, {by}")
        for method, by in (("gaussian", "two-point, Gaussian"), ("sphere", "two-point, sphere"),
                           ("gradient_descent", "gradient descent"))
    ]  # fmt: skip
    pieces += [
        at_least(
            "counted",
            descends.over(-np.log1p(-1 / kappa)),
            1,
            "of the table's rate, gradient descent",
        ),
        at_least("counted", falls.over(guaranteed), 1, "of the guaranteed rate, two-point"),
        at_most("counted", best, 1, "of the table's steps, best fixed step"),
    ]
    return Claim(
        f"zero_order.rate_in_k.{kind}",
        f"{CURSE}: the table; Nesterov 2018; {SPOKOINY}",
        "‖x_k − x*‖² falls geometrically: with gradients at least by 1 − μ/L a step, without "
        "by 1 − c·μ/(nL).",
        tuple(pieces),
        "iterations",
        "Judged: that the logarithm of the error is straight in k (slope of the second half over "
        "the first), and the rates. The constant c depends on the step: theory guarantees "
        f"1/8 with n + 4 for n and the step 1/(4(n + 4)L), with which {theory.value:.2g} times the "
        "table's steps (c = 1) are taken; with the best fixed step c is more than 1.",
        claimed_by="lecture",
    )


def _stochastic(measured: pd.DataFrame) -> Claim:
    two_point, gradient = "sphere", "stochastic_gradient"
    budget = swept(gaps(measured, two_point), "dimension").step.iloc[0]
    ways = ((two_point, "two-point"), (gradient, "stochastic gradient"))
    strong = {over: strongly_convex_exponent(measured, over) for over in ("dimension", "step")}
    return Claim(
        "zero_order.sqrt_n_stochastic",
        f"{CURSE}: the remark under the table; Duchi et al. 2015 (arXiv 1312.2139)",
        "With two noisy evaluations a step the error after a fixed number of steps grows like √n, "
        "where with the stochastic gradient it does not depend on n; each with its best step.",
        (
            near("counted", gap_exponent(measured, two_point, "dimension"), 0.5, EXPONENT,
                 "exponent in n, two-point"),
            near("counted", gap_exponent(measured, gradient, "dimension"), 0, EXPONENT,
                 "exponent in n, stochastic gradient"),
            near("counted", gap_exponent(measured, two_point, "step"), -0.5, EXPONENT,
                 "exponent in k, two-point"),
            *(
                near("sampled", Interval.exactly(best_is_bracketed(measured, method)), 1, 0,
                     f"of points: half and twice the best step are worse, {name}", "1")
                for method, name in ways
            ),
            *(
                near("sampled", gap_over_expected(measured, method), 1, SIMULATED,
                     f"of the expected gap, simulated, {name}")
                for method, name in ways
            ),
        ),
        "stochastic",
        f"The gap f − f* of the last iterate after k = {budget:,} steps on a function that is "
        "convex and not strongly so. The step is the best of a sweep by the exact recursion, for "
        "each n and k; none is prescribed. The exponents are of the exact expectation, which the "
        "simulation is held against. On a strongly convex function the best steps give the "
        f"exponents {strong['dimension']:.2f} in n and {strong['step']:.2f} in k instead. That no "
        "two-point method does better is a theorem; a measurement of one method shows that the "
        "bound is attained.",
        claimed_by="lecture",
    )  # fmt: skip


def _differences(measured: pd.DataFrame) -> Claim:
    name = "central_differences"
    off = last(measured, name, "path_difference") / last(measured, name, "rounding_bound")
    rows = values(measured, "estimator", name, "evaluations").sort_values("step")
    each = np.diff(rows.value, prepend=0) / (2 * rows.dimension)
    beside = last(measured, f"{name}_smooth", "path_difference")
    return Claim(
        "zero_order.finite_difference_is_gd",
        DIFFERENCES,
        "With all 2n central differences the path is gradient descent's, at 2n evaluations a step.",
        (
            at_most("exact", Interval.exactly(off), 1, "of what rounding allows"),
            near(
                "counted",
                Interval.spanning(each, "steps"),
                1,
                0.0,
                "of 2n evaluations",
                "1, every step",
            ),
        ),
        "trajectories",
        f"The paths differ by {last(measured, name, 'path_difference'):.1e} of ‖x₀‖ at most over "
        f"{rows.step.max()} steps on a quadratic with n = {rows.dimension.iloc[0]}, where the "
        f"difference is exact but for rounding; by {beside:.1e} on the smooth problem, where it "
        "is cut off too.",
        claimed_by="lecture",
    )
