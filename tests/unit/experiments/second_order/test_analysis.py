"""Bounds stay bounds when costs are compared."""

import math

import pytest

from adcost.experiments.second_order import analysis


def _row(table, **labels):
    for name, label in labels.items():
        table = table[table[name] == label]
    (row,) = table.to_dict("records")
    return row


def test_a_newton_that_did_not_run_costs_a_step_at_least_and_as_many_as_before_perhaps(plant):
    row = _row(analysis.costs(plant()), problem="network", size=4096, method="newton")
    # Two steps are 2p gradients, and two were taken in fewer variables.
    assert (row["low"], row["value"], row["high"]) == (4096, 8192, math.inf)
    assert not row["ran"]
    assert not row["reached"]


def test_a_run_that_did_not_arrive_has_no_upper_bound(plant):
    tables = plant()
    rows = tables["measurements"]
    chosen = (rows.method == "adam") & (rows.quantity == "reached") & (rows["size"] == 16)
    rows.loc[chosen, "value"] = 0.0
    row = _row(analysis.costs(tables), problem="network", size=16, method="adam")
    assert (row["low"], row["high"]) == (40, math.inf)
    assert not row["reached"]


def test_first_order_is_the_cheapest_of_its_methods(plant):
    found = analysis.first_order(analysis.costs(plant()))
    assert found.loc[("network", 16)].to_dict() == {"value": 20, "low": 20, "high": 20}


def test_a_ratio_of_bounds_is_a_bound(plant):
    tables = plant()
    row = _row(analysis.ratios(tables, "newton"), problem="network", size=4096)
    assert (row["low"], row["value"], row["high"]) == (4096 / 20, 8192 / 20, math.inf)
    row = _row(analysis.ratios(tables, "newton", "newton_cg"), problem="network", size=256)
    assert row["value"] == pytest.approx(512 / 30)


def test_the_growth_is_an_exponent(plant):
    tables = plant(newton=lambda p: 3.0 * p**1.5)
    found = analysis.growth(analysis.ratios(tables, "newton"), "network")
    assert found.value == pytest.approx(1.5)
    assert found.low < 1.5 < found.high  # one step in the most variables is a lower bound


def test_there_is_a_border_only_where_a_ratio_crosses_one(plant):
    def border(newton):
        return analysis.border(analysis.ratios(plant(newton=newton), "newton"), "network")

    assert border(lambda p: p / 4) == pytest.approx(80)
    assert border(lambda p: 100.0) is None
    assert border(lambda p: 1.0 / p) is None


def test_the_largest_dimension_fills_the_memory(plant):
    tables = plant()
    p = analysis.largest(tables, "newton")
    assert 8 * 2 * p**2 == pytest.approx(16e9)


def test_a_factorisation_alone_is_held_against_first_order(plant):
    found = analysis.solve_alone(plant())
    assert (found.low, found.value) == (2048 / 20, 2048 / 20)


def test_seconds_are_held_against_the_fastest(plant):
    rows = analysis.timed_ratios(plant(), "newton")
    assert set(rows["size"]) == {16, 256}
    assert rows.value.tolist() == pytest.approx([3.0] * 4)
