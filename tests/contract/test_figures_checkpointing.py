"""Each figure of `checkpointing` shows the rows that it names, found again here by pandas alone."""

from math import isqrt

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from adcost import plotting
from adcost.experiments.checkpointing import chain_animation, chain_figures, transformer_figures

from .figure_data import (
    Series,
    assert_shows,
    bars,
    figures,
    levels,
    one,
    panel,
    series,
    texts,
)
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
POLICIES = ["store_all", "save_operands", "save_projections", "every_block", "every_3_blocks"]
NAMES = [
    "store all",
    "keep operands",
    "keep products with weights",
    "a checkpoint every block",
    "a checkpoint every 3 blocks",
]
ATTENTION = {"ordinary": plotting.BLUE, "chunked": plotting.ORANGE}
KEEP = ("state", "kept", "backward", "sequence")


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("checkpointing"), 1, keep=KEEP)


@pytest.fixture(scope="module")
def drawn(tables):
    with plotting.style():
        return figures(chain_figures.draw, tables) | figures(transformer_figures.draw, tables)


def _of_chain(tables, method, quantity, sizes=LENGTHS, setting=""):
    labels = {"model": "chain", "method": method, "quantity": quantity, "setting": setting}
    return np.array([value(tables["measurements"], **labels, size=n) for n in sizes])


