import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse as scipy_sparse
from scipy.optimize._numdiff import group_columns

from adcost.derivatives import sparse

patterns = st.tuples(st.integers(1, 8), st.integers(1, 8)).flatmap(
    lambda shape: arrays(bool, shape, elements=st.booleans())
)


def five_point(k):
    """Where the Laplacian on a k × k grid has entries."""
    line = scipy_sparse.diags_array([np.ones(k), np.ones(k - 1), np.ones(k - 1)],
                                    offsets=[0, -1, 1])  # fmt: skip
    one = scipy_sparse.eye_array(k)
    return scipy_sparse.kron(line, one) + scipy_sparse.kron(one, line) != 0


def arrow(n):
    pattern = np.eye(n, dtype=bool)
    pattern[-1] = pattern[:, -1] = True
    return pattern


def with_values(pattern):
    """A matrix with that pattern, no two of whose entries are alike."""
    return pattern * np.arange(1.0, pattern.size + 1, dtype="float32").reshape(pattern.shape)


def test_a_tridiagonal_matrix_takes_three_colours():
    pattern = np.abs(np.subtract.outer(np.arange(20), np.arange(20))) <= 1
    assert sparse.colouring(pattern).colours == 3


def test_an_arrow_takes_rows_or_columns_as_is_cheaper():
    row = np.eye(6, dtype=bool)
    row[0] = True  # one full row: every pair of columns shares it
    assert sparse.colouring(row).columns is False
    assert sparse.colouring(row).colours == 2
    assert sparse.colouring(row.T).columns is True


@pytest.mark.parametrize("k", [4, 5, 9, 16])
def test_a_five_point_stencil_takes_the_five_colours_of_its_rows(k):
    pattern = five_point(k)
    assert sparse.fewest(pattern) == sparse.colouring(pattern).colours == 5
    assert group_columns(pattern.toarray(), 0).max() + 1 >= 5  # SciPy's, a column after the other


@given(patterns)
def test_columns_of_one_colour_share_no_row(pattern):
    colour = sparse.greedy(pattern)
    assert (colour >= 0).all()
    for c in range(colour.max() + 1):
        assert pattern[:, colour == c].sum(axis=1).max() <= 1
    assert colour.max() + 1 >= pattern.sum(axis=1).max()


@given(patterns)
def test_the_compressed_products_hold_every_entry(pattern):
    matrix = with_values(pattern)
    found = sparse.colouring(pattern)
    assert found.entries == pattern.sum() and found.colours >= sparse.fewest(pattern)
    one = {"columns": found.colour} if found.columns else {"rows": found.colour, "columns": None}
    nothing = np.full(pattern.shape[1], sparse.NONE)
    read = sparse.reading(pattern, **{k: nothing if v is None else v for k, v in one.items()})
    assert read.products == found.colours == len(found.seed)
    _holds(read, matrix)


@given(patterns)
def test_products_of_both_modes_hold_every_entry_and_are_no_more_than_of_one(pattern):
    read = sparse.reading(pattern, *sparse.both(pattern))
    assert read.products <= sparse.colouring(pattern).colours
    assert read.products * max(pattern.shape) >= pattern.sum()
    _holds(read, with_values(pattern))


def _holds(read, matrix):
    f = lambda x: jnp.asarray(matrix) @ x  # noqa: E731
    values = sparse.entries(f, jnp.ones(matrix.shape[1], "float32"), read)
    assert values.shape == (read.pattern.nnz,)
    np.testing.assert_array_equal(read.matrix(values).toarray(), matrix)


@pytest.mark.parametrize("n", [4, 20, 64])
def test_an_arrow_of_a_dense_row_and_column_takes_three_products(n):
    pattern = arrow(n)
    assert sparse.colouring(pattern).colours == n
    columns, rows = sparse.both(pattern)
    assert (sparse.number_of(columns), sparse.number_of(rows)) == (2, 1)


def test_a_dense_row_is_taken_by_reverse_mode_and_a_dense_column_by_forward_mode():
    pattern = np.eye(8, dtype=bool)
    pattern[:2] = True  # then columns alone take eight, and rows alone three
    columns, rows = sparse.both(pattern)
    assert (sparse.number_of(columns), sparse.number_of(rows)) in ((1, 2), (0, 3))
    turned = sparse.both(pattern.T)
    assert (sparse.number_of(turned[1]), sparse.number_of(turned[0])) in ((1, 2), (0, 3))


def test_colours_that_hold_an_entry_nowhere_by_itself_are_refused():
    with pytest.raises(sparse.NotReadable, match=r"\(0, 0\)"):
        sparse.reading(np.ones((2, 2), bool), np.array([0, 0]))
    with pytest.raises(sparse.NotReadable):
        sparse.reading(np.ones((2, 2), bool), np.array([sparse.NONE, 0]))


def test_a_nonlinear_function_s_jacobian():
    f = lambda x: (jnp.roll(x, -1) - jnp.roll(x, 2)) * jnp.roll(x, 1) - x  # noqa: E731
    x = jnp.linspace(1.0, 2.0, 12)
    dense = np.asarray(jax.jacobian(f)(x))
    read = sparse.reading(dense != 0, *sparse.both(dense != 0))
    assert read.products < 12
    found = read.matrix(sparse.entries(f, x, read))
    np.testing.assert_allclose(found.toarray(), dense, rtol=1e-6)


def test_what_is_not_zero_at_one_point_or_not_a_number_is_an_entry():
    values = np.array([[[0.0, 1.0], [0.0, np.nan]], [[0.0, 0.0], [2.0, 0.0]]])
    np.testing.assert_array_equal(sparse.nonzero_at(values), [[False, True], [True, True]])
