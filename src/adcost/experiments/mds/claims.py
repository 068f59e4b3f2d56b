"""Judge the claims on multidimensional scaling (`mds.*`) from the tables alone.

Bounds, and why:

- a map is recovered when its cities are off by no more, relative to the map's radius, than the
  scale of the best flat map of that region must vary: ln(θ/sin θ) for a cap of angular radius θ
  (Milnor 1969). A region beyond a hemisphere's half has no flat map to recover; it is reported;
- an exponent is called growth from 1/2 on, half-way from none (0) to the dimension's (1), and flat
  within 1/4 of 0, half of that;
- rounding: classical scaling solves an n×n eigenproblem, whose backward error is a small multiple
  of n·u, and the smaller of two eigenvalues feels it λ₁/λ₂ times as much (Weyl).
"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near
from adcost.experiments.mds.analysis import (
    FLAT_MAP,
    GRADIENT_FREE,
    cost_ratios,
    growth,
    map_errors,
    map_kilometres,
    of_points,
    subset_exponent,
    values,
)
from adcost.experiments.mds.numbers import numbers as numbers
from adcost.experiments.mds.plan import SCALING
from adcost.roundoff import unit_roundoff
from adcost.statistics.exponent import fit_exponent
from adcost.statistics.intervals import CONFIDENCE, Interval

GROWTH, FLAT, ROUNDING = 0.5, 0.25, 10.0
MOST_STARTS = 0.5
APART = 1e-3
"""Two maps are the same when they differ by less than a thousandth of the radius."""

SECTION = "«Пример: многомерное масштабирование»"


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements``."""
    claims = (_recovers, _lags, _flat, _pca, _pca_of_the_loss, _distances_or_squares)
    return [claim(tables["measurements"]) for claim in claims]


def _recovers(measured: pd.DataFrame) -> Claim:
    errors, angle = map_errors(measured), of_points(measured, "angular_radius")
    flat = [point for point in errors.index if angle[point] <= FLAT_MAP]
    bound = of_points(measured, "least_distortion")
    shares = errors.div(bound.reindex(errors.index), axis=0).loc[flat]
    worst = shares.loc[shares.high.fillna(np.inf).idxmax()]
    arrived = values(measured, "gradient_descent", "converged").value
    kilometres = map_errors(measured, "procrustes_km").value
    note = "; ".join(
        f"{point} {km:,.0f} km" if km >= 10 else f"{point} {km:.2g} km"
        for point, km in kilometres.items()
    )
    beyond = [point for point in errors.index if point not in flat]
    reason = (
        f" {', '.join(beyond)} reaches too far round the globe for any flat map to be true; its "
        "error is the globe's, as the other methods confirm, and it does not count here."
        if beyond
        else ""
    )
    return Claim(
        "mds.gradient_recovers_map",
        f"{SECTION}; Borg & Groenen 2005; Milnor 1969",
        "Gradient descent from random starts recovers the map up to rotation, reflection and "
        "shift.",
        (
            at_most(
                "sampled",
                Interval(worst.value, worst.low, worst.high, CONFIDENCE),
                1,
                "of the least variation of a flat map's scale",
            ),
            at_least("sampled", _share(arrived), MOST_STARTS, "share of starts at the least loss"),
        ),
        "map",
        f"Root mean square error of the cities after alignment, without change of scale: {note}."
        + reason,
        claimed_by="lecture",
    )


def _share(arrived: pd.Series) -> Interval:
    """A share with its 95 % interval (Wilson 1927)."""
    n, p, z = len(arrived), float(arrived.mean()), 1.96
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low, high = float(min(middle - half, p)), float(max(middle + half, p))
    return Interval(p, low, high, CONFIDENCE)


def _lags(measured: pd.DataFrame) -> Claim:
    pieces: list[Evidence] = []
    notes = []
    for method, name in GRADIENT_FREE.items():
        ratios = cost_ratios(measured, method)
        slope = growth(ratios)
        unit = f"exponent in the number of cities, {name}"
        pieces.append(at_least("counted", slope, GROWTH, unit))
        last = ratios.iloc[-1]
        sign = "at least " if last.censored else ""
        notes.append(f"{name} {sign}{last.value:.3g}")
        if ratios.censored.any():
            sizes = ", ".join(str(size) for size in ratios.index[ratios.censored])
            notes[-1] += f" (did not arrive within the cap at {sizes} cities: lower bounds)"
    scaling = measured[measured.region == SCALING]
    size = int(values(scaling, "two_point", "converged").cities.max())
    return Claim(
        "mds.gradient_free_lags",
        f"{SECTION}; Nesterov & Spokoiny 2017; Gao & Han 2012",
        "Methods without gradients need more evaluations of the loss than gradient descent, by a "
        "factor that grows with the number of cities.",
        tuple(pieces),
        "cost",
        f"The factor at {size} cities: {'; '.join(notes)}. A gradient counts "
        f"{of_points(measured, 'gradient_price').max():.3g} evaluations.",
        claimed_by="lecture",
    )


