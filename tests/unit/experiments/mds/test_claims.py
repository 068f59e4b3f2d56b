"""Each claim comes out on a small study, and turns when a fault is injected."""

import numpy as np
import pytest
from contract.synthetic import put, swap, times, where

from adcost.experiments.mds import maps, measure
from adcost.experiments.mds.claims import judge, numbers

IDS = [
    "mds.gradient_recovers_map",
    "mds.gradient_free_lags",
    "mds.iterations_flat",
    "mds.pca",
    "mds.pca_of_the_loss",
    "mds.distances_or_squares",
]


def _verdict(tables, name):
    return {claim.id: claim.verdict for claim in judge(tables)}[name]


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def _per_coordinate(rows):
    """The factor d is dropped from what grows with it."""
    return 1 / (2 * rows.cities)


EVALUATIONS = {"quantity": "evaluations_to_tolerance"}

FAULTS = [
    (
        "mds.gradient_recovers_map",
        times(1000, quantity="procrustes_relative", method="gradient_descent"),
    ),
    (
        "mds.gradient_recovers_map",
        put(0.2, quantity="procrustes_relative", method="gradient_descent"),
    ),
    ("mds.gradient_recovers_map", put(1e-6, quantity="least_distortion", method="point")),
    ("mds.gradient_free_lags", times(_per_coordinate, **EVALUATIONS, method="central_differences")),
    ("mds.gradient_free_lags", times(_per_coordinate, **EVALUATIONS, method="two_point")),
    (
        "mds.gradient_free_lags",
        swap("gradient_descent", "central_differences", **EVALUATIONS, start=[0, 1, 2]),
    ),
    ("mds.gradient_free_lags", put(500.0, **EVALUATIONS, method="nelder_mead")),
    ("mds.gradient_free_lags", put(0.0, quantity="converged", method="nelder_mead")),
    (
        "mds.iterations_flat",
        times(lambda rows: rows.cities, quantity="subset_steps", method="gradient_descent"),
    ),
    (
        "mds.iterations_flat",
        times(_per_coordinate, quantity="subset_steps", method="gradient_descent"),
    ),
    ("mds.pca", put(1e-3, quantity="pca_difference", method="pca")),
    # A map of PCA's that does not fit; a minimiser that is PCA's map although nothing is flat.
    ("mds.pca_of_the_loss", put(1e-12, quantity="pca_loss", method="pca")),
    ("mds.pca_of_the_loss", put(0.0, quantity="minimiser_difference", method="classical_scaling")),
]


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    # Forty random sets of five small sizes leave the exponent of the iterations open.
    open_here = name == "mds.iterations_flat"
    assert _verdict(tables, name) == ("inconclusive" if open_here else "reproduced")
    inject(tables)
    assert _verdict(tables, name) in (("refuted",) if open_here else ("refuted", "inconclusive"))


def test_every_claim_has_an_injected_fault():
    # The slip is refuted as it is; that it can come out is shown below.
    assert {name for name, _ in FAULTS} == set(IDS) - {"mds.distances_or_squares"}


def test_distances_in_place_of_squares_are_no_map_and_squares_would_be(tables):
    assert _verdict(tables, "mds.distances_or_squares") == "refuted"
    put(1e-8, quantity="shape_error", method="literal")(tables)
    assert _verdict(tables, "mds.distances_or_squares") == "reproduced"


def test_the_shape_error_is_that_of_the_best_scale_and_motion():
    truth = np.random.default_rng(1).normal(size=(7, 2))
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])
    assert maps.shape_error(3 * truth @ turn + 5, truth) < 1e-7
    assert 0.01 < maps.shape_error(truth * [1.0, 1.2], truth) < 0.2


def _pca_rows(tables, truth_error):
    """PCA's rows as measured anew from the code, in the table's own place."""
    table = tables["measurements"]
    rows = where(table, quantity="pca_difference")
    fresh = dict(zip(table[rows].point, truth_error, strict=True))
    table.loc[rows, "value"] = table[rows].point.map(fresh).to_numpy()


def test_wrong_centring_in_the_code_turns_pca(tables, monkeypatch):
    """Classical scaling with +½ for −½, or without centring, is not PCA."""

    def wrong(targets):
        values, vectors = np.linalg.eigh(-targets / 2)
        values, vectors = values[::-1], vectors[:, ::-1]
        scale = np.sqrt(np.maximum(values[:2], 0))
        return maps.ClassicalMap(vectors[:, :2] * scale, values)

    assert _verdict(tables, "mds.pca") == "reproduced"
    monkeypatch.setattr(maps, "classical_scaling", wrong)
    truth = np.random.default_rng(0).normal(size=(8, 2))
    error = next(row[3] for row in measure._pca(truth) if row[2] == "pca_difference")
    number = where(tables["measurements"], quantity="pca_difference").sum()
    _pca_rows(tables, [error] * number)
    assert _verdict(tables, "mds.pca") == "refuted"


def test_a_censored_small_size_claims_nothing(tables):
    table = tables["measurements"]
    rows = where(table, quantity="converged", method="nelder_mead") & (
        table.cities == table.cities.min()
    )
    table.loc[rows, "value"] = 0.0
    assert _verdict(tables, "mds.gradient_free_lags") == "inconclusive"


def test_a_censored_largest_size_is_a_lower_bound_and_said_to_be(tables):
    table = tables["measurements"]
    europe = table.region == "europe"
    rows = where(table, quantity="converged", method="nelder_mead") & (
        table.cities == table[europe].cities.max()
    )
    table.loc[rows & europe, "value"] = 0.0
    claim = next(claim for claim in judge(tables) if claim.id == "mds.gradient_free_lags")
    assert "at least" in claim.note and "lower bounds" in claim.note


def test_numbers_are_finite_and_follow_the_tables(tables):
    before = numbers(tables)
    assert all(np.isfinite(v) for v in before.values() if not isinstance(v, str))
    assert before["least_cities"] == 5 and before["most_cities"] == 12
    assert before["animated_cities"] == 10 and before["widest_point"] == "world-8"
    times(2, **EVALUATIONS, method="two_point")(tables)
    assert numbers(tables)["two_point_ratio_last"] == pytest.approx(
        2 * before["two_point_ratio_last"]
    )
