"""Where the borders of `spectrum`'s claims lie: one fault just beyond each, one just within."""

import numpy as np
import pytest

from adcost.experiments.spectrum import analysis
from adcost.experiments.spectrum.claims import judge

from . import tables_spectrum as made
from .synthetic import changed, decided, put, verdict, verdicts

RIGHT, VANISH = "spectrum.lanczos_is_right", "spectrum.negative_eigenvalues_vanish"
SMALL = {"network": made.DENSE, "epoch": 8}
RITZ = {"method": "lanczos", "quantity": "ritz_value"}
EXACT = made.eigenvalues(8)
WIDTH = EXACT[-1] - EXACT[0]
N, K = made.SIZE, made.STEPS

QUADRATURE = np.pi * WIDTH / (4 * K)
"""Twice the best polynomial approximation of a 1-Lipschitz function (Jackson, Favard)."""

SAMPLING = sum(
    (2 * m / N * (1 - m / N) / ((N + 2) * 3)) ** 0.5 * (EXACT[m] - EXACT[m - 1])
    for m in range(1, N)
)
"""The root mean square over three random probes; 1 % of them exceed ten times it (Chebyshev)."""


def _one_point(share):
    """All Ritz values at one place, whose W₁ from the eigenvalues is that share of the allowed."""
    place = EXACT.mean() + share * (QUADRATURE + 10 * SAMPLING)
    assert place > EXACT[-1]  # so that W₁ is its distance from their mean
    return put(place, **SMALL, **RITZ)


def _end(share, index):
    return put(EXACT[index] + share * made.RADIUS, **SMALL, **RITZ, probe=1,
               index=K - 1 if index else 0)  # fmt: skip


def _ghost(share, method):
    """The second Ritz value, so many thousandths of the gap away from the largest eigenvalue."""
    gap = EXACT[-1] - EXACT[-2]
    return put(EXACT[-1] - share * 1e-3 * gap, **SMALL, method=method, quantity="largest_2",
               index=made.GHOST_STEPS)  # fmt: skip


def _least(value, epoch, network=made.TRAININGS, **labels):
    network = [network] if isinstance(network, str) else list(network)
    return put(value, network=network, epoch=epoch, **RITZ, index=0, **labels)


BORDERS = [
    # claim, piece of evidence, just within, just beyond
    (RIGHT, "residuals and quadrature",
     put(lambda r: r.value + 0.99 * made.RADIUS, **SMALL, **RITZ, probe=2, index=5),
     put(lambda r: r.value + 1.01 * made.RADIUS, **SMALL, **RITZ, probe=2, index=5)),
    (RIGHT, "residuals and quadrature",
     put(0.99 * QUADRATURE, **SMALL, quantity="quadrature_distance", probe=1),
     put(1.01 * QUADRATURE, **SMALL, quantity="quadrature_distance", probe=1)),
    (RIGHT, "extreme eigenvalues", _end(0.99, -1), _end(1.01, -1)),
    (RIGHT, "extreme eigenvalues", _end(-0.99, 0), _end(-1.01, 0)),
    (VANISH, "of most negative over largest eigenvalue is left", _least(-0.199, 30),
     _least(-0.201, 30)),
    (VANISH, "of the most negative eigenvalue is left", _least(-0.199, 30), _least(-0.201, 30)),
    (VANISH, "most negative over largest eigenvalue before", _least(-1.001, 0), _least(-0.999, 0)),
    (VANISH, "is left, wide", _least(-0.199, 3, made.OTHER), _least(-0.201, 3, made.OTHER)),
    (VANISH, "is left, perceptron",
     _least(-0.038, 8, made.DENSE), _least(-0.042, 8, made.DENSE)),
]  # fmt: skip
BESIDE = ("is left, wide", "is left, perceptron")


