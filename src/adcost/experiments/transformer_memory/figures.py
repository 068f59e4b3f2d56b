"""Draw the figures of `transformer_memory` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from adcost import plotting
from adcost.experiments.transformer_memory import analysis
from adcost.experiments.transformer_memory.plan import WITH, WITHOUT
from adcost.palette import METHODS

NAMES = {
    **{policy: METHODS[policy].name for policy in ("store_all", "every_block", "recompute_all")},
    "save_operands": "keep operands",
    "save_operands_but_scores": "keep operands, not scores",
    "save_products": "keep products",
    "save_projections": "keep products with weights",
}
ATTENTION = {"ordinary": plotting.BLUE, "chunked": plotting.ORANGE}
BATCHES = {
    (WITHOUT, "ordinary"): METHODS["store_all"],
    (WITHOUT, "lean"): METHODS["store_all_lean"],
    (WITH, "ordinary"): METHODS["every_block"],
    (WITH, "lean"): METHODS["every_block_lean"],
}
LABELS = {
    "save_products": ((-12, -3), "right"),
    "save_operands": ((0, 9), "center"),
    "save_projections": ((-9, -9), "right"),
}
"""Where a policy's name stands beside its point, if not above to the right."""

GROUPS = plotting.GREEN
RUNS = {
    "default": ("as XLA compiles by default", plotting.VERMILION, "o"),
    "bare": ("the compiler's code alone, on one thread", plotting.BLUE, "s"),
    "gpu": ("on a GPU", plotting.GREEN, "D"),
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF."""
    measured = analysis.joined(tables)
    plotting.draw_all(
        folder,
        measured,
        gpt2_memory=_memory,
        gpt2_operations=_operations,
        max_batch=_max_batch,
        prediction=_prediction,
    )


def named(policy: str) -> str:
    """A policy for the reader."""
    return NAMES.get(policy, policy.replace("every_", "a checkpoint every ").replace("_", " "))


def _memory(measured: pd.DataFrame) -> Figure:
    """Bytes of the blocks by policy and attention, beside the literature's figures."""
    said, policies = analysis.formula(measured), analysis.policies(measured)
    stored, with_checkpoints = analysis.zero_says(measured)
    figure, axis = plt.subplots(figsize=(8.4, 0.62 * len(policies) + 1.7))
    places = np.arange(len(policies))[::-1]
    for shift, (attention, colour) in zip((0.19, -0.19), ATTENTION.items(), strict=True):
        held = [analysis.gigabytes(measured, p, "blocks_bytes", attention) for p in policies]
        axis.plot(held, places + shift, "o", ms=7, color=colour)
        for y, gb in zip(places + shift, held, strict=True):
            # On the page's colour, for a line may pass behind it.
            page = {"fc": "#FFFFFF", "ec": "none", "pad": 1.5}
            plotting.label_at_end(axis, gb, y, plotting.number(gb), colour, bbox=page)
    # Lengths mean nothing on a logarithmic axis, so a part is a mark as the whole is.
    kept = [analysis.gigabytes(measured, p, "kept_bytes") for p in policies]
    part = {"ms": 6, "mfc": "none", "mew": 1.4, "color": ATTENTION["ordinary"]}
    axis.plot(kept, places + 0.19, "D", **part)
    lines = {
        f"ZeRO with\ncheckpoints, {plotting.number(with_checkpoints)}": with_checkpoints,
        f"ZeRO, {plotting.number(stored)}": stored,
        f"Korthikanti\net al., {said.korthikanti:.0f}": said.korthikanti,
    }
    for text, gb in lines.items():
        axis.axvline(gb, color=plotting.GREY, lw=1.2, ls="--", zorder=0)
        above = {"offset": (0, 0), "ha": "center", "va": "bottom"}
        plotting.label_at_end(axis, gb, len(policies) - 0.42, text, **above)
    axis.set_yticks(places, [named(p) for p in policies])
    axis.set(xscale="log", xlabel=f"GB held by the blocks' compiled gradient, {_what(measured)}")
    held = [analysis.gigabytes(measured, p, "blocks_bytes", "chunked") for p in policies]
    axis.set_xlim(min(held) / 2.5, max(said.korthikanti, *kept) * 2)
    axis.set_ylim(-0.55, len(policies) - 0.45)
    _decimal(axis)
    axis.grid(axis="y", visible=False)
    handles = [Line2D([], [], marker="o", ms=7, ls="", color=c) for c in ATTENTION.values()]
    handles.append(Line2D([], [], marker="D", ls="", **part))
    names = ["ordinary attention", "attention by chunks", "of which grows with the depth"]
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5)
    return figure


