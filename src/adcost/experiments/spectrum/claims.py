"""Judge the claims on the Hessian's spectrum, and collect the numbers of the report's text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.experiments.spectrum import analysis
from adcost.statistics.intervals import TOO_FEW, Interval, over

SECTION = "«Динамика обучения нейронной сети через спектр Гессиана и hvp»"

GONE = 0.1
"""A negative eigenvalue is gone when less than a tenth of it is left, in units of the largest."""

LARGE = 0.1
"""A negative eigenvalue is large when it is at least a tenth of the largest in size."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims under the name of this experiment."""
    measured = tables["measurements"]
    return [_lanczos(measured), _vanish(measured, tables["points"])]


def _lanczos(measured: pd.DataFrame) -> Claim:
    dense = analysis.dense_checkpoints(measured)
    errors = [
        np.concatenate(
            [
                analysis.residual_errors(measured, *checkpoint),
                analysis.quadrature_errors(measured, *checkpoint),
            ]
        )
        for checkpoint in dense
    ]
    densities = [analysis.density_error(measured, *checkpoint) for checkpoint in dense]
    once, more = (
        Interval.spanning(
            (analysis.copies(measured, *checkpoint, method) for checkpoint in dense), "checkpoints"
        )
        for method in ("full", "none")
    )
    return Claim(
        "spectrum.lanczos_is_right",
        f"{SECTION}; Ghorbani, Krishnan & Xiao 2019; Golub & Welsch 1969",
        "On a network small enough for its whole Hessian, the extreme eigenvalues and the spectral "
        "density by Lanczos' method are those of the Hessian, within what theory allows.",
        (
            at_most(
                "exact",
                Interval.exactly(np.concatenate(errors).max()),
                1,
                "of what theory allows: residuals and quadrature",
            ),
            at_most(
                "sampled",
                Interval.exactly(max(analysis.extreme_errors(measured, *c).max() for c in dense)),
                1,
                "of what theory allows: extreme eigenvalues",
            ),
            at_most(
                "sampled",
                Interval.spanning((apart / allowed for apart, allowed in densities), "checkpoints"),
                1,
                "of what theory allows: distance of the densities",
            ),
            near("exact", once, 1, 0, "copies of the largest, reorthogonalised", "1"),
        ),
        "dense",
        "Every Ritz value must have an eigenvalue within its residual bound (and 10 p ε ‖A‖, for "
        "rounding), and each probe's quadrature be within πL/(4k) of the spectrum "
        "weighted by that very probe, in Wasserstein's distance, L being the spectrum's width and "
        "k the steps. The extreme Ritz values must have the extreme eigenvalues in their radii, "
        "which a probe with no part along them would miss. The distance of the density of all "
        "probes from all eigenvalues depends on the random probes; its bound is exceeded with a "
        "probability of 1 % at most.",
        beside=(
            at_least("exact", more, 2, "copies of it without reorthogonalising", "≥ 2: ghosts"),
        ),
        claimed_by="ours",
    )


def _vanish(measured: pd.DataFrame, points: pd.DataFrame) -> Claim:
    name = analysis.subject(measured)
    again = analysis.trainings(points, name)
    others = tuple(
        at_most(
            "sampled",
            _remaining(measured, other),
            GONE,
            f"of most negative over largest eigenvalue is left, {other}",
        )
        for other in analysis.networks(measured)
        if other not in again
    )
    before = [_before(measured, training) for training in again]
    left = [_remaining(measured, training) for training in again]
    absolute = [_remaining(measured, training, absolute=True) for training in again]
    return Claim(
        "spectrum.negative_eigenvalues_vanish",
        f"{SECTION}; Ghorbani, Krishnan & Xiao 2019 (arXiv 1901.10159)",
        "Before training the Hessian of a residual network (ResNet-32) has large negative "
        "eigenvalues; after training they are gone.",
        (
            at_most(
                "sampled",
                _over_trainings(left),
                GONE,
                "of most negative over largest eigenvalue is left",
            ),
            at_least(
                "sampled",
                _over_trainings(before),
                LARGE,
                "most negative over largest eigenvalue before",
            ),
            at_most(
                "sampled",
                _over_trainings(absolute),
                GONE,
                "of the most negative eigenvalue is left",
            ),
        ),
        "density",
        _note(measured, name, len(again)),
        beside=others,
        claimed_by="lecture",
    )


