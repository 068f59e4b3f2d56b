import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adcost.derivatives import colouring_search, sparse, sparse_symmetric

from .test_sparse import arrow, five_point


def _symmetric(square):
    return square | square.T | np.eye(len(square), dtype=bool)


patterns = st.integers(1, 9).flatmap(
    lambda n: arrays(bool, (n, n), elements=st.booleans()).map(_symmetric)
)


def band(n, half):
    return np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= half


def with_values(pattern):
    """A symmetric matrix with that pattern, whose entries are small whole numbers."""
    n = len(pattern)
    values = np.random.default_rng(n).integers(1, 100, (n, n)).astype("float32")
    return pattern * (np.tril(values) + np.tril(values, -1).T)


def products(matrix, colour):
    return sparse.seed_of(colour).astype(matrix.dtype) @ matrix


@given(patterns)
def test_a_star_colouring_is_one_and_its_products_hold_every_entry(pattern):
    colour = sparse_symmetric.star(pattern)
    near = sparse_symmetric.graph(pattern)
    assert colouring_search.allowed(near, colour, colouring_search.star)
    matrix = with_values(pattern)
    read = sparse_symmetric.direct(pattern, colour)
    values = products(matrix, colour).ravel()[read.place]
    np.testing.assert_array_equal(read.matrix(values).toarray(), matrix)


@given(patterns)
def test_an_acyclic_colouring_is_one_and_every_entry_follows_from_its_products(pattern):
    colour = sparse_symmetric.acyclic(pattern)
    near = sparse_symmetric.graph(pattern)
    assert colouring_search.allowed(near, colour, colouring_search.acyclic)
    matrix = with_values(pattern)
    found = sparse_symmetric.substitution(pattern, colour)
    np.testing.assert_array_equal(found.matrix(products(matrix, colour)).toarray(), matrix)
    assert found.products == sparse.number_of(colour)


@given(patterns)
def test_columns_that_share_no_row_are_a_star_colouring_too(pattern):
    near = sparse_symmetric.graph(pattern)
    assert colouring_search.allowed(near, sparse.greedy(pattern), colouring_search.star)


@pytest.mark.parametrize("n", [10, 30])
def test_the_colours_of_known_graphs(n):
    of = {"star": sparse_symmetric.star, "acyclic": sparse_symmetric.acyclic}
    colours = {
        name: [sparse.number_of(f(p)) for p in (band(n, 1), band(n, 2), arrow(n))]
        for name, f in of.items()
    }
    # Powell & Toint: b + 1 by substitution; a path of four needs three colours.
    assert colours["acyclic"] == [2, 3, 2]
    assert colours["star"] == [3, 5, 2]


@pytest.mark.parametrize("half", [1, 2, 3])
def test_a_band_follows_from_half_the_columns_that_share_no_row(half):
    pattern = band(20, half)
    assert sparse.number_of(sparse.greedy(pattern)) == 2 * half + 1
    assert sparse.number_of(sparse_symmetric.acyclic(pattern)) == half + 1


def test_the_products_are_those_of_the_gradient():
    f = lambda x: (jnp.cos(x[1:] - x[:-1]) * x[1:]).sum() + (x**4).sum()  # noqa: E731
    x = jnp.linspace(0.5, 1.5, 9)
    pattern, dense = band(9, 1), np.asarray(jax.hessian(f)(x))
    read = sparse_symmetric.direct(pattern, sparse_symmetric.star(pattern))
    assert read.products == 3
    values = sparse.entries(jax.grad(f), x, read)
    np.testing.assert_allclose(read.matrix(values).toarray(), dense, rtol=1e-5, atol=1e-6)


def test_colourings_that_hold_no_entries_are_refused():
    one = np.zeros(4, int)
    with pytest.raises(sparse.NotReadable):
        sparse_symmetric.direct(band(4, 1), np.array([0, 1, 0, 1]))  # a path of two colours
    for colour in (one, np.array([0, 1, 1, 0])):
        with pytest.raises(sparse.NotReadable):
            sparse_symmetric.substitution(band(4, 1), colour)
    ring = band(4, 1) | np.eye(4, dtype=bool)[::-1]
    with pytest.raises(sparse.NotReadable, match="cycle"):
        sparse_symmetric.substitution(ring, np.array([0, 1, 0, 1]))


def test_a_pattern_that_is_not_symmetric_is_refused():
    for pattern in (np.tri(3, dtype=bool), np.ones((2, 3), bool)):
        with pytest.raises(ValueError, match="not symmetric"):
            sparse_symmetric.graph(pattern)


@pytest.mark.parametrize(("rule", "colours"), [("columns", 5), ("star", 5), ("acyclic", 3)])
def test_the_fewest_colours_of_a_grid(rule, colours):
    """Fertin, Raspaud & Reed 2004 (star colourings), Fertin, Godard & Raspaud 2003 (acyclic)."""
    pattern = five_point(4)
    near = (colouring_search.conflicts if rule == "columns" else sparse_symmetric.graph)(pattern)
    found = colouring_search.fewest(near, colouring_search.RULES[rule], 100_000)
    assert found == colouring_search.Found(colours, True)


def test_a_search_that_is_cut_short_proves_a_lower_bound_only():
    near = colouring_search.conflicts(five_point(4))
    assert colouring_search.fewest(near, colouring_search.proper, 30) == (
        colouring_search.Found(4, False)
    )


@given(patterns)
def test_no_greedy_colouring_has_fewer_than_the_fewest(pattern):
    near = sparse_symmetric.graph(pattern)
    for rule, f in (("star", sparse_symmetric.star), ("acyclic", sparse_symmetric.acyclic)):
        found = colouring_search.fewest(near, colouring_search.RULES[rule], 2_000)
        assert found.colours <= sparse.number_of(f(pattern))
