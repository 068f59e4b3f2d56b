import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.derivatives import linear_algebra as rules
from adcost.functions import spectra


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize(
    ("f", "plain", "shape"),
    [
        (rules.solve, jnp.linalg.solve, (4, 4)),
        (rules.eliminate, jnp.linalg.solve, (4, 4)),
        (rules.least_squares, lambda a, b: jnp.linalg.pinv(a) @ b, (6, 4)),
    ],
    ids=["solve", "eliminate", "least_squares"],
)
def test_value_and_adjoints_are_those_of_the_plain_program(rng, f, plain, shape):
    a, b = jnp.asarray(rng.standard_normal(shape)), jnp.asarray(rng.standard_normal(shape[0]))
    x_bar = jnp.asarray(rng.standard_normal(shape[1]))
    (x, pull), (y, right) = jax.vjp(f, a, b), jax.vjp(plain, a, b)
    np.testing.assert_allclose(x, y, rtol=1e-11)
    for found, expected in zip(pull(x_bar), right(x_bar), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_elimination_exchanges_rows():
    a = jnp.array([[0.0, 2.0], [1.0, 0.0]])
    np.testing.assert_allclose(rules.eliminate(a, jnp.array([2.0, 3.0])), [3.0, 1.0])


def test_the_nuclear_norms_gradient_is_the_orthogonal_factor(rng):
    w = rng.standard_normal((5, 3))
    u, s, vt = np.linalg.svd(w, full_matrices=False)
    value, slope = jax.value_and_grad(rules.nuclear_norm)(jnp.asarray(w))
    assert float(value) == pytest.approx(s.sum())
    np.testing.assert_allclose(slope, u @ vt, atol=1e-14)


def test_at_zero_singular_values_it_is_the_least_subgradient(rng):
    w = spectra.with_singular_values(rng, 5, np.array([2.0, 1.0, 0.0, 0.0]))
    slope = np.asarray(jax.grad(rules.nuclear_norm)(jnp.asarray(w)))
    assert rules.distance_to_subdifferential(slope, w, 2) < 1e-13
    assert np.linalg.norm(slope) ** 2 == pytest.approx(2)


def test_the_distance_sees_what_is_no_subgradient(rng):
    w = spectra.with_singular_values(rng, 4, np.array([2.0, 1.0, 0.0, 0.0]))
    u, _, vt = np.linalg.svd(w)
    whole = u @ vt
    assert rules.distance_to_subdifferential(whole, w, 2) < 1e-13
    assert rules.distance_to_subdifferential(1.5 * whole, w, 2) > 0.4
    assert rules.distance_to_subdifferential(-whole, w, 2) > 1


def test_any_subgradient_supports_the_norm_from_below(rng):
    w = spectra.with_singular_values(rng, 4, np.array([2.0, 1.0, 0.0, 0.0]))
    g = np.asarray(jax.grad(rules.nuclear_norm)(jnp.asarray(w)))
    norm = lambda x: np.linalg.svd(x, compute_uv=False).sum()  # noqa: E731
    for _ in range(50):
        other = rng.standard_normal((4, 4))
        assert norm(other) >= norm(w) + np.vdot(g, other - w) - 1e-12


def test_shrinking_is_the_minimiser_of_its_problem(rng):
    w = jnp.asarray(rng.standard_normal((4, 3)))
    x = rules.shrink(w, 0.7)
    # 0 ∈ x − w + τ ∂‖x‖: then (w − x)/τ is a subgradient at x.
    rank = int(np.linalg.matrix_rank(np.asarray(x), tol=1e-9))
    g = np.asarray(w - x) / 0.7
    assert rules.distance_to_subdifferential(g, np.asarray(x), rank) < 1e-12


def test_a_singular_matrix_is_refused_by_name():
    with pytest.raises(rules.SingularMatrix, match=r"layer 3: the matrix \(2 × 2\) has rank 1"):
        rules.require_regular(np.ones((2, 2)), "layer 3")
    rules.require_regular(np.eye(2), "layer 3")
