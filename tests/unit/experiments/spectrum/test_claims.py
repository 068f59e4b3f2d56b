"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import numpy as np
import pandas as pd
import pytest
from contract.synthetic import put, times, where

from adcost.experiments.spectrum import analysis
from adcost.experiments.spectrum.claims import judge, numbers

IDS = ["spectrum.lanczos_is_right", "spectrum.negative_eigenvalues_vanish"]


def no_training(tables):
    """The decompositions before training under the name of those after it."""
    table = tables["measurements"]
    before = table[where(table, network="perceptron", epoch=0, method="lanczos")]
    after = where(table, network="perceptron", epoch=30, method="lanczos")
    table.loc[after, "value"] = before.value.to_numpy()


def one_training_less(tables):
    for name, table in tables.items():
        tables[name] = table[table.network != "perceptron-5"].reset_index(drop=True)


RITZ = {"method": "lanczos", "quantity": "ritz_value"}
STAYED = ("perceptron-3", "perceptron-4", "perceptron-5")
"""Trainings of the small study that leave more than a tenth of the negative end."""


def vanished(tables):
    """As if the negative end had gone in those as well: on these tables the claim holds."""
    for network in STAYED:
        times(1 / 5, **RITZ, epoch=30, index=0, network=network)(tables)


FAULTS = [
    # An off-diagonal with a wrong factor, an eigenvalue that is missed, a matrix off by a shift.
    ("spectrum.lanczos_is_right", times(1.001, **RITZ, epoch=30)),
    ("spectrum.lanczos_is_right", times(0.9, **RITZ, index=19)),
    ("spectrum.lanczos_is_right", put(lambda rows: rows.value + 0.01, **RITZ)),
    ("spectrum.lanczos_is_right", put(lambda rows: rows.value + 0.01, **RITZ, probe=2, epoch=0)),
    # Quadrature without its weights.
    (
        "spectrum.lanczos_is_right",
        put(1.0, method="dense", quantity="quadrature_distance", probe=1),
    ),
    # Nothing changed by training; nothing negative to begin with; the negative end kept.
    ("spectrum.negative_eigenvalues_vanish", no_training),
    ("spectrum.negative_eigenvalues_vanish", put(lambda rows: rows.value.abs(), **RITZ, epoch=0)),
    ("spectrum.negative_eigenvalues_vanish", put(-0.2, **RITZ, epoch=30, index=0, probe=1)),
    # One training of the five whose negative end stayed; fewer than five.
    (
        "spectrum.negative_eigenvalues_vanish",
        put(-0.5, **RITZ, epoch=30, index=0, network="perceptron-4"),
    ),
    ("spectrum.negative_eigenvalues_vanish", lambda tables: one_training_less(tables)),
    # The whole spectrum shrinks alike.
    (
        "spectrum.negative_eigenvalues_vanish",
        lambda tables: (no_training(tables), times(1 / 1000, **RITZ, epoch=30)(tables)),
    ),
]


def claim(tables, name):
    return {claim.id: claim for claim in judge(tables)}[name]


def test_the_claims_come_out_in_the_order_of_the_catalogue(measured):
    claims = judge(measured)
    assert [claim.id for claim in claims] == IDS
    # Of the small network's five trainings some leave a part of the negative end.
    assert [claim.verdict for claim in claims] == ["reproduced", "inconclusive"]


@pytest.mark.parametrize(("name", "inject"), FAULTS)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    vanished(tables)
    assert claim(tables, name).verdict == "reproduced"
    inject(tables)
    assert claim(tables, name).verdict in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def evidence(tables, unit):
    return next(e for c in judge(tables) for e in c.evidence if unit in e.unit)


def test_an_extreme_eigenvalue_that_was_missed_is_refuted(tables):
    inner = analysis.eigenvalues(tables["measurements"], "perceptron", 30)[-40]
    put(lambda rows: rows.value.clip(upper=inner), **RITZ, epoch=30)(tables)
    assert evidence(tables, "extreme eigenvalues").verdict == "refuted"


def test_an_extreme_eigenvalue_off_by_a_ten_thousandth_is_refuted(tables):
    """Far more than the radius of a Ritz value that has converged."""
    times(1.0001, method="dense", quantity="eigenvalue", epoch=30)(tables)
    assert evidence(tables, "extreme eigenvalues").verdict == "refuted"


def test_a_density_without_its_weights_is_refuted(tables):
    put(1 / 20, method="lanczos", quantity="weight")(tables)
    assert evidence(tables, "distance of").verdict == "refuted"


def test_a_ghost_after_reorthogonalisation_and_none_without_are_refuted(tables):
    exact = analysis.eigenvalues(tables["measurements"], "perceptron", 30)
    put(exact[-1], method="full", quantity="largest_2", epoch=30)(tables)
    assert evidence(tables, "reorthogonalised").verdict == "inconclusive"
    table = tables["measurements"]
    full = table[(table.method == "full") & table.quantity.str.startswith("largest_")]
    without = (table.method == "none") & table.quantity.str.startswith("largest_")
    tables["measurements"] = pd.concat([table[~without], full.assign(method="none")])
    put(-9, method="none", quantity="largest_2")(tables)
    assert evidence(tables, "copies of it without reorthogonalising").verdict == "refuted"


def test_with_nothing_negative_before_nothing_vanished_and_the_claim_is_refuted(tables):
    put(lambda rows: rows.value.clip(lower=1e-3), **RITZ, epoch=0)(tables)
    found = claim(tables, "spectrum.negative_eigenvalues_vanish")
    assert found.verdict == "refuted"
    verdicts = {piece.unit: piece.verdict for piece in found.evidence}
    assert verdicts["most negative over largest eigenvalue before"] == "refuted"
    assert (
        verdicts["of most negative over largest eigenvalue is left"]
        == verdicts["of the most negative eigenvalue is left"]
        == "inconclusive"
    )


def test_numbers_are_finite_and_the_tables_own(measured):
    found = numbers(measured)
    table = measured["measurements"]
    assert found["parameters"] == 310 and found["steps"] == 20 and found["probes"] == 3
    assert found["epochs"] == 30 and found["copies"] >= 2
    assert found["least_before"] == pytest.approx(
        table[where(table, **RITZ, epoch=0, index=0, network="perceptron")].value.median()
    )
    assert all(np.isfinite(v) for v in found.values() if isinstance(v, float))
    # Three checkpoints, four more trainings of two each, and another network of two.
    assert len(found["eigenvalues"]) == 13 and found["trainings"] == 5


def test_the_interval_is_over_trainings_and_says_so(measured):
    deciding = claim(measured, "spectrum.negative_eigenvalues_vanish").evidence[0]
    assert deciding.measured.kind == "range over trainings"
    assert deciding.measured.low < deciding.measured.value < deciding.measured.high


def test_trainings_of_a_network_differ(measured):
    table = measured["measurements"]
    ends = [
        table[where(table, **RITZ, epoch=0, index=0, probe=0, network=name)].value.iloc[0]
        for name in analysis.trainings(measured["points"], "perceptron")
    ]
    assert len(set(ends)) == 5
