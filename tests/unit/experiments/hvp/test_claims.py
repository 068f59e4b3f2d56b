"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import pandas as pd
import pytest
from contract.synthetic import constant, put, swap, times

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


def test_all_claims_are_judged(tables):
    assert [claim.id for claim in judge(tables)] == IDS


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


SWEEP = {"point": ["layers-20", "layers-40", "layers-80"], "quantity": "operations"}

FAULTS = [
    ("hvp.agree", put(0.5, method="forward_over_reverse", quantity="relative_error")),
    ("hvp.agree", put(0.0, method="reverse_over_reverse", quantity="norm", point=SWEEP["point"])),
    ("hvp.hessian_quadratic", swap("hessian_then_product", "reverse_over_reverse", **SWEEP)),
    ("hvp.hessian_quadratic", constant(method="hessian_then_product", quantity="operations")),
    ("hvp.product_quadratic", swap("product", "gradient", **SWEEP)),
    ("hvp.autodiff_linear", swap("hessian_then_product", "reverse_over_reverse", **SWEEP)),
    ("hvp.autodiff_linear", constant(method="reverse_over_forward", quantity="operations")),
    (
        "hvp.constant_of_gradient",
        times(lambda rows: rows.layers, method="reverse_over_reverse", quantity="operations"),
    ),
    (
        "hvp.constant_of_gradient",
        times(3, method="reverse_over_reverse", quantity="operations", point="nested"),
    ),
    ("hvp.hessian_quadratic_time", _time("hessian_then_product", -1)),
    ("hvp.product_quadratic_time", _time("product", -1)),
    ("hvp.autodiff_linear_time", _time("reverse_over_reverse", 1)),
    ("hvp.constant_of_gradient_time", _time("reverse_over_reverse", 1)),
    ("hvp.homework_code", put(1e-3, method="literal", quantity="largest_entry")),
    ("hvp.homework_code", put(0.0, method="mended", quantity="largest_entry")),
    ("hvp.memory", times(0.5, method="hessian", quantity="output_bytes")),
    (
        "hvp.memory",
        swap("hessian", "reverse_over_reverse", quantity=["output_bytes", "temporary_bytes"]),
    ),
    ("hvp.literal_init_vanishes", put(1e-30, initialisation="homework", layers=1000)),
    ("hvp.literal_init_vanishes", put(0.0, point="homework-init")),
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
    times(2, "timings", "seconds", method="product")(tables)
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
