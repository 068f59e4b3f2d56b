"""Draw the figures of `implicit` from its table."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.implicit.analysis import (
    ALL,
    UNIQUE,
    at_tolerances,
    by_steps,
    exponent,
    singular,
)
from adcost.palette import DARK, METHODS

METHODS_OF = {
    "reverse": "reverse_mode",
    "checkpointed": "reverse_checkpointed",
    "forward": "forward_mode",
    "krylov": "implicit_krylov",
    "successive": "implicit_successive",
}
"""The methods of the table, as the palette has them."""

TITLES = {"ridge": "ridge regression", "step_sizes": "step sizes", "layer": "equilibrium layer"}

SOLVED = ("reverse", "successive", "krylov")
"""The methods whose errors are drawn; checkpoints and forward mode have reverse mode's."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    plotting.draw_all(folder, tables["measurements"], cost=_cost, error=_error, singular=_singular)


def _cost(measured: pd.DataFrame) -> Figure:
    """Operations (above) and bytes (below) against the iterations, a column a problem."""
    figure, axes = plt.subplots(2, 3, figsize=(11.0, 6.6), sharex=True, sharey="row")
    for (above, below), point in zip(axes.T, ALL, strict=True):
        operations = by_steps(measured, point, "operations")
        held = by_steps(measured, point, "temporary_bytes")
        for method, name in METHODS_OF.items():
            look = METHODS[name].look(mfc="none", lw=1.2)
            ratio = operations[method] / operations["function"]
            above.plot(ratio.index, ratio, **look)
            below.plot(held.index, held[method] / 1000, **look)
        above.set(title=TITLES[point], yscale="log")
        below.set(xscale="log", yscale="log", xlabel="iterations k")
        plotting.ticks(below, "x", held.index)
    axes[0, 0].set_ylabel("operations, gradient / function")
    axes[1, 0].set_ylabel("kilobytes of temporaries")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=9
    )
    return figure


def _error(measured: pd.DataFrame) -> Figure:
    """The error of the gradient against the tolerance, with the fitted exponents."""
    figure, axes = plt.subplots(1, 3, figsize=(11.0, 4.4), sharex=True)
    for axis, point in zip(axes, ALL, strict=True):
        errors = at_tolerances(measured, point, "error").sort_index()
        for method in SOLVED:
            fitted = exponent(errors[method])
            name = METHODS[METHODS_OF[method]].name
            look = METHODS[METHODS_OF[method]].look(mfc="none", lw=1.2)
            if not np.isnan(fitted.value):
                found = plotting.interval(fitted.value, fitted.low, fitted.high)
                look["label"] = f"{name}: {found}"
            axis.plot(errors.index, errors[method], **look)
        order = 1 if point in UNIQUE else 2
        line = errors.krylov.iloc[-1] * (errors.index / errors.index[-1]) ** order
        axis.plot(errors.index, line, ":", color=DARK, lw=1, label=f"exponent {order}")
        axis.set(xscale="log", yscale="log", title=TITLES[point])
        axis.set_xlabel("tolerance of the solver")
        axis.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.18),
            fontsize=8,
            title="measured exponent",
            title_fontsize=8,
        )
    axes[0].set_ylabel("relative error of the gradient")
    return figure


def _singular(measured: pd.DataFrame) -> Figure:
    """The error of dL/dλ against λ; at the left end λ = 0, where a cross is no number at all."""
    figure, axis = plt.subplots(figsize=(6.8, 4.2))
    errors = singular(measured).sort_index()
    positive = errors[errors.index > 0]
    zero = positive.index[0] / 100
    for method in SOLVED:
        look = METHODS[METHODS_OF[method]].look(mfc="none", lw=1.2)
        axis.plot(positive.index, positive[method], **look)
        at_zero = errors.loc[0.0, method]
        if at_zero >= 1:
            axis.plot([zero], [1], marker="x", ms=9, mew=2, color=look["color"], ls="none")
            plotting.label_at_end(axis, zero, 1, "no digit is right", look["color"])
        else:
            axis.plot(
                [zero], [at_zero], marker=look["marker"], mfc="none", color=look["color"], ls="none"
            )
    axis.set(xscale="log", yscale="log", xlabel="penalty λ")
    axis.set_ylabel("relative error of dL/dλ")
    shown = positive.index[:: max(1, len(positive) // 4)]
    powers = [f"{power:.0f}".translate(plotting.SUPERSCRIPTS) for power in np.log10(shown)]
    axis.set_xticks([zero, *shown], ["0", *(f"10{power}" for power in powers)])
    axis.set_xticks([], minor=True)
    axis.legend(loc="center right", bbox_to_anchor=(1.0, 0.55))
    return figure
