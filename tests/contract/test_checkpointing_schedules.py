"""Schedules against formulas and the optimum, at lengths that segments do not divide evenly."""

from functools import cache
from math import ceil, isqrt, log2

import jax
import jax.numpy as jnp
import pytest

from adcost.costs.count import count
from adcost.derivatives.checkpointing import nested, schedules
from adcost.experiments.checkpointing.measure import _gradient, layer, measure

LENGTHS = [1, 2, 3, 5, 7, 8, 10, 11, 17, 23, 30]


def segments_at_once(length):
    """While segment j goes back: the starts up to its own, and all its states but two.

    What it begins with is among the starts, and its last state is at hand.
    """
    size = max(1, isqrt(length))
    turns = [min(size, length - start) for start in range(0, length, size)]
    return max(j + turn - 1 for j, turn in enumerate(turns))


SLOTS = {
    "store_all": lambda n: n - 1,
    "recompute_all": lambda n: min(1, n - 1),
    "halving": lambda n: ceil(log2(n)),
}


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", SLOTS)
def test_the_slots_are_those_of_the_formula_and_all_are_used(name, length):
    schedule = schedules.SCHEDULES[name](length)
    peak = max(len(moment.kept) for moment in schedules.replay(schedule))
    assert schedule.slots == peak == SLOTS[name](length)


@pytest.mark.parametrize("length", LENGTHS)
def test_segments_keep_what_is_still_needed(length):
    schedule = schedules.segments(length)
    peak = max(len(moment.kept) for moment in schedules.replay(schedule))
    assert peak == segments_at_once(length)
    # A last segment that is shorter leaves one slot empty.
    assert peak <= schedule.slots <= peak + bool(length % isqrt(length))


@cache
def optimum(length, slots):
    """The fewest layers forward, over all places of the next snapshot; x_0 is in one slot."""
    if length == 1:
        return 0
    if slots == 1:
        return length * (length - 1) // 2
    splits = range(1, length)
    return min(a + optimum(length - a, slots - 1) + optimum(a, slots) for a in splits)


@pytest.mark.parametrize("length", [2, 3, 7, 10, 17])
def test_revolve_takes_every_slot_that_saves_a_layer(length):
    for snapshots in range(1, length + 1):
        schedule = schedules.revolve(length, snapshots)
        peak = max(len(moment.kept) for moment in schedules.replay(schedule))
        assert schedule.forwards == optimum(length, snapshots)
        # With one slot less there is more to compute, so none is idle but the last.
        assert schedule.slots == peak == min(snapshots, length - 1)


@pytest.mark.parametrize("length", [7, 8, 11, 23])
def test_every_layer_of_every_segment_is_computed_once_more(length):
    """The last segment too, which is shorter where √n does not divide the chain."""
    w, x = (jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((4, 4), (64, 4)))
    stored, segmented = (
        count(_gradient(way(layer, length)), w, x).total
        for way in (nested.stored, nested.segmented)
    )
    again = count(layer, w, x).total
    # Adding the segments' parts of the weights' gradient takes 16 operations each, of 2,048.
    assert segmented - stored == pytest.approx(length * again, rel=0.02)


def test_a_wrong_schedule_has_another_gradient(monkeypatch, length=7):
    """Below the experiment: a chain that leaves its last layer out, under one schedule's name."""
    true = nested.segmented
    monkeypatch.setattr(nested, "segmented", lambda layer, n: true(layer, n - 1))
    timing = {"runs": 1, "max_runs": 1, "seconds": 0.0, "warmup": 0}
    parameters = {"length": length, "width": 2, "batch": 2, "snapshots": [], "timing": timing,
                  "quadratic_up_to": 1}  # fmt: skip
    table = measure(f"chain-{length}", parameters, seed=1)["measurements"]
    errors = table[table.quantity == "gradient_error"].set_index("method").value
    assert errors["segments"] > 1e-3
    assert (errors.drop("segments") < 1e-5).all() and len(errors) == 4
