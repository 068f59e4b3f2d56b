"""Draw the figures of `hvp` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.hvp.plan import ITEMSIZE
from adcost.statistics.exponent import fit_exponent, local_exponents
from adcost.statistics.intervals import paired_ratio, summarise

COLOURS = {
    "hessian_then_product": plotting.VERMILION,
    "product": plotting.ORANGE,
    "reverse_over_reverse": plotting.BLUE,
    "forward_over_reverse": plotting.GREEN,
    "reverse_over_forward": plotting.PURPLE,
    "linearized": plotting.SKY,
    "gradient": plotting.GREY,
    "empty_call": plotting.GREY,
}
NAMES = {
    "hessian_then_product": "full Hessian, then product",
    "product": "product alone, Hessian given",
    "reverse_over_reverse": "AD product (reverse over reverse)",
    "forward_over_reverse": "AD product (forward over reverse)",
    "reverse_over_forward": "AD product (reverse over forward)",
    "linearized": "AD product (linearized gradient)",
    "gradient": "gradient",
    "empty_call": "empty call",
}
HOMEWORK = ("hessian_then_product", "product", "reverse_over_reverse")
AD_PRODUCTS = (
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
)


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    measured = tables["measurements"]
    sweep = measured[measured.point.str.startswith("layers-")]
    layers = dict(zip(sweep.point, sweep.layers, strict=True))
    timings = tables["timings"]
    timings = timings[timings.point.isin(layers)].assign(layers=lambda t: t.point.map(layers))
    summary = summarise(timings).assign(layers=lambda t: t.point.map(layers)).sort_values("layers")
    with plotting.style():
        plotting.save(_homework(summary), folder, "homework")
        plotting.save(_scaling(summary, sweep), folder, "scaling")
        plotting.save(_constant(timings, sweep), folder, "constant")
        plotting.save(_nested(measured), folder, "nested")
        plotting.save(_memory(sweep), folder, "memory")
        plotting.save(_initialisation(measured), folder, "initialisation")


def _homework(summary: pd.DataFrame) -> Figure:
    """The homework's plot: mean time with standard deviation, linear axes, three methods."""
    figure, axis = plt.subplots()
    for method in HOMEWORK:
        rows = summary[summary.method == method]
        # A standard deviation may exceed the mean; a time is not negative.
        reach = [rows[["mean", "std"]].min(axis=1), rows["std"]]
        axis.errorbar(
            rows.layers, rows["mean"], yerr=reach, fmt="o-", color=COLOURS[method],
            label=NAMES[method],
        )  # fmt: skip
    axis.set(xlabel="number of hidden layers", ylabel="computation time (seconds)")
    axis.set_ylim(bottom=0)
    axis.legend(loc="upper left")
    axis.set_title("mean ± standard deviation over the runs")
    return figure


def _scaling(summary: pd.DataFrame, sweep: pd.DataFrame) -> Figure:
    """Log-log: medians with intervals and fitted exponents; beside it the counted operations."""
    figure, (timed, counted) = plt.subplots(1, 2, figsize=(9.6, 4.6))
    last = summary.layers.max()
    for method in (*HOMEWORK, "gradient"):
        rows = summary[summary.method == method]
        middle = rows["median"]
        errors = np.nan_to_num([middle - rows.low, rows.high - middle])
        timed.errorbar(rows.layers, middle, yerr=errors, fmt="o", ms=3.5, color=COLOURS[method])
        fit = fit_exponent(rows.layers, middle)
        line = (
            np.exp(np.log(middle).mean())
            * (rows.layers / np.exp(np.log(rows.layers).mean())) ** fit.value
        )
        timed.plot(rows.layers, line, color=COLOURS[method], lw=1)
        label = f"{NAMES[method]}\nexponent {plotting.interval(fit.value, fit.low, fit.high)}"
        _label(timed, last, line.iloc[-1], label, COLOURS[method])

        rows = sweep[(sweep.method == method) & (sweep.quantity == "operations")]
        rows = rows.sort_values("layers")
        counted.plot(rows.layers, rows.value, "o-", ms=3.5, lw=1, color=COLOURS[method])
        power = local_exponents(rows.layers, rows.value)
        target = 2 if method in ("hessian_then_product", "product") else 1
        label = f"{NAMES[method]}\nexponent {plotting.fixed(power.value)} (predicted {target})"
        _label(counted, last, rows.value.iloc[-1], label, COLOURS[method])
    empty = summary[summary.method == "empty_call"]
    timed.plot(empty.layers, empty["median"], ":", color=COLOURS["empty_call"], lw=1.2)
    _label(timed, last, empty["median"].iloc[-1], NAMES["empty_call"], COLOURS["empty_call"])
    for axis in (timed, counted):
        axis.set(xscale="log", yscale="log", xlabel="number of hidden layers")
        least = summary.layers.min()
        # Room on the right for the labels.
        axis.set_xlim(least * 0.85, last * (last / least) ** 1.15)
        ticks = [n for n in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if least <= n <= last]
        axis.set_xticks(ticks, [str(n) for n in ticks])
        axis.minorticks_off()
    timed.set(ylabel="seconds (median, 95 % interval)", title="timed")
    counted.set(ylabel="operations", title="counted")
    return figure


