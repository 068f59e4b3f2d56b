"""What is measured of the chain, against second ways."""

import pytest

from adcost.derivatives.checkpointing import schedules
from adcost.experiments.checkpointing import analysis


def rows_of(tables, **labels):
    rows = analysis.chain(tables["measurements"])
    for column, label in labels.items():
        rows = rows[rows[column] == label]
    return rows


def test_every_schedule_is_there_at_every_length(measured):
    found = rows_of(measured, quantity="temporary_bytes")
    assert set(found.method) == set(analysis.ORDER)
    assert (found.groupby("size").method.nunique() == len(analysis.ORDER)).all()


def test_layers_that_a_run_reports_are_those_that_were_planned(measured):
    """Reports from the host, against the lists of events and the sum 0 + 1 + … + (n − 1)."""
    reported = rows_of(measured, quantity="evaluated")
    assert set(reported.method) == {"halving", "revolve", "recompute_all"}
    planned = rows_of(measured, quantity="forwards").set_index(["method", "setting", "size"])
    for row in reported.itertuples():
        assert row.value == planned.value[row.method, row.setting, row.size]


def test_slots_are_those_of_the_schedules(measured):
    """One is saved where the last state is at hand; halving halves ⌈log₂ n⌉ times."""
    for row in rows_of(measured, quantity="slots").itertuples():
        n = int(row.size)
        slots = {"halving": (n - 1).bit_length(), "recompute_all": 1}
        most = int(row.setting) if row.method == "revolve" else slots[row.method]
        assert row.value == min(most, n - 1)


def test_quadratic_time_is_spent_on_short_chains_only(measured):
    timed = measured["timings"]
    assert "recompute_all" in set(timed[timed.point == "chain-16"].method)
    assert "recompute_all" not in set(timed[timed.point == "chain-64"].method)


def test_operations_have_the_weights_of_forward_and_backward(measured):
    """A gradient is three forward passes, and a segment's recomputation one more."""
    stored = analysis.by_length(measured["measurements"], "store_all", "operations")
    segments = analysis.by_length(measured["measurements"], "segments", "operations")
    assert stored.to_numpy() == pytest.approx(3, rel=0.05)
    assert (segments - stored).to_numpy() == pytest.approx(1, abs=0.01)


def test_the_animation_has_every_event_of_its_schedules(measured):
    rows = measured["measurements"]
    rows = rows[rows.model == "animation"]
    for method, events in rows[rows.quantity == "state"].groupby("method"):
        schedule = schedules.SCHEDULES[method](6)
        assert len(events) == len(schedule.events)
        kept = rows[(rows.method == method) & (rows.quantity == "kept")]
        assert kept.groupby("size").value.nunique().max() == schedule.slots
