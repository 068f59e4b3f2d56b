"""Each claim comes out on a small study, and turns when a falsehood is planted in its tables."""

import numpy as np
import pytest
from contract.synthetic import put, times, where

from adcost.experiments.sparse import analysis, prices
from adcost.experiments.sparse.claims import judge, numbers
from adcost.headline.prices import Quote
from adcost.statistics.intervals import paired_ratio

U = 2.0**-53


def _as_predicted(tables):
    """Seconds of as many products, and of a call, in place of what this machine took."""
    timings, measured = tables["timings"], tables["measurements"]
    products = measured[(measured.quantity == "products") & (measured.point != "random")]
    products = products.set_index(["point", "way", "size"]).value.to_dict()
    for i, row in timings.iterrows():
        of = (f"{row.point.removeprefix('time-')}-{row.structure}", row.method, row["size"])
        noise = 1 + 1e-3 * (row["repeat"] + len(row.method))
        timings.loc[i, "seconds"] = (1e-5 + 1e-6 * products.get(of, 0.0)) * noise


def _swapped(tables):
    timings = tables["timings"]
    names = {"coloured_both": "columns", "star": "columns", "columns": "star"}
    rows = timings.point == "time-hessian"
    timings.loc[rows, "method"] = timings.method[rows].map(lambda name: names.get(name, name))


IDS = ["sparse.colouring", "sparse.both_modes", "sparse.symmetry", "sparse.colouring_time",
       "sparse.small_matrices_time", "sparse.random_patterns"]  # fmt: skip

STENCIL = {"point": "hessian-stencil", "way": "star"}
FALSEHOODS = {
    "products grow with n": ("sparse.colouring", put(
        lambda rows: rows.value + 2, **STENCIL, size=64, quantity="products")),
    "a product more than single ones": ("sparse.colouring", times(
        3, **STENCIL, size=64, quantity="operations")),
    "dense is cheaper": ("sparse.colouring", times(
        1e-4, point="jacobian-arrow", way="rows", size=64, quantity="operations")),
    "an entry missed": ("sparse.colouring", put(
        1, point="jacobian-banded", way="traced", quantity="missed")),
    "a wrong matrix": ("sparse.colouring", put(
        1e-13, point="jacobian-stencil", way="coloured_both", quantity="dense_error")),
    "a wrong product": ("sparse.colouring", put(
        1e-11, point="hessian-arrow", way="star", quantity="direction_error")),
    "one mode suffices": ("sparse.both_modes", put(
        2, point="jacobian-arrow", way="coloured_rows", size=64, quantity="products")),
    "both modes take four": ("sparse.both_modes", put(
        4, point="jacobian-arrow", way="coloured_both", size=64, quantity="products")),
    "an arrow takes three": ("sparse.symmetry", put(
        3, point="hessian-arrow", way="star", size=64, quantity="products")),
    "a band takes all its columns": ("sparse.symmetry", put(
        5, point="hessian-banded", way="acyclic", quantity="products")),
    "columns use symmetry too": ("sparse.symmetry", put(
        3, point="hessian-banded", way="coloured_columns", quantity="products")),
    "substitution is wrong": ("sparse.symmetry", put(
        1e-10, point="hessian-banded", way="acyclic", quantity="dense_error")),
    "times of other ways": ("sparse.colouring_time", _swapped),
    "one slow matrix": ("sparse.colouring_time", times(
        1e3, "timings", "seconds", structure="stencil", method="coloured_both", size=64)),
    "small ones save more": ("sparse.small_matrices_time", times(
        1e-3, "timings", "seconds", structure="arrow", method="star", size=16)),
    "colours help at random": ("sparse.random_patterns", times(
        0.1, way="random", quantity="products")),
    "a band saves little": ("sparse.random_patterns", times(9, way="band", quantity="products")),
}  # fmt: skip


@pytest.fixture
def judged(tables):
    """A function: the verdict of a claim after a change, with seconds as predicted."""
    _as_predicted(tables)

    def verdict(name, change=lambda tables: None):
        change(tables)
        return {claim.id: claim.verdict for claim in judge(tables)}[name]

    return verdict


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS
    assert {name for name, _ in FALSEHOODS.values()} == set(IDS)


def test_all_counted_and_exact_evidence_that_decides_agrees(tables):
    for claim in judge(tables):
        for evidence in claim.requires:
            assert evidence.kind == "timed" or evidence.verdict == "reproduced", evidence


@pytest.mark.parametrize("name", IDS)
def test_each_holds_on_what_is_measured(judged, name):
    assert judged(name) == "reproduced"


@pytest.mark.parametrize("falsehood", FALSEHOODS)
def test_a_planted_falsehood_turns_the_verdict(judged, falsehood):
    name, plant = FALSEHOODS[falsehood]
    assert judged(name, plant) in ("refuted", "inconclusive")


