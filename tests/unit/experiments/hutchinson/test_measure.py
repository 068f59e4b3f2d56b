import numpy as np
import pandas as pd
import pytest

from adcost.experiments.hutchinson import analysis, measure, plan


@pytest.fixture
def rows(measured):
    return measured["measurements"]


def test_the_same_point_and_seed_give_the_same_table_and_another_seed_does_not(section, rows):
    (point,) = (point for point in plan.points(section) if point.name == "influence")
    again = measure.measure(point.name, point.parameters, seed=1)["measurements"]
    before = rows[rows.point == "influence"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before, check_exact=True)
    other = measure.measure(point.name, point.parameters, seed=2)["measurements"]
    assert not np.allclose(
        other[other.quantity == "mean"].value, again[again.quantity == "mean"].value
    )


def test_both_ways_to_the_exact_trace_agree(rows):
    for state in analysis.STATES:
        of = rows[(rows.matrix == "dense") & (rows.state == state) & (rows.probes == 0)]
        wide = of.pivot_table(index="quantity", columns="method", values="value")
        both = wide[["dense", "unit_vectors"]].dropna()
        assert set(both.index) == {"trace", "frobenius2", "diagonal2"}
        np.testing.assert_allclose(both.dense, both.unit_vectors, rtol=1e-12)


def test_the_product_by_differentiation_is_that_of_the_matrix(rows):
    errors = rows[rows.quantity == "relative_error"].value
    assert len(errors) == 2 * measure.COMPARED and (errors < 1e-13).all()


def test_a_block_has_one_mean_however_it_is_cut(rows):
    means = rows[rows.quantity == "mean"].groupby(["point", "method", "repeat"]).value
    assert (means.max() - means.min()).abs().max() < 1e-9


def test_the_spectrum_adds_up(rows):
    case = ("dense", "trained")
    of = analysis.exact(rows, case)
    assert abs(of.trace) <= of.nuclear and of.least < 0 < of.largest
    left = analysis.values(rows, case, "dense", "beyond2")
    assert left.is_monotonic_decreasing and left.iloc[0] < of.frobenius2


def test_training_trains(rows):
    reached = rows[rows.method == "network"].pivot_table(
        index=["matrix", "state"], columns="quantity", values="value"
    )
    for matrix in ("dense", "large"):
        assert reached.loc[(matrix, "trained"), "loss"] < reached.loc[(matrix, "initial"), "loss"]


def test_chunks_keep_every_repeat_and_their_bytes(measured):
    timings = measured["timings"]
    assert (timings.groupby("method").size() == 6).all()
    assert {"dense/1", "dense/4", "dense/product", "dense/matfree"} <= set(timings.method)
    rows = measured["measurements"]
    held = rows[(rows.quantity == "temporary_bytes") & (rows.matrix == "large")]
    assert held.set_index("method").value["4"] > held.set_index("method").value["1"] > 0
