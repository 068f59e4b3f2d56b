"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import numpy as np
import pandas as pd
import pytest
from contract.synthetic import put, swap, times, where

from adcost.experiments.stepsizes.claims import judge, numbers

IDS = [
    "stepsizes.gradient",
    "stepsizes.improves",
    "stepsizes.stationary",
    "stepsizes.stationary_on_arrival",
    "stepsizes.local_minimum",
    "stepsizes.local_minimum_on_arrival",
    "stepsizes.stability",
    "stepsizes.chebyshev",
]


def _claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def _as_if(a, b):
    """Method ``a``'s ends under the name of ``b``: a swapped method."""

    def inject(tables):
        table = tables["measurements"]
        copied = table[where(table, point="homework", method=a)].assign(method=b)
        kept = table[~where(table, point="homework", method=b)]
        tables["measurements"] = pd.concat([kept, copied], ignore_index=True)

    return inject


DECIDED_BY_THE_CONSTANT = ("stepsizes.stationary", "stepsizes.local_minimum")

FAULTS = [
    # A gradient without its factor 2, of the wrong sign, or right at random α alone.
    ("stepsizes.gradient", put(0.5, method="gradient", quantity="gradient_error")),
    ("stepsizes.gradient", put(2.0, method="gradient", quantity="gradient_error")),
    ("stepsizes.gradient", put(1e-3, method="gradient", quantity="gradient_error", at=1e-8)),
    # Nothing learned, in half of the runs or in all.
    ("stepsizes.improves", put(1.0, method="constant", quantity="loss_ratio")),
    ("stepsizes.improves", put(1.0, method="constant", quantity="loss_ratio", run=3)),
    # The end of the small constant β in place of one that arrived; a gradient that stayed.
    ("stepsizes.stationary_on_arrival", _as_if("constant", "matched")),
    ("stepsizes.stationary_on_arrival", _as_if("constant", "polyak")),
    (
        "stepsizes.stationary_on_arrival",
        put(1e-6, method="polyak", quantity="gradient_norm", run=2),
    ),
    ("stepsizes.local_minimum_on_arrival", _as_if("constant", "polyak")),
    # Wrong sign, a second curved direction, a valley that is none, a way down.
    ("stepsizes.local_minimum_on_arrival", times(-1, method="matched", quantity="eigenvalue")),
    (
        "stepsizes.local_minimum_on_arrival",
        put(1.0, method="polyak", quantity="eigenvalue", at=2.0),
    ),
    ("stepsizes.local_minimum_on_arrival", put(1.0, method="valley", quantity="rank", at=2.0)),
    ("stepsizes.local_minimum_on_arrival", put(0.0, method="valley", quantity="rank", at=1.0)),
    (
        "stepsizes.local_minimum_on_arrival",
        put(0.5, method="polyak", quantity="lower_share", at=1e-8),
    ),
    # The homework's own run, put where Polyak's step arrives, comes out; a slope does not.
    ("stepsizes.stationary", put(1e-6, method="constant", quantity="gradient_norm", run=2)),
    ("stepsizes.local_minimum", times(-1, method="constant", quantity="eigenvalue")),
    ("stepsizes.local_minimum", put(0.5, method="constant", quantity="lower_share", at=1e-8)),
    # A run below the border that went up or diverged; runs above it that did not.
    ("stepsizes.stability", put(1.0, point="sweep", quantity="rises", at=0.5)),
    ("stepsizes.stability", put(1.0, point="sweep", quantity="diverged", at=1.0)),
    ("stepsizes.stability", put(0.0, point="sweep", quantity="diverged", at=3.0)),
    ("stepsizes.chebyshev", swap("learned", "chebyshev", point="condition", quantity="loss_ratio")),
    ("stepsizes.chebyshev", put(1e-9, method="learned", quantity="worst_case")),
]


def test_all_claims_are_judged(measured):
    assert [claim.id for claim in judge(measured)] == IDS


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    if name in DECIDED_BY_THE_CONSTANT:
        _as_if("polyak", "constant")(tables)
    assert _claim(tables, name).verdict == "reproduced"
    inject(tables)
    assert _claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_the_homeworks_own_small_constant_has_not_arrived_and_decides(measured):
    for name in DECIDED_BY_THE_CONSTANT:
        claim = _claim(measured, name)
        assert claim.verdict == "refuted" and claim.claimed_by == "lecture"
        assert all("βC = 0.1" in piece.unit for piece in claim.evidence)
        assert _claim(measured, f"{name}_on_arrival").verdict == "reproduced"


def test_steps_that_are_not_the_least_are_noticed(tables):
    times(1.01, method="learned", quantity="loss_ratio")(tables)
    assert _claim(tables, "stepsizes.chebyshev").evidence[-1].verdict != "reproduced"


def test_a_beta_that_diverges_is_reported_as_the_finding_it_is(diverged, tables):
    table = tables["measurements"]
    tables["measurements"] = pd.concat(
        [diverged["measurements"], table[table.point != "homework"]], ignore_index=True
    )
    tables["points"] = diverged["points"]
    claim = _claim(tables, "stepsizes.improves")
    assert claim.verdict == "refuted" and "8 of 8 runs diverged at step 2" in claim.note
    assert _claim(tables, "stepsizes.gradient").verdict == "reproduced"


def test_numbers_are_finite_and_follow_the_tables(tables):
    before = numbers(tables)
    assert before["horizon"] == 4 and before["dimension"] == 30 and before["starts"] == 8
    assert before["law"] == pytest.approx(-4 / 3)
    assert all(np.isfinite(v) for v in before.values() if isinstance(v, float))
    times(0.1, method="constant", quantity="loss_ratio")(tables)
    assert numbers(tables)["constant_orders"] == pytest.approx(before["constant_orders"] + 1)
