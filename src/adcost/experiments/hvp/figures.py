"""Draw the figures of `hvp` from its tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.hvp.analysis import sweep as sweep_of
from adcost.experiments.hvp.plan import ITEMSIZE
from adcost.palette import METHODS
from adcost.statistics.exponent import fit_exponent, local_exponents
from adcost.statistics.intervals import paired_ratio, summarise

OF = {
    "hessian_then_product": "hessian_then_product",
    "product": "product_alone",
    "reverse_over_reverse": "reverse_over_reverse",
    "forward_over_reverse": "forward_over_reverse",
    "reverse_over_forward": "reverse_over_forward",
    "linearized": "linearized_gradient",
    "hessian": "full_hessian",
    "gradient": "gradient",
    "empty_call": "empty_call",
}
"""The methods of the tables, as the palette has them."""

LOOKS = {own: METHODS[method] for own, method in OF.items()}
HOMEWORK = ("hessian_then_product", "product", "reverse_over_reverse")
AD_PRODUCTS = (
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
)
BYTES = ("output_bytes", "temporary_bytes")


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    sweep = sweep_of(tables)
    layers = dict(zip(sweep.point, sweep.layers, strict=True))
    timings = tables["timings"]
    timings = timings[timings.point.isin(layers)].assign(layers=lambda t: t.point.map(layers))
    summary = summarise(timings).assign(layers=lambda t: t.point.map(layers)).sort_values("layers")
    with plotting.style():
        plotting.save(_homework(timings), folder, "homework")
        plotting.save(_scaling(summary, sweep), folder, "scaling")
        plotting.save(_constant(timings, sweep), folder, "constant")
        plotting.save(_nested(measured), folder, "nested")
        plotting.save(_memory(sweep), folder, "memory")
        plotting.save(_initialisation(measured), folder, "initialisation")


def _homework(timings: pd.DataFrame) -> Figure:
    """The homework's plot: mean time with standard deviation, linear axes, three methods."""
    figure, axis = plt.subplots()
    own = {method: OF[method] for method in HOMEWORK}
    plotting.lines(axis, timings, "layers", "seconds", own, _deviation, estimator="mean")
    axis.set(xlabel="number of hidden layers", ylabel="computation time (seconds)")
    axis.set_ylim(bottom=0)
    axis.legend(loc="upper left")
    axis.set_title("mean ± standard deviation over the runs")
    return figure


def _deviation(seconds: pd.Series) -> tuple[float, float]:
    """A standard deviation about the mean. It may exceed the mean; a time is not negative."""
    return max(seconds.mean() - seconds.std(), 0), seconds.mean() + seconds.std()


def _scaling(summary: pd.DataFrame, sweep: pd.DataFrame) -> Figure:
    """Log-log: medians with intervals and fitted exponents; beside it the counted operations."""
    figure, (timed, counted) = plt.subplots(1, 2, figsize=(9.6, 4.6))
    last = summary.layers.max()
    small = {"fontsize": 7.5}
    for method in (*HOMEWORK, "gradient"):
        look = LOOKS[method]
        rows = summary[summary.method == method]
        middle = rows["median"]
        marks = look.look(ls="", ms=3.5)
        plotting.interval_line(timed, rows.layers, middle, rows.low, rows.high, **marks)
        fit = fit_exponent(rows.layers, middle)
        logs = np.log(rows.layers)
        line = np.exp(np.log(middle).mean() + fit.value * (logs - logs.mean()))
        timed.plot(rows.layers, line, color=look.colour, lw=1)
        label = f"{look.name}\nexponent {plotting.interval(fit.value, fit.low, fit.high)}"
        plotting.label_at_end(timed, last, line.iloc[-1], label, look.colour, **small)

        rows = sweep[(sweep.method == method) & (sweep.quantity == "operations")]
        rows = rows.sort_values("layers")
        counted.plot(rows.layers, rows.value, **look.look(ms=3.5, lw=1))
        power = local_exponents(rows.layers, rows.value)
        target = 2 if method in ("hessian_then_product", "product") else 1
        label = f"{look.name}\nexponent {plotting.fixed(power.value)} (predicted {target})"
        plotting.label_at_end(counted, last, rows.value.iloc[-1], label, look.colour, **small)
    empty, look = summary[summary.method == "empty_call"], LOOKS["empty_call"]
    timed.plot(empty.layers, empty["median"], ":", color=look.colour, lw=1.2)
    plotting.label_at_end(timed, last, empty["median"].iloc[-1], look.name, look.colour, **small)
    for axis in (timed, counted):
        axis.set(xscale="log", yscale="log", xlabel="number of hidden layers")
        least = summary.layers.min()
        # Room on the right for the labels.
        axis.set_xlim(least * 0.85, last * (last / least) ** 1.15)
        ticks = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
        plotting.ticks(axis, "x", [n for n in ticks if least <= n <= last])
    timed.set(ylabel="seconds (median, 95 % interval)", title="timed")
    counted.set(ylabel="operations", title="counted")
    return figure


