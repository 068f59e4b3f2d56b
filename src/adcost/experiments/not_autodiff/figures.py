"""Draw the figures of `not_autodiff` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.not_autodiff.analysis import UNIT_ROUNDOFF, functions, times, values
from adcost.palette import METHODS

OF = {
    "reverse": "reverse_mode",
    "forward": "forward_mode",
    "symbolic": "symbolic",
    "symbolic_shared": "symbolic_shared",
    "central_difference": "central_differences",
    "forward_difference": "forward_differences",
    "closed_form": "closed_form",
    "value": "function",
}
"""The methods of the tables, as the palette has them."""

LOOKS = {own: METHODS[method] for own, method in OF.items()}
TIMED = ("symbolic", "closed_form", "central_difference", "forward", "reverse", "value")
TITLES = {
    "logistic": "logistic map, 4l(1 − l)",
    "ricker": "Ricker's map, y·exp(3(1 − y)/2)",
    "sine": "sine, sin s",
}


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    plotting.draw_all(
        folder, tables["measurements"], bullets=_bullets, swell=_swell, errors=_errors
    )
    plotting.draw_all(folder, times(tables), time=_time)


def _line(
    axis: Axes,
    y: pd.Series,
    method: str,
    text: str = "",
    *,
    back: int = 1,
    offset: tuple[float, float] = (0, 9),
    ha: str = "right",
) -> None:
    """A line with its name, which stands ``offset`` points from the point ``back`` from its end."""
    back, look = min(back, len(y)), LOOKS[method]
    axis.plot(y.index, y, **look.look(ms=4, lw=1.5, label="_"))
    x, height = y.index[-back], y.iloc[-back]
    plotting.label_at_end(axis, x, height, text or look.name, look.colour, offset=offset, ha=ha)


def _bullets(measured: pd.DataFrame) -> Figure:
    """The slide's six bullets, a panel each."""
    figure, axes = plt.subplots(2, 3, figsize=(9.8, 6.4))
    (differences, symbols, rule), (sweeps, cost, memory) = axes
    depth = "applications of the logistic map"
    ends = values(measured, "symbolic", "operations").index

    def shallow(method: str, quantity: str) -> pd.Series:
        return values(measured, method, quantity).loc[lambda y: y.index.isin(ends)]

    for method, text, offset in (
        ("central_difference", "central differences, best step", (0, 9)),
        ("symbolic", "", (0, 11)),
        ("reverse", "", (0, -24)),
    ):
        error = shallow(method, "error").clip(lower=UNIT_ROUNDOFF)
        _line(differences, error, method, text, offset=offset)
    differences.set(xlabel=depth, ylabel="relative error (median)")
    differences.set_title("AD is not finite differences")

    for method, offset in (
        ("symbolic", (-10, 0)),
        ("symbolic_shared", (0, -35)),
        ("reverse", (0, -11)),
    ):
        _line(symbols, shallow(method, "operations"), method, offset=offset)
    symbols.set(xlabel=depth, ylabel="operations")
    symbols.set_title("… not a symbolic derivative")

    terms = values(measured, "chain_rule", "paths")
    _line(rule, terms, "symbolic", "terms of the chain rule,\nwritten out", back=4, offset=(-2, 16))
    edges = values(measured, "chain_rule", "edges")
    _line(rule, edges, "reverse", "edges, reverse mode", offset=(0, -10))
    rule.set(xlabel=depth, ylabel="number")
    rule.set_title("… not only the chain rule")

    for method, offset in (("reverse", (-14, 0)), ("forward", (4, -34))):
        line = values(measured, method, "jacobian_operations", "with_rates")
        _line(sweeps, line, method, offset=offset)
    sweeps.set(xlabel="outputs, for one input", ylabel="operations of the Jacobian")
    sweeps.set_title("… not only backpropagation")

    value, forward, reverse = (
        values(measured, name, "gradient_operations", "with_rates")
        for name in ("value", "forward", "reverse")
    )
    evaluations = values(measured, "central_difference", "evaluations", "with_rates")
    _line(cost, forward / value, "forward", offset=(-12, 2))
    _line(cost, evaluations, "central_difference", back=3, offset=(8, -5), ha="left")
    _line(cost, reverse / value, "reverse", offset=(0, -10))
    cost.set(xlabel="inputs, for one output", ylabel="cost of the gradient, in values")
    cost.set_title("Reverse mode is fast …")

    for method, offset in (("reverse", (-14, 0)), ("forward", (0, 9))):
        _line(memory, values(measured, method, "temporary_bytes"), method, offset=offset)
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
        plotting.ticks(axis, "x", line.index)
    for axis in (differences, symbols):
        axis.set_xticks(ends)
    return figure


