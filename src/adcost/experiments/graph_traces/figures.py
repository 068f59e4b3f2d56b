"""Draw the figures and films of `graph_traces` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adcost import plotting
from adcost.experiments.graph_traces import drawing, sequences
from adcost.experiments.graph_traces.analysis import counted
from adcost.experiments.graph_traces.plan import LECTURE
from adcost.palette import METHODS

FAMILIES = {"rosenbrock": ("Rosenbrock's function", "-"), "speelpenning": ("product", "--")}

MOST_NODES, WIDE, TITLE = 40, 26.0, 1.0
"""Nodes of an expression that is drawn (a larger one is in the tables only), and in a drawing's
units the width of a row of drawings and the height of a drawing's title."""


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF, and the films with their posters."""
    measured, steps, edges = (tables[name] for name in ("measurements", "steps", "edges"))
    sweeps = dict(tuple(steps[steps.expression == LECTURE].groupby("sweep", sort=False)))
    graph = drawing.graph_of(sweeps["reverse"], edges[edges.expression == LECTURE])
    with plotting.style():
        for sweep, rows in sweeps.items():
            plotting.save(sequences.panels(graph, rows), folder, str(sweep))
        plotting.save(_expressions(steps, edges), folder, "expressions")
        plotting.save(_sweeps(measured), folder, "sweeps")
        plotting.save(_storage(measured), folder, "storage")
        sequences.film(graph, sweeps["forward_w1"], folder, "forward_film")
        sequences.film(graph, sweeps["reverse"], folder, "reverse_film")


def _expressions(steps: pd.DataFrame, edges: pd.DataFrame) -> Figure:
    """The configured expressions after their reverse sweep at one scale, row by row as they fit."""
    reverse = steps[(steps.sweep == "reverse") & (steps.expression != LECTURE)]
    sweeps = {
        str(name): rows
        for name, rows in reverse.groupby("expression", sort=False)
        if len(rows) <= MOST_NODES
    }
    graphs = {
        name: drawing.graph_of(rows, edges[edges.expression == name])
        for name, rows in sweeps.items()
    }
    places, right, top, bottom = {}, 0.0, 0.0, 0.0
    for name, graph in graphs.items():
        width, height = drawing.extent(graph)
        if right + width > WIDE:
            right, top = 0.0, bottom
        places[name] = (right, top + TITLE, width, height)
        right, bottom = right + width, max(bottom, top + TITLE + height)
    page = max((x + width for x, _, width, _ in places.values()), default=1.0)
    figure = plt.figure(figsize=(9.6, 9.6 * max(bottom, 1.0) / page), layout="none")
    for name, (x, y, width, height) in places.items():
        box = (x / page, 1 - (y + height) / bottom, width / page, height / bottom)
        axis, rows = figure.add_axes(box), sweeps[name]
        known = dict(zip(rows.node, rows.derivative, strict=True))
        drawing.draw(axis, graphs[name], "reverse", known, size=7)
        axis.set_title(name.replace("_", " "))
    return figure


def _sweeps(measured: pd.DataFrame) -> Figure:
    """Multiplications to the full gradient over the number of inputs, by either mode."""
    figure, axis = plt.subplots()
    for family, (name, dash) in FAMILIES.items():
        for mode, sweeps in (("forward", "d forward sweeps"), ("reverse", "1 reverse sweep")):
            line = counted(measured, mode, "multiplications", family)
            look = METHODS[f"{mode}_mode"]
            axis.plot(line.index, line, **look.look(ls=dash, ms=4))
            _label(axis, line, f"{name},\n{sweeps}", look.colour)
    _logarithmic(axis, line.index)
    axis.set(xlabel="number of inputs d", ylabel="multiplications to the full gradient")
    return figure


def _storage(measured: pd.DataFrame) -> Figure:
    """Values held at once over the length of a chain, by either mode."""
    figure, axis = plt.subplots()
    for mode, text in (("forward", "what later lines need"), ("reverse", "every value")):
        look = METHODS[f"{mode}_mode"]
        line = counted(measured, mode, "values_held", "sines")
        axis.plot(line.index, line, **look.look())
        _label(axis, line, f"{look.name}:\n{text}", look.colour)
        # The compiled programs hold more than the chain's values: the same in all lengths.
        compiled = counted(measured, f"jax_{mode}", "temporary_bytes", "sines") / 8
        axis.plot(compiled.index, compiled, **look.look(ls=":", mfc="none", lw=1.2))
        if mode == "forward":
            _label(axis, compiled, "dotted: JAX's compiled\nprogram", look.colour)
    _logarithmic(axis, line.index)
    axis.set(xlabel="length of the chain", ylabel="numbers held at once (8 bytes each)")
    return figure


def _logarithmic(axis: Axes, x: pd.Index) -> None:
    axis.set(xscale="log", yscale="log")
    # Room on the right for the labels.
    axis.set_xlim(x.min() / 1.2, x.max() * (x.max() / x.min()) ** 0.5)
    plotting.ticks(axis, "x", x)


def _label(axis: Axes, line: pd.Series, text: str, colour: str) -> None:
    plotting.label_at_end(axis, line.index[-1], line.iloc[-1], text, colour)
