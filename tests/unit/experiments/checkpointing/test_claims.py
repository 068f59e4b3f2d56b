"""Each claim on the chain comes out, and turns when a fault is injected in its tables."""

import numpy as np
import pandas as pd
import pytest

from adcost.experiments.checkpointing.claims import judge

IDS = [
    "checkpointing.store_all_linear",
    "checkpointing.sqrt_segments",
    "checkpointing.recompute_all",
    "checkpointing.recursive",
    "checkpointing.one_extra_forward",
    "checkpointing.one_extra_forward_time",
    "checkpointing.same_gradient",
]


def change(function, **labels):
    """A fault: ``function`` of value and length, applied to the rows with these labels."""

    def inject(tables):
        table = tables["measurements"]
        rows = table.model == "chain"
        for column, label in labels.items():
            rows &= table[column] == label
        assert rows.any(), labels
        table.loc[rows, "value"] = function(table.value[rows], table["size"][rows])

    return inject


def as_if(a, b, quantity):
    """What was measured of schedule ``a`` under the name of ``b``."""

    def inject(tables):
        table = tables["measurements"]
        mine = (table.model == "chain") & (table.quantity == quantity)
        values = table[mine & (table.method == a)].set_index("size").value
        rows = mine & (table.method == b)
        table.loc[rows, "value"] = table["size"][rows].map(values)

    return inject


def slower(times):
    """Segments that take so many times the time of storing all."""

    def inject(tables):
        timings = tables["timings"]
        rounds = ["point", "repeat"]
        alone = timings[timings.method == "store_all"].set_index(rounds).seconds
        rows = timings.method == "segments"
        at = pd.MultiIndex.from_frame(timings.loc[rows, rounds])
        timings.loc[rows, "seconds"] = times * alone.reindex(at).to_numpy()

    return inject


BYTES = "temporary_bytes"
FAULTS = [
    # Memory that does not grow, that grows faster; checkpoints that keep everything.
    ("checkpointing.store_all_linear", as_if("segments", "store_all", BYTES)),
    (
        "checkpointing.store_all_linear",
        change(lambda v, n: v * np.log2(n), method="store_all", quantity=BYTES),
    ),
    ("checkpointing.sqrt_segments", as_if("store_all", "segments", BYTES)),
    ("checkpointing.sqrt_segments", as_if("halving", "segments", BYTES)),
    ("checkpointing.sqrt_segments", as_if("every_layer", "segments", BYTES)),
    ("checkpointing.recompute_all", as_if("halving", "recompute_all", BYTES)),
    ("checkpointing.recursive", as_if("segments", "halving", BYTES)),
    ("checkpointing.recursive", as_if("recompute_all", "halving", BYTES)),
    # A backward pass that is forgotten, or a second recomputation.
    (
        "checkpointing.one_extra_forward",
        change(lambda v, n: v + 1, method="segments", quantity="operations"),
    ),
    ("checkpointing.one_extra_forward", as_if("halving", "segments", "operations")),
    ("checkpointing.one_extra_forward", as_if("store_all", "segments", "operations")),
    ("checkpointing.one_extra_forward_time", slower(1.0)),
    ("checkpointing.one_extra_forward_time", slower(2.0)),
    # One layer of eight left out of the gradient; another gradient at one length.
    (
        "checkpointing.same_gradient",
        change(lambda v, n: 1 / n, method="halving", quantity="gradient_error", size=8),
    ),
    (
        "checkpointing.same_gradient",
        change(lambda v, n: 1e-3, method="segments", quantity="gradient_error", size=64),
    ),
]


def claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def test_the_claims_come_out_in_the_order_of_the_catalogue(tables):
    slower(4 / 3)(tables)
    claims = judge(tables)
    assert [claim.id for claim in claims] == IDS
    assert {claim.id: claim.verdict for claim in claims} == dict.fromkeys(IDS, "reproduced")


@pytest.mark.parametrize(("name", "inject"), FAULTS)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    inject(tables)
    assert claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("recompute_all", "checkpointing.recompute_all"),
        ("halving", "checkpointing.recursive"),
    ],
)
def test_layers_computed_once_too_often_are_noticed(tables, method, name):
    change(lambda v, n: v + 1, method=method, quantity="evaluated", size=16)(tables)
    work = [e for e in claim(tables, name).evidence if "computed again" in e.unit]
    assert [evidence.verdict for evidence in work] == ["inconclusive"]
