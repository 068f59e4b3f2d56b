"""Where the borders of `mds`' claims lie: one fault just beyond each, one just within."""

import math

import pytest
from scipy.stats import binomtest

from adcost.experiments.mds.claims import judge
from adcost.statistics.intervals import TOO_FEW

from . import tables_mds
from .synthetic import changed, decided, put, verdict, verdicts

RECOVERS, LAGS = "mds.gradient_recovers_map", "mds.gradient_free_lags"
FLAT, PCA, OF_LOSS = "mds.iterations_flat", "mds.pca", "mds.pca_of_the_loss"
NAMES = {"central_differences": "central differences", "two_point": "two-point",
         "nelder_mead": "Nelder–Mead"}  # fmt: skip


def _map_error(share, point):
    """Gradient descent's error in units of the least distortion, the same from every start."""
    angle = tables_mds.POINTS[point][2]
    return put(share * math.log(angle / math.sin(angle)), point=point, method="gradient_descent",
               quantity="procrustes_relative")  # fmt: skip


def _cost(power, method):
    return put(lambda rows: 300.0 * rows.cities.astype(float) ** power * (1 + 0.01 * rows.start),
               method=method, region="europe", quantity="evaluations_to_tolerance")  # fmt: skip


def _subsets(power):
    return put(lambda rows: 50.0 * rows.cities.astype(float) ** power, quantity="subset_steps")


def _pca(units, point):
    n = tables_mds.POINTS[point][1]
    return put(units * n * 2.0**-53 * 4.0, point=point, quantity="pca_difference")


def _pca_loss(units):
    return put(units * (7 * 2.0**-53) ** 2, point="usa-7", quantity="pca_loss")


def _apart(difference):
    """On the widest region, where distances are not those of a plane."""
    return put(difference, point="world-8", quantity="minimiser_difference")


BORDERS = [
    # claim, piece of evidence, just within, just beyond
    *((RECOVERS, "of the least variation", _map_error(0.99, point), _map_error(1.01, point))
      for point in ("europe-6", "europe-16", "usa-7")),
    *((LAGS, f"exponent in the number of cities, {name}", _cost(0.51, method), _cost(0.49, method))
      for method, name in NAMES.items()),
    (FLAT, "exponent in the number of cities", _subsets(0.24), _subsets(0.26)),
    (FLAT, "exponent in the number of cities", _subsets(-0.24), _subsets(-0.26)),
    *((PCA, "ratio of the eigenvalues", _pca(9.9, point), _pca(10.1, point))
      for point in ("usa-7", "world-8")),
    (OF_LOSS, "of the sum of squares", _pca_loss(99), _pca_loss(101)),
    (OF_LOSS, "of the radius apart", _apart(1.01e-3), _apart(0.99e-3)),
]  # fmt: skip


def test_all_evidence_holds_on_these_tables():
    # But for the slip: distances are no squares.
    claims = [c for c in judge(tables_mds.make()) if c.id != "mds.distances_or_squares"]
    assert {e.verdict for claim in claims for e in claim.evidence} == {"reproduced"}


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to_and_every_piece_decides(claim, unit, within, beyond):
    for change, outcome in ((within, "reproduced"), (beyond, "refuted")):
        found = verdicts(judge, changed(tables_mds.make(), change), claim, unit)
        assert found == (outcome, outcome)


@pytest.mark.parametrize(("angle", "outcome"), [(0.785, "refuted"), (0.786, "reproduced")])
def test_a_region_counts_up_to_a_quarter_of_the_globes_half_circumference(angle, outcome):
    """π/4: beyond it no flat map is true, and its error decides nothing."""
    wide = put(angle, point="world-8", quantity="angular_radius")
    assert decided(judge, changed(tables_mds.make(), wide, _map_error(3.0, "world-8")),
                   RECOVERS) == outcome  # fmt: skip


@pytest.mark.parametrize(("lost", "outcome"), [(14, "reproduced"), (15, "inconclusive"),
                                               (27, "inconclusive"), (28, "refuted")])  # fmt: skip
def test_half_of_the_starts_must_arrive_with_wilsons_interval(lost, outcome):
    tables = tables_mds.make()
    table = tables["measurements"]
    rows = table.index[(table.method == "gradient_descent") & (table.quantity == "converged")]
    assert len(rows) == 42
    table.loc[rows[:lost], "value"] = 0.0
    (claim,) = (one for one in judge(tables) if one.id == RECOVERS)
    share = claim.evidence[1]
    right = binomtest(42 - lost, 42).proportion_ci(method="wilson")
    assert (share.measured.low, share.measured.high) == pytest.approx(right, rel=1e-4)
    assert share.measured.value == pytest.approx(1 - lost / 42)
    assert share.verdict == outcome


@pytest.mark.parametrize(("lost", "outcome"), [(1, "reproduced"), (2, "inconclusive")])
def test_a_small_size_where_half_of_the_runs_did_not_arrive_claims_nothing(lost, outcome):
    change = put(0.0, method="nelder_mead", cities=6, quantity="converged", start=list(range(lost)))
    tables = changed(tables_mds.make(), change)
    assert verdict(judge, tables, LAGS, "Nelder–Mead") == outcome
    assert decided(judge, tables, LAGS) == outcome


@pytest.mark.parametrize(("lost", "outcome"), [(0, "reproduced"), (1, "inconclusive")])
def test_five_sizes_make_an_exponents_interval_and_four_do_not(lost, outcome):
    """With fewer the exponent is still said, and claims nothing."""
    tables = tables_mds.make()
    left_out = list(tables_mds.SIZES)[1 : 1 + lost]
    tables = {name: table[~table.point.isin(left_out)] for name, table in tables.items()}
    for claim, count in ((LAGS, len(NAMES)), (FLAT, 1)):
        (found,) = (one for one in judge(tables) if one.id == claim)
        assert [piece.verdict for piece in found.evidence] == count * [outcome]
        assert found.verdict == outcome
        for measured in (piece.measured for piece in found.evidence):
            assert math.isfinite(measured.value)
            ends = (measured.low, measured.high)
            assert [math.isfinite(end) for end in ends] == 2 * [not lost]
            assert (measured.kind == TOO_FEW) == bool(lost)
