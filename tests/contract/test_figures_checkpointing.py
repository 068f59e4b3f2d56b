"""Each figure of `checkpointing` shows the rows that it names, found again here by pandas alone."""

from math import isqrt

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from adcost import plotting
from adcost.experiments.checkpointing import animation
from adcost.experiments.checkpointing.figures import draw

from .figure_data import assert_shows, figures, one, panel, series
from .recorded import recorded
from .synthetic import scattered, value, where

LENGTHS = [8, 9, 16, 64]
COLOURS = {
    "store_all": plotting.VERMILION,
    "every_layer": plotting.ORANGE,
    "segments": plotting.BLUE,
    "halving": plotting.GREEN,
    "revolve": plotting.PURPLE,
    "recompute_all": plotting.GREY,
}


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("checkpointing"), 1, keep=("state", "kept", "backward"))


@pytest.fixture(scope="module")
def drawn(tables):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(animation, "draw", lambda *given: None)
        return figures(draw, tables)


def _value(tables, method, quantity, sizes=LENGTHS, setting=""):
    labels = {"model": "chain", "method": method, "quantity": quantity, "setting": setting}
    return np.array([value(tables["measurements"], **labels, size=n) for n in sizes])


def _states(tables, method, sizes=LENGTHS, setting=""):
    held, state = (
        _value(tables, method, name, sizes, setting) for name in ("temporary_bytes", "state")
    )
    return held / state


def _predicted(method, n, kept):
    segment = isqrt(n)
    return {
        "store_all": kept * n,
        "segments": kept * segment + -(-n // segment),
        "halving": np.ceil(np.log2(n)),
        "recompute_all": 0,
    }[method]


@pytest.mark.parametrize("method", ["store_all", "segments", "halving", "recompute_all"])
def test_the_chain_has_states_on_the_formulas_line_and_operations(tables, drawn, method):
    memory, work = (panel(drawn["chain"], t) for t in ("memory: points", "operations, counted"))
    held, all_held = _states(tables, method), _states(tables, "store_all")
    assert_shows(one(series(memory), colour=COLOURS[method], style=""), LENGTHS, held)
    kept = (all_held[-1] - all_held[0]) / (64 - 8)
    line = one(series(memory), colour=COLOURS[method], marker="")
    constant = held[0] - _predicted(method, 8, kept)
    assert line.x[0] == 8 and line.x[-1] == 64
    assert_shows(line, line.x, [_predicted(method, int(n), kept) + constant for n in line.x])
    operations = _value(tables, method, "operations")
    assert_shows(one(series(work), colour=COLOURS[method]), LENGTHS, operations)


@pytest.mark.parametrize("method", COLOURS)
def test_the_frontier_has_every_schedules_states_operations_and_time(tables, drawn, method):
    counted, timed = (panel(drawn["frontier"], title) for title in ("16 layers: counted", "timed,"))
    settings = ["1", "4", "8"] if method == "revolve" else [""]
    states, operations = (
        np.concatenate(found)
        for found in (
            [_states(tables, method, [16], s) for s in settings],
            [_value(tables, method, "operations", [16], s) for s in settings],
        )
    )
    assert_shows(one(series(counted), colour=COLOURS[method]), states, operations)
    table = tables["timings"]

    def seconds(name):
        return table[where(table, point="chain-16", method=name)].seconds

    unit = np.median(seconds("store_all"))
    found = [seconds(f"{method}-{s}" if s else method) / unit for s in settings]
    middle, low, high = ([end(s) for s in found] for end in (np.median, np.min, np.max))
    shown = one(series(timed), colour=COLOURS[method])
    assert_shows(shown, states, middle, low, high)


def test_the_animation_shows_the_moment_of_its_schedule():
    """x_0 and x_1 of six kept, x_3 at hand, two layers gone back: their states are not needed."""
    figure, axis = plt.subplots()
    row = animation._Row(axis, 6)
    row.show("name", [({0, 1}, 3, 2, 9), (set(), 0, 6, 10)], 0, 6)
    faces = [to_hex(face) for face in row.circles.get_facecolors()]
    kept, waiting, gone = plotting.BLUE.lower(), "#ffffff", "#dddddd"
    assert faces == [kept, kept, waiting, waiting, gone, gone]
    rims = [to_hex(rim) for rim in row.circles.get_edgecolors()]
    assert [rim == plotting.ORANGE.lower() for rim in rims] == [k == 3 for k in range(6)]
    assert row.text.get_text() == "name:  2 kept (at most 2),  9 forward, 2 of 6 back"
    row.show("name", [({0, 1}, 3, 2, 9), (set(), 0, 6, 10)], 5, 6)
    assert row.text.get_text().startswith("name:  0 kept (at most 2),  10 forward, 6 of 6 back")
    assert row.text.get_text().endswith("done")
    plt.close(figure)


def test_the_moments_are_those_of_the_events():
    table = recorded("checkpointing")["measurements"]
    rows = table[(table.model == "animation") & (table.method == "store_all")]
    moments = animation._moments(rows)
    # Forward to x_5, one state more kept a step; then back, one layer a step.
    forward = [(set(range(k)), k, 0, k) for k in range(1, 6)]
    back = [(set(range(5 - k)), 5 - k, k + 1, 5) for k in range(6)]
    assert moments == [*forward, *back]
