import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adcost.derivatives import sparse

patterns = st.tuples(st.integers(1, 8), st.integers(1, 8)).flatmap(
    lambda shape: arrays(bool, shape, elements=st.booleans())
)


def test_a_tridiagonal_matrix_takes_three_colours():
    pattern = np.abs(np.subtract.outer(np.arange(20), np.arange(20))) <= 1
    assert sparse.colouring(pattern).colours == 3


def test_an_arrow_takes_rows_or_columns_as_is_cheaper():
    row = np.eye(6, dtype=bool)
    row[0] = True  # one full row: every pair of columns shares it
    assert sparse.colouring(row).columns is False
    assert sparse.colouring(row).colours == 2
    assert sparse.colouring(row.T).columns is True


@given(patterns)
def test_columns_of_one_colour_share_no_row(pattern):
    colour = sparse.greedy(pattern)
    for c in range(colour.max() + 1):
        assert pattern[:, colour == c].sum(axis=1).max() <= 1
    assert colour.max() + 1 >= pattern.sum(axis=1).max()


@given(patterns)
def test_the_compressed_products_hold_every_entry(pattern):
    matrix = pattern * np.arange(1.0, pattern.size + 1, dtype="float32").reshape(pattern.shape)
    found = sparse.colouring(pattern)
    f = lambda x: jnp.asarray(matrix) @ x  # noqa: E731
    of = sparse.compressed_columns if found.columns else sparse.compressed_rows
    compressed = np.asarray(of(f, jnp.ones(matrix.shape[1], "float32"), found.seed))
    assert compressed.shape[0] == found.colours
    np.testing.assert_array_equal(sparse.expanded(compressed, pattern, found).toarray(), matrix)
    assert found.colours >= sparse.fewest(pattern)


def test_a_nonlinear_function_s_jacobian():
    f = lambda x: (jnp.roll(x, -1) - jnp.roll(x, 2)) * jnp.roll(x, 1) - x  # noqa: E731
    x = jnp.linspace(1.0, 2.0, 12)
    dense = np.asarray(jax.jacobian(f)(x))
    found = sparse.colouring(dense != 0)
    assert found.colours < 12
    compressed = np.asarray(sparse.compressed_columns(f, x, found.seed))
    np.testing.assert_allclose(sparse.expanded(compressed, dense != 0, found).toarray(), dense)
