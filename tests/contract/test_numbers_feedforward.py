"""Each number that the report says of `feedforward` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.feedforward.claims import numbers

from .recorded import recorded
from .synthetic import changed, put, same, scattered, value, where


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    expensive = put(
        lambda rows: 3 * rows.value, network="small", method="backprop", quantity="products"
    )
    tables = scattered(recorded("feedforward"), request.param, keep=("products",))
    return changed(tables, expensive)


def test_every_number_is_that_of_its_rows(tables):
    table = tables["measurements"]

    def of(network, activation, method):
        return value(table, network=network, activation=activation, method=method,
                     quantity="operations")  # fmt: skip

    def swept(width, method, quantity="operations"):
        return value(table, network="widths", width=width, method=method, quantity=quantity)

    def exponent(method):
        return np.log(swept(256, method) / swept(64, method)) / np.log(4)

    def row(network, activation, layers, batch):
        methods = {
            "loss": "loss", "jax.grad": "autodiff", "by hand": "backprop",
            "Jacobians": "by_jacobians",
        }  # fmt: skip
        counts = {n: int(of(network, activation, m)) for n, m in methods.items()}
        labels = {"network": network, "σ": activation, "layers": layers, "batch": batch}
        return labels | counts

    errors = table[where(table, quantity=["error_by_w", "error_by_v"])].value
    same(
        {k: v for k, v in numbers(tables).items() if k != "shapes"},
        {
            "networks": 2,
            "most_layers": 2,
            "least_batch": 1,
            "most_batch": 2,
            "worst_error": errors.max(),
            "least_norm": table[where(table, quantity="norm")].value.min(),
            "product_ratio": 3,
            "layers": 3,
            "batch": 8,
            "widest": 256,
            "dense_over_contracted": swept(256, "by_jacobians") / swept(256, "backprop"),
            "exponent_contracted": exponent("backprop"),
            "exponent_dense": exponent("by_jacobians"),
            "jacobian_numbers": swept(256, "by_jacobians", "jacobian_numbers"),
            "weights": 3 * 256**2,
            "gradient_over_loss": swept(256, "backprop") / swept(256, "loss"),
            "costs": [row("small", "tanh", 2, 2), row("one-input", "logistic", 1, 1)],
            "shapes_of": "small",
            "shapes_batch": 2,
        },
    )


def test_the_table_of_shapes_is_what_was_found():
    """As on the slide for b = 2 inputs and layers of 5, 4 and 3; one shape found otherwise."""
    tables = recorded("feedforward")
    shapes = tables["shapes"]
    shapes.loc[where(shapes, network="small", layer=2, derivative="w"), "found"] = "4 × 9"
    assert numbers(tables)["shapes"] == [
        {
            "layer": "on the slide",
            "v": "b × nₖ",
            "w": "nₖ₋₁ × nₖ",
            "∂L/∂v": "b × nₖ",
            "∂v₊/∂v": "nₖ₊₁ × nₖ",
            "∂L/∂w": "b × nₖ₋₁·nₖ",
            "∂v₊/∂w": "nₖ₊₁ × nₖ₋₁·nₖ",
        },
        {
            "layer": "k = 1",
            "v": "2 × 4",
            "w": "5 × 4",
            "∂L/∂v": "2 × 4",
            "∂v₊/∂v": "3 × 4",
            "∂L/∂w": "2 × 20",
            "∂v₊/∂w": "3 × 20",
        },
        {
            "layer": "k = 2",
            "v": "2 × 3",
            "w": "4 × 9",
            "∂L/∂v": "2 × 3",
            "∂v₊/∂v": "1 × 3",
            "∂L/∂w": "2 × 12",
            "∂v₊/∂w": "1 × 12",
        },
    ]
