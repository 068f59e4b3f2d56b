"""Each figure of `transformer_memory` shows the rows that it names, found by pandas alone."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.transformer_memory.figures import draw

from .figure_data import Series, assert_shows, bars, figures, levels, one, series, texts
from .recorded import recorded
from .synthetic import scattered, value

POLICIES = ["store_all", "save_operands", "save_projections", "every_block", "every_3_blocks"]
NAMES = [
    "store all",
    "keep operands",
    "keep products with weights",
    "a checkpoint every block",
    "a checkpoint every 3 blocks",
]
ATTENTION = {"ordinary": plotting.BLUE, "chunked": plotting.ORANGE}


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("transformer_memory"), 1)


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


def _value(tables, policy, quantity, attention="ordinary"):
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
        held = [_value(tables, p, "blocks_bytes", attention) / 1e9 for p in POLICIES]
        assert_shows(one(series(axis), colour=colour, marker="o"), held, places + shift)
        assert {plotting.number(gb) for gb in held} <= set(texts(axis))
    kept = [_value(tables, p, "kept_bytes") / 1e9 for p in POLICIES]
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
    stored = _value(tables, "store_all", "blocks_operations")
    for attention, colour in ATTENTION.items():
        held, price = (
            np.array([_value(tables, p, quantity, attention) for p in POLICIES])
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
        assert places[name][0] == _value(tables, policy, "blocks_bytes") / 1e9


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
    batch = int(_value(tables, policy, "largest_batch", kind))
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