def _constant(timings: pd.DataFrame, sweep: pd.DataFrame) -> Figure:
    """The price of an AD product in gradients: counted, and timed in paired ratios."""
    figure, (counted, timed) = plt.subplots(1, 2, figsize=(9.6, 3.8), sharey=True)
    gradient = sweep[(sweep.method == "gradient") & (sweep.quantity == "operations")]
    gradient = gradient.set_index("layers").value.sort_index()
    dashes = dict(zip(AD_PRODUCTS, ("-", "--", ":", "-."), strict=True))
    ends = [1.0]
    for method in AD_PRODUCTS:
        rows = sweep[(sweep.method == method) & (sweep.quantity == "operations")]
        ratio = rows.set_index("layers").value.sort_index() / gradient
        look = LOOKS[method]
        counted.plot(ratio.index, ratio, **look.look(ls=dashes[method], marker=""))
        times = {
            layers: paired_ratio(group, method, "gradient")
            for layers, group in timings.groupby("layers")
        }
        table = pd.DataFrame({layers: time.as_row for layers, time in times.items()}).T
        reach = table["value"], table["low"], table["high"]
        plotting.interval_line(timed, table.index, *reach, **look.look(ms=3.5, lw=1))
        ends += [*ratio, *np.ravel(reach)]
    for axis in (counted, timed):
        axis.axhspan(2, 3, color=plotting.GREY, alpha=0.15, lw=0)
        axis.axhline(4, color=plotting.GREY, lw=1, ls=(0, (1, 2)))
        axis.set(xlabel="number of hidden layers", yscale="log")
        # Every interval whole, and room above for the legend.
        axis.set_ylim(0.9 * np.nanmin(ends), 3 * np.nanmax(ends))
        plotting.ticks(axis, "y", [1, 2, 3, 4, 5, 10, 20, 50, 100])
    words = "products with their tangents: 4", "commonly quoted: 2 to 3"
    across: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "ha": "right",
        "va": "baseline",
    }
    across |= {"offset": (0, 0), "fontsize": 8}
    for height, text in zip((4.2, 2.05), words, strict=True):
        plotting.label_at_end(counted, 0.98, height, text, plotting.GREY, **across)
    counted.set(ylabel="cost of one product, in gradients", title="counted operations")
    timed.set(title="time, paired medians with 95 % intervals")
    timed.legend(loc="upper center", fontsize=8.5, ncols=2)
    return figure


def _nested(measured: pd.DataFrame) -> Figure:
    """Products of operations applied many times over, and of the networks, in gradients."""
    of_products = measured.method.isin(["gradient", *AD_PRODUCTS])
    rows = measured[(measured.quantity == "operations") & of_products]
    deepest = rows[(rows.point == "nested") | (rows.layers == rows.layers.max())]
    table = deepest.pivot_table(index="function", columns="method", values="value", sort=False)
    ratios = table[list(AD_PRODUCTS)].div(table.gradient, axis=0)
    ratios = ratios.loc[ratios.max(axis=1).sort_values().index]
    figure, axis = plt.subplots(figsize=(7.2, 0.5 * len(ratios) + 1.8))
    places = np.arange(len(ratios))
    for method in AD_PRODUCTS:
        look = LOOKS[method].look(ls="", ms=7, mfc="none", mew=1.6)
        axis.plot(ratios[method], places, **look)
    tangent = measured[measured.quantity == "tangent"].set_index("function").value
    above: dict[str, Any] = {
        "xycoords": ("data", "axes fraction"),
        "offset": (-4, -4),
        "fontsize": 8,
    }
    above |= {"ha": "right", "va": "top"}
    for name, text in (("multiply", "a product"), ("divide", "a quotient")):
        axis.axvline(tangent[name], color=plotting.GREY, lw=1, ls=":")
        said = f"{text}\nwith its tangent: {tangent[name]:.0f}"
        plotting.label_at_end(axis, tangent[name], 1, said, **above)
    axis.set_yticks(places, list(ratios.index))
    axis.set(xlabel="operations of one product / operations of a gradient")
    axis.set_xlim(1, tangent.max() * 1.05)
    axis.set_ylim(-0.5, len(ratios) + 0.6)
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8.5)
    return figure