def _states(tables, method, sizes=LENGTHS, setting=""):
    held, state = (
        _of_chain(tables, method, name, sizes, setting) for name in ("temporary_bytes", "state")
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
    operations = _of_chain(tables, method, "operations")
    assert_shows(one(series(work), colour=COLOURS[method]), LENGTHS, operations)


@pytest.mark.parametrize("method", COLOURS)
def test_the_frontier_has_every_schedules_states_operations_and_time(tables, drawn, method):
    counted, timed = (panel(drawn["frontier"], title) for title in ("16 layers: counted", "timed,"))
    settings = ["1", "4", "8"] if method == "revolve" else [""]
    states, operations = (
        np.concatenate(found)
        for found in (
            [_states(tables, method, [16], s) for s in settings],
            [_of_chain(tables, method, "operations", [16], s) for s in settings],
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


def _of_transformer(tables, policy, quantity, attention="ordinary"):
    labels = {"method": policy, "quantity": quantity, "setting": f"{attention}/float16"}
    return value(tables["measurements"], **labels)


def _together(found):
    x, y = (np.concatenate([getattr(one, name) for one in found]) for name in "xy")
    return Series("", "", "", "", x, y)


def _formula(tables, name):
    return value(tables["measurements"], setting="formula", quantity=f"{name}_bytes") / 1e9


def test_memory_has_every_policy_by_attention_and_what_it_keeps(tables, drawn):
    (axis,) = drawn["gpt2_memory"].axes
    places = np.arange(len(POLICIES))[::-1]
    for (attention, colour), shift in zip(ATTENTION.items(), (0.19, -0.19), strict=True):
        held = [_of_transformer(tables, p, "blocks_bytes", attention) / 1e9 for p in POLICIES]
        assert_shows(one(series(axis), colour=colour, marker="o"), held, places + shift)
        assert {plotting.number(gb) for gb in held} <= set(texts(axis))
    kept = [_of_transformer(tables, p, "kept_bytes") / 1e9 for p in POLICIES]
    assert_shows(one(series(axis), marker="D"), kept, places + 0.19)
    assert dict(zip(axis.get_yticks(), [t.get_text() for t in axis.get_yticklabels()],
                    strict=True)) == dict(zip(places, NAMES, strict=True))  # fmt: skip


def test_memory_has_the_literatures_figures(tables, drawn):
    """ZeRO's 60 and 8 GB scaled from GPT-2 XL's 12·h·b·s·L numbers of 2 bytes."""
    scale = _formula(tables, "zero") / (2 * 12 * 1600 * 32 * 1024 * 48 / 1e9)
    expected = {
        "ZeRO with\ncheckpoints": 8 * scale,
        "ZeRO,": 60 * scale,
        "Korthikanti\net al.,": _formula(tables, "korthikanti"),
    }
    (axis,) = drawn["gpt2_memory"].axes
    np.testing.assert_allclose(levels(axis, "vertical"), sorted(expected.values()))
    for name, gb in expected.items():
        (text,) = (text for text in axis.texts if text.get_text().startswith(name))
        np.testing.assert_allclose(text.xy[0], gb)


def test_operations_have_every_policys_price(tables, drawn):
    (axis,) = drawn["gpt2_operations"].axes
    stored = _of_transformer(tables, "store_all", "blocks_operations")
    for attention, colour in ATTENTION.items():
        held, price = (
            np.array([_of_transformer(tables, p, quantity, attention) for p in POLICIES])
            for quantity in ("blocks_bytes", "blocks_operations")
        )
        shown = [s for s in series(axis) if s.colour == colour.lower() and s.marker == "o"]
        assert_shows(_together(shown), held / 1e9, price / stored - 1)
    labels = {"method": "every_block_by_groups", "setting": "ordinary/float16"}
    groups = np.array([
        [value(tables["measurements"], **labels, quantity=quantity, size=g) for g in (1, 2)]
        for quantity in ("blocks_bytes", "blocks_operations")
    ])  # fmt: skip
    held, price = groups[:, np.argsort(-groups[0])]
    assert_shows(one(series(axis), colour=plotting.GREEN), held / 1e9, price / stored - 1)
    assert levels(axis) == [1 / 3]
    places = {text.get_text(): text.xy for text in axis.texts if hasattr(text, "xy")}
    for policy, name in zip(POLICIES, NAMES, strict=True):
        assert places[name][0] == _of_transformer(tables, policy, "blocks_bytes") / 1e9


@pytest.mark.parametrize(
    ("policy", "kind", "label"),
    [
        ("store_all", "ordinary", "store all"),
        ("store_all", "lean", "store all, scores and logits by chunks"),
        ("every_block", "ordinary", "a checkpoint every block"),
        ("every_block", "lean", "a checkpoint every block, scores and logits by chunks"),
    ],
)
def test_the_largest_batches_are_each_policys_own(tables, drawn, policy, kind, label):
    (axis,) = drawn["max_batch"].axes
    bar = one(bars(axis), label=label)
    batch = int(_of_transformer(tables, policy, "largest_batch", kind))
    np.testing.assert_array_equal([bar.length, bar.base], [[batch], [0]])
    assert str(batch) in texts(axis)


@pytest.mark.parametrize(
    ("setting", "label"),
    [
        ("default", "as XLA compiles by default"),
        ("bare", "the compiler's code alone, on one thread"),
    ],
)
def test_the_prediction_has_each_runs_peak_over_it(tables, drawn, setting, label):
    (axis,) = drawn["prediction"].axes
    labels = {"model": "flat", "setting": setting}
    peak, predicted = (
        value(tables["measurements"], **labels, quantity=f"{name}_bytes")
        for name in ("peak", "predicted")
    )
    np.testing.assert_allclose(one(series(axis), label=label).x, [peak / predicted])
    assert levels(axis, "vertical") == [1]


def test_the_animation_shows_the_moment_of_its_schedule():
    """x_0 and x_1 of six kept, x_3 at hand, two layers gone back: their states are not needed."""
    figure, axis = plt.subplots()
    row = chain_animation._Row(axis, 6)
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
    moments = chain_animation._moments(rows)
    # Forward to x_5, one state more kept a step; then back, one layer a step.
    forward = [(set(range(k)), k, 0, k) for k in range(1, 6)]
    back = [(set(range(5 - k)), 5 - k, k + 1, 5) for k in range(6)]
    assert moments == [*forward, *back]
