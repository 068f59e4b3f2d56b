"""Draw the figures of `hutchinson` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from adcost import plotting
from adcost.experiments.hutchinson import analysis
from adcost.palette import METHODS

COLOURS = {
    ("dense", "initial"): plotting.SKY,
    ("dense", "trained"): plotting.BLUE,
    ("large", "initial"): plotting.ORANGE,
    ("large", "trained"): plotting.VERMILION,
}
LOOKS = {method: METHODS[method] for method in ("hutchinson", "hutch_plus_plus", "xtrace")}
DISTRIBUTIONS = {
    "rademacher": METHODS["random_signs"],
    "gaussian": METHODS["gaussian"],
    "sphere": METHODS["sphere"],
}
TRAINED = ("dense", "trained")
PERCENT = FuncFormatter(lambda value, _: f"{plotting.number(100 * value)} %")


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    plotting.draw_all(
        folder,
        tables["measurements"],
        estimates=_estimates,
        error=_error,
        laws=_laws,
        needed=_needed,
        decay=_decay,
        diagonal=_diagonal,
    )
    plotting.draw_all(folder, tables, chunks=_chunks)


def _estimates(measured: pd.DataFrame) -> Figure:
    """Estimates against V, the exact trace as a line, and what the law lets expect."""
    figure, axis = plt.subplots(figsize=(6.4, 4.2))
    firsts = analysis.values(measured, TRAINED, "rademacher", "first").reset_index()
    trace = analysis.exact(measured, TRAINED).trace
    spread = abs(trace) * analysis.law(measured, TRAINED, "rademacher") ** 0.5
    v = np.geomspace(firsts.probes.min(), firsts.probes.max(), 200)
    for times, shade in ((2, 0.12), (1, 0.22)):
        reach = times * spread / np.sqrt(v)
        axis.fill_between(v, trace - reach, trace + reach, color=plotting.BLUE, alpha=shade, lw=0)
    axis.plot(firsts.probes, firsts.value, "o", ms=4, mfc="none", color=plotting.BLUE)
    axis.axhline(trace, color=plotting.VERMILION, lw=1.4)
    axis.set(xscale="log", xlabel="probes V", ylabel="estimate of the Hessian's trace")
    axis.set_xlim(v[0] * 0.8, v[-1] * 1.25)
    beside = v[-1] / 3, trace + 2.2 * spread / np.sqrt(v[-1] / 3)
    above = {"offset": (0, 12), "ha": "center", "va": "baseline", "fontsize": 10}
    said = f"exact: {plotting.fixed(trace, 3)}"
    plotting.label_at_end(axis, *beside, said, plotting.VERMILION, **above)
    said = (
        f"circles: {firsts['repeat'].nunique()} independent estimates at each V\n"
        "bands: one and two predicted standard deviations"
    )
    plotting.note(axis, 0.99, 0.03, said, plotting.GREY, ha="right", va="bottom")
    return figure


def _error(measured: pd.DataFrame) -> Figure:
    """The relative error of random signs against V on every network, predicted and measured."""
    figure, axis = plt.subplots(figsize=(6.4, 4.4))
    for case in analysis.networks(measured):
        found, colour = analysis.rms(measured, case, "rademacher"), COLOURS[case]
        _with_intervals(axis, found, colour, "o")
        v = np.array([found.index.min(), found.index.max()])
        line = (analysis.law(measured, case, "rademacher") / v) ** 0.5
        label = f"d = {int(analysis.exact(measured, case)['size']):,}, {case[1]}"
        axis.plot(v, line, "-", lw=1.2, color=colour, label=label)
    axis.axhline(analysis.ACCURACY, color=plotting.GREY, lw=1, ls=":")
    axis.set(xscale="log", yscale="log", xlabel="probes V")
    axis.set_ylabel("root-mean-square error / trace")
    axis.yaxis.set_major_formatter(PERCENT)
    axis.legend(loc="upper right", fontsize=8.5)
    plotting.note(axis, 0.02, 0.04, "lines: predicted, slope −1/2", plotting.GREY)
    return figure


def _with_intervals(axis: Axes, found: pd.DataFrame, colour: str, marker: str) -> None:
    look = {"marker": marker, "ls": "", "ms": 4, "mfc": "none", "lw": 1, "color": colour}
    plotting.interval_line(axis, found.index, found.value, found.low, found.high, **look)


def _laws(measured: pd.DataFrame) -> Figure:
    """The variance of one probe over the Gaussian law, on two matrices: measured and predicted."""
    matrices = {("influence", "fixed"): "influence matrix", TRAINED: "network's Hessian"}
    figure, axis = plt.subplots(figsize=(6.4, 3.6))
    ticks = {}
    for group, (case, title) in enumerate(matrices.items()):
        unit = analysis.law(measured, case, "gaussian")
        present = [d for d in analysis.DISTRIBUTIONS if case in analysis.cases(measured, d)]
        for place, distribution in enumerate(present):
            x, look = 4 * group + place, DISTRIBUTIONS[distribution]
            predicted = analysis.law(measured, case, distribution) / unit
            ratio = analysis.variance_ratio(measured, case, distribution)
            value, low, high = (predicted * r for r in (ratio.value, ratio.low, ratio.high))
            axis.plot([x - 0.35, x + 0.35], [predicted] * 2, color=plotting.GREY, lw=2)
            mark = look.look(ls="", ms=5, capsize=4)
            plotting.interval_line(axis, [x], [value], [low], [high], **mark)
            ticks[x] = look.name.replace(" ", "\n")
        axis.text(4 * group + (len(present) - 1) / 2, 1.2, title, ha="center")
    axis.set_xticks(list(ticks), list(ticks.values()))
    axis.grid(axis="x", visible=False)
    axis.set(ylabel="variance of one probe / (2‖A‖²)", ylim=(0, 1.32))
    plotting.note(axis, 0.01, 0.03, "bars: predicted; points: measured", plotting.GREY)
    return figure


def _needed(measured: pd.DataFrame) -> Figure:
    """Products to a relative error, against those of the exact trace."""
    figure, axis = plt.subplots(figsize=(6.4, 4.0))
    errors = np.geomspace(0.003, 0.1, 100)
    lines = []
    for case in analysis.networks(measured):
        size = analysis.exact(measured, case)["size"]
        share = [analysis.required_probes(measured, case, error) / size for error in errors]
        axis.plot(errors, share, color=COLOURS[case])
        at = analysis.measured_probes(measured, case, analysis.ACCURACY).over(size)
        mark = {"marker": "o", "ls": "", "color": COLOURS[case]}
        ends = [at.value], [at.low], [at.high]
        plotting.interval_line(axis, [analysis.ACCURACY], *ends, **mark)
        lines.append((share[0], f"d = {int(size):,}, {case[1]}", COLOURS[case]))
    for share, label, colour in lines:
        plotting.label_at_end(axis, errors[0], share, label, colour, offset=(6, 0))
    axis.axhline(1, color=plotting.GREY, lw=1.2)
    said, above = "the exact trace, d products", {"offset": (0, 4), "va": "baseline"}
    plotting.label_at_end(axis, 0.1, 1, said, plotting.GREY, **above)
    axis.set(xscale="log", yscale="log", xlabel="root-mean-square error / trace")
    axis.set_ylabel("products / d")
    axis.set_xlim(0.12, 0.0009)
    axis.xaxis.set_major_formatter(PERCENT)
    return figure


def _decay(measured: pd.DataFrame) -> Figure:
    """The error of three estimators at equal numbers of products, before and after training."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.2), sharey=True)
    for axis, state in zip(axes, analysis.STATES, strict=True):
        case = ("dense", state)
        ideal = analysis.ideal(measured, state)
        signs = analysis.rms(measured, case, "rademacher")
        shown = {"hutchinson": signs.loc[ideal.index]}
        for method in ("hutch_plus_plus", "xtrace"):
            shown[method] = analysis.root_mean(analysis.trials(measured, state, method))
        for method, found in shown.items():
            look = LOOKS[method]
            _with_intervals(axis, found, look.colour, look.marker)
            if method != "hutchinson":
                axis.plot(found.index, found.value, color=look.colour, lw=1)
            if state == "trained":
                end = found.index[-1], found.value.iloc[-1]
                plotting.label_at_end(axis, *end, look.name, look.colour, fontsize=9)
        law = (analysis.law(measured, case, "rademacher") / ideal.index) ** 0.5
        axis.plot(ideal.index, law, color=LOOKS["hutchinson"].colour, lw=1)
        axis.plot(ideal.index, ideal, "--", color=LOOKS["hutch_plus_plus"].colour, lw=1)
        axis.set(xscale="log", yscale="log", xlabel="products with the Hessian")
        axis.set_title(f"{'before' if state == 'initial' else 'after'} training")
        axis.set_xlim(ideal.index[0] * 0.8, ideal.index[-1] * 4)
        plotting.ticks(axis, "x", ideal.index)
    axes[0].set_ylabel("root-mean-square error / trace")
    axes[0].yaxis.set_major_formatter(PERCENT)
    said = "dashed: Hutch++ if it found the\nlargest eigenvectors exactly"
    plotting.note(axes[0], 0.02, 0.03, said, plotting.GREY)
    return figure


