"""Draw the figures of `not_autodiff` from its tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.not_autodiff.summary import UNIT_ROUNDOFF, functions, times, values

COLOURS = {
    "reverse": plotting.BLUE,
    "forward": plotting.GREEN,
    "symbolic": plotting.VERMILION,
    "symbolic_shared": plotting.ORANGE,
    "central_difference": plotting.PURPLE,
    "forward_difference": plotting.SKY,
    "closed_form": plotting.YELLOW,
    "value": plotting.GREY,
}
NAMES = {
    "reverse": "AD, reverse",
    "forward": "AD, forward",
    "symbolic": "symbolic",
    "symbolic_shared": "symbolic, parts shared",
    "central_difference": "central difference",
    "forward_difference": "forward difference",
    "closed_form": "closed form, by hand",
    "value": "f itself",
}
EXPRESSIONS = {
    "symbolic": ("o-", "symbolic derivative"),
    "symbolic_shared": ("^-", "the same, parts shared"),
    "expression": ("s:", "f itself, as an expression"),
    "forward": ("-", NAMES["forward"]),
    "reverse": ("x", NAMES["reverse"]),
}
TITLES = {
    "logistic": "logistic map, 4l(1 − l)",
    "ricker": "Ricker's map, y·exp(3(1 − y)/2)",
    "sine": "sine, sin s",
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    with plotting.style():
        plotting.save(_bullets(measured), folder, "bullets")
        plotting.save(_swell(measured), folder, "swell")
        plotting.save(_errors(measured), folder, "errors")
        plotting.save(_time(times(tables["timings"])), folder, "time")


def _line(axis: Axes, y: pd.Series, method: str, text: str, *, back: int = 1,
          offset: tuple[float, float] = (0, 9), ha: str = "right") -> None:  # fmt: skip
    """A line with its name, which stands ``offset`` points from the point ``back`` from its end."""
    back = min(back, len(y))
    marker, colour = ("x" if method == "reverse" else "o"), COLOURS[method]
    axis.plot(y.index, y, marker + "-", color=colour, ms=4, lw=1.5)
    axis.annotate(text, (y.index[-back], y.iloc[-back]), xytext=offset, fontsize=8.5,
                  textcoords="offset points", ha=ha, va="center", color=colour)  # fmt: skip


def _bullets(measured: pd.DataFrame) -> Figure:
    """The slide's six bullets, a panel each."""
    figure, axes = plt.subplots(2, 3, figsize=(9.8, 6.4))
    (differences, symbols, rule), (sweeps, cost, memory) = axes
    depth = "applications of the logistic map"
    ends = values(measured, "symbolic", "operations").index

    def shallow(method: str, quantity: str) -> pd.Series:
        return values(measured, method, quantity).loc[lambda y: y.index.isin(ends)]

    for method, text, offset in (
        ("central_difference", "best difference", (0, 9)),
        ("symbolic", "symbolic", (0, 11)),
        ("reverse", "AD", (0, -11)),
    ):
        error = shallow(method, "error").clip(lower=UNIT_ROUNDOFF)
        _line(differences, error, method, text, offset=offset)
    differences.set(xlabel=depth, ylabel="relative error (median)")
    differences.set_title("AD is not finite differences")

    for method, text, offset in (
        ("symbolic", "symbolic derivative", (-10, 0)),
        ("symbolic_shared", "parts shared", (0, 9)),
        ("reverse", "AD", (0, -9)),
    ):
        _line(symbols, shallow(method, "operations"), method, text, offset=offset)
    symbols.set(xlabel=depth, ylabel="operations")
    symbols.set_title("… not a symbolic derivative")

    terms = values(measured, "chain_rule", "paths")
    _line(rule, terms, "symbolic", "terms of the chain rule,\nwritten out", back=4, offset=(-2, 16))
    _line(rule, values(measured, "chain_rule", "edges"), "reverse", "edges that AD passes")
    rule.set(xlabel=depth, ylabel="number")
    rule.set_title("… not only the chain rule")

    for method, offset in (("reverse", (-14, 0)), ("forward", (4, -22))):
        line = values(measured, method, "jacobian_operations", "with_rates")
        _line(sweeps, line, method, method, offset=offset)
    sweeps.set(xlabel="outputs, for one input", ylabel="operations of the Jacobian")
    sweeps.set_title("… not only backpropagation")

    value, forward, reverse = (
        values(measured, name, "gradient_operations", "with_rates")
        for name in ("value", "forward", "reverse")
    )
    evaluations = values(measured, "central_difference", "evaluations", "with_rates")
    _line(cost, forward / value, "forward", "forward", offset=(-12, 2))
    _line(cost, evaluations, "central_difference", "differences", back=3, offset=(8, -5), ha="left")
    _line(cost, reverse / value, "reverse", "reverse", offset=(0, -10))
    cost.set(xlabel="inputs, for one output", ylabel="cost of the gradient, in values")
    cost.set_title("Reverse mode is fast …")

    for method, offset in (("reverse", (-14, 0)), ("forward", (0, 9))):
        _line(memory, values(measured, method, "temporary_bytes"), method, method, offset=offset)
    memory.set(xlabel=depth, ylabel="bytes of temporaries")
    memory.set_title("… and hungry for memory")

    for axis in axes.flat:
        axis.set_yscale("log")
        axis.title.set_fontsize(10.5)
        axis.margins(x=0.06, y=0.12)
    cost.set_ylim(bottom=1)
    for axis in (sweeps, cost, memory):
        axis.set_xscale("log")
    for axis, line in ((sweeps, value), (cost, value)):
        _ticks(axis, line.index)
    for axis in (differences, symbols):
        axis.set_xticks(ends)
    return figure


