import numpy as np
import pytest

from adcost.derivatives import linear_algebra as rules
from adcost.experiments.linear_algebra import measure
from adcost.experiments.linear_algebra.analysis import cost, course, final_values


def test_every_way_is_compared_at_every_condition(tables, section):
    table = tables["measurements"]
    seen = table[table.point == "accuracy"].groupby("problem").method.agg(set)
    assert seen["solve"] == {*measure.SOLVES, "difference"}
    assert seen["least_squares"] == {*measure.LEAST_SQUARES, "difference"}
    assert seen["nuclear_norm"] == {*measure.NUCLEAR, "difference"}
    assert set(table[table.point == "accuracy"].condition) == set(section["conditions"])


def test_a_result_that_is_not_finite_is_a_flag_and_no_number(tables):
    table = tables["measurements"]
    assert np.isfinite(table.value).all()
    broken = table[(table.quantity == "finite") & (table.value == 0)]
    assert "Euclidean norm at zero" in set(broken.problem)
    assert {"repeated", "zero"} <= set(broken[broken.method == "vectors"].problem)


def test_the_solve_takes_the_textbooks_operations(tables):
    operations = cost(tables["measurements"], "operations").value
    # LU: n³·2/3 to leading order, its pivots' search, and two triangular solves of n² each.
    for n, counted in operations.items():
        updates = sum((n - k) * (2 * (n - k) + 2) for k in range(1, n))
        assert counted == updates + 2 * n * (n - 1) + n


def test_every_descent_has_its_course(tables, section):
    rows = course(tables["measurements"], "error")
    recovery = section["recovery"]
    assert len(rows) == 3 * recovery["draws"] * recovery["steps"]
    # Entries at zero here and there make the rest a matrix of (nearly) full rank.
    assert (
        final_values(tables["measurements"], "rank").no_regulariser.min() > 0.8 * recovery["size"]
    )


def test_the_misfit_alone_leaves_unknown_entries_at_zero(tables, section):
    error = final_values(tables["measurements"], "error").no_regulariser
    # Entries are unknown with probability 0.4 and of one size: their share of the squared norm.
    assert np.sqrt(0.2) < error.min() and error.max() < np.sqrt(0.6)


def test_a_singular_matrix_stops_the_measurement_by_name(section, monkeypatch):
    monkeypatch.setattr(
        measure.spectra, "conditioned", lambda rng, rows, columns, k: np.ones((rows, columns))
    )
    parameters = {name: section[name] for name in ("conditions", "size", "rows", "draws")}
    with pytest.raises(rules.SingularMatrix, match="solve at condition 1:"):
        measure.measure("accuracy", parameters, seed=1)