def test_all_evidence_holds_on_these_tables():
    assert {e.verdict for claim in judge(made.make()) for e in claim.evidence} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to(claim, unit, within, beyond):
    for change, outcome in ((within, "reproduced"), (beyond, "refuted")):
        piece, whole = verdicts(judge, changed(made.make(), change), claim, unit)
        assert piece == outcome
        assert whole == ("reproduced" if unit in BESIDE else outcome)


@pytest.mark.parametrize(("share", "outcome"), [(0.99, "reproduced"), (1.01, "inconclusive")])
def test_the_density_may_be_as_far_as_quadrature_and_sampling_allow(share, outcome):
    """A range over checkpoints, of which one is beyond the border, lies across it."""
    assert verdict(judge, changed(made.make(), _one_point(share)), RIGHT, "distance of") == outcome


@pytest.mark.parametrize(("share", "copies"), [(0.9, 2), (1.1, 1)])
def test_a_copy_lies_within_a_thousandth_of_the_gap(share, copies):
    for method in ("full", "none"):
        tables = changed(made.make(), _ghost(share, method))
        assert analysis.copies(tables["measurements"], made.DENSE, 8, method) == copies


@pytest.mark.parametrize(
    ("method", "unit", "share"),
    [("full", "reorthogonalised", 0.9), ("none", "copies of it without reorthogonalising", 1.1)],
)
def test_a_ghost_with_reorthogonalisation_or_none_without_is_seen(method, unit, share):
    tables = changed(made.make(), _ghost(share, method))
    assert verdict(judge, tables, RIGHT, unit) == "inconclusive"  # at one checkpoint of two


def test_the_share_is_of_the_largest_eigenvalue():
    """The largest halves: twice as much of the ratio is left, and as much of the eigenvalue."""
    half = put(5.0, network=list(made.TRAININGS), epoch=30, **RITZ, index=4)
    tables = changed(made.make(), half, _least(-0.11, 30))
    assert (
        verdict(judge, tables, VANISH, "of most negative over largest eigenvalue is left")
        == "refuted"
    )
    assert verdict(judge, tables, VANISH, "of the most negative eigenvalue is left") == "reproduced"


def test_one_probe_beyond_the_border_leaves_the_claim_open():
    assert decided(judge, changed(made.make(), _least(-0.25, 30, probe=2)), VANISH) == (
        "inconclusive"
    )


@pytest.mark.parametrize(("kept", "outcome"), [(5, "reproduced"), (4, "inconclusive")])
def test_five_trainings_make_an_interval_and_four_do_not(kept, outcome):
    tables = made.make()
    for name, table in tables.items():
        tables[name] = table[~table.network.isin(made.TRAININGS[kept:])]
    assert decided(judge, tables, VANISH) == outcome


def test_one_training_of_five_beyond_the_border_leaves_the_claim_open():
    one = _least(-0.25, 30, made.AGAIN[1])
    assert decided(judge, changed(made.make(), one), VANISH) == "inconclusive"


def test_shares_and_extremes_reach_as_far_as_their_radii():
    """Ritz values −2, −1.8, −2.4 and 10, 8, 12 with radii 0.1 and 0.5."""
    at = {"network": made.SUBJECT, "epoch": 0}
    rows = changed(
        made.make(),
        *(_least(v, 0, probe=p) for p, v in enumerate((-2.0, -1.8, -2.4))),
        *(put(v, **at, **RITZ, index=4, probe=p) for p, v in enumerate((10.0, 8.0, 12.0))),
        put(0.1, **at, quantity="radius", index=0), put(0.5, **at, quantity="radius", index=4),
    )["measurements"]  # fmt: skip
    share = analysis.negative_share(rows, made.SUBJECT, 0)
    assert (share.value, share.low, share.high) == pytest.approx((0.2, 1.9 / 10.5, 1.9 / 7.5))
    ends = analysis.extremes(rows, made.SUBJECT, 0)
    assert (ends.least.value, ends.least.low, ends.least.high) == pytest.approx((-2, -2.5, -1.7))
    assert (ends.largest.value, ends.largest.low, ends.largest.high) == pytest.approx(
        (10, 7.5, 12.5)
    )