def _ticks(axis: Axes, places: Sequence[int] | pd.Index) -> None:
    axis.set_xticks(places, [str(n) for n in places])
    axis.minorticks_off()


def _swell(measured: pd.DataFrame) -> Figure:
    """Sizes of expressions beside AD's operations, a panel a map."""
    names = functions(measured)
    figure, axes = plt.subplots(
        1, len(names), figsize=(3.3 * len(names), 3.9), sharey=True, squeeze=False
    )
    for axis, name in zip(axes[0], names, strict=True):
        ends = values(measured, "symbolic", "operations", name).index
        for method, (dash, label) in EXPRESSIONS.items():
            line = values(measured, method, "operations", name)
            line = line[line.index.isin(ends)]
            colour = COLOURS.get(method, plotting.GREY)
            axis.plot(line.index, line, dash, color=colour, ms=4.5, lw=1.4, label=label)
        axis.set(yscale="log", xlabel="applications k of the map")
        axis.set_xticks(ends)
        axis.set_title(TITLES.get(name, name), fontsize=9.5)
    axes[0][0].set_ylabel("operations")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8.5)
    return figure


def _errors(measured: pd.DataFrame) -> Figure:
    """Median relative errors over depth, a panel a map; an error of zero is drawn at u/2."""
    names = functions(measured)
    figure, axes = plt.subplots(
        1, len(names), figsize=(3.3 * len(names), 4.1), sharey=True, squeeze=False
    )
    foot = UNIT_ROUNDOFF / 2
    for axis, name in zip(axes[0], names, strict=True):
        for method, dash in (("forward_difference", "-"), ("central_difference", "-"),
                             ("value", ":"), ("forward", "-"), ("reverse", "x"),
                             ("symbolic", "o")):  # fmt: skip
            line = values(measured, method, "error", name).clip(lower=foot)
            axis.plot(line.index, line, dash, color=COLOURS[method], label=NAMES[method], lw=1.5,
                      ms=5, mfc="none")  # fmt: skip
        axis.axhline(UNIT_ROUNDOFF, color=plotting.GREY, lw=1, ls=(0, (1, 3)))
        axis.set(yscale="log", xscale="log", xlabel="applications k of the map")
        last = int(line.index.max())
        deepest = int(values(measured, "forward", "error", name).index.max())
        _ticks(axis, [k for k in (1, 2, 4, 8, 16, 32, 64, 128) if k <= max(last, deepest)])
        axis.set_title(TITLES.get(name, name), fontsize=9.5)
    axes[0][0].set_ylabel("relative error of f′ (median)")
    axes[0][0].set_ylim(top=10)
    axes[0][0].annotate("u", (deepest, UNIT_ROUNDOFF), xytext=(0, 4), textcoords="offset points",
                        fontsize=8, color=plotting.GREY)  # fmt: skip
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8.5)
    return figure


def _time(taken: pd.DataFrame) -> Figure:
    """Seconds to derive, once, and microseconds to evaluate, on the logistic map."""
    figure, (derive, evaluate) = plt.subplots(1, 2, figsize=(9.2, 3.9))
    for method in ("symbolic", "closed_form", "central_difference", "forward", "reverse", "value"):
        rows = taken[taken.method == method]
        style = {"color": COLOURS[method], "ms": 4, "lw": 1.3, "label": NAMES[method]}
        derive.plot(rows.depth, rows.compile_seconds, "o-", **style)
        middle = rows["median"]
        errors = 1e6 * np.nan_to_num([middle - rows.low, rows.high - middle])
        evaluate.errorbar(rows.depth, 1e6 * middle, yerr=errors, fmt="o-", **style)
    for axis in (derive, evaluate):
        axis.set(xlabel="applications k of the logistic map")
        axis.set_xticks(sorted(taken.depth.unique()))
    derive.set(yscale="log", ylabel="seconds", title="to derive and compile, once")
    evaluate.set(ylabel="microseconds (median, 95 % interval)", title="to evaluate on all samples")
    evaluate.set_ylim(bottom=0)
    handles, labels = derive.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8.5)
    return figure
