"""Draw the figures of `spectrum` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from adcost import plotting
from adcost.experiments.spectrum import analysis
from adcost.matrix_free.spectral_density import smoothed_density
from adcost.palette import METHODS
from adcost.statistics.intervals import Interval

BEFORE, DURING, AFTER = plotting.VERMILION, plotting.ORANGE, plotting.BLUE
LANCZOS, FULL = METHODS["lanczos"], METHODS["full_hessian"]
FLOOR = 1e-6
"""Densities below this share of the highest are not drawn."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    plotting.draw_all(
        folder, measured, density=_density, training=_training, dense=_dense, ghosts=_ghosts
    )
    plotting.draw_all(folder, tables, extremes=_extremes)


def _colours(epochs: list[int]) -> dict[int, str]:
    return {e: BEFORE if e == 0 else AFTER if e == epochs[-1] else DURING for e in epochs}


def _title(epoch: int, last: int) -> str:
    if epoch == 0:
        return "before training"
    return f"after training ({epoch} epochs)" if epoch == last else f"after epoch {epoch}"


def _density(measured: pd.DataFrame) -> Figure:
    """The spectral density at every checkpoint: all on one axis, and each on its own."""
    network = analysis.subject(measured)
    epochs = analysis.epochs(measured, network)
    figure, axes = plt.subplots(
        2, len(epochs), figsize=(3.4 * len(epochs), 5.6), sharey="row", squeeze=False
    )
    colours = _colours(epochs)
    ends = {e: analysis.extremes(measured, network, e) for e in epochs}
    widest = (
        min(x.least.value for x in ends.values()),
        max(x.largest.value for x in ends.values()),
    )
    for column, epoch in enumerate(epochs):
        own = (ends[epoch].least.value, ends[epoch].largest.value)
        for axis, (low, high) in zip(axes[:, column], (widest, own), strict=True):
            width = high - low
            at = np.linspace(low - 0.05 * width, high + 0.05 * width, 2000)
            height = analysis.density(measured, network, epoch, at, width) * width
            axis.fill_between(
                at, FLOOR, np.maximum(height, FLOOR), color=colours[epoch], alpha=0.25, lw=0
            )
            axis.plot(at, np.maximum(height, FLOOR), color=colours[epoch], lw=1.2)
            axis.axvline(0, color=plotting.GREY, lw=0.8, ls=":")
            axis.set(yscale="log", ylim=(FLOOR, 1e3), xlim=(at[0], at[-1]))
            axis.xaxis.set_major_locator(MaxNLocator(5))
        axes[0, column].set_title(_title(epoch, epochs[-1]))
        least, largest = ends[epoch].least.value, ends[epoch].largest.value
        axes[1, column].set_title(
            f"λ from {plotting.number(least)} to {plotting.number(largest)}", fontsize=9
        )
        axes[1, column].set_xlabel("eigenvalue λ")
    axes[0, 0].set_ylabel("density × width,\none axis for all")
    axes[1, 0].set_ylabel("density × width,\nits own axis")
    return figure