def _label(axis: Axes, x: float, y: float, text: str, colour: str) -> None:
    axis.annotate(
        text, (x, y), xytext=(8, 0), textcoords="offset points", va="center", color=colour,
        fontsize=7.5,
    )  # fmt: skip


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
        short = NAMES[method].removeprefix("AD product (").removesuffix(")")
        counted.plot(ratio.index, ratio, dashes[method], color=COLOURS[method], label=short)
        points = [
            (layers, paired_ratio(group, method, "gradient"))
            for layers, group in timings.groupby("layers")
        ]
        middle = np.array([ratio.value for _, ratio in points])
        errors = np.nan_to_num(
            [middle - [r.low for _, r in points], [r.high for _, r in points] - middle]
        )
        ends += [*ratio, *(middle - errors[0]), *(middle + errors[1])]
        timed.errorbar(
            [layers for layers, _ in points], middle, yerr=errors, fmt="o-", ms=3.5, lw=1,
            color=COLOURS[method], label=short,
        )  # fmt: skip
    ticks = [1, 2, 3, 4, 5, 10, 20, 50, 100]
    for axis in (counted, timed):
        axis.axhspan(2, 3, color=plotting.GREY, alpha=0.15, lw=0)
        axis.axhline(4, color=plotting.GREY, lw=1, ls=(0, (1, 2)))
        axis.set(xlabel="number of hidden layers", yscale="log")
        axis.set_yticks(ticks, [str(tick) for tick in ticks])
        axis.minorticks_off()
        # Every interval whole, and room above for the legend.
        axis.set_ylim(0.9 * min(ends), 3 * max(ends))
    words = "products with their tangents: 4", "commonly quoted: 2 to 3"
    for height, text in zip((4.2, 2.05), words, strict=True):
        counted.annotate(
            text, (0.98, height), xycoords=("axes fraction", "data"), ha="right", fontsize=8,
            color=plotting.GREY,
        )  # fmt: skip
    counted.set(ylabel="cost of one product, in gradients", title="counted operations")
    timed.set(title="time, paired medians with 95 % intervals")
    timed.legend(loc="upper center", fontsize=8.5, ncols=2)
    return figure


def _nested(measured: pd.DataFrame) -> Figure:
    """Products of operations applied many times over, and of the networks, in gradients."""
    rows = measured[(measured.quantity == "operations") & measured.method.isin(
        ["gradient", *AD_PRODUCTS]
    )]  # fmt: skip
    deepest = rows[(rows.point == "nested") | (rows.layers == rows.layers.max())]
    table = deepest.pivot_table(index="function", columns="method", values="value", sort=False)
    ratios = table[list(AD_PRODUCTS)].div(table.gradient, axis=0)
    ratios = ratios.loc[ratios.max(axis=1).sort_values().index]
    figure, axis = plt.subplots(figsize=(7.2, 0.5 * len(ratios) + 1.8))
    places = np.arange(len(ratios))
    for method, marker in zip(AD_PRODUCTS, "osD^", strict=True):
        short = NAMES[method].removeprefix("AD product (").removesuffix(")")
        axis.plot(ratios[method], places, marker, ms=7, mfc="none", mew=1.6,
                  color=COLOURS[method], label=short)  # fmt: skip
    tangent = measured[measured.quantity == "tangent"].set_index("function").value
    for name, text in (("multiply", "a product"), ("divide", "a quotient")):
        axis.axvline(tangent[name], color=plotting.GREY, lw=1, ls=":")
        axis.annotate(f"{text}\nwith its tangent: {tangent[name]:.0f}", (tangent[name], 1),
                      xycoords=("data", "axes fraction"), xytext=(-4, -4), ha="right", va="top",
                      textcoords="offset points", fontsize=8, color="#555555")  # fmt: skip
    axis.set_yticks(places, list(ratios.index))
    axis.set(xlabel="operations of one product / operations of a gradient")
    axis.set_xlim(1, tangent.max() * 1.05)
    axis.set_ylim(-0.5, len(ratios) + 0.6)
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=4, fontsize=8.5)
    return figure


