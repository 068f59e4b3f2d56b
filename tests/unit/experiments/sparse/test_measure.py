import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import sparse as scipy_sparse

from adcost.derivatives import sparse, sparse_symmetric
from adcost.experiments.sparse import matrices, measure, ways

POINTS = [f"{matrix}-{structure}" for matrix, structure in matrices.MATRICES]


def _rows(table, **labels):
    for column, label in labels.items():
        table = table[table[column] == label]
    assert len(table), labels
    return table


@pytest.mark.parametrize("key", matrices.MATRICES)
def test_the_pattern_written_down_is_that_of_the_matrix(key):
    matrix = matrices.MATRICES[key]
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(1).standard_normal(25))
        dense = np.asarray(jax.jacrev(matrix.differentiated)(x))
    np.testing.assert_array_equal(matrix.pattern(25).toarray() != 0, dense != 0)


def test_the_residuals_and_energies_by_hand():
    x = np.arange(1.0, 10.0) / 7
    grid = np.pad(x.reshape(3, 3), 1)
    shared = x.tolist()
    g = [v * (1 + v) for v in shared]
    expected = {
        "jacobian-banded": shared[6] * (2 + 5 * shared[6] ** 2) + 1 - sum(g[1:6]) - g[7],
        "jacobian-arrow": shared[6] + shared[6] ** 3 - np.sin(shared[8]),
        "jacobian-stencil": 0.5 * grid[3, 1] * (grid[3, 2] - grid[3, 0])
        - (grid[2, 1] + grid[4, 1] + grid[3, 0] + grid[3, 2] - 4 * grid[3, 1])
        - grid[3, 1] * (1 - grid[3, 1]),
        "hessian-banded": sum(1 - np.cos(x[i - 1] - 2 * x[i] + x[i + 1]) for i in range(1, 8))
        + (x**4).sum() / 4,
        "hessian-arrow": sum(
            0.5 * np.exp(-x[8]) * x[i] ** 2 + 0.5 * x[8] + np.log(1 + np.exp(x[i])) - i % 2 * x[i]
            for i in range(8)
        ),
        "hessian-stencil": np.sqrt(1 + np.diff(x.reshape(3, 3), axis=0) ** 2).sum()
        + np.sqrt(1 + np.diff(x.reshape(3, 3), axis=1) ** 2).sum()
        + ((x - np.sin(np.arange(9))) ** 2).sum() / 2,
    }
    for (matrix, structure), of in matrices.MATRICES.items():
        with jax.enable_x64(True):
            found = np.asarray(of.f(jnp.asarray(x)))
        found = found if of.hessian else found[6]
        assert found == pytest.approx(expected[f"{matrix}-{structure}"], rel=1e-12), structure
    with jax.enable_x64(True):
        field = matrices.mean_field(jnp.asarray(x))[-1]
    assert field == pytest.approx(x[8] - np.tanh(x[:8]).mean())


def test_products_do_not_grow_and_are_the_fewest_but_for_one_substitution(measured):
    table = measured["measurements"]
    for point in POINTS:
        way = "star" if point.startswith("hessian") else "coloured_both"
        own = _rows(table, point=point, way=way)
        products = _rows(own, quantity="products").set_index("size").value
        least = _rows(own, quantity="least_possible").set_index("size").value
        assert products.loc[64] == least.loc[64] and (products >= least).all(), point
    wanted = {"banded": 7, "arrow": 3, "stencil": 5}
    for structure, products in wanted.items():
        own = _rows(table, point=f"jacobian-{structure}", way="coloured_both", size=64)
        assert _rows(own, quantity="products").value.item() == products


@pytest.mark.parametrize("way", ["probed", "traced"])
def test_patterns_found_are_those_written_down(measured, way):
    table = _rows(measured["measurements"], way=way)
    assert set(table.point) == set(POINTS)
    assert set(table["size"]) == {25 if way == "probed" else 64}
    for quantity in ("missed", "superfluous"):
        assert (_rows(table, quantity=quantity).value == 0).all()
    products = _rows(table, quantity="products").value
    assert (products == (75 if way == "probed" else 0)).all()


