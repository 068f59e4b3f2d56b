"""Judge the claims on learned step sizes (`stepsizes.*`) from the tables alone.

Tolerances, and why:

- ``gradient``: 2 in units of u·(Σ(1 + |α_i|/|1 − α_i|) + d). A step x − αx is off by
  u(1 + |α|/|1 − α|) relatively; the product that gives ∂L/∂α_i passes through each step twice, on
  the way to x_T and back, and ends in one inner product of d terms (first order; Higham 2002);
- ``stationary``: 4 in units of (d + 2T)·u, in α. The step that lands on α_i = 1 is a quotient of
  two derivatives, each with the error above, at α ≤ 1/2;
- ``local_minimum``: 10 in units of T·u of the largest eigenvalue: a symmetric eigensolver is
  backward stable with a small multiple of that (Golub & Van Loan 2013, §8.1).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near
from adcost.experiments.stepsizes.analysis import (
    ENDS,
    UNIT_ROUNDOFF,
    conditioned,
    configured,
    distance_to_rest,
    guaranteed,
    lower_shares,
    of_runs,
    relative_spectra,
    sweep,
    values,
    vectors,
)
from adcost.experiments.stepsizes.numbers import numbers as numbers
from adcost.statistics.intervals import Interval, median_interval, share_interval

SECTION = "«Задачи на дом», домашняя задача 2"
GRADIENT, STATIONARY, SPECTRUM = 2.0, 4.0, 10.0
MANY_ORDERS = 1e-3
"""Many orders of magnitude: three at least."""

HALF_OF_HALF = 0.25
"""Where the gradient is not zero, half of all small perturbations lower L; a quarter is half-way
between that and none."""

LEAST = 1e-6
"""How near learned steps must come to the least f(x_T) that any steps give, relative to it."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``points``."""
    measured, points = tables["measurements"], tables["points"]
    return [
        _gradient(measured),
        _improves(measured, points),
        _stationary(measured, points),
        _stationary_on_arrival(measured, points),
        _local_minimum(measured, points),
        _local_minimum_on_arrival(measured, points),
        _stability(measured),
        _chebyshev(measured),
    ]


def _largest(numbers: Any) -> Interval:
    return Interval.exactly(float(np.max(numbers)))


def _gradient(measured: pd.DataFrame) -> Claim:
    error = values(measured, "homework", "gradient", "gradient_error").value.to_numpy()
    unit = values(measured, "homework", "gradient", "gradient_rounding")
    random = error[(unit["at"] == 1).to_numpy()]
    return Claim(
        "stepsizes.gradient",
        f"{SECTION}; Domke 2012; Maclaurin et al. 2015",
        "Automatic differentiation through the loop of gradient descent gives ∂L/∂α_i = "
        "−2L/(1 − α_i), for random α and for α_i near 1 and at 1.",
        (
            at_most(
                "exact",
                _largest(error / unit.value.to_numpy()),
                GRADIENT,
                "rounding errors as the loop amplifies them",
            ),
        ),
        "gradient",
        f"At random α, relative errors are at most {random.max():.1e}. As α_i nears 1 the loop's "
        "own subtraction x − αx cancels and amplifies rounding by 1/|1 − α_i|, in L as in its "
        "gradient; at α_i = 1 both sides are exactly 0. The closed form is evaluated in rational "
        "arithmetic.",
        claimed_by="lecture",
    )


