"""Factorisations: exact ones against the textbook's loops, the others against its formulas."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs.count import Operations, UnknownPrimitive, count


def shape(*sizes, dtype="float32"):
    return jax.ShapeDtypeStruct(sizes, dtype)


def test_factorisations_count_as_the_textbooks_loops_do():
    def lu_by_hand(a):
        a, operations = a.copy(), 0
        m, n = a.shape
        for k in range(min(m, n)):
            operations += m - k - 1  # comparisons of the search
            for i in range(k + 1, m):
                a[i, k] /= a[k, k]
                operations += 1
                for j in range(k + 1, n):
                    a[i, j] -= a[i, k] * a[k, j]
                    operations += 2
        return operations

    for shape in ((5, 5), (6, 3), (3, 6), (1, 1)):
        a = np.eye(*shape) + 1
        assert count(jax.lax.linalg.lu, jnp.asarray(a)).total == lu_by_hand(a)
    # 4 roots, 6 divisions, and 10 products with their differences; 16 selections zero one half.
    cholesky = partial(jax.lax.linalg.cholesky, symmetrize_input=False)
    assert count(cholesky, jnp.eye(4)) == Operations(16, 10, 16, 4)


def test_a_triangular_solve_counts_each_right_hand_side():
    def solve(a, b, **options):
        return jax.lax.linalg.triangular_solve(a, b, left_side=True, **options)

    a = jnp.eye(5)
    assert count(solve, a, jnp.ones((5, 1))) == Operations(10 + 5, 10)
    assert count(solve, a, jnp.ones((5, 3))) == Operations(3 * 15, 30)
    assert count(partial(solve, unit_diagonal=True), a, jnp.ones((5, 1))) == Operations(10, 10)


def test_a_solve_is_its_factorisation_and_two_triangular_solves():
    whole = count(jnp.linalg.solve, jnp.eye(6), jnp.ones(6)).total
    assert whole == count(jax.lax.linalg.lu, jnp.eye(6)).total + 6 * 5 * 2 + 6


def _householder_by_loops(m, n):
    """Operations of R and of the thin Q, reflector by reflector, to leading order.

    A reflector of k numbers takes 4k operations for each column that it is applied to.
    """
    r = sum(4 * (m - j) * (n - j) for j in range(n))
    return r, r


@pytest.mark.parametrize(("m", "n"), [(60, 40), (50, 50), (80, 5)])
def test_qr_is_golub_and_van_loan_s(m, n):
    whole = count(jnp.linalg.qr, shape(m, n))
    triangle = count(partial(jnp.linalg.qr, mode="r"), shape(m, n)).total
    assert triangle == pytest.approx(2 * n**2 * (m - n / 3), abs=1)
    assert whole.total == pytest.approx(2 * triangle, abs=2)  # the thin Q takes as many
    r, q = _householder_by_loops(m, n)
    assert triangle == pytest.approx(r, rel=3 / n)
    assert whole.total - triangle == pytest.approx(q, rel=3 / n)
    complete = count(partial(jnp.linalg.qr, mode="complete"), shape(m, n)).total
    all_of_q = 4 * (m**2 * n - m * n**2 + n**3 / 3)
    assert complete - triangle == pytest.approx(all_of_q, abs=2)
    assert count(jnp.linalg.qr, shape(7, m, n)) == whole * 7


def test_a_wide_matrix_s_qr_reflects_the_columns_beyond_the_square():
    square = count(partial(jnp.linalg.qr, mode="r"), shape(6, 6)).total
    wide = count(partial(jnp.linalg.qr, mode="r"), shape(6, 9)).total
    assert wide - square == 3 * (4 * 6 * 6 - 2 * 36)


def test_svd_and_eigenvalues_are_golub_and_van_loan_s():
    m, n = 60, 30
    values = partial(jnp.linalg.svd, compute_uv=False)
    assert count(values, shape(m, n)).total == 4 * m * n**2 - 4 * n**3 // 3
    # To leading order that is the reduction to bidiagonal form, reflectors of columns and of rows.
    columns = sum(4 * (m - k) * (n - k) for k in range(n))
    rows = sum(4 * (n - k) * (m - k) for k in range(1, n))
    assert count(values, shape(m, n)).total == pytest.approx(columns + rows, rel=3 / n)
    thin = partial(jnp.linalg.svd, full_matrices=False)
    assert count(thin, shape(m, n)).total == 14 * m * n**2 + 8 * n**3
    assert count(thin, shape(n, m)) == count(thin, shape(m, n))
    assert count(jnp.linalg.svd, shape(m, n)).total == 4 * m**2 * n + 8 * m * n**2 + 9 * n**3
    symmetrised = 2 * n**2
    assert count(jnp.linalg.eigh, shape(n, n)).total == 9 * n**3 + symmetrised
    assert count(jnp.linalg.eigvals, shape(n, n)).total == 10 * n**3
    with pytest.raises(UnknownPrimitive, match="eigenvectors"):
        count(jnp.linalg.eig, shape(n, n))


def test_reduction_to_hessenberg_and_tridiagonal_form_and_schur_s():
    lax = jax.lax.linalg
    assert count(lambda a: lax.hessenberg(a)[0], shape(30, 30)).total == 10 * 30**3 // 3
    assert count(lambda a: lax.tridiagonal(a)[1], shape(30, 30)).total == 4 * 30**3 // 3
    with_vectors = count(lax.schur, shape(30, 30)).total
    assert with_vectors == 25 * 30**3
    assert count(partial(lax.schur, compute_schur_vectors=False), shape(30, 30)).total == 10 * 30**3


def test_a_tridiagonal_solve_is_thomas_algorithm():
    def thomas(n, sides):
        products = sums = 0
        for _ in range(n - 1):  # the factor, the diagonal, each side
            products, sums = products + 2 + sides, sums + 1 + sides
        for i in range(n):  # back: a division each, and what is known subtracted
            products, sums = products + sides * (2 if i else 1), sums + sides * (1 if i else 0)
        return Operations(products, sums)

    for n, sides in ((5, 1), (6, 3), (1, 2)):
        three = [shape(n)] * 3
        counted = count(jax.lax.linalg.tridiagonal_solve, *three, shape(n, sides))
        assert counted == thomas(n, sides)


def test_a_product_with_its_transpose():
    fn = partial(jax.lax.linalg.symmetric_product, alpha=2.0, beta=3.0, symmetrize_output=False)
    assert count(fn, shape(4, 7), shape(4, 4)) == Operations(16 * 7 + 2 * 16, 16 * 6 + 16)