def _swell(measured: pd.DataFrame) -> Figure:
    """Sizes of expressions beside AD's operations, a panel a map."""
    figure, axes = _panels(measured, 3.9)
    for axis, name in axes.items():
        ends = values(measured, "symbolic", "operations", name).index

        def sizes(method: str, of: str = name, at: pd.Index = ends) -> pd.Series:
            return values(measured, method, "operations", of).loc[lambda y: y.index.isin(at)]

        for method in ("symbolic", "symbolic_shared"):
            axis.plot(sizes(method), **LOOKS[method].look(lw=1.4))
        own = {"label": f"{METHODS['function'].name}, as an expression", "color": plotting.GREY}
        axis.plot(sizes("expression"), ":", lw=1.4, **own)
        axis.plot(sizes("forward"), **LOOKS["forward"].look(marker="", lw=1.4))
        axis.plot(sizes("reverse"), **LOOKS["reverse"].look(ls="", ms=5.5, mfc="none"))
        axis.set(yscale="log", xlabel="applications k of the map")
        axis.set_xticks(ends)
    next(iter(axes)).set_ylabel("operations")
    _legend_below(figure, next(iter(axes)))
    return figure


def _panels(measured: pd.DataFrame, height: float) -> tuple[Figure, dict[Axes, str]]:
    """A panel a map, with its title."""
    names = functions(measured)
    size = (3.3 * len(names), height)
    figure, axes = plt.subplots(1, len(names), figsize=size, sharey=True, squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        axis.set_title(TITLES.get(name, name), fontsize=9.5)
    return figure, dict(zip(axes[0], names, strict=True))


def _legend_below(figure: Figure, axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8.5)


ERRORS = ("forward_difference", "central_difference", "value", "forward", "reverse", "symbolic")


def _errors(measured: pd.DataFrame) -> Figure:
    """Median relative errors over depth, a panel a map; an error of zero is drawn at u/2."""
    figure, axes = _panels(measured, 4.1)
    foot = UNIT_ROUNDOFF / 2
    for axis, name in axes.items():
        rows = pd.concat(
            values(measured, method, "error", name)
            .clip(lower=foot)
            .rename_axis("depth")
            .rename("error")
            .reset_index()
            .assign(method=method)
            for method in ERRORS
        )
        own = {method: OF[method] for method in ERRORS}
        plotting.lines(axis, rows, "depth", "error", own, errorbar=None, open_marks=True, lw=1.4)
        axis.axhline(UNIT_ROUNDOFF, color=plotting.GREY, lw=1, ls=(0, (1, 3)))
        axis.set(yscale="log", xscale="log", xlabel="applications k of the map")
        deepest = int(rows.depth.max())
        plotting.ticks(axis, "x", [k for k in (1, 2, 4, 8, 16, 32, 64, 128) if k <= deepest])
    first = next(iter(axes))
    first.set(ylabel="relative error of f′ (median)")
    first.set_ylim(top=10)
    place = {"offset": (0, 4), "va": "baseline", "fontsize": 8}
    plotting.label_at_end(first, deepest, UNIT_ROUNDOFF, "u", plotting.GREY, **place)
    _legend_below(figure, first)
    return figure


def _time(taken: pd.DataFrame) -> Figure:
    """Seconds to derive, once, and microseconds to evaluate, on the logistic map."""
    figure, (derive, evaluate) = plt.subplots(1, 2, figsize=(9.2, 3.9))
    for method in TIMED:
        rows = taken[taken.method == method]
        look = LOOKS[method].look(ms=4, lw=1.3)
        derive.plot(rows.depth, rows.compile_seconds, **look)
        middle, low, high = (1e6 * rows[name] for name in ("median", "low", "high"))
        plotting.interval_line(evaluate, rows.depth, middle, low, high, **look)
    for axis in (derive, evaluate):
        axis.set(xlabel="applications k of the logistic map")
        axis.set_xticks(sorted(taken.depth.unique()))
    derive.set(yscale="log", ylabel="seconds", title="to derive and compile, once")
    evaluate.set(ylabel="microseconds (median, 95 % interval)", title="to evaluate on all samples")
    evaluate.set_ylim(bottom=0)
    _legend_below(figure, derive)
    return figure
