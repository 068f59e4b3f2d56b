"""The claim comes out on a small study, and turns when a fault is injected.

Faults are injected in the tables and, where the recursion itself can be wrong, in the code.
"""

import jax.numpy as jnp
import pytest

from adcost.derivatives import backprop
from adcost.experiments.feedforward import measure, plan
from adcost.experiments.feedforward.claims import judge

CLAIM = "feedforward.manual_backprop"
SMALL = {"networks": [{"name": "a", "sizes": [4, 3, 2], "batch": 3, "activations": ["tanh"]}],
         "shapes_of": "a",
         "widths": {"width": [2, 3, 4], "layers": 2, "batch": 1, "activation": "tanh"}}  # fmt: skip


def test_the_claim_is_judged_and_reproduced(tables):
    (claim,) = judge(tables)
    assert claim.id == CLAIM and claim.verdict == "reproduced"
    assert all(piece.verdict == "reproduced" for piece in claim.evidence)


def _dropped_factor(tables):
    table = tables["measurements"]
    rows = (table.method == "backprop") & (table.quantity == "error_by_w")
    table.loc[table[rows].index[0], "value"] = 0.5


def _zero_gradients(tables):
    table = tables["measurements"]
    table.loc[table.quantity == "norm", "value"] = 0.0


def _no_jacobians(tables):
    table = tables["measurements"]
    errors = table.quantity.str.startswith("error") & (table.method == "by_jacobians")
    tables["measurements"] = table[~errors]


def _a_product_more(tables):
    table = tables["measurements"]
    rows = (table.method == "backprop") & (table.quantity == "products")
    table.loc[rows, "value"] += 1


def _swapped_methods(tables):
    table = tables["measurements"]
    names = {"backprop": "by_jacobians", "by_jacobians": "backprop"}
    rows = table.quantity == "operations"
    table.loc[rows, "method"] = table.method[rows].map(lambda name: names.get(name, name))


def _transposed_shape(tables):
    shapes = tables["shapes"]
    shapes.loc[(shapes.layer == 1) & (shapes.derivative == "∂v₊/∂v"), "found"] = "4 × 3"


FAULTS = [_dropped_factor, _zero_gradients, _no_jacobians, _a_product_more, _swapped_methods,
              _transposed_shape]  # fmt: skip


@pytest.mark.parametrize("inject", FAULTS, ids=[inject.__name__ for inject in FAULTS])
def test_an_injected_fault_turns_the_verdict(tables, inject):
    inject(tables)
    (claim,) = judge(tables)
    assert claim.verdict in ("refuted", "inconclusive")


def _mean_forgotten(monkeypatch):
    monkeypatch.setattr(backprop, "error_slope", lambda output, target: output - target)


def _slope_forgotten(monkeypatch):
    monkeypatch.setitem(backprop.SLOPES, "tanh", lambda z, v: jnp.ones_like(v))


def _slope_of_the_wrong_layer(monkeypatch):
    monkeypatch.setitem(backprop.SLOPES, "tanh", lambda z, v: 1 - z * z)


@pytest.mark.parametrize("inject", [_mean_forgotten, _slope_forgotten, _slope_of_the_wrong_layer])
def test_a_wrong_recursion_is_noticed(monkeypatch, inject):
    inject(monkeypatch)
    (claim,) = judge(measure.measure(plan.POINT, SMALL, seed=1))
    assert claim.verdict == "refuted"