def _error(measured, **labels):
    return measured.value[where(measured, **labels)].max()


@pytest.mark.parametrize(("errors", "outcome"), [(9.9, "reproduced"), (10.1, "refuted")])
def test_ten_rounding_errors_an_entry_are_allowed_and_a_level_by_substitution(
    judged, tables, errors, outcome
):
    label = {"point": "hessian-banded", "size": 64}
    measured = tables["measurements"]
    entries = _error(measured, **label, way="star", quantity="row_entries")
    levels = _error(measured, **label, way="acyclic", quantity="levels")
    assert (entries, levels > 10) == (5, True)
    put(errors * entries * U, **label, way="star", quantity="direction_error")(tables)
    assert judged("sparse.colouring") == outcome
    put(
        errors * entries * levels * U, **label, way="acyclic", quantity="direction_error"
    )(tables)  # fmt: skip
    assert judged("sparse.symmetry") == outcome


def test_random_patterns_are_judged_at_a_quarter_of_the_entries(tables):
    n, entries, random, band = analysis.random_share(tables["measurements"])
    assert (n, entries) == (48, 12) and band == 12 / 48
    rows = tables["measurements"]
    of = rows.value[where(rows, way="random", entries=12)]
    assert random.value == np.median(of) / 48 and random.low == of.min() / 48


def test_time_saved_is_over_the_faster_dense_way(tables):
    _as_predicted(tables)
    for way in ("columns", "rows"):
        times(0.25, "timings", "seconds", point="time-jacobian", structure="banded", method=way,
               size=64)(tables)  # fmt: skip
        saved = {(m, s): one for m, s, one in analysis.timed_cases(tables["timings"], 64)}
        expected = (10 + 64) / (10 + 7) / 4
        assert saved["jacobian", "banded"].value == pytest.approx(expected, rel=0.01)
        times(4, "timings", "seconds", point="time-jacobian", structure="banded", method=way,
               size=64)(tables)  # fmt: skip


def test_numbers_follow_the_tables(tables):
    _as_predicted(tables)
    found = numbers(tables)
    assert (found["smallest"], found["largest"], found["dense"]) == (16, 64, 25)
    assert found["probing_products"] == 75 and found["paid_after"] == 75 // (25 - 7) + 1
    assert (found["timed_smallest"], found["timed_largest"]) == (16, 64)
    assert (
        found["arrow_products"] == 3
        and found["random_entries"] == 12
        and found["band_share"] == 0.25
    )
    rows = {row["matrix"]: row for row in found["matrices"]}
    assert (rows["Jacobian, arrow"]["columns"], rows["Jacobian, arrow"]["colours"]) == (64, 3)
    assert rows["Hessian, banded"]["substitution"] == 3
    assert rows["Jacobian, banded"]["substitution"] == "–"
    measured = tables["measurements"]
    of = {way: _error(measured, point="hessian-stencil", size=64, way=way, quantity="operations")
          for way in ("star", "columns", "function")}  # fmt: skip
    assert rows["Hessian, stencil"]["evaluations"] == of["star"] / of["function"]
    assert rows["Hessian, stencil"]["dense_evaluations"] == of["columns"] / of["function"]
    assert found["most_evaluations"] == max(row["evaluations"] for row in rows.values())
    for name, way in (("error_direct", "star"), ("error_substituted", "acyclic")):
        label = {"point": "hessian-banded", "size": 64, "quantity": "direction_error"}
        assert found[name] == _error(measured, **label, way=way)
    # Hessian, banded: 64 columns in place of five; Jacobian, banded: in place of seven.
    assert found["faster_most"] == pytest.approx((10 + 64) / (10 + 2), rel=0.01)
    assert found["faster_least"] == pytest.approx((10 + 64) / (10 + 7), rel=0.01)


def test_prices_are_of_the_direct_way_and_timed_where_both_are(tables):
    measured, timings = tables["measurements"], tables["timings"]
    found = {quote.subject: quote for quote in prices.quotes(tables)}
    assert len(found) == 6
    of = {way: _error(measured, point="jacobian-arrow", size=64, way=way, quantity="operations")
          for way in ("coloured_both", "function")}  # fmt: skip
    rows = timings[where(timings, point="time-jacobian", structure="arrow", size=64)]
    assert found["arrow jacobian"] == Quote(
        "sparse Jacobian by colours", "arrow jacobian", 64,
        of["coloured_both"] / of["function"], paired_ratio(rows, "coloured_both", "function"),
    )  # fmt: skip
    tables["timings"] = timings[timings["size"] < 64]
    assert all(np.isnan(quote.timed.value) for quote in prices.quotes(tables))
