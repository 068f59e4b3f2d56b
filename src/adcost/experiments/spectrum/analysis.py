"""What the tables of `spectrum` come to, for figures and claims alike; NumPy and pandas only."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from adcost.experiments.spectrum.rows import LARGEST
from adcost.matrix_free.spectral_density import (
    distance,
    quadrature_bound,
    sampling_deviation,
    smoothed_density,
)
from adcost.results.select import parameter, select
from adcost.statistics.intervals import Interval, over

SMOOTHING = 1 / 300
"""The Gaussian's σ over the width of the spectrum that it smooths."""

ROUNDING = 10
"""What rounding may add to an eigenvalue: so many times p ε ‖A‖, ε of float64. Sums of p terms and
the dense eigensolver err by a small multiple of that (Higham 2002, *Accuracy and Stability of
Numerical Algorithms*, §3.1; Golub & Van Loan, *Matrix Computations*, §8.1)."""

CHANCE = 0.01
"""The probability with which a density's true distance exceeds its bound here, at most."""

LEAST_TRAININGS = 5
"""Trainings that an interval over them needs."""


@dataclass(frozen=True)
class Extremes:
    """The outermost eigenvalues of a checkpoint: the middle probe's Ritz value, and the range of
    all probes' with their radii."""

    least: Interval
    largest: Interval


def of_checkpoint(
    measured: pd.DataFrame, network: str, epoch: int, method: str, quantity: str
) -> pd.DataFrame:
    """The rows of one quantity of a checkpoint; it must have been measured."""
    labels = {"network": network, "epoch": epoch, "method": method, "quantity": quantity}
    return select("spectrum", measured, **labels)


def networks(measured: pd.DataFrame) -> list[str]:
    """All networks, the subject first."""
    return list(dict.fromkeys(measured.network))


def subject(measured: pd.DataFrame) -> str:
    """The network that the claim on training is judged by: the first that is planned."""
    return networks(measured)[0]


def trainings(points: pd.DataFrame, network: str) -> list[str]:
    """The trainings of a network, itself the first; none of one that repeats another."""
    of = parameter("spectrum", points, "repetition_of")
    names = parameter("spectrum", points, "network")
    return list(dict.fromkeys(names[of.index[of == network]]))


def epochs(measured: pd.DataFrame, network: str) -> list[int]:
    """The checkpoints of a network, ascending."""
    return sorted(map(int, select("spectrum", measured, network=network).epoch.unique()))


def single(measured: pd.DataFrame, network: str, epoch: int, quantity: str) -> float:
    """A number of a checkpoint that there is once."""
    return float(of_checkpoint(measured, network, epoch, "training", quantity).value.iloc[0])


def decompositions(
    measured: pd.DataFrame, network: str, epoch: int
) -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Ritz values, weights and radii (k,) of a checkpoint, by probe."""
    columns = [
        of_checkpoint(measured, network, epoch, "lanczos", quantity)
        .sort_values(["probe", "index"])
        .groupby("probe")
        .value
        for quantity in ("ritz_value", "weight", "radius")
    ]
    values, weights, radii = ({probe: v.to_numpy() for probe, v in c} for c in columns)
    return {probe: (values[probe], weights[probe], radii[probe]) for probe in values}


def pooled(measured: pd.DataFrame, network: str, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    """All probes' Ritz values, and their weights, which sum to one."""
    found = decompositions(measured, network, epoch).values()
    values = np.concatenate([v for v, _, _ in found])
    weights = np.concatenate([w for _, w, _ in found])
    return values, weights / weights.sum()


def density(
    measured: pd.DataFrame, network: str, epoch: int, at: np.ndarray, width: float
) -> np.ndarray:
    """The smoothed spectral density at ``at`` (m,), with σ relative to ``width``."""
    values, weights = pooled(measured, network, epoch)
    return smoothed_density(values, weights, at, SMOOTHING * width)


