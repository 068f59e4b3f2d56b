"""Where the borders of `transformer_memory`'s claims lie: a fault just beyond, one just within."""

import pytest

from adcost.experiments.transformer_memory.claims import judge

from .recorded import recorded
from .synthetic import check_border, put, value

THEIRS = 2 * 12 * 1600 * 32 * 1024 * 48
"""ZeRO's bytes of activations of GPT-2 XL, which the lecture's 60 GB are."""


@pytest.fixture(scope="module")
def tables():
    return recorded("transformer_memory")


def _said(tables):
    """The bytes that are 60 GB for GPT-2 XL, for this transformer."""
    labels = {"setting": "formula", "quantity": "zero_bytes"}
    return 60e9 * value(tables["measurements"], **labels) / THEIRS


def _holds(share, policy, of=1.0):
    """So many of the 60 GB, or of a part of them, with ordinary attention alone."""

    def change(tables):
        labels = {"method": policy, "quantity": "blocks_bytes", "setting": "ordinary/float16"}
        put(share * of * _said(tables), **labels)(tables)

    return change


def _by_formula(share, policy, name):
    def change(tables):
        labels = {"setting": "formula", "quantity": f"{name}_bytes"}
        exact = value(tables["measurements"], **labels)
        put(share * exact, method=policy, quantity="kept_bytes")(tables)

    return change


def _kept(without_scores, operands):
    """What reverse mode must keep, in the 60 GB."""

    def change(tables):
        for share, name in ((without_scores, "no_scores"), (operands, "operands")):
            put(share * _said(tables), quantity=f"{name}_bytes")(tables)

    return change


def _by_groups(share):
    """The least that any size of group holds, in the 8 GB; the other holds twice that."""

    def change(tables):
        labels = {"method": "every_block_by_groups", "quantity": "blocks_bytes"}
        put(2 * share * _said(tables) * 8 / 60, **labels)(tables)
        put(share * _said(tables) * 8 / 60, **labels, size=2)(tables)

    return change


def _share_of_stored(share, **labels):
    def change(tables):
        stored = value(tables["measurements"], method="store_all", setting="ordinary/float16",
                       quantity="blocks_operations")  # fmt: skip
        put((1 + share) * stored, **labels)(tables)

    return change


def _groups_cost(share):
    return _share_of_stored(share, method="every_block_by_groups", quantity="blocks_operations")


def _whole(share):
    """Operations where every block is computed again whole."""
    return _share_of_stored(share, quantity="whole_operations")


def _operations(policy, share):
    """More operations than storing all, as a share of its own."""
    return _share_of_stored(
        share, method=policy, setting="ordinary/float16", quantity="blocks_operations"
    )


def _batches(with_, without):
    def change(tables):
        for policy, batch in (("every_block", with_), ("store_all", without)):
            put(batch, method=policy, quantity="largest_batch", setting="ordinary/float16")(tables)

    return change


def _of_memory(share, quantity):
    """Bytes over the memory of 0.04 GB, at one of the batches; at the others they are right."""

    def change(tables):
        put({"held_bytes": 0.9, "next_bytes": 1.1}[quantity] * 0.04e9, quantity=quantity)(tables)
        put(share * 0.04e9, method="store_all", setting="lean/float16", quantity=quantity)(tables)

    return change


def _peak(ratio, setting):
    def change(tables):
        labels = {"model": "flat", "setting": setting}
        predicted = value(tables["measurements"], **labels, quantity="predicted_bytes")
        put(ratio * predicted, **labels, quantity="peak_bytes")(tables)

    return change


def _gpu(ratio):
    def change(tables):
        table = tables["measurements"]
        table = table[table.setting != "bare"].replace({"setting": {"default": "gpu"}})
        tables["measurements"] = table.reset_index(drop=True)
        _peak(ratio, "gpu")(tables)

    return change


BORDERS = [
    ("gpt2_60gb", 0, _kept(0.81, 1.19), _kept(0.81, 1.21)),
    ("gpt2_60gb", 0, _kept(0.81, 1.19), _kept(0.79, 1.19)),
    ("gpt2_60gb", 3, _holds(1.19, "store_all"), _holds(1.21, "store_all")),
    ("gpt2_8gb", 0, _by_groups(0.99), _by_groups(1.01)),
    ("gpt2_8gb", 1, _groups_cost(0.333), _groups_cost(0.334)),
    ("gpt2_8gb", 2, _holds(1.19, "every_block", of=8 / 60),
     _holds(1.21, "every_block", of=8 / 60)),
    ("gpt2_8gb", 3, _by_formula(0.991, "every_block", "checkpoint"),
     _by_formula(0.989, "every_block", "checkpoint")),
    ("gpt2_33_percent", 0, _whole(0.353), _whole(0.354)),
    ("gpt2_33_percent", 0, _whole(0.314), _whole(0.313)),
    ("gpt2_33_percent", 1, _operations("every_block", 0.353), _operations("every_block", 0.354)),
    ("gpt2_33_percent", 1, _operations("every_block", 0.314), _operations("every_block", 0.313)),
    ("max_batch", 0, _batches(15, 2), _batches(22, 3)),
    ("max_batch", 1, _of_memory(1.0, "held_bytes"), _of_memory(1.001, "held_bytes")),
    ("max_batch", 2, _of_memory(1.001, "next_bytes"), _of_memory(0.999, "next_bytes")),
    ("prediction_holds", 0, _peak(1.09, "default"), _peak(1.11, "default")),
    ("prediction_holds", 0, _peak(0.91, "default"), _peak(0.89, "default")),
    ("prediction_holds", 1, _peak(1.09, "bare"), _peak(1.11, "bare")),
    ("prediction_holds", 2, _peak(0.91, "default"), _peak(0.89, "default")),
    ("prediction_holds_on_gpu", 0, _gpu(1.009), _gpu(1.011)),
    ("prediction_holds_on_gpu", 0, _gpu(0.991), _gpu(0.989)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "place", "within", "beyond"),
    BORDERS,
    ids=[f"{name}-{place}-{k}" for k, (name, place, *_) in enumerate(BORDERS)],
)
def test_evidence_turns_at_its_border(tables, name, place, within, beyond):
    check_border(judge, tables, f"transformer_memory.{name}", place, within, beyond)