def _extremes(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """λ_max and −λ_min through training, and their ratio, for every network."""
    measured, points = tables["measurements"], tables["points"]
    names = analysis.networks(measured)
    figure, (size, share) = plt.subplots(1, 2, figsize=(9.6, 3.8))
    network = names[0]
    epochs = analysis.epochs(measured, network)
    ends = [analysis.extremes(measured, network, e) for e in epochs]
    middle_epoch = len(epochs) // 2
    ends_of = {
        "largest, λ max": ([x.largest for x in ends], plotting.BLUE, (8, 6), "left"),
        "most negative, −λ min": ([x.least for x in ends], plotting.VERMILION, (-8, -14), "right"),
    }
    for text, (values, colour, offset, side) in ends_of.items():
        middle = _intervals(size, epochs, values, colour)
        at = epochs[middle_epoch], middle[middle_epoch]
        beside = {"offset": offset, "ha": side, "va": "baseline", "fontsize": 9}
        plotting.label_at_end(size, *at, text, colour, **beside)
    size.set(xscale="symlog", yscale="log", xlabel="epochs", ylabel="size of the eigenvalue")
    size.set_title(network)
    palette = (plotting.PURPLE, plotting.GREEN, plotting.SKY, plotting.YELLOW)
    again = {one: name for name in names for one in analysis.trainings(points, name)[1:]}
    firsts = [name for name in names if name not in again]
    for name, first in again.items():
        epochs = analysis.epochs(measured, name)
        shares = [analysis.negative_share(measured, name, e).value for e in epochs]
        colour = palette[firsts.index(first) % len(palette)]
        share.plot(epochs, shares, "o--", ms=3, lw=0.8, alpha=0.6, color=colour)
    for place, name in enumerate(firsts):
        epochs = analysis.epochs(measured, name)
        values = [analysis.negative_share(measured, name, e) for e in epochs]
        colour = palette[place % len(palette)]
        shares = _intervals(share, epochs, values, colour)
        plotting.label_at_end(share, epochs[-1], shares[-1], name, colour, fontsize=9)
    share.set(xscale="symlog", yscale="log", xlabel="epochs", ylabel="−λ min / λ max")
    share.set_title("in units of the largest")
    size.margins(y=0.15)
    share.margins(x=0.3, y=0.15)  # room for the names
    for axis in (size, share):
        ticks = sorted({e for name in names for e in analysis.epochs(measured, name)})
        plotting.ticks(axis, "x", ticks)
    return figure


def _intervals(axis: Axes, epochs: list[int], values: list[Interval], colour: str) -> list[float]:
    """Draw the sizes of values, all of one sign, with their intervals; returns the sizes."""
    sizes = np.abs([(v.value, v.low, v.high) for v in values])
    ends = np.sort(sizes[:, 1:], axis=1).T
    plotting.interval_line(axis, epochs, sizes[:, 0], *ends, marker="o", color=colour)
    return list(sizes[:, 0])


def _training(measured: pd.DataFrame) -> Figure:
    """Loss of every step of the subject, and accuracy at the checkpoints."""
    network = analysis.subject(measured)
    figure, axis = plt.subplots(figsize=(6.4, 3.6))
    rows = measured[(measured.network == network) & (measured.method == "training")]
    rows = rows[rows.quantity == "loss"].sort_values("index")
    axis.plot(rows["index"], rows.value, color=plotting.SKY, lw=0.8)
    axis.set(yscale="log", xlabel="step", ylabel="cross-entropy of the minibatch")
    epochs = analysis.epochs(measured, network)
    an_epoch = rows["index"].max() / epochs[-1]
    for epoch in epochs:
        accuracy = analysis.single(measured, network, epoch, "test_accuracy")
        loss = analysis.single(measured, network, epoch, "training_loss")
        axis.plot([epoch * an_epoch], [loss], "o", color=_colours(epochs)[epoch], ms=7)
        said = f"epoch {epoch}: {100 * accuracy:.1f} % of the\ntest images right"
        ended = epoch == epochs[-1]
        beside = {"offset": (0, 52), "ha": "right"} if ended else {"offset": (14, 12), "ha": "left"}
        at, colour = epoch * an_epoch, _colours(epochs)[epoch]
        plotting.label_at_end(axis, at, loss, said, colour, va="baseline", **beside)
    return figure


def _dense(measured: pd.DataFrame) -> Figure:
    """The density from the whole Hessian under the one from Lanczos, at each dense checkpoint."""
    found = analysis.dense_checkpoints(measured)
    figure, axes = plt.subplots(1, len(found), figsize=(4.8 * len(found), 3.6), squeeze=False)
    for axis, (network, epoch) in zip(axes[0], found, strict=True):
        exact = analysis.eigenvalues(measured, network, epoch)
        width = np.ptp(exact)
        at = np.linspace(exact[0] - 0.05 * width, exact[-1] + 0.05 * width, 2000)
        sigma = analysis.SMOOTHING * width
        true = smoothed_density(exact, np.full(len(exact), 1 / len(exact)), at, sigma) * width
        label = f"{FULL.name}, {len(exact):,} eigenvalues"
        fill = {"color": FULL.colour, "alpha": 0.35, "lw": 0, "label": label}
        axis.fill_between(at, FLOOR, np.maximum(true, FLOOR), **fill)
        height = analysis.density(measured, network, epoch, at, width) * width
        found_here = analysis.decompositions(measured, network, epoch)
        steps = len(found_here[0][0])
        label = f"{LANCZOS.name}, {len(found_here)} probes of {steps} steps"
        axis.plot(at, np.maximum(height, FLOOR), color=LANCZOS.colour, lw=1.1, label=label)
        apart, allowed = analysis.density_error(measured, network, epoch)
        axis.set(yscale="log", ylim=(1e-4, 1e3), xlabel="eigenvalue λ")
        moment = _title(epoch, analysis.epochs(measured, network)[-1])
        axis.set_title(
            f"{moment}\nW₁ = {plotting.number(apart, 2)}, "
            f"theory allows {plotting.number(allowed, 2)}",
            fontsize=10,
        )
    axes[0, 0].set_ylabel("density × width")
    axes[0, -1].legend(fontsize=8.5, loc="upper right")
    return figure


def _ghosts(measured: pd.DataFrame) -> Figure:
    """The largest Ritz values after every step, with and without reorthogonalisation."""
    network, epoch = analysis.dense_checkpoints(measured)[-1]
    exact = analysis.eigenvalues(measured, network, epoch)
    figure, axes = plt.subplots(
        2, 2, figsize=(9.6, 5.2), sharex=True, sharey="row", height_ratios=(2.2, 1)
    )
    for column, (method, title) in enumerate(
        (("full", "full reorthogonalisation"), ("none", "no reorthogonalisation"))
    ):
        _ritz_paths(axes[0, column], measured, network, epoch, method, exact)
        axes[0, column].set_title(title)
        lost = analysis.orthogonality(measured, network, epoch, method)
        axes[1, column].plot(lost.index, np.maximum(lost, 1e-17), "o-", ms=3, color=LANCZOS.colour)
        axes[1, column].set(yscale="log", xlabel="Lanczos steps", ylim=(1e-17, 10))
        axes[1, column].set_yticks([1e-15, 1e-10, 1e-5, 1])
    axes[0, 0].set_ylabel("largest Ritz values")
    axes[1, 0].set_ylabel("max |QQᵀ − I|")
    return figure


def _ritz_paths(
    axis: Axes, measured: pd.DataFrame, network: str, epoch: int, method: str, exact: np.ndarray
) -> None:
    paths = analysis.largest_ritz(measured, network, epoch, method)
    for place in paths:
        axis.plot(paths.index, paths[place], ".", ms=2.5, color=LANCZOS.colour)
    for value in exact[::-1][: paths.shape[1]]:
        axis.axhline(value, color=FULL.colour, lw=0.8, zorder=0)
    again = analysis.copies(measured, network, epoch, method)
    word = "once" if again == 1 else f"{again} times"
    said = f"the largest eigenvalue is there {word}"
    above = {"offset": (0, 6), "ha": "right", "va": "baseline", "fontsize": 9}
    plotting.label_at_end(axis, paths.index[-1], exact[-1], said, "black", **above)