def _operations(measured: pd.DataFrame) -> Figure:
    """Memory against additional operations: the price of each policy."""
    policies = [p for p in analysis.policies(measured) if p != "recompute_all"]
    figure, axis = plt.subplots(figsize=(7.2, 4.4))
    for policy in policies:
        x, y = (
            analysis.gigabytes(measured, policy, "blocks_bytes"),
            analysis.overhead(measured, policy),
        )
        by_chunks = (
            analysis.gigabytes(measured, policy, "blocks_bytes", "chunked"),
            analysis.overhead(measured, policy, "chunked"),
        )
        axis.plot([x, by_chunks[0]], [y, by_chunks[1]], "-", lw=0.8, color=plotting.GREY, zorder=0)
        axis.plot(x, y, "o", ms=8, color=ATTENTION["ordinary"])
        axis.plot(*by_chunks, "o", ms=8, color=ATTENTION["chunked"])
        offset, side = LABELS.get(policy, ((7, 6), "left"))
        beside = {"offset": offset, "ha": side, "va": "baseline"}
        plotting.label_at_end(axis, x, y, named(policy), "black", **beside)
    groups = analysis.frontier(measured)
    axis.plot(groups.gigabytes, groups.overhead, "s", ms=6, mfc="none", mew=1.5, color=GROUPS)
    said = "by groups of " + ", ".join(f"{g:.0f}" for g in sorted(groups.index)) + " sequences"
    at = groups.gigabytes.min(), groups.overhead.iloc[-1]
    plotting.label_at_end(axis, *at, said, GROUPS, offset=(-4, -16), va="baseline")
    _, with_checkpoints = analysis.zero_says(measured)
    axis.axvline(with_checkpoints, color=plotting.GREY, lw=1.2, ls="--", zorder=0)
    said = f"ZeRO with\ncheckpoints, {plotting.number(with_checkpoints)}"
    plotting.label_at_end(axis, with_checkpoints, 0.12, said, offset=(4, 0))
    axis.axhline(1 / 3, color=plotting.VERMILION, lw=1.2)
    across = {"xycoords": axis.get_yaxis_transform(), "ha": "right", "va": "top"}
    said = "33 %: one more pass forward"
    plotting.label_at_end(axis, 0.99, 1 / 3, said, plotting.VERMILION, offset=(0, -3), **across)
    axis.set(xscale="log", xlabel=f"GB held by the blocks, {_what(measured)}")
    axis.set_ylabel("more operations than storing all")
    axis.yaxis.set_major_formatter(lambda value, _: f"{plotting.number(100 * value)} %")
    left, right = axis.get_xlim()
    axis.set_xlim(left * 0.8, right * 2.2)
    axis.set_ylim(bottom=-0.02)
    _decimal(axis)
    handles = [Line2D([], [], marker="o", ls="", color=c) for c in ATTENTION.values()]
    axis.legend(
        handles, ["ordinary attention", "attention by chunks"], loc="center right", fontsize=8.5
    )
    return figure


def _max_batch(measured: pd.DataFrame) -> Figure:
    """The largest batch by memory, without and with checkpoints."""
    found = analysis.largest(measured)
    figure, axis = plt.subplots(figsize=(7.2, 4.0))
    rows = pd.concat(
        pd.DataFrame({"memory": found.index, "batch": found[case].to_numpy(), "name": look.name})
        for case, look in BATCHES.items()
    )
    colours = {look.name: look.colour for look in BATCHES.values()}
    seaborn.barplot(
        rows,
        x="memory",
        y="batch",
        hue="name",
        palette=colours,
        saturation=1,
        errorbar=None,
        legend=False,
        ax=axis,
    )
    for bars, (name, colour) in zip(axis.containers, colours.items(), strict=True):
        bars.set_label(name)
        axis.bar_label(bars, fmt="{:.0f}", padding=2, fontsize=9, color=colour)
    # Linear up to one, so that zero has a place.
    axis.set_yscale("symlog", linthresh=1, linscale=0.3)
    axis.set(ylabel="largest batch, sequences", xlabel="memory, GB")
    axis.set_xticks(range(len(found)), [f"{memory:g}" for memory in found.index])
    axis.set_ylim(0, found.to_numpy().max() * 8)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.grid(axis="x", visible=False)
    axis.legend(loc="upper left", fontsize=8.5)
    return figure


def _prediction(measured: pd.DataFrame) -> Figure:
    """A real step's peak over the prediction, run by run."""
    runs, settings = analysis.runs(measured), analysis.settings(measured)
    labels = list(dict.fromkeys(zip(runs.model, runs.method, strict=True)))
    figure, axis = plt.subplots(figsize=(7.6, 0.5 * len(labels) + 1.5))
    places = {label: len(labels) - 1 - i for i, label in enumerate(labels)}
    axis.axvspan(0.9, 1.1, color=plotting.GREY, alpha=0.15, lw=0)
    axis.axvline(1, color=plotting.GREY, lw=1)
    for order, setting in enumerate(settings):
        name, colour, marker = RUNS[setting]
        shift = 0.14 * (len(settings) - 1 - 2 * order)
        rows = runs[runs.setting == setting]
        y = [places[pair] + shift for pair in zip(rows.model, rows.method, strict=True)]
        axis.plot(rows.ratio, y, marker, ms=6, mfc="none", mew=1.6, color=colour, label=name)
    mean = runs.groupby(["model", "method"]).predicted.mean()
    texts = [f"{model}: {named(policy)}, {mean[model, policy]:,.0f} MB" for model, policy in labels]
    axis.set_yticks(list(places.values()), texts)
    axis.set(xlabel="memory of a real step at its peak / prediction")
    axis.set_xlim(min(0.85, runs.ratio.min() - 0.03), max(1.15, runs.ratio.max() + 0.05))
    axis.set_ylim(-0.5, len(labels) - 0.5)
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside upper right", fontsize=8.5, ncols=2)
    return figure


def _what(measured: pd.DataFrame) -> str:
    rows = analysis.of_kind(measured, "policy")
    return f"{rows.model.iloc[0]}, batch {int(rows['size'].iloc[0])}, {analysis.dtype(measured)}"


def _decimal(axis: Axes) -> None:
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