def _improves(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    ratio = of_runs(measured, "constant", "loss_ratio")
    scaled, steps = configured(points, "beta"), configured(points, "steps")
    unit = "of L at the start"
    beside = [
        at_most(
            "sampled",
            median_interval(of_runs(measured, method, "loss_ratio")),
            MANY_ORDERS,
            f"{unit}, {name}",
        )
        for method, name in ENDS.items()
    ]
    if scaled <= 1:
        share = _largest(ratio.to_numpy() / guaranteed(measured, scaled, steps))
        beside.append(at_most("exact", share, 1, "of what theory guarantees"))
    left = values(measured, "homework", "constant", "diverged").value
    note = (
        f"{int(left.sum())} of {len(left)} runs diverged at step {_steps_of(measured)}, "
        f"β = {scaled:g}/C being too large. "
        if left.any()
        else f"Over {len(left)} random starts of x and α, none of which was left out. "
    )
    return Claim(
        "stepsizes.improves",
        SECTION,
        "Gradient descent on α lowers L = f(x_T) by many orders of magnitude: to a thousandth and "
        "less.",
        (at_most("sampled", median_interval(ratio), MANY_ORDERS, f"{unit}, βC = {scaled:g}"),),
        "learning",
        note + "With β small, L falls like k^(−T/(T−1)) in the number k of steps, since the "
        "curvature fades with L; with β = 1/C the steepest component is solved in one step.",
        beside=tuple(beside),
        claimed_by="lecture",
    )


def _steps_of(measured: pd.DataFrame) -> str:
    """At which steps runs of the configured β diverged."""
    first = values(measured, "homework", "constant", "diverged_at").value
    least, most = int(first.min()), int(first.max())
    return f"{least}" if least == most else f"{least} to {most}"


def _at_rest(measured: pd.DataFrame, points: pd.DataFrame, method: str, name: str) -> Evidence:
    """How far a run's end is from where the gradient is zero, the worst of all starts."""
    horizon = vectors(measured, "start", "alpha").shape[1]
    unit = (configured(points, "dimension") + 2 * horizon) * UNIT_ROUNDOFF
    worst = _largest(distance_to_rest(measured, method) / unit)
    return at_most("exact", worst, STATIONARY, f"rounding errors an operation, {name}")


def _stationary(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    scaled = configured(points, "beta")
    piece = _at_rest(measured, points, "constant", f"βC = {scaled:g}")
    left = (
        f"The constant β = {scaled:g}/C has not arrived, and the distance left, "
        f"{distance_to_rest(measured, 'constant').median():.2g} in α, says so: where β is small, "
        "the gradient is small because the curvature is. "
    )
    return Claim(
        "stepsizes.stationary",
        SECTION,
        "At the end of the homework's own descent on α, with a constant β, the gradient has "
        "vanished: ‖∇L‖/λ_max(∇²L), the distance in α to where it is zero, is at rounding.",
        (piece,),
        "minimum",
        (left if piece.verdict == "refuted" else "")
        + "C is the largest ∂²L/∂α_i² at the start; the homework leaves β free, and the "
        "configuration names it.",
        claimed_by="lecture",
    )


def _stationary_on_arrival(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    return Claim(
        "stepsizes.stationary_on_arrival",
        "Polyak 1987",
        "With a step that is chosen to arrive, β = 1/C or Polyak's, the gradient vanishes at the "
        "end.",
        tuple(_at_rest(measured, points, *end) for end in ENDS.items()),
        "minimum",
        "L is quadratic in each α_i by itself, so β = 1/C takes that component to 1 in one step.",
        claimed_by="ours",
    )


def _negative(measured: pd.DataFrame, method: str, name: str) -> Evidence:
    """How negative the Hessian's eigenvalues are at the end, in units of rounding."""
    unit = vectors(measured, "start", "alpha").shape[1] * UNIT_ROUNDOFF
    worst = _largest(-relative_spectra(measured, method).min(1) / unit)
    return at_most(
        "exact",
        worst,
        SPECTRUM,
        f"rounding errors a step below zero, of the largest eigenvalue, {name}",
    )


def _lower(measured: pd.DataFrame, points: pd.DataFrame, method: str, name: str) -> Evidence:
    """How many random perturbations of the end lower L, at the radius where most do."""
    runs = len(vectors(measured, "start", "alpha"))
    tried = int(configured(points, "perturbations")) * runs
    lower = round(float(lower_shares(measured, method).max()) * tried)
    found = share_interval(lower, tried)
    return at_most("sampled", found, HALF_OF_HALF, f"of perturbations lower L, {name}")


def _local_minimum(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    scaled = configured(points, "beta")
    name = f"βC = {scaled:g}"
    piece = _negative(measured, "constant", name)
    slope = (
        f"The constant β = {scaled:g}/C ends on a slope with T − 1 directions of negative "
        "curvature, where L falls along differences of components."
    )
    return Claim(
        "stepsizes.local_minimum",
        SECTION,
        "The end of the homework's own descent on α is a local minimum: the Hessian has no "
        "negative eigenvalue beyond rounding, and no small perturbation lowers L.",
        (piece, _lower(measured, points, "constant", name)),
        "minimum",
        slope if piece.verdict == "refuted" else "",
        claimed_by="lecture",
    )


def _local_minimum_on_arrival(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    unit = vectors(measured, "start", "alpha").shape[1] * UNIT_ROUNDOFF
    pieces = [_negative(measured, *end) for end in ENDS.items()]
    for method, name in ENDS.items():
        counted = (np.abs(relative_spectra(measured, method)) > SPECTRUM * unit).sum(1)
        pieces.append(
            near("exact", Interval.spanning(counted, "starts"), 1, 0, f"rank, {name}", "1")
        )
    for ones, rank, word in ((1, 1, "one α_i = 1"), (2, 0, "two α_i = 1")):
        found = Interval.spanning(
            values(measured, "homework", "valley", "rank", ones).value, "starts"
        )
        pieces.append(near("exact", found, rank, 0, f"rank where {word}", f"{rank}"))
    pieces += [_lower(measured, points, *end) for end in ENDS.items()]
    return Claim(
        "stepsizes.local_minimum_on_arrival",
        SECTION,
        "Where the steps arrive is a local minimum. The Hessian there has rank one and T − 1 flat "
        "directions, since a minimum is any α with some α_i = 1; where two are 1 it is zero.",
        tuple(pieces),
        "minimum",
        "It is a global one as well: L = 0. There is no other stationary point, as −2L/(1 − α_i) "
        "vanishes only with L.",
        claimed_by="ours",
    )


def _stability(measured: pd.DataFrame) -> Claim:
    table = sweep(measured)
    below, above = table[table.sure == "down"], table[table.sure == "up"]
    first = above.diverged_at
    return Claim(
        "stepsizes.stability",
        f"{SECTION}: «Выберите любую константу»",
        "A constant β goes down at every step if βC < 2 for the largest curvature C = ∂²L/∂α_i² at "
        "the start, and diverges if it is above 2 for the least.",
        (
            near("exact", Interval.spanning(below.rises, "runs"), 0, 0, "steps up, βC < 2", "0"),
            near("exact", Interval.spanning(below.diverged, "runs"), 0, 0, "diverged, βC < 2", "0"),
            near("exact", Interval.spanning(above.diverged, "runs"), 1, 0,
                 "diverged, βC > 2 everywhere", "1"),
        ),
        "stability",
        "A step multiplies 1 − α_i by 1 − βC_i: below the border every |1 − α_i| shrinks and the "
        "curvatures with it, above it all grow."
        + (f" L has passed a million times its start after {first.min():.0f} to {first.max():.0f} "
           "steps." if first.notna().any() else ""),
        claimed_by="ours",
    )  # fmt: skip


def _chebyshev(measured: pd.DataFrame) -> Claim:
    ratio, worst = (conditioned(measured, name) for name in ("loss_ratio", "worst_case"))
    best = ratio.learned / ratio.krylov
    return Claim(
        "stepsizes.chebyshev",
        "Young 1953; Hestenes & Stiefel 1952",
        "For a quadratic of any condition number, steps learned from one start beat Chebyshev's "
        "from that start, and never in the worst case over the spectrum.",
        (
            at_most("exact", Interval.spanning(ratio.learned / ratio.chebyshev, "starts"), 1,
                    "of Chebyshev's final loss"),
            at_least("exact", Interval.spanning(worst.learned / worst.chebyshev, "starts"), 1,
                     "of Chebyshev's worst case"),
        ),
        "chebyshev",
        "Choosing T steps is choosing a polynomial; the least f(x_T) is what conjugate gradients "
        f"reach. Learned steps are above it by {best.max() - 1:.1e} at the most, relatively.",
        beside=(
            near("exact", Interval.spanning(best, "starts"), 1, LEAST,
                 "of the least final loss of any steps"),
        ),
        claimed_by="literature",
    )  # fmt: skip
