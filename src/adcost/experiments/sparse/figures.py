"""Draw the figures of `sparse` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.sparse.analysis import DENSE, DIRECT
from adcost.experiments.sparse.plan import MATRICES, STRUCTURES
from adcost.palette import COLOURS, METHODS
from adcost.results.select import select
from adcost.statistics.intervals import summarise

LOOKS = {
    ("jacobian", "columns"): METHODS["forward_mode"],
    ("jacobian", "rows"): METHODS["reverse_mode"],
    ("jacobian", "coloured_columns"): METHODS["coloured_columns"],
    ("jacobian", "coloured_rows"): METHODS["coloured_rows"],
    ("jacobian", "coloured_both"): METHODS["coloured_both"],
    ("hessian", "columns"): METHODS["full_hessian"],
    ("hessian", "coloured_columns"): METHODS["coloured_columns"],
    ("hessian", "star"): METHODS["star_colouring"],
    ("hessian", "acyclic"): METHODS["acyclic_colouring"],
}
TITLES = {"jacobian": "Jacobian", "hessian": "Hessian"}
SIZES = {"rows": 8.0, "columns": 4.0, "coloured_columns": 8.0, "coloured_rows": 8.0}
"""Of marks that lie below others, as those of ways with equally many products do."""

MARKERS = {"forward": "s", "reverse": "D"}
"""Of entries read from products of each mode."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF into ``folder``."""
    with plotting.style():
        plotting.save(_products(tables["measurements"]), folder, "products")
        plotting.save(_patterns(tables["measurements"]), folder, "patterns")
        plotting.save(_time(tables["timings"]), folder, "time")


def _products(measured: pd.DataFrame) -> Figure:
    """Products over n by every way, and over the entries in a row at random."""
    figure = plt.figure(figsize=(10.4, 5.6))
    axes = figure.subplot_mosaic(
        [[*(f"{m}-{s}" for s in STRUCTURES), "random"] for m in MATRICES],
        width_ratios=[1, 1, 1, 1.15],
    )
    products = measured[measured.quantity == "products"]
    handles = {}
    for matrix in MATRICES:
        for structure in STRUCTURES:
            axis = axes[f"{matrix}-{structure}"]
            rows = products[products.point == f"{matrix}-{structure}"]
            for (of, way), look in LOOKS.items():
                own = rows[rows.way == way].sort_values("size")
                if of == matrix and len(own):
                    size = {"ms": SIZES[way], "mfc": "none"} if way in SIZES else {}
                    (line,) = axis.plot(own["size"], own.value, **look.look(lw=1.2, **size))
                    handles[look.name] = line
            _over_n(axis, sorted(set(rows["size"])))
            axis.set(yscale="log", title=f"{TITLES[matrix]}, {structure}", ylim=(1.5, None))
            if structure == STRUCTURES[0]:
                axis.set_ylabel("products")
    _random(axes["random"], products)
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return figure


def _over_n(axis: Axes, sizes: list[int]) -> None:
    axis.set(xscale="log", xlabel="n")
    plotting.ticks(axis, "x", sizes)


def _random(axis: Axes, products: pd.DataFrame) -> None:
    """Products of patterns at random and of bands, over the entries in a row."""
    look = METHODS["coloured_both"]
    rows = select("sparse", products, way=["band", "random"])
    n = rows["size"].iloc[0]
    for way, style in (("random", "-"), ("band", ":")):
        own = rows[rows.way == way].groupby("entries").value
        middle, low, high = own.median(), own.min(), own.max()
        plotting.interval_line(
            axis, middle.index, middle, low, high, color=look.colour, marker=look.marker, ls=style
        )
    axis.axhline(n, color=plotting.GREY, lw=1)
    axis.set(xscale="log", yscale="log", xlabel="entries in a row", title=f"n = {n:.0f}")
    plotting.ticks(axis, "x", sorted(set(rows.entries)))
    plotting.note(axis, 0.05, 0.93, "solid: at random\ndotted: in a band\ngrey: dense", va="top")


def _patterns(measured: pd.DataFrame) -> Figure:
    """Where each matrix has entries, and from which product each is read."""
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 6.8))
    for matrix, line in zip(MATRICES, axes, strict=True):
        for structure, axis in zip(STRUCTURES, line, strict=True):
            rows = measured[measured.point == f"{matrix}-{structure}"]
            rows = rows[rows.quantity.isin([f"{mode}_product" for mode in MARKERS])]
            n = rows["size"].iloc[0]
            for mode, marker in MARKERS.items():
                own = rows[rows.quantity == f"{mode}_product"]
                products = own.value.astype(int)
                # The products of reverse mode have colours of their own, from the last on.
                places = products if mode == "forward" else -1 - products
                axis.scatter(
                    own.column,
                    own.row,
                    s=(205 / n) ** 2,
                    marker=marker,
                    linewidths=0,
                    c=[COLOURS[place % len(COLOURS)] for place in places],
                )
            products = len(rows[["quantity", "value"]].drop_duplicates())
            axis.set(xlim=(-1, n), ylim=(n, -1), xticks=[], yticks=[], aspect="equal")
            axis.set_title(f"{TITLES[matrix]}, {structure}: {products} products")
            axis.grid(visible=False)
    return figure


def _time(timings: pd.DataFrame) -> Figure:
    """Seconds of the dense ways and the direct one over n."""
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 5.6), sharex=True, sharey=True)
    handles = {}
    for matrix, line in zip(MATRICES, axes, strict=True):
        for structure, axis in zip(STRUCTURES, line, strict=True):
            rows = select("sparse", timings, point=f"time-{matrix}", structure=structure)
            seconds = summarise(rows.assign(point=rows["size"]))
            for way in (*DENSE[matrix], DIRECT[matrix]):
                own = seconds[seconds.method == way].sort_values("point")
                look = LOOKS[matrix, way]
                ends = own["median"], own.low, own.high
                plotting.interval_line(axis, own.point, *ends, **look.look(lw=1.2))
                handles[look.name] = axis.containers[-1]
            axis.set(xscale="log", yscale="log", title=f"{TITLES[matrix]}, {structure}")
            plotting.ticks(axis, "x", sorted(set(rows["size"])))
            axis.set_xlabel("n" if matrix == MATRICES[-1] else "")
        line[0].set_ylabel("seconds (median, 95 % interval)")
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return figure
