"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import pandas as pd
import pytest

from adcost.derivatives.tape.counted import Counted, Work
from adcost.derivatives.tape.tape import evaluate, forward
from adcost.experiments.gradient import claims, measure, writing
from adcost.experiments.gradient.analysis import EXPENSIVE, INDEXED, SCANNED
from adcost.experiments.gradient.claims import judge, numbers

IDS = [
    "gradient.cheap",
    "gradient.jax_attains_it",
    "gradient.jax_by_index",
    "gradient.time",
    "gradient.forward_mode_times_d",
    "gradient.finite_differences_times_d",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def _rows(table, **labels):
    mask = table.method.notna()
    for column, label in labels.items():
        mask &= table[column] == label
    assert mask.any(), labels
    return mask


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def _a_sweep_for_each_weight(tables):
    table = tables["measurements"]
    rows = _rows(table, method="reverse", quantity="operations")
    table.loc[rows, "value"] *= table.dimension[rows]


def _on_the_tape(change):
    """What was counted on the tape, changed by a function of value and dimension."""

    def inject(tables):
        table = tables["measurements"]
        rows = table.quantity == "tape_both"
        table.loc[rows, "value"] = change(table.value[rows], table.dimension[rows])

    return inject


def _in_writing(way, change):
    def inject(tables):
        table = tables["measurements"]
        rows = _rows(table, point="writing", method=way, quantity="both")
        table.loc[rows, "value"] = change(table.value[rows], table.dimension[rows])

    return inject


def _slow_gradients(tables):
    """A gradient that takes ten times the time of its function."""
    table = tables["timings"]
    rounds = ["point", "dimension", "repeat"]
    alone = table[table.method == "loss"].set_index(rounds).seconds
    rows = table.method == "reverse"
    at = pd.MultiIndex.from_frame(table.loc[rows, rounds])
    table.loc[rows, "seconds"] = 10 * alone.reindex(at).to_numpy()


def _swap(a, b):
    names = {a: b, b: a}

    def inject(tables):
        table = tables["measurements"]
        rows = _rows(table, quantity="operations")
        table.loc[rows, "method"] = table.method[rows].map(lambda name: names.get(name, name))

    return inject


def _constant(method):
    """A constant in place of a measurement."""

    def inject(tables):
        table = tables["measurements"]
        for point in table.point[table.quantity == "operations"].unique():
            rows = _rows(table, point=point, method=method, quantity="operations")
            table.loc[rows, "value"] = table[rows].value.iloc[0]

    return inject


FAULTS = [
    # A sweep for each weight, and a price above that of any operation.
    ("gradient.cheap", _on_the_tape(lambda v, d: v * d)),
    ("gradient.cheap", _on_the_tape(lambda v, d: 3 * v)),
    ("gradient.jax_attains_it", _a_sweep_for_each_weight),
    ("gradient.jax_attains_it", _swap("reverse", "forward_columns")),
    ("gradient.jax_attains_it", _in_writing("product_prod", lambda v, d: v * d)),
    ("gradient.jax_by_index", _in_writing("product_indexed", lambda v, d: 3 * (d - 1))),
    ("gradient.time", _slow_gradients),
    ("gradient.forward_mode_times_d", _swap("reverse", "forward_columns")),
    ("gradient.forward_mode_times_d", _constant("forward_columns")),
    ("gradient.finite_differences_times_d", _swap("reverse", "central_difference")),
    ("gradient.finite_differences_times_d", _constant("central_difference")),
]


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    tables["timings"]["seconds"] = 1.0  # a time that is no obstacle
    assert _claim(tables, name).verdict == "reproduced"
    inject(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_a_price_that_grows_below_the_bound_is_seen(tables):
    table = tables["measurements"]
    rows = _rows(table, method="reverse", quantity="operations")
    table.loc[rows, "value"] *= table.dimension[rows] ** 0.12
    # The ways of writing stay flat, so the interval runs from nothing to 0.12.
    exponent, *_ = _claim(tables, "gradient.jax_attains_it").evidence
    assert exponent.verdict == "inconclusive" and exponent.measured.high > 0.1


def test_one_expensive_function_is_seen(tables):
    table = tables["measurements"]
    table.loc[_rows(table, point="mds", method="reverse", quantity="operations"), "value"] *= 5
    _, losses, _ = _claim(tables, "gradient.jax_attains_it").evidence
    assert losses.verdict != "reproduced"


def test_an_evaluation_too_few_is_seen(tables):
    table = tables["measurements"]
    table.loc[_rows(table, method="central_difference", quantity="evaluations"), "value"] -= 1
    claim = _claim(tables, "gradient.finite_differences_times_d")
    (evidence,) = (e for e in claim.evidence if e.unit == "evaluations a weight")
    assert evidence.verdict == "refuted"


def test_forward_mode_on_the_tape_is_refuted(monkeypatch, section):
    """The fault below the experiment: a sweep for each weight in place of one sweep back."""

    def forward_columns(traced, inputs):
        alone, columns = Work(), Work()
        evaluate(traced, [Counted(a, alone) for a in inputs])
        for j in range(len(inputs)):
            direction = [Counted(float(i == j), columns) for i in range(len(inputs))]
            forward(traced, [Counted(a, columns) for a in inputs], direction)
        return alone.operations, columns.operations

    monkeypatch.setattr(measure, "counted_operations", forward_columns)
    measured = measure.measure("tape", section["tape"], 0)["measurements"]
    assert claims._cheap(measured).verdict in ("refuted", "inconclusive")


def test_the_ways_of_writing_that_are_expensive_are_those_that_the_claims_name():
    assert (
        set(EXPENSIVE) == set(writing.EXPENSIVE)
        and INDEXED in EXPENSIVE
        and SCANNED in writing.CHEAP
    )


def test_time_is_judged_by_time_and_operations_by_operations(tables):
    tables["timings"]["seconds"] = 1.0
    verdicts = {claim.id: claim for claim in judge(tables)}
    assert {e.kind for e in verdicts["gradient.time"].evidence} == {"timed"}
    for name in ("cheap", "jax_attains_it", "jax_by_index"):
        assert {e.kind for e in verdicts[f"gradient.{name}"].evidence} == {"counted"}
    for name in ("forward_mode_times_d", "finite_differences_times_d"):
        assert verdicts[f"gradient.{name}"].evidence[-1].verdict == "refuted"


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    run_to = {"sum_of_squares": 320, "mds": 100}
    assert {row["function"]: row["dimension"] for row in before["reverse"]} == run_to
    assert before["run_to"] == 320 and before["all_run_to"] == 100 and before["counted_to"] == 100
    rows = _rows(tables["timings"], method="reverse")
    tables["timings"].loc[rows, "seconds"] *= 2
    assert numbers(tables)["worst_seconds"] == pytest.approx(2 * before["worst_seconds"])