def _memory(sweep: pd.DataFrame) -> Figure:
    """Numbers held (temporaries and result) against the number of parameters."""
    figure, axis = plt.subplots()
    size = ITEMSIZE[sweep.dtype.iloc[0]]
    for method in ("hessian", "reverse_over_reverse", "gradient"):
        rows = sweep[(sweep.method == method) & sweep.quantity.isin(BYTES)]
        held = rows.groupby("parameters").value.sum() / size
        look = LOOKS[method]
        axis.plot(held.index, held, **look.look())
        power = plotting.fixed(local_exponents(held.index, held).value)
        text = f"{look.name}\nexponent {power}"
        end = held.index[-1], held.iloc[-1]
        plotting.label_at_end(axis, *end, text, look.colour, fontsize=7.5)
    p = np.sort(sweep.parameters.unique()).astype(float)
    axis.plot(p, p**2, ":", color=plotting.GREY, lw=1.2)
    at = p[len(p) // 3]
    plotting.label_at_end(axis, at, at**2, "p²", plotting.GREY, offset=(4, -12), fontsize=10)
    axis.set(xscale="log", yscale="log", xlabel="number of parameters p")
    axis.set_ylabel("numbers held by the compiled program")
    axis.set_xlim(p.min() * 0.85, p.max() * (p.max() / p.min()) ** 0.35)
    return figure


def _initialisation(measured: pd.DataFrame) -> Figure:
    """‖∇²f·v‖ over depth for both initialisations; zeros are drawn at the foot."""
    figure, axis = plt.subplots()
    rows = measured[measured.point == "homework-init"]
    positive = rows[rows.value > 0].value
    foot = 10.0 ** (np.floor(np.log10(positive.min())) - 20)
    rows = rows.groupby(["initialisation", "dtype", "layers"]).value.median().reset_index()
    names = {"signal_preserving": "signal-preserving", "homework": "homework's N(0, 1)"}
    rows["name"] = rows.initialisation.map(names) + ", " + rows.dtype
    order = [f"{name}, {dtype}" for name in names.values() for dtype in ("float32", "float64")]
    colours = (plotting.BLUE, plotting.SKY, plotting.VERMILION, plotting.ORANGE)
    seaborn.lineplot(
        rows[rows.value > 0],
        x="layers",
        y="value",
        hue="name",
        hue_order=order,
        palette=list(colours),
        style="name",
        style_order=order,
        markers=["o", "s"] * 2,
        dashes=["", (4, 2)] * 2,
        estimator=None,
        mfc="none",
        legend=False,
        ax=axis,
    )
    for line in axis.lines:
        name = order[colours.index(line.get_color())]
        line.set(markeredgecolor=line.get_color(), label=name)
    for name, colour in zip(order, colours, strict=True):
        dead = rows[(rows.name == name) & (rows.value == 0)]
        if len(dead):
            mark = {"ms": 8, "mew": 2, "color": colour, "label": f"{name}: exactly 0"}
            axis.plot(dead.layers, np.full(len(dead), foot), "x", **mark)
    axis.set(
        xscale="log", yscale="log", xlabel="number of hidden layers", ylabel="‖∇²f · v‖ (median)"
    )
    low, high = np.log10(axis.get_ylim())
    stride = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high - low < 8 * step)
    axis.set_yticks(10.0 ** np.arange(np.ceil(low / stride) * stride, high, stride))
    axis.minorticks_off()
    axis.axhline(np.finfo(np.float32).smallest_subnormal, color=plotting.GREY, lw=1, ls=":")
    place = {"offset": (0, -12), "va": "baseline", "fontsize": 8}
    least = rows.layers.min()
    plotting.label_at_end(axis, least, 1e-45, "smallest float32", plotting.GREY, **place)
    axis.legend(fontsize=8.5, loc="lower left", bbox_to_anchor=(0, 0.05))
    return figure
