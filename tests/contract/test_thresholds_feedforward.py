"""Where the borders of `feedforward`'s claim lie, and what a wrong derivative comes to."""

import pytest

from adcost.derivatives import backprop
from adcost.experiments.feedforward import measure, plan
from adcost.experiments.feedforward.claims import judge

from .recorded import recorded
from .synthetic import changed, put, verdict, where

CLAIM = "feedforward.manual_backprop"
U = 2.0**-53


def _error(units, method, quantity):
    """So many times Σn·u at one network, whose inner products have 26 terms altogether."""
    return put(units * 26 * U, network="small", activation="tanh", method=method, quantity=quantity)


def _apart(operations):
    """The recursion's operations beside automatic differentiation's, for each of 14 entries."""

    def change(tables):
        table = tables["measurements"]
        labels = {"network": "small", "activation": "tanh", "quantity": "operations"}
        (other,) = table.value[where(table, method="autodiff", **labels)]
        put(other + 14 * operations, method="backprop", **labels)(tables)

    return change


def _shape(found):
    def change(tables):
        shapes = tables["shapes"]
        shapes.loc[where(shapes, network="one-input", derivative="w"), "found"] = found

    return change


def _products(more):
    return put(lambda rows: rows.value + more, network="widths", width=64, method="backprop",
               quantity="products")  # fmt: skip


BORDERS = [
    (
        "rounding errors a term of the sums",
        _error(9.9, "backprop", "error_by_w"),
        _error(10.1, "backprop", "error_by_w"),
    ),
    (
        "rounding errors a term of the sums",
        _error(9.9, "backprop", "error_by_v"),
        _error(10.1, "backprop", "error_by_v"),
    ),
    (
        "rounding errors a term of the sums",
        _error(9.9, "by_jacobians", "error_by_w"),
        _error(10.1, "by_jacobians", "error_by_w"),
    ),
    (
        "rounding errors a term of the sums",
        _error(9.9, "by_jacobians", "error_by_v"),
        _error(10.1, "by_jacobians", "error_by_v"),
    ),
    ("shapes unlike", _shape("3 × 2"), _shape("2 × 3")),
    ("matrix products", _products(0), _products(1)),
    ("matrix products", _products(0), _products(-1)),
    ("operations an entry", _apart(19.9), _apart(20.1)),
    ("operations an entry", _apart(-19.9), _apart(-20.1)),
]


@pytest.mark.parametrize(("unit", "within", "beyond"), BORDERS)
def test_the_claim_turns_at_each_border(unit, within, beyond):
    tables = recorded("feedforward")
    assert verdict(judge, changed(tables, within), CLAIM, unit) == "reproduced"
    (claim,) = judge(changed(tables, beyond))
    assert claim.verdict in ("refuted", "inconclusive")
    (piece,) = (piece for piece in claim.requires if unit in piece.unit)
    assert piece.verdict == claim.verdict


@pytest.mark.parametrize("value", [0.0])
def test_a_gradient_of_zero_compares_nothing(value):
    zero = put(value, network="one-input", quantity="norm")
    (claim,) = judge(changed(recorded("feedforward"), zero))
    assert claim.verdict == "inconclusive"


SMALL = {
    "networks": [{"name": "a", "sizes": [3, 2, 2], "batch": 2, "activations": ["tanh"]}],
    "shapes_of": "a",
    "widths": {"width": [2, 3, 4], "layers": 2, "batch": 1, "activation": "tanh"},
}


def _error_rows():
    table = measure.measure(plan.POINT, SMALL, seed=1)["measurements"]
    rows = table[table.quantity.str.startswith("error")]
    return rows.set_index(["method", "quantity"]).value


def _longer(derivatives, by_v, by_w):
    return backprop.Derivatives(
        [part * (1 + by_v) for part in derivatives.by_v],
        [part * (1 + by_w) for part in derivatives.by_w],
    )


def test_each_wrong_derivative_shows_its_own_error(monkeypatch):
    """Below the experiment: four derivatives, each too long by another share."""
    for name, by_v, by_w in (("backprop", 1e-6, 2e-6), ("by_jacobians", 3e-6, 4e-6)):
        true = getattr(backprop, name)
        monkeypatch.setattr(backprop, name, lambda *a, f=true, v=by_v, w=by_w: _longer(f(*a), v, w))
    assert dict(_error_rows()) == pytest.approx(
        {
            ("backprop", "error_by_v"): 1e-6,
            ("backprop", "error_by_w"): 2e-6,
            ("by_jacobians", "error_by_v"): 3e-6,
            ("by_jacobians", "error_by_w"): 4e-6,
        },
        rel=1e-6,
    )


def test_one_wrong_layer_of_many_is_seen(monkeypatch):
    true = backprop.backprop

    def first_layer_wrong(*given):
        found = true(*given)
        return backprop.Derivatives(found.by_v, [2 * found.by_w[0], *found.by_w[1:]])

    monkeypatch.setattr(backprop, "backprop", first_layer_wrong)
    (claim,) = judge(measure.measure(plan.POINT, SMALL, seed=1))
    assert claim.verdict == "refuted"
