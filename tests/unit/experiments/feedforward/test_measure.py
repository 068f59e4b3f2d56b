import jax
import jax.numpy as jnp
import pandas as pd
import pytest

from adcost.experiments.feedforward import measure, plan

ONE = {"networks": [{"name": "a", "sizes": [3, 2], "batch": 2, "activations": ["tanh"]}],
       "shapes_of": "a",
       "widths": {"width": [2, 3, 4], "layers": 2, "batch": 1, "activation": "tanh"}}  # fmt: skip


def test_the_same_seed_gives_the_same_numbers_and_another_network_changes_none():
    first = measure.measure(plan.POINT, ONE, seed=1)["measurements"]
    more = ONE | {"networks": [*ONE["networks"], ONE["networks"][0] | {"name": "b"}]}
    second = measure.measure(plan.POINT, more, seed=1)["measurements"]
    kept = second[second.network != "b"].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, kept, check_exact=True)
    norms = second[second.quantity == "norm"].set_index("network").value
    assert norms["a"] != norms["b"]


def test_matrix_products_are_one_two_and_one_less_a_layer(measured):
    table = measured["measurements"]
    products = table[table.quantity == "products"].set_index("method")
    assert (products.value["loss"] == products.layers["loss"]).all()
    assert (products.value["backprop"] == 3 * products.layers["backprop"] - 1).all()


def test_products_inside_a_jitted_function_are_counted():
    jaxpr = jax.make_jaxpr(jax.jit(lambda a: a @ (a @ a)))(jnp.eye(2)).jaxpr
    assert measure.matrix_products(jaxpr) == 2


def test_contracted_operations_are_those_of_the_formula(measured):
    """σ is tanh: products 2mnk − mk, and per entry tanh, 1 − v², its product with ∂L/∂v."""
    table = measured["measurements"]
    n, b, t = 64, 8, 3
    rows = table[(table.network == plan.SWEEP) & (table.width == n)]
    found = rows[(rows.method == "backprop") & (rows.quantity == "operations")].value.item()
    forward = t * (b * n * (2 * n - 1) + b * n)
    by_w = t * n * n * (2 * b - 1)
    by_v = (t - 1) * b * n * (2 * n - 1)
    slopes = t * 3 * b * n
    assert found == forward + by_w + by_v + slopes + 2 * b * n


def test_shapes_are_of_every_layer_and_letter(measured):
    shapes = measured["shapes"]
    assert shapes.groupby(["network", "layer"]).size().eq(len(measure.LECTURE)).all()
    row = shapes[(shapes.network == "small") & (shapes.layer == 1)].set_index("derivative")
    assert row.found["∂v₊/∂w"] == "3 × 20" and row.lecture["∂v₊/∂w"] == "nₖ₊₁ × nₖ₋₁·nₖ"
    assert set(shapes[shapes.shown == 1].network) == {"small"}


@pytest.mark.parametrize("right", [0.0, 2.0])
def test_a_gradient_of_zero_is_compared_absolutely(right):
    assert measure._worst([jnp.full(2, right + 1.0)], [jnp.full(2, right)]) == pytest.approx(
        0.5 if right else 2**0.5
    )