def _over_trainings(each: list[Interval]) -> Interval:
    """From the least to the greatest of all trainings, radii and probes included.

    Of fewer than `analysis.LEAST_TRAININGS` the middle one, and no interval.
    """
    middle = sorted(one.value for one in each)[len(each) // 2]
    if len(each) < analysis.LEAST_TRAININGS:
        return Interval(middle, np.nan, np.nan, TOO_FEW)
    lows, highs = [one.low for one in each], [one.high for one in each]
    return Interval(middle, float(np.min(lows)), float(np.max(highs)), over("trainings"))


def _before(measured: pd.DataFrame, training: str) -> Interval:
    first = analysis.epochs(measured, training)[0]
    return analysis.negative_share(measured, training, first)


def _remaining(measured: pd.DataFrame, name: str, *, absolute: bool = False) -> Interval:
    """What one training leaves of the most negative eigenvalue, over what was there.

    In units of the largest eigenvalue, or ``absolute``; over the probes. NaN where nothing
    negative was there to vanish.
    """
    first, *_, last = analysis.epochs(measured, name)
    if absolute:
        before, after = (
            _negated(analysis.extremes(measured, name, e).least) for e in (first, last)
        )
    else:
        before, after = (analysis.negative_share(measured, name, e) for e in (first, last))
    if before.low <= 0:
        return Interval.unknown()
    ends = (after.low / before.low, after.low / before.high, after.high / before.low)
    return Interval(after.value / before.value, min(ends), max(ends), over("probes"))


def _negated(interval: Interval) -> Interval:
    return Interval(-interval.value, -interval.high, -interval.low, interval.kind)


def _note(measured: pd.DataFrame, name: str, trainings: int) -> str:
    first, *_, last = analysis.epochs(measured, name)
    start, end = (analysis.extremes(measured, name, e) for e in (first, last))
    size = int(analysis.single(measured, name, first, "parameters"))
    return (
        f"A network of {size:,} parameters. λ min is {start.least.value:.3g} before and "
        f"{end.least.value:.2g} after {last} epochs, λ max {start.largest.value:.3g} and "
        f"{end.largest.value:.2g}: the whole spectrum shrinks, so the negative end is held "
        "against the positive one. Large is at least a tenth of λ max, gone is less than a tenth "
        f"of what it was. Trainings: {trainings}, each from other "
        "random parameters and in another order of the images; these are 8×8 digits, not CIFAR-10."
    )


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name."""
    measured = tables["measurements"]
    name = analysis.subject(measured)
    epochs = analysis.epochs(measured, name)
    first, last = epochs[0], epochs[-1]
    dense = analysis.dense_checkpoints(measured)
    small, trained = dense[-1]
    found = analysis.decompositions(measured, name, last)
    exact = analysis.eigenvalues(measured, small, trained)
    lost = analysis.of_checkpoint(measured, name, last, "lanczos", "orthogonality").value.max()
    return {
        "parameters": int(analysis.single(measured, name, first, "parameters")),
        "epochs": last,
        "trainings": len(analysis.trainings(tables["points"], name)),
        "checkpoints": len(epochs),
        "test_accuracy": 100 * analysis.single(measured, name, last, "test_accuracy"),
        "test_images": int(analysis.single(measured, name, last, "test_images")),
        "loss_before": analysis.single(measured, name, first, "training_loss"),
        "loss_after": analysis.single(measured, name, last, "training_loss"),
        "probes": len(found),
        "steps": max(len(values) for values, _, _ in found.values()),
        "hessian_gigabytes": analysis.single(measured, name, first, "parameters") ** 2 * 4 / 1e9,
        "least_before": analysis.extremes(measured, name, first).least.value,
        "least_after": analysis.extremes(measured, name, last).least.value,
        "largest_before": analysis.extremes(measured, name, first).largest.value,
        "largest_after": analysis.extremes(measured, name, last).largest.value,
        "share_before": analysis.negative_share(measured, name, first).value,
        "share_after": analysis.negative_share(measured, name, last).value,
        "orthogonality": float(lost),
        "small_parameters": len(exact),
        "residual_error": max(float(analysis.residual_errors(measured, *c).max()) for c in dense),
        "extreme_error": max(float(analysis.extreme_errors(measured, *c).max()) for c in dense),
        "quadrature_error": max(
            float(analysis.quadrature_errors(measured, *c).max()) for c in dense
        ),
        "copies": max(analysis.copies(measured, *c, "none") for c in dense),
        "ghost_steps": int(analysis.largest_ritz(measured, small, trained, "none").index.max()),
        "eigenvalues": [
            {
                "network": network,
                "epoch": epoch,
                "least": analysis.extremes(measured, network, epoch).least.value,
                "largest": analysis.extremes(measured, network, epoch).largest.value,
                "share": analysis.negative_share(measured, network, epoch).value,
                "test": 100 * analysis.single(measured, network, epoch, "test_accuracy"),
            }
            for network in analysis.networks(measured)
            for epoch in analysis.epochs(measured, network)
        ],
    }