def extremes(measured: pd.DataFrame, network: str, epoch: int) -> Extremes:
    """The outermost Ritz values, over the probes and within their radii."""
    found = list(decompositions(measured, network, epoch).values())

    def spread(end: int) -> Interval:
        values = [(float(v[end]), float(r[end])) for v, _, r in found]
        middle = sorted(v for v, _ in values)[len(values) // 2]
        low, high = min(v - r for v, r in values), max(v + r for v, r in values)
        return Interval(middle, low, high, over("probes"))

    return Extremes(spread(0), spread(-1))


def negative_share(measured: pd.DataFrame, network: str, epoch: int) -> Interval:
    """−λ_min/λ_max: how negative, in units of how positive.

    The middle probe's, and the range over all probes with their Ritz values anywhere within their
    radii.
    """
    found = decompositions(measured, network, epoch).values()
    middle = sorted(-values[0] / values[-1] for values, _, _ in found)[len(found) // 2]
    low = min((-v[0] - r[0]) / (v[-1] + r[-1]) for v, _, r in found)
    high = max((-v[0] + r[0]) / (v[-1] - r[-1]) for v, _, r in found)
    return Interval(float(middle), float(low), float(high), over("probes"))


# --- held against the dense Hessian -----------------------------------------------------------


def dense_checkpoints(measured: pd.DataFrame) -> list[tuple[str, int]]:
    """The checkpoints (network, epoch) whose whole Hessian is known."""
    rows = measured[(measured.method == "dense") & (measured.quantity == "eigenvalue")]
    pairs = zip(rows.network, rows.epoch.map(int), strict=True)
    return list(dict.fromkeys(pairs))


def eigenvalues(measured: pd.DataFrame, network: str, epoch: int) -> np.ndarray:
    """The dense Hessian's eigenvalues, ascending (p,)."""
    rows = of_checkpoint(measured, network, epoch, "dense", "eigenvalue").sort_values("index")
    return rows.value.to_numpy()


def residual_errors(measured: pd.DataFrame, network: str, epoch: int) -> np.ndarray:
    """For each Ritz value of each probe: how far the next eigenvalue is, over the radius and what
    rounding may add."""
    exact = eigenvalues(measured, network, epoch)
    rounding = ROUNDING * len(exact) * np.finfo(float).eps * np.abs(exact).max()
    found = decompositions(measured, network, epoch).values()
    return np.concatenate(
        [
            np.abs(values[:, None] - exact).min(axis=1) / (radii + rounding)
            for values, _, radii in found
        ]
    )


def extreme_errors(measured: pd.DataFrame, network: str, epoch: int) -> np.ndarray:
    """For each probe and both ends: |θ − λ| over the outermost Ritz value's radius and rounding.

    Within its radius lies some eigenvalue for certain; that it is the outermost one is what a start
    without a part along it, or too few steps, would miss.
    """
    exact = eigenvalues(measured, network, epoch)
    rounding = ROUNDING * len(exact) * np.finfo(float).eps * np.abs(exact).max()
    found = decompositions(measured, network, epoch).values()
    return np.array(
        [
            abs(values[end] - exact[end]) / (radii[end] + rounding)
            for values, _, radii in found
            for end in (0, -1)
        ]
    )


def quadrature_errors(measured: pd.DataFrame, network: str, epoch: int) -> np.ndarray:
    """For each probe: W₁ of Lanczos' quadrature from what it integrates, over its bound."""
    exact = eigenvalues(measured, network, epoch)
    found = decompositions(measured, network, epoch)
    apart = of_checkpoint(measured, network, epoch, "dense", "quadrature_distance").set_index(
        "probe"
    )
    return np.array(
        [
            apart.value[probe] / quadrature_bound(exact, len(values))
            for probe, (values, _, _) in found.items()
        ]
    )


def density_error(measured: pd.DataFrame, network: str, epoch: int) -> tuple[float, float]:
    """W₁ of all probes' weighted Ritz values from the eigenvalues, and what theory allows.

    Sampling exceeds 1/√CHANCE root-mean-squares with that chance at most (Chebyshev).
    """
    exact = eigenvalues(measured, network, epoch)
    found = decompositions(measured, network, epoch)
    steps = min(len(values) for values, _, _ in found.values())
    allowed = quadrature_bound(exact, steps) + sampling_deviation(exact, len(found)) / np.sqrt(
        CHANCE
    )
    values, weights = pooled(measured, network, epoch)
    return distance(values, weights, exact), allowed


def copies(measured: pd.DataFrame, network: str, epoch: int, method: str) -> int:
    """How many of the last Ritz values are copies of the largest eigenvalue.

    A copy lies within a thousandth of the gap to the next eigenvalue.
    """
    first, second = eigenvalues(measured, network, epoch)[[-1, -2]]
    last = largest_ritz(measured, network, epoch, method).iloc[-1].dropna()
    return int((np.abs(last - first) < 1e-3 * (first - second)).sum())


def largest_ritz(measured: pd.DataFrame, network: str, epoch: int, method: str) -> pd.DataFrame:
    """The largest Ritz values (columns, from the largest) after each step (index)."""
    rows = select("spectrum", measured, network=network, epoch=epoch, method=method)
    rows = rows.assign(place=rows.quantity.map(LARGEST)).dropna(subset="place")
    return rows.pivot(index="index", columns="place", values="value")


def orthogonality(measured: pd.DataFrame, network: str, epoch: int, method: str) -> pd.Series:
    """max |QQᵀ − I| after the steps at which it was looked at."""
    rows = of_checkpoint(measured, network, epoch, method, "orthogonality")
    return rows.set_index("index").value.sort_index()
