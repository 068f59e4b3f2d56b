"""Draw the figures of `feedforward` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.feedforward.summary import UNIT_ROUNDOFF, errors, of_networks, sweep
from adcost.statistics.exponent import local_exponents

COLOURS = {
    "loss": plotting.GREY,
    "autodiff": plotting.BLUE,
    "backprop": plotting.GREEN,
    "by_jacobians": plotting.VERMILION,
}
NAMES = {
    "loss": "L itself",
    "autodiff": "jax.grad",
    "backprop": "by hand, contracted",
    "by_jacobians": "by hand, with the slide's Jacobians",
}
FLOOR = UNIT_ROUNDOFF / 4
"""Where a difference of exactly zero is drawn on the logarithmic axis."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    with plotting.style():
        plotting.save(_agreement(measured), folder, "agreement")
        plotting.save(_operations(measured), folder, "operations")


def _agreement(measured: pd.DataFrame) -> Figure:
    """Differences from `jax.grad`, a line a network; all activations and both derivatives."""
    rows = errors(measured)
    networks = of_networks(measured).drop_duplicates("network")
    figure, axis = plt.subplots(figsize=(6.8, 0.5 * len(networks) + 1.6))
    for place, network in enumerate(networks.itertuples()):
        here = rows[rows.network == network.network]
        for method, shift in (("backprop", 0.13), ("by_jacobians", -0.13)):
            values = here[here.method == method].value.clip(lower=FLOOR)
            label = NAMES[method] if place == 0 else None
            axis.plot(values, np.full(len(values), place + shift), "o", ms=5, alpha=0.7,
                      mec="none", color=COLOURS[method], label=label)  # fmt: skip
        bound = 10 * here.unit.iloc[0]
        axis.plot([bound, bound], [place - 0.35, place + 0.35], "-", lw=1.5, color=plotting.GREY)
    top = len(networks) - 1
    axis.annotate("bound: ten Σn·u", (10 * here.unit.iloc[0], top + 0.35), xytext=(0, 3),
                  textcoords="offset points", ha="center", fontsize=8,
                  color=plotting.GREY)  # fmt: skip
    axis.axvline(UNIT_ROUNDOFF, color=plotting.GREY, lw=1, ls=":")
    axis.annotate("u", (UNIT_ROUNDOFF, top + 0.6), xytext=(3, 0), textcoords="offset points",
                  fontsize=8, color=plotting.GREY)  # fmt: skip
    names = [f"{n.network}: t = {n.layers}, b = {n.batch}" for n in networks.itertuples()]
    axis.set_yticks(range(len(networks)), names)
    axis.set(xscale="log", ylim=(-0.6, top + 0.9),
             xlabel="relative difference from jax.grad (float64; leftmost: exactly 0)")  # fmt: skip
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside upper left", ncols=2, fontsize=9)
    return figure


def _operations(measured: pd.DataFrame) -> Figure:
    """Operations of the gradient against the width of the layers."""
    figure, axis = plt.subplots()
    for method, dash in (("by_jacobians", "o-"), ("autodiff", "o-"), ("backprop", "x"),
                         ("loss", "-")):  # fmt: skip
        values = sweep(measured, method)
        slope = local_exponents(values.index[-2:], values[-2:]).value
        size = 8 if method == "autodiff" else 5  # a ring around the cross of the other
        axis.plot(values.index, values, dash, color=COLOURS[method], ms=size, mfc="none")
        label = (
            NAMES[method]
            if method == "autodiff"
            else f"{NAMES[method]}\nslope {plotting.fixed(slope)}"
        )
        # The contracted form runs along with jax.grad: its label stands above, theirs below.
        lift = {"autodiff": 13, "backprop": -2, "loss": -15}.get(method, 0)
        text = label.replace(", ", ",\n", 1) if method == "by_jacobians" else label
        axis.annotate(text, (values.index[-1], values.iloc[-1]), xytext=(9, lift), fontsize=8.5,
                      textcoords="offset points", va="center", color=COLOURS[method])  # fmt: skip
    widths = sweep(measured, "loss").index
    axis.set(xscale="log", yscale="log", xlabel="width n of every layer",
             ylabel="operations of the gradient by all weights")  # fmt: skip
    axis.set_xticks(widths, [str(n) for n in widths])
    axis.minorticks_off()
    axis.set_xlim(widths.min() * 0.85, widths.max() * (widths.max() / widths.min()) ** 0.5)
    return figure
