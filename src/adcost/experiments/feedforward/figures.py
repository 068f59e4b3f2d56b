"""Draw the figures of `feedforward` from its tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.feedforward.analysis import UNIT_ROUNDOFF, errors, of_networks, sweep
from adcost.palette import METHODS
from adcost.statistics.exponent import local_exponents

LOOKS = {
    "loss": METHODS["function"],
    "autodiff": METHODS["reverse_mode"],
    "backprop": METHODS["backpropagation"],
    "by_jacobians": METHODS["slide_jacobians"],
}
FLOOR = UNIT_ROUNDOFF / 4
"""Where a difference of exactly zero is drawn on the logarithmic axis."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    plotting.draw_all(folder, tables["measurements"], agreement=_agreement, operations=_operations)


def _agreement(measured: pd.DataFrame) -> Figure:
    """Differences from `jax.grad`, a line a network; all activations and both derivatives."""
    rows = errors(measured)
    networks = of_networks(measured).drop_duplicates("network")
    by_hand = ("backprop", "by_jacobians")
    rows = rows[rows.method.isin(by_hand)]
    rows = rows.assign(value=rows.value.clip(lower=FLOOR))
    figure, axis = plt.subplots(figsize=(6.8, 0.5 * len(networks) + 1.6))
    order = list(networks.network)
    for method in by_hand:
        look = LOOKS[method]
        seaborn.stripplot(
            rows[rows.method == method],
            x="value",
            y="network",
            order=order,
            hue="method",
            hue_order=by_hand,
            palette=[LOOKS[own].colour for own in by_hand],
            marker=look.marker,
            linewidth=1.2 if look.marker == "x" else 0,
            size=5,
            alpha=0.7,
            jitter=False,
            dodge=True,
            legend=False,
            ax=axis,
        )
        axis.plot([], [], **look.look(ls="", ms=5))
    for place, network in enumerate(order):
        bound = 10 * rows[rows.network == network].unit.iloc[0]
        axis.plot([bound, bound], [place - 0.35, place + 0.35], "-", lw=1.5, color=plotting.GREY)
    top: dict[str, Any] = {"va": "baseline", "fontsize": 8}
    bound = 10 * rows[rows.network == order[-1]].unit.iloc[0]
    last = len(order) - 1
    above = bound, last + 0.35, "bound: ten Σn·u", plotting.GREY
    plotting.label_at_end(axis, *above, offset=(0, 3), ha="center", **top)
    axis.axvline(UNIT_ROUNDOFF, color=plotting.GREY, lw=1, ls=":")
    beside = UNIT_ROUNDOFF, last + 0.6
    plotting.label_at_end(axis, *beside, "u", plotting.GREY, offset=(3, 0), **top)
    names = [f"{n.network}: t = {n.layers}, b = {n.batch}" for n in networks.itertuples()]
    axis.set_yticks(range(len(order)), names)
    axis.set(xscale="log", ylim=(-0.6, last + 0.9), ylabel="")
    axis.set_xlabel("relative difference from jax.grad (float64; leftmost: exactly 0)")
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside upper left", ncols=2, fontsize=9)
    return figure


def _operations(measured: pd.DataFrame) -> Figure:
    """Operations of the gradient against the width of the layers."""
    figure, axis = plt.subplots()
    # The contracted form runs along with reverse mode: its label stands above, theirs below.
    lifts = {"by_jacobians": 0, "autodiff": 13, "backprop": -2, "loss": -15}
    for method, lift in lifts.items():
        look, values = LOOKS[method], sweep(measured, method)
        # A square around the cross of the other.
        size, line = (8, "-") if method == "autodiff" else (5, "")
        line = "-" if method in ("by_jacobians", "loss") else line
        axis.plot(values.index, values, **look.look(ls=line, ms=size, mfc="none"))
        slope = plotting.fixed(local_exponents(values.index[-2:], values[-2:]).value)
        text = look.name if method == "autodiff" else f"{look.name}\nslope {slope}"
        text = text.replace(", ", ",\n", 1) if method == "by_jacobians" else text
        end = (values.index[-1], values.iloc[-1])
        plotting.label_at_end(axis, *end, text, look.colour, offset=(9, lift))
    widths = values.index
    axis.set(xscale="log", yscale="log", xlabel="width n of every layer")
    axis.set_ylabel("operations of the gradient by all weights")
    plotting.ticks(axis, "x", widths)
    axis.set_xlim(widths.min() * 0.85, widths.max() * (widths.max() / widths.min()) ** 0.5)
    return figure
