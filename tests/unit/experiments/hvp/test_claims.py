"""Each claim comes out on a small study, and turns when a falsehood is planted in its tables."""

import pytest

from adcost.experiments.hvp.claims import judge

IDS = [
    "hvp.agree",
    "hvp.hessian_quadratic",
    "hvp.product_quadratic",
    "hvp.autodiff_linear",
    "hvp.constant_of_gradient",
    "hvp.memory",
    "hvp.literal_init_vanishes",
]


def _verdict(tables, name):
    return {claim.id: claim.verdict for claim in judge(tables)}[name]


def _where(table, **labels):
    mask = table.method.notna()
    for column, label in labels.items():
        mask &= table[column] == label
    assert mask.any(), labels
    return mask


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


def _dropped_factor(tables):
    """A product that is half of what it should be is wrong by 1/2."""
    table = tables["measurements"]
    table.loc[_where(table, method="forward_over_reverse", quantity="relative_error"), "value"] = (
        0.5
    )


def _zero_products(tables):
    table = tables["measurements"]
    rows = _where(table, method="reverse_over_reverse", quantity="norm")
    table.loc[rows & (table.point != "homework-init"), "value"] = 0.0


def _swap(a, b, quantity="operations"):
    """Two methods under each other's name."""
    names = {a: b, b: a}

    def plant(tables):
        table = tables["measurements"]
        rows = table.quantity.str.startswith(quantity) | table.quantity.str.endswith(quantity)
        table.loc[rows, "method"] = table.method[rows].map(lambda name: names.get(name, name))

    return plant


def _constant(method, quantity):
    """A constant in place of a measurement."""

    def plant(tables):
        table = tables["measurements"]
        rows = _where(table, method=method, quantity=quantity)
        table.loc[rows, "value"] = table[rows].value.iloc[0]

    return plant


def _dear_products(tables):
    """A product that secretly takes a gradient for each layer."""
    table = tables["measurements"]
    rows = _where(table, method="reverse_over_reverse", quantity="operations")
    table.loc[rows, "value"] *= table.layers[rows]


def _half_a_hessian(tables):
    table = tables["measurements"]
    table.loc[_where(table, method="hessian", quantity="output_bytes"), "value"] *= 0.5


def _literal_survives(tables):
    table = tables["measurements"]
    table.loc[_where(table, initialisation="homework", layers=1000), "value"] = 1e-30


def _everything_vanishes(tables):
    table = tables["measurements"]
    table.loc[_where(table, point="homework-init"), "value"] = 0.0


FALSEHOODS = [
    ("hvp.agree", _dropped_factor),
    ("hvp.agree", _zero_products),
    ("hvp.hessian_quadratic", _swap("hessian_then_product", "reverse_over_reverse")),
    ("hvp.hessian_quadratic", _constant("hessian_then_product", "operations")),
    ("hvp.product_quadratic", _swap("product", "gradient")),
    ("hvp.autodiff_linear", _swap("hessian_then_product", "reverse_over_reverse")),
    ("hvp.autodiff_linear", _constant("reverse_over_forward", "operations")),
    ("hvp.constant_of_gradient", _dear_products),
    ("hvp.memory", _half_a_hessian),
    ("hvp.memory", _swap("hessian", "reverse_over_reverse", "_bytes")),
    ("hvp.literal_init_vanishes", _literal_survives),
    ("hvp.literal_init_vanishes", _everything_vanishes),
]


@pytest.mark.parametrize(
    ("name", "plant"), FALSEHOODS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FALSEHOODS)]
)
def test_a_planted_falsehood_turns_the_verdict(tables, name, plant):
    assert _verdict(tables, name) == "reproduced"
    plant(tables)
    assert _verdict(tables, name) in ("refuted", "inconclusive")


def test_every_claim_has_a_falsehood():
    assert {name for name, _ in FALSEHOODS} == set(IDS)
