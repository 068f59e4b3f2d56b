"""Schedules against replay, formulas, and an optimum found by dynamic programming."""

from dataclasses import replace
from functools import cache
from math import comb, isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives.checkpointing.schedules import (
    BACKWARD,
    SCHEDULES,
    Invalid,
    best_split,
    fewest_forwards,
    halving,
    predicted_forwards,
    predicted_slots,
    recompute_all,
    repetitions,
    replay,
    revolve,
    segments,
    store_all,
)

PLAIN = [name for name in SCHEDULES if name != "revolve"]


@cache
def optimum(length, slots):
    """The fewest forward events, by trying every first snapshot; Griewank & Walther, §2."""
    if length == 1:
        return 0
    if slots == 1:
        return length * (length - 1) // 2
    return min(a + optimum(length - a, slots - 1) + optimum(a, slots) for a in range(1, length))


@settings(max_examples=60)
@given(name=st.sampled_from(PLAIN), length=st.integers(1, 80))
def test_a_schedule_goes_back_through_every_layer_with_the_slots_it_says(name, length):
    schedule = SCHEDULES[name](length)
    moments = list(replay(schedule))
    assert moments[-1].backward == length and moments[-1].forwards == schedule.forwards
    peak = max(len(moment.kept) for moment in moments)
    assert peak <= schedule.slots <= predicted_slots(name, length)
    if name != "halving" or length & (length - 1) == 0:
        assert schedule.forwards == predicted_forwards(name, length)
    else:
        assert schedule.forwards <= predicted_forwards(name, 1 << length.bit_length())


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_takes_the_slots_of_its_formula_and_fills_them(name):
    for length in range(1, 41):
        for snapshots in range(1, length + 1) if name == "revolve" else [0]:
            schedule = SCHEDULES[name](length, *([snapshots] if snapshots else []))
            # Of segments of two layers a last one of a single layer takes no slot.
            single = name == "segments" and isqrt(length) == 2 and length % 2
            expected = predicted_slots(name, length, snapshots) - single
            assert schedule.slots == expected, (length, snapshots)
            moments = list(replay(schedule))
            peak = max(len(moment.kept) for moment in moments)
            # A last segment that is shorter leaves one of its slots empty.
            uneven = name == "segments" and length % isqrt(length)
            assert schedule.slots - bool(uneven) <= peak <= schedule.slots, (length, snapshots)


@pytest.mark.parametrize("length", [1, 2, 3, 7, 12, 17])
def test_what_is_kept_is_what_the_schedule_says(length):
    """When layer k has gone back (it entered at state k − 1), only states before it are kept: all,
    the first, or the first of each segment before its own and all of its own."""
    kept = {
        "store_all": lambda k: set(range(k - 1)),
        "recompute_all": lambda k: {0} if k > 1 else set(),
    }
    ways = {name: (SCHEDULES[name](length), kept[name]) for name in kept}
    for size in range(1, length + 1):

        def of_segments(k, size=size):
            start = (k - 1) // size * size
            return {*range(0, start, size), *range(start, k - 1)}

        ways[size] = segments(length, size), of_segments
    for name, (schedule, expected) in ways.items():
        gone = [
            m for e, m in zip(schedule.events, replay(schedule), strict=True) if e.kind == BACKWARD
        ]
        for moment in gone:
            layer = length + 1 - moment.backward
            assert set(moment.kept) == expected(layer), (name, layer)


@pytest.mark.parametrize("name", SCHEDULES)
def test_nothing_is_kept_that_no_layer_still_needs(name):
    for length in range(1, 30):
        schedule = SCHEDULES[name](length, *([min(3, length)] if name == "revolve" else []))
        *_, last = moments = list(replay(schedule))
        assert last.kept == ()
        assert all(state < length - m.backward for m in moments for state in m.kept)


def test_the_repetitions_are_the_least_that_suffice():
    for snapshots in range(1, 6):
        for r in range(1, 6):
            most = comb(snapshots + r, snapshots)
            assert repetitions(most, snapshots) == r
            assert repetitions(most + 1, snapshots) == r + 1


@settings(max_examples=60)
@given(length=st.integers(1, 60), data=st.data())
def test_revolve_has_its_formula_and_its_formula_is_the_optimum(length, data):
    snapshots = data.draw(st.integers(1, length))
    schedule = revolve(length, snapshots)
    moments = list(replay(schedule))
    assert schedule.forwards == moments[-1].forwards == fewest_forwards(length, snapshots)
    assert fewest_forwards(length, snapshots) == optimum(length, snapshots)
    assert schedule.slots == predicted_slots("revolve", length, snapshots) <= snapshots


@pytest.mark.parametrize("length", [2, 7, 16, 50])
def test_no_schedule_beats_revolve_with_as_many_slots(length):
    for name in PLAIN:
        schedule = SCHEDULES[name](length)
        assert schedule.forwards >= fewest_forwards(length, max(schedule.slots, 1))


def test_the_ends_of_revolve_are_storing_all_and_recomputing_all():
    assert revolve(20, 20).forwards == revolve(20, 19).forwards == store_all(20).forwards
    assert revolve(20, 1).events == recompute_all(20).events
    assert revolve(20, 18).forwards > store_all(20).forwards


def test_halving_keeps_log_2_n_states_and_segments_about_twice_the_root():
    assert [halving(2**k).slots for k in range(1, 11)] == list(range(1, 11))
    assert [segments(k * k).slots for k in range(2, 30)] == [2 * k - 2 for k in range(2, 30)]


@pytest.mark.parametrize(("length", "segment"), [(10, 4), (10, 10), (10, 1), (17, 16), (17, 3)])
def test_segments_that_do_not_divide_the_chain_are_handled(length, segment):
    *_, last = replay(segments(length, segment))
    assert last.backward == length


def test_long_chains_and_many_snapshots_need_no_recursion():
    assert revolve(4096, 1500).forwards == fewest_forwards(4096, 1500)


def test_the_split_attains_the_optimum():
    for length in range(2, 40):
        for snapshots in range(2, length):
            a = best_split(length, snapshots)
            rest = fewest_forwards(length - a, snapshots - 1) + fewest_forwards(a, snapshots)
            assert a + rest == fewest_forwards(length, snapshots)


def spoiled(index, **changes):
    schedule = halving(8)
    events = list(schedule.events)
    events[index] = replace(events[index], **changes)
    return replace(schedule, events=tuple(events))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (spoiled(0, store=None), "it is empty"),
        (spoiled(3, kind="backward"), "layer 8's turn, but the state is"),
        (spoiled(0, store=99), "stores into slot 99"),
        (replace(halving(8), events=halving(8).events[:-1]), "1 layers to go back"),
        (replace(halving(8), length=9), "layer 9's turn"),
    ],
)
def test_replay_refuses_a_schedule_that_does_not_do_what_it_says(schedule, words):
    with pytest.raises(Invalid, match=words):
        list(replay(schedule))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: revolve(10, 0), "0 snapshots for 10 layers; 1 to 10"),
        (lambda: revolve(10, 11), "11 snapshots for 10 layers; 1 to 10"),
        (lambda: segments(10, 11), "1 to 10 layers, not 11"),
        (lambda: halving(0), "at least one layer, not 0"),
        (lambda: predicted_forwards("revolv", 3), "no schedule is called 'revolv'.*revolve"),
        (lambda: predicted_slots("none", 3), "no schedule is called 'none'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, words):
    with pytest.raises(ValueError, match=words):
        make()