def test_a_missed_entry_is_counted_and_seen_in_the_products():
    right = np.array([[1, 1], [0, 1]])
    found = np.array([[1, 0], [1, 1]])
    rows = {row[4]: row[5] for row in measure._found("probed", 2, 6, found, right)}
    assert rows == {"products": 6, "missed": 1, "superfluous": 1}
    matrix = matrices.MATRICES["jacobian", "banded"]
    less = matrix.pattern(16).tolil()
    less[9, 9] = 0
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(1).standard_normal(16))
        by = [ways.direct(matrix, scipy_sparse.csr_array(less))]
        errors = list(measure._errors(matrix, x, by, None, np.random.default_rng(2)))
    assert {row[4]: row[5] for row in errors}["direction_error"] > 1e-3


@pytest.mark.parametrize("name", ["coloured_both", "star", "acyclic"])
def test_a_wrong_product_is_seen_in_both_errors(monkeypatch, name):
    matrix = matrices.MATRICES["jacobian" if name == "coloured_both" else "hessian", "banded"]
    compressed = sparse.compressed_columns
    monkeypatch.setattr(
        sparse, "compressed_columns", lambda *given: compressed(*given).at[0].mul(1.001)
    )
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(1).standard_normal(16))
        dense = np.asarray(jax.jacfwd(matrix.differentiated)(x))
        by = [way for way in ways.of(matrix, matrix.pattern(16)) if way.name == name]
        rows = list(measure._errors(matrix, x, by, dense, np.random.default_rng(2)))
    found = {row[4]: row[5] for row in rows}
    assert found["dense_error"] > 1e-5 and found["direction_error"] > 1e-5


def test_errors_are_rounding_and_operations_those_of_the_products(measured):
    table = measured["measurements"]
    errors = table[table.quantity.isin(["dense_error", "direction_error"])]
    assert errors.value.max() < 1e-14
    for point in POINTS:
        own = _rows(table, point=point, size=64, quantity="operations").set_index("way").value
        dense = own["columns"] / 64
        way = "star" if point.startswith("hessian") else "coloured_both"
        assert own[way] < own["columns"] / 3
        assert dense < own["forward"] < own["columns"]


def test_the_search_finds_the_fewest_colours_of_the_smallest():
    assert measure._optimum(matrices.MATRICES["hessian", "stencil"], 100_000) == {
        "coloured_columns": 5, "star": 5, "acyclic": 3,
    }  # fmt: skip
    assert measure._optimum(matrices.MATRICES["jacobian", "banded"], 100_000) == {
        "coloured_columns": 7
    }
    assert measure._optimum(matrices.MATRICES["hessian", "stencil"], 1)["star"] == 1


def test_patterns_at_random_have_their_entries_and_a_band_takes_as_many_products(measured):
    rows = _rows(measured["measurements"], point="random")
    band = _rows(rows, way="band").set_index("entries").value
    assert (band == band.index).all()
    random = _rows(rows, way="random").groupby("entries").value
    assert (random.min() >= random.min().index).all() and (random.size() == 6).all()
    assert random.max().loc[1] == 1  # the diagonal


def test_every_entry_drawn_is_read_from_a_product_that_holds_it(measured):
    table = measured["measurements"]
    table = table[table.quantity.isin(["forward_product", "reverse_product"])]
    for point, rows in table.groupby("point"):
        matrix, structure = point.split("-")
        pattern = matrices.MATRICES[matrix, structure].pattern(16).toarray() != 0
        drawn = np.zeros_like(pattern)
        drawn[rows.row, rows.column] = True
        np.testing.assert_array_equal(drawn, pattern)
    arrow = _rows(table, point="jacobian-arrow", quantity="reverse_product")
    assert (arrow.row == 15).all()
    hessian = _rows(table, point="hessian-stencil")
    colour = sparse_symmetric.star(matrices.MATRICES["hessian", "stencil"].pattern(16))
    sides = (hessian.value == colour[hessian.column]) | (hessian.value == colour[hessian.row])
    assert sides.all() and (hessian.quantity == "forward_product").all()


def test_seconds_are_those_of_one_call(measured, section):
    timings = measured["timings"]
    assert set(timings["size"]) == {16, 64} and set(timings.structure) == set(measure.STRUCTURES)
    assert set(_rows(timings, size=64, point="time-hessian").method) == {
        "columns", "star", "function",
    }  # fmt: skip
    calls = _rows(measured["measurements"], quantity="calls", size=64).value
    assert (calls == section["time"]["burst"]).all()
    assert (measure._calls(100, 50), measure._calls(1000, 50)) == (20, 1)
