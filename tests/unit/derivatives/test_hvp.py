import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost import platforms
from adcost.derivatives import hvp
from adcost.functions import mlp

PRODUCTS = ("hessian_then_product", "reverse_over_reverse", "forward_over_reverse",
            "reverse_over_forward", "linearized")  # fmt: skip


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def _symmetric(seed, d=6):
    a = np.random.default_rng(seed).normal(size=(d, d))
    return a + a.T


@pytest.mark.parametrize(
    ("platform", "product"), [("cpu", hvp.linearized), ("gpu", hvp.forward_over_reverse)]
)
def test_the_product_to_use_is_the_fastest_where_jax_computes(platform, product, monkeypatch):
    def traced(of):
        loss = mlp.homework_loss(3, "float64")
        return str(jax.make_jaxpr(lambda x, v: of(loss, x, v))(jnp.ones(36), jnp.ones(36)))

    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    assert traced(hvp.hvp) == traced(product)
    assert traced(hvp.linearized) != traced(hvp.forward_over_reverse)
    with platforms.on_cpu():
        assert traced(hvp.hvp) == traced(hvp.linearized)


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_hessian_of_a_quadratic_is_its_matrix(product):
    a, rng = _symmetric(0), np.random.default_rng(1)
    x, v = rng.normal(size=6), rng.normal(size=6)
    result = getattr(hvp, product)(lambda y: 0.5 * y @ a @ y, jnp.array(x), jnp.array(v))
    np.testing.assert_allclose(result, a @ v, rtol=1e-12)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_is_the_difference_of_gradients(product):
    """∇²f·v = (∇f(x+hv) − ∇f(x−hv))/2h + O(h²): a second way without second derivatives."""
    loss = mlp.homework_loss(3, "float64")
    x = jnp.asarray(mlp.initialise(np.random.default_rng(0), 4, 3, "signal_preserving")).reshape(-1)
    v = jax.random.normal(jax.random.key(1), x.shape, "float64")
    gradient, h = jax.grad(loss), 1e-5
    difference = (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)
    result = getattr(hvp, product)(loss, x, v)
    assert jnp.linalg.norm(result - difference) < 1e-6 * jnp.linalg.norm(difference)


def test_the_full_hessian_is_symmetric_and_its_columns_are_products():
    def rosenbrock(x):
        return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    x = jnp.linspace(-1, 1, 6)
    hessian = hvp.calculate_hessian(rosenbrock, x)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12)
    for i, unit in enumerate(jnp.eye(6)):
        np.testing.assert_allclose(hessian[:, i], hvp.hvp(rosenbrock, x, unit), atol=1e-10)


def _of_a_tree(x):
    return jnp.sum(jnp.sin(x["a"]) * x["a"]) * jnp.sum(x["b"] ** 3) + jnp.prod(x["b"])


@pytest.mark.parametrize(
    "product",
    [
        hvp.reverse_over_reverse,
        hvp.forward_over_reverse,
        hvp.reverse_over_forward,
        hvp.linearized,
        hvp.hessian_then_product,
    ],
)
def test_a_product_on_a_tree_is_that_on_the_flat_vector(product):
    tree = {"a": jnp.array([0.3, -0.5]), "b": jnp.array([[0.2, 0.9], [-0.4, 0.1]])}
    x, unravel = jax.flatten_util.ravel_pytree(tree)
    v = jnp.arange(1.0, 7.0)
    expected = product(lambda y: _of_a_tree(unravel(y)), x, v)
    found = product(_of_a_tree, tree, unravel(v))
    assert jax.tree.structure(found) == jax.tree.structure(tree)
    np.testing.assert_allclose(jax.flatten_util.ravel_pytree(found)[0], expected, rtol=1e-5)
