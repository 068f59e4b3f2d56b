"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import pandas as pd
import pytest

from adcost.experiments.hvp import claims, homework, measure
from adcost.experiments.hvp.claims import judge, numbers

IDS = [
    "hvp.agree",
    "hvp.hessian_quadratic",
    "hvp.hessian_quadratic_time",
    "hvp.product_quadratic",
    "hvp.product_quadratic_time",
    "hvp.autodiff_linear",
    "hvp.autodiff_linear_time",
    "hvp.constant_of_gradient",
    "hvp.constant_of_gradient_time",
    "hvp.memory",
    "hvp.literal_init_vanishes",
    "hvp.homework_code",
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

    def inject(tables):
        table = tables["measurements"]
        rows = table.quantity.str.startswith(quantity) | table.quantity.str.endswith(quantity)
        rows &= table.point != "nested"
        table.loc[rows, "method"] = table.method[rows].map(lambda name: names.get(name, name))

    return inject


def _constant(method, quantity):
    """A constant in place of a measurement."""

    def inject(tables):
        table = tables["measurements"]
        rows = _where(table, method=method, quantity=quantity)
        table.loc[rows, "value"] = table[rows].value.iloc[0]

    return inject


def _expensive_products(tables):
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


def _five_depths(tables):
    """Depths 10 and 160 beside the three measured, so that a timed exponent has an interval."""
    for name, table in tables.items():
        rows = table[table.point == "layers-40"]
        for n in (10, 160):
            new = {"layers": n, "parameters": 9 * (n + 1)} if "layers" in rows else {}
            added = rows.assign(point=f"layers-{n}", **new)
            table = pd.concat([table, added], ignore_index=True)
        tables[name] = table


def _bytes_of_their_depth(tables):
    """Bytes as the claim has them at every depth: p² numbers of the Hessian, 40 p of a product."""
    table = tables["measurements"]
    added = table.point.isin(["layers-10", "layers-160"])
    whole = added & (table.method == "hessian") & (table.quantity == "output_bytes")
    table["value"] = table.value.where(~whole, 4 * table.parameters**2)
    held = table.point.str.startswith("layers-") & (table.quantity == "temporary_bytes")
    table["value"] = table.value.where(~held, 160 * table.parameters)


def _as_predicted(tables):
    """Times as the statements have them, in place of what this machine took."""
    sweep = tables["measurements"].drop_duplicates("point").set_index("point").layers
    timings = tables["timings"]
    layers = timings.point.map(sweep)
    power = timings.method.map({"hessian_then_product": 2, "product": 2}).fillna(1)
    factor = timings.method.str.contains("reverse|linearized").map({True: 2.5, False: 1.0})
    timings["seconds"] = factor * layers**power * 1e-6 * (1 + 1e-3 * timings.repeat)


def _time(method, power):
    """Seconds that grow by another power of the depth."""

    def inject(tables):
        sweep = tables["measurements"].drop_duplicates("point").set_index("point").layers
        timings = tables["timings"]
        rows = timings.method == method
        timings.loc[rows, "seconds"] *= timings.point[rows].map(sweep) ** float(power)

    return inject


def _tangents(tables):
    """A product that takes more than the most expensive operation with its tangent."""
    table = tables["measurements"]
    rows = _where(table, point="nested", method="reverse_over_reverse", quantity="operations")
    table.loc[rows, "value"] *= 3


def _code(method, quantity, value):
    def inject(tables):
        table = tables["measurements"]
        table.loc[_where(table, method=method, quantity=quantity), "value"] = value

    return inject


FAULTS = [
    ("hvp.agree", _dropped_factor),
    ("hvp.agree", _zero_products),
    ("hvp.hessian_quadratic", _swap("hessian_then_product", "reverse_over_reverse")),
    ("hvp.hessian_quadratic", _constant("hessian_then_product", "operations")),
    ("hvp.product_quadratic", _swap("product", "gradient")),
    ("hvp.autodiff_linear", _swap("hessian_then_product", "reverse_over_reverse")),
    ("hvp.autodiff_linear", _constant("reverse_over_forward", "operations")),
    ("hvp.constant_of_gradient", _expensive_products),
    ("hvp.constant_of_gradient", _tangents),
    ("hvp.hessian_quadratic_time", _time("hessian_then_product", -1)),
    ("hvp.product_quadratic_time", _time("product", -1)),
    ("hvp.autodiff_linear_time", _time("reverse_over_reverse", 1)),
    ("hvp.constant_of_gradient_time", _time("reverse_over_reverse", 1)),
    ("hvp.homework_code", _code("literal", "largest_entry", 1e-3)),
    ("hvp.homework_code", _code("mended", "largest_entry", 0.0)),
    ("hvp.memory", _half_a_hessian),
    ("hvp.memory", _swap("hessian", "reverse_over_reverse", "_bytes")),
    ("hvp.literal_init_vanishes", _literal_survives),
    ("hvp.literal_init_vanishes", _everything_vanishes),
]


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    if name.endswith("_time"):  # The counts of the depths added are no deeper network's.
        _five_depths(tables)
    if name == "hvp.memory":
        _five_depths(tables)
        _bytes_of_their_depth(tables)
    _as_predicted(tables)
    assert _verdict(tables, name) == "reproduced"
    inject(tables)
    assert _verdict(tables, name) in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    tables["timings"].loc[tables["timings"].method == "product", "seconds"] *= 2
    assert numbers(tables)["seconds_product"] == pytest.approx(2 * before["seconds_product"])


def test_the_homeworks_code_is_refuted_if_its_loss_reads_the_parameters(monkeypatch, section):
    """The fault below the experiment: what is mended in place of what is literal."""
    point = "homework-code"
    monkeypatch.setattr(homework, "literal_hessian", homework.calculate_hessian)
    table = measure.measure(point, section["homework_code"], 1)["measurements"]
    assert claims._homework_code(table).verdict == "refuted"


def test_a_mended_code_that_is_wrong_is_seen(monkeypatch, section):
    wrong = homework.calculate_hessian
    monkeypatch.setattr(homework, "calculate_hessian", lambda model, x: 2 * wrong(model, x))
    table = measure.measure("homework-code", section["homework_code"], 1)["measurements"]
    literal, mended = claims._homework_code(table).evidence
    assert literal.verdict == "reproduced" and mended.verdict == "refuted"


def test_four_gradients_are_enough_for_networks_and_not_in_general(tables):
    (claim,) = (c for c in judge(tables) if c.id == "hvp.constant_of_gradient")
    networks = next(e for e in claim.evidence if e.unit == "gradients, networks")
    assert networks.verdict == "reproduced" and claim.evidence[0].measured.high > 4
