"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import pandas as pd
import pytest
from contract.synthetic import constant, put, swap, times

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


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def _slow_gradients(tables):
    """A gradient that takes ten times the time of its function."""
    table = tables["timings"]
    rounds = ["point", "dimension", "repeat"]
    alone = table[table.method == "loss"].set_index(rounds).seconds
    rows = table.method == "reverse"
    at = pd.MultiIndex.from_frame(table.loc[rows, rounds])
    table.loc[rows, "seconds"] = 10 * alone.reindex(at).to_numpy()


def _constant(method):
    """A constant in place of a function's measurements."""

    def inject(tables):
        table = tables["measurements"]
        for point in table.point[table.quantity == "operations"].unique():
            constant(point=point, method=method, quantity="operations")(tables)

    return inject


JAX = {"method": "reverse", "quantity": "operations"}
TAPE = {"quantity": "tape_both"}
WRITING = {"point": "writing", "quantity": "both"}

FAULTS = [
    # A sweep for each weight, and a price above that of any operation.
    ("gradient.cheap", times(lambda rows: rows.dimension, **TAPE)),
    ("gradient.cheap", times(3, **TAPE)),
    ("gradient.jax_attains_it", times(lambda rows: rows.dimension, **JAX)),
    ("gradient.jax_attains_it", swap("reverse", "forward_columns", quantity="operations")),
    (
        "gradient.jax_attains_it",
        times(lambda rows: rows.dimension, **WRITING, method="product_prod"),
    ),
    (
        "gradient.jax_by_index",
        put(lambda rows: 3 * (rows.dimension - 1), **WRITING, method="product_indexed"),
    ),
    ("gradient.time", _slow_gradients),
    ("gradient.forward_mode_times_d", swap("reverse", "forward_columns", quantity="operations")),
    ("gradient.forward_mode_times_d", _constant("forward_columns")),
    (
        "gradient.finite_differences_times_d",
        swap("reverse", "central_difference", quantity="operations"),
    ),
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
    times(lambda rows: rows.dimension**0.12, **JAX)(tables)
    # The ways of writing stay flat, so the interval runs from nothing to 0.12.
    exponent, *_ = _claim(tables, "gradient.jax_attains_it").evidence
    assert exponent.verdict == "inconclusive" and exponent.measured.high > 0.1


def test_one_expensive_function_is_seen(tables):
    times(5, **JAX, point="mds")(tables)
    _, losses, _ = _claim(tables, "gradient.jax_attains_it").evidence
    assert losses.verdict != "reproduced"


def test_an_evaluation_too_few_is_seen(tables):
    one_less = put(lambda rows: rows.value - 1, method="central_difference", quantity="evaluations")
    one_less(tables)
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
    times(2, "timings", "seconds", method="reverse")(tables)
    assert numbers(tables)["worst_seconds"] == pytest.approx(2 * before["worst_seconds"])
