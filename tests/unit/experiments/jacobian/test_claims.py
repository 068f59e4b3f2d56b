"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import pytest
from contract.synthetic import constant, put, swap, times

from adcost.experiments.jacobian.claims import judge, numbers

IDS = [
    "jacobian.crossover",
    "jacobian.crossover_time",
    "jacobian.scalar_output",
    "jacobian.scalar_output_time",
    "jacobian.mode_choice",
    "jacobian.no_universal_mode",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def test_all_counted_and_exact_evidence_agrees(tables):
    for claim in judge(tables):
        for evidence in claim.evidence:
            assert evidence.kind == "timed" or evidence.verdict == "reproduced", (
                claim.id,
                evidence,
            )


def _swap(**labels):
    return swap("forward", "reverse", **labels)


def _as_predicted(tables):
    """Times of n columns and m rows, in place of what this machine took."""
    timings = tables["timings"]
    sweeps = timings.point.str.startswith("sweep-")
    sizes = timings["shape"].str.split("-", expand=True).astype(float)
    rows_ = sizes[1].where(timings.point != "sweep-max", 1)
    cost = sizes[0].where(timings.method == "forward", rows_)
    noise = 1 + 1e-3 * timings.repeat * (timings.method == "forward")
    timings.loc[sweeps, "seconds"] = (1e-6 * cost * noise)[sweeps]


SWEEP = {"point": "sweep-linear", "quantity": "operations"}
MAX = {"point": "sweep-max", "quantity": "operations"}
WAIST = {"subject": "hourglass tanh", "quantity": "multiplications"}

FAULTS = [
    ("jacobian.crossover", _swap(**SWEEP)),
    ("jacobian.crossover", times(2, **SWEEP, method="forward")),
    ("jacobian.crossover", times(0.5, **SWEEP, method="reverse")),
    ("jacobian.crossover", constant(**SWEEP, method="reverse")),
    ("jacobian.scalar_output", _swap(**MAX)),
    ("jacobian.scalar_output", times(0.01, **MAX, method="forward")),
    ("jacobian.crossover_time", _swap(name="timings")),
    ("jacobian.scalar_output_time", _swap(name="timings")),
    (
        "jacobian.mode_choice",
        swap("forward_sweeps", "reverse_sweeps", subject="ad_choose", quantity="operations"),
    ),
    ("jacobian.no_universal_mode", constant(**WAIST)),
    ("jacobian.no_universal_mode", times(1.01, **WAIST, method="best")),
    ("jacobian.no_universal_mode", times(0.5, **WAIST, method="forward")),
]


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    _as_predicted(tables)
    assert _claim(tables, name).verdict == "reproduced"
    inject(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


CONFIRMING = [
    ("jacobian.crossover", _swap(point="sweep-tanh", quantity="operations")),
    ("jacobian.crossover", times(2, point="sweep-linear", quantity="multiplications")),
    ("jacobian.crossover", times(1e6, point="sweep-tanh", quantity="relative_error")),
    ("jacobian.mode_choice", swap("forward_sweeps", "reverse_sweeps", subject="ad_choose_turned",
                                   quantity="operations")),
    ("jacobian.mode_choice", _swap(subject="ad_choose", quantity="multiplications")),
    ("jacobian.no_universal_mode", times(2, subject="widening linear", method="reverse",
                                          quantity="multiplications")),
    ("jacobian.no_universal_mode", times(9, point="graphs", method="best",
                                          quantity="multiplications")),
    ("jacobian.no_universal_mode", times(2, subject="helmholtz", method="markowitz",
                                          quantity="multiplications")),
    ("jacobian.no_universal_mode", times(1e9, point="chains", quantity="relative_error")),
    ("jacobian.no_universal_mode", times(1e9, point="graphs", quantity="relative_error")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inject"), CONFIRMING, ids=range(len(CONFIRMING)))
def test_evidence_that_does_not_decide_is_seen_to_fail_too(tables, name, inject):
    inject(tables)
    assert any(
        evidence.verdict != "reproduced"
        for evidence in _claim(tables, name).evidence
        if evidence.kind != "timed"
    )


def test_a_chain_that_gains_nothing_claims_nothing(tables):
    """An hourglass whose widths promise no gain cannot carry the claim."""
    for table in ("measurements", "timings"):
        put("2-4-8", table, "shape", subject="hourglass tanh")(tables)
    assert _claim(tables, "jacobian.no_universal_mode").verdict == "inconclusive"


def test_no_crossing_in_time_claims_nothing_and_leaves_the_number_out(tables):
    timings = tables["timings"]
    rows = timings.point.isin(["sweep-linear", "sweep-tanh"]) & (timings.method == "reverse")
    timings.loc[rows, "seconds"] = 1e-9
    timed = _claim(tables, "jacobian.crossover_time").evidence
    assert [evidence.verdict for evidence in timed] == ["inconclusive"] * 2
    assert numbers(tables)["crossing_tanh"] is None


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    assert before["inputs"] == 12 and before["most_outputs"] == 40
    assert before["scalar_predicted"] == 6.5 and before["hourglass_waist"] == 2
    assert {row["graph"] for row in before["eliminations"]} >= {"Helmholtz", "lighthouse"}
    times(2, "timings", "seconds", subject="linear", method="reverse")(tables)
    assert numbers(tables)["ms_reverse"] == pytest.approx(2 * before["ms_reverse"])