def _diagonal(measured: pd.DataFrame) -> Figure:
    """The error of the estimated diagonal against V, before and after training."""
    figure, axis = plt.subplots(figsize=(6.4, 3.8))
    for state in analysis.STATES:
        found, colour = analysis.diagonal_errors(measured, state), COLOURS["dense", state]
        _with_intervals(axis, found, colour, "o")
        axis.plot(found.index, found.law, lw=1.2, color=colour)
        end = found.index[-1], found.law.iloc[-1]
        plotting.label_at_end(axis, *end, state, colour, fontsize=10)
    axis.set(xscale="log", yscale="log", xlabel="probes V")
    axis.set_xlim(0.8, found.index[-1] * 4)
    axis.set_ylabel("error of the diagonal / its norm")
    axis.yaxis.set_major_formatter(PERCENT)
    plotting.note(axis, 0.02, 0.04, "lines: predicted, slope −1/2", plotting.GREY)
    return figure


def _chunks(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """The time of a probe in single compiled products, against the chunk."""
    figure, axis = plt.subplots(figsize=(6.4, 4.0))
    for network in analysis.NETWORKS:
        ratios, colour = analysis.per_probe(tables, network), COLOURS[network, "trained"]
        own = [name for name in ratios if name != "matfree"]
        measured = tables["measurements"]
        low, middle, high = ratios.quantile([0.25, 0.5, 0.75]).to_numpy()
        place = {name: k for k, name in enumerate(ratios)}
        last = measured[(measured.point == "chunks") & (measured.matrix == network)]
        chunks = [int(name) for name in own]
        together = [last.probes.max() * 1.6]
        marks = ((own, chunks, {"marker": "o"}), (["matfree"], together, {"marker": "D", "ls": ""}))
        for names, at, mark in marks:
            shown = [place[name] for name in names]
            face = colour if names is own else "none"
            look = {"color": colour, "mfc": face, **mark}
            plotting.interval_line(axis, at, middle[shown], low[shown], high[shown], **look)
        size, end = last["size"].iloc[0], middle[place[own[-1]]]
        beside = {"offset": (38, 0), "fontsize": 9}
        plotting.label_at_end(axis, chunks[-1], end, f"d = {size:,}", colour, **beside)
    axis.axhline(1, color=plotting.GREY, lw=1, ls=":")
    axis.set(xscale="log", xlabel="probes multiplied at once")
    axis.set_ylabel("time of a probe / of one product")
    axis.set_ylim(bottom=0)
    axis.set_xlim(chunks[0] * 0.8, chunks[-1] * 8)
    plotting.ticks(axis, "x", chunks)
    said = "diamonds: matfree, all at once"
    plotting.note(axis, 0.99, 0.03, said, plotting.GREY, ha="right")
    return figure