def _flat(measured: pd.DataFrame) -> Claim:
    slope = subset_exponent(measured)
    scaling = measured[measured.region == SCALING]
    steps = values(scaling, "gradient_descent", "steps_to_tolerance")
    medians = steps.groupby("cities").value.median()
    nested = fit_exponent(medians.index, medians)
    return Claim(
        "mds.iterations_flat",
        f"{SECTION}; Nesterov 2018",
        "Gradient descent's iterations to a relative tolerance do not grow with the number of "
        "cities.",
        (near("counted", slope, 0, FLAT, "exponent in the number of cities"),),
        "cost",
        "Over random sets of cities of each size. The most populous cities alone give "
        f"{_with_ends(nested)}: one geometry a size, and it is "
        "the geometry that sets the condition number.",
        claimed_by="ours",
    )


def _pca(measured: pd.DataFrame) -> Claim:
    error = values(measured, "pca", "pca_difference").set_index("point")
    spread = values(measured, "pca", "pca_spread").set_index("point").value
    unit = error.cities * unit_roundoff() * spread
    negative = values(measured, "classical_scaling", "negative_share").value
    return Claim(
        "mds.pca",
        f"{SECTION}: «Связано ли это с PCA?»; Torgerson 1952; Gower 1966",
        "Classical scaling of Euclidean distances is PCA up to rotation and reflection.",
        (
            at_most(
                "exact",
                Interval.exactly(float((error.value / unit).max())),
                ROUNDING,
                "rounding errors a city, times the ratio of the eigenvalues",
            ),
        ),
        "map",
        "The positions of the cities on the true flat map, from their distances and by PCA. "
        "Great-circle distances are not Euclidean: negative eigenvalues hold "
        f"{negative.min():.1%} to {negative.max():.1%} of the spectrum.",
        claimed_by="lecture",
    )


def _flat_points(measured: pd.DataFrame) -> list[str]:
    angle = of_points(measured, "angular_radius")
    return list(angle[angle <= FLAT_MAP].index)


def _pca_of_the_loss(measured: pd.DataFrame) -> Claim:
    loss = values(measured, "pca", "pca_loss").set_index("point")
    # PCA's positions are off by a small multiple of n·u, and the loss squares that.
    fits = float((loss.value / (loss.cities * unit_roundoff()) ** 2).max())
    apart = values(measured, "classical_scaling", "minimiser_difference").set_index("point").value
    widest = of_points(measured, "angular_radius").idxmax()
    flat = _flat_points(measured)
    closed, descent = (
        map_kilometres(measured, method).loc[flat]
        for method in ("classical_scaling", "gradient_descent")
    )
    return Claim(
        "mds.pca_of_the_loss",
        f"{SECTION}: «Связано ли это с PCA?»",
        "The minimiser of the lecture's own loss is PCA's map where the distances are exactly "
        "Euclidean in the plane, and another where they are not.",
        (
            at_most(
                "exact",
                Interval.exactly(fits),
                ROUNDING**2,
                "squared rounding errors a city, of the sum of squares",
            ),
            at_least(
                "exact",
                Interval.exactly(float(apart[widest])),
                APART,
                f"of the radius apart, {widest}",
            ),
        ),
        "map",
        "Where PCA's map has the loss 0, its least value, every minimiser has the same distances "
        f"and is the same map. On {widest} the two differ by {apart[widest]:.2g} of the radius, "
        f"on the nearly flat regions by {apart.loc[flat].max():.1g} at most. There classical "
        "scaling, in closed form, is nearer to the true map than descent on "
        f"{int((closed < descent).sum())} of {len(flat)} maps: {closed.min():.2g} to "
        f"{closed.max():.2g} km against {descent.min():.2g} to {descent.max():.2g} km.",
        claimed_by="ours",
    )


def _distances_or_squares(measured: pd.DataFrame) -> Claim:
    errors = values(measured, "literal", "shape_error").value
    return Claim(
        "mds.distances_or_squares",
        SECTION,
        "With D the matrix of distances, as the slide says, the loss Σ(‖W_i − W_j‖² − D_ij)² is "
        "least at the map.",
        (
            at_most(
                "exact",
                Interval.spanning(errors, "maps"),
                APART,
                "of the radius: error of shape at the best scale",
            ),
        ),
        "map",
        "A slip: the loss compares squares with D, so D must hold squared distances. With the "
        "distances themselves it is least at another map, whose squared distances come near the "
        "distances. All other claims here take the squares.",
        claimed_by="lecture",
    )


def _with_ends(found: Interval) -> str:
    """A number with its interval, if it has one."""
    if math.isnan(found.low):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