def _memory(sweep: pd.DataFrame) -> Figure:
    """Numbers held (temporaries and result) against the number of parameters."""
    figure, axis = plt.subplots()
    size = ITEMSIZE[sweep.dtype.iloc[0]]
    for method, name in (("hessian", "full Hessian"), ("reverse_over_reverse", "AD product"),
                         ("gradient", "gradient")):  # fmt: skip
        rows = sweep[(sweep.method == method) & sweep.quantity.str.endswith("_bytes")]
        held = rows.groupby("parameters").value.sum() / size
        colour = COLOURS["hessian_then_product" if method == "hessian" else method]
        axis.plot(held.index, held, "o-", color=colour)
        power = local_exponents(held.index, held)
        _label(
            axis,
            held.index[-1],
            held.iloc[-1],
            f"{name}\nexponent {plotting.fixed(power.value)}",
            colour,
        )
    p = np.sort(sweep.parameters.unique()).astype(float)
    axis.plot(p, p**2, ":", color=plotting.GREY, lw=1.2)
    axis.annotate("p²", (p[len(p) // 3], p[len(p) // 3] ** 2), xytext=(4, -12),
                  textcoords="offset points", color=plotting.GREY)  # fmt: skip
    axis.set(xscale="log", yscale="log", xlabel="number of parameters p",
             ylabel="numbers held by the compiled program")  # fmt: skip
    axis.set_xlim(p.min() * 0.85, p.max() * (p.max() / p.min()) ** 0.35)
    return figure


def _initialisation(measured: pd.DataFrame) -> Figure:
    """‖∇²f·v‖ over depth for both initialisations; zeros are drawn at the foot."""
    figure, axis = plt.subplots()
    rows = measured[measured.point == "homework-init"]
    positive = rows[rows.value > 0].value
    foot = 10.0 ** (np.floor(np.log10(positive.min())) - 20)
    styles = {
        ("signal_preserving", "float32"): (plotting.BLUE, "-", "o"),
        ("signal_preserving", "float64"): (plotting.SKY, "--", "s"),
        ("homework", "float32"): (plotting.VERMILION, "-", "o"),
        ("homework", "float64"): (plotting.ORANGE, "--", "s"),
    }
    for (initialisation, dtype), (colour, dash, marker) in styles.items():
        line = rows[(rows.initialisation == initialisation) & (rows.dtype == dtype)]
        line = line.groupby("layers").value.median().reset_index()
        name = "homework's N(0, 1)" if initialisation == "homework" else "signal-preserving"
        alive = line[line.value > 0]
        axis.plot(alive.layers, alive.value, dash, marker=marker, color=colour, mfc="none",
                  label=f"{name}, {dtype}")  # fmt: skip
        dead = line[line.value == 0]
        if len(dead):
            axis.plot(dead.layers, np.full(len(dead), foot), "x", ms=8, mew=2, color=colour,
                      label=f"{name}, {dtype}: exactly 0")  # fmt: skip
    axis.set(
        xscale="log", yscale="log", xlabel="number of hidden layers", ylabel="‖∇²f · v‖ (median)"
    )
    low, high = np.log10(axis.get_ylim())
    stride = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high - low < 8 * step)
    axis.set_yticks(10.0 ** np.arange(np.ceil(low / stride) * stride, high, stride))
    axis.minorticks_off()
    axis.axhline(np.finfo(np.float32).smallest_subnormal, color=plotting.GREY, lw=1, ls=":")
    axis.annotate("smallest float32", (rows.layers.min(), 1e-45), xytext=(0, -12), fontsize=8,
                  textcoords="offset points", color=plotting.GREY)  # fmt: skip
    axis.legend(fontsize=8.5, loc="lower left", bbox_to_anchor=(0, 0.05))
    return figure
