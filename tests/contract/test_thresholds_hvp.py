"""Where the borders of `hvp`'s claims lie, and what a wrong product comes to."""

import numpy as np
import pandas as pd
import pytest

from adcost.derivatives import hvp as products
from adcost.experiments.hvp import measure
from adcost.experiments.hvp.claims import judge

from .recorded import recorded
from .synthetic import changed, check_border, decided, put, value, verdict
from .tables_hvp import POINTS, five_depths

U = {"float64": 2.0**-53, "float32": 2.0**-24}
TINY = 2.0**-149  # the least number of float32
PRODUCTS = [
    "reverse_over_reverse",
    "forward_over_reverse",
    "reverse_over_forward",
    "linearized",
]


def _error(units, **labels):
    """A relative error of so many n·u, on every row with the labels."""
    return put(
        lambda rows: units * rows.layers * rows.dtype.map(U), quantity="relative_error", **labels
    )


def _power(power, method, quantity="operations", by="layers"):
    return put(lambda rows: 7 * rows[by] ** power, method=method, quantity=quantity,
               point=["layers-20", "layers-40", "layers-80"])  # fmt: skip


def _last_step(power, method, quantity="operations", true=1.0):
    """As the law has it up to 40 layers, and with another local exponent from there to 80."""

    def law(rows):
        n = rows.layers
        return 7 * np.where(n > 40, 40**true * (n / 40) ** power, n**true)

    return put(law, method=method, quantity=quantity,
               point=["layers-20", "layers-40", "layers-80"])  # fmt: skip


def _seconds(power, method):
    """A law of time over five depths: fewer have no interval, and so decide nothing."""

    def law(rows):
        return 1e-6 * rows.point.str.removeprefix("layers-").astype(float) ** power

    def change(tables):
        five_depths(tables)
        put(law, name="timings", column="seconds", method=method, point=POINTS)(tables)

    return change


def _gradients(factor, method, point):
    """The operations of a product, in those of the gradient."""

    def change(tables):
        table = tables["measurements"]
        rows = table[(table.method == "gradient") & (table.quantity == "operations")]
        of = rows[rows.function == "network"].set_index("point").value
        put(lambda rows: factor * rows.point.map(of), method=method, quantity="operations",
            point=point)(tables)  # fmt: skip

    return change


def _seconds_in_gradients(factor, point):
    def change(tables):
        put(1e-4, "timings", "seconds", point=point, method="gradient")(tables)
        put(factor * 1e-4, "timings", "seconds", point=point, method="reverse_over_reverse")(tables)

    return change


def _all_in_gradients(factor):
    """The lecture's product at every depth, the deepest one with this price."""

    def change(tables):
        for n, price in ((20, 2.0), (40, 2.0), (80, factor)):
            _seconds_in_gradients(price, f"layers-{n}")(tables)

    return change


def _nested(factor, method):
    """The product of square roots of square roots, in gradients."""

    def change(tables):
        labels = {"point": "nested", "function": "sqrt", "quantity": "operations"}
        gradient = value(tables["measurements"], **labels, method="gradient")
        put(factor * gradient, **labels, method=method)(tables)

    return change


def _mended(units):
    return put(lambda rows: units * rows.layers * U["float64"], method="mended",
               quantity="product_error")  # fmt: skip


QUADRATIC, ALONE = "hvp.hessian_quadratic", "hvp.product_quadratic"
IN_TIME = "hvp.constant_of_gradient_time"
LINEAR, CONSTANT, MEMORY = "hvp.autodiff_linear", "hvp.constant_of_gradient", "hvp.memory"
DEEPEST = {"point": "homework-init", "layers": 1000, "initialisation": "homework"}

DECIDING = [
    # Ten times n roundings, in either precision; the worst of all products.
    ("hvp.agree", _error(9.9, dtype="float64", method="linearized"),
     _error(10.1, dtype="float64", method="linearized")),
    (QUADRATIC, _power(2.09, "hessian_then_product"), _power(2.11, "hessian_then_product")),
    (QUADRATIC, _power(1.91, "hessian_then_product"), _power(1.89, "hessian_then_product")),
    # Not only the fitted exponent, each local one.
    (QUADRATIC, _last_step(2.09, "hessian_then_product", true=2),
     _last_step(2.11, "hessian_then_product", true=2)),
    (ALONE, _power(2.09, "product"), _power(2.11, "product")),
    (ALONE, _power(1.91, "product"), _power(1.89, "product")),
    *[(LINEAR, _power(1.09, method), _power(1.11, method)) for method in PRODUCTS],
    (LINEAR, _power(0.91, "linearized"), _power(0.89, "linearized")),
    # What a quotient takes with its tangent, of all that a gradient is made of.
    *[(CONSTANT, _gradients(7.99, method, "layers-80"), _gradients(8.01, method, "layers-80"))
      for method in PRODUCTS],
    *[(CONSTANT, _nested(7.99, method), _nested(8.01, method)) for method in PRODUCTS],
    (f"{QUADRATIC}_time", _seconds(2.24, "hessian_then_product"),
     _seconds(2.26, "hessian_then_product")),
    (f"{ALONE}_time", _seconds(1.76, "product"), _seconds(1.74, "product")),
    (f"{LINEAR}_time", _seconds(1.24, "reverse_over_reverse"),
     _seconds(1.26, "reverse_over_reverse")),
    (IN_TIME, _all_in_gradients(3.99), _all_in_gradients(4.01)),
    ("hvp.homework_code", put(0.0, method="literal", quantity="largest_entry"),
     put(TINY, method="literal", quantity="largest_entry", layers=4)),
    (MEMORY, put(4 * 729**2, point="layers-80", method="hessian", quantity="output_bytes"),
     put(4 * 729**2 + 4, point="layers-80", method="hessian", quantity="output_bytes")),
    ("hvp.literal_init_vanishes", put(0.0, **DEEPEST, dtype="float32"),
     put(TINY, **DEEPEST, dtype="float32", draw=4)),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "within", "beyond"), DECIDING)
def test_a_claim_turns_at_its_border(claim, within, beyond):
    check_border(judge, recorded("hvp"), claim, 0, within, beyond)


EXPONENTS_IN_TIME = [
    (f"{QUADRATIC}_time", 2, "hessian_then_product"),
    (f"{ALONE}_time", 2, "product"),
    (f"{LINEAR}_time", 1, "reverse_over_reverse"),
]


@pytest.mark.parametrize(("claim", "power", "method"), EXPONENTS_IN_TIME)
def test_an_exponent_in_time_needs_five_depths_and_is_refuted_on_both_sides(claim, power, method):
    for off, expected in ((0.24, "reproduced"), (0.26, "refuted")):
        for sign in (-1, 1):
            tables = changed(recorded("hvp"), _seconds(power + sign * off, method))
            assert decided(judge, tables, claim) == expected
    tables = changed(recorded("hvp"), _seconds(power, method))
    for name, table in tables.items():
        tables[name] = table[table.point != "layers-160"]
    assert decided(judge, tables, claim) == "inconclusive"


PIECES = [
    ("hvp.agree", 1, _error(9.9, dtype="float32", method="product"),
     _error(10.1, dtype="float32", method="product")),
    *[(CONSTANT, 3, _gradients(3.99, method, "layers-80"), _gradients(4.01, method, "layers-80"))
      for method in PRODUCTS],
    (CONSTANT, 1, put(8.0, function="divide", quantity="tangent"),
     put(9.0, function="divide", quantity="tangent")),
    ("hvp.homework_code", 1, _mended(9.9), _mended(10.1)),
    (MEMORY, 1, _power(1.09, "reverse_over_reverse", "temporary_bytes", "parameters"),
     _power(1.11, "reverse_over_reverse", "temporary_bytes", "parameters")),
    (IN_TIME, 1, _seconds_in_gradients(3.99, "large-3x20"),
     _seconds_in_gradients(4.01, "large-3x20")),
    ("hvp.literal_init_vanishes", 1, put(TINY, **DEEPEST, dtype="float64"),
     put(2 * TINY, **DEEPEST, dtype="float64", draw=4)),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "place", "within", "beyond"), PIECES)
def test_a_further_piece_turns_at_its_border(claim, place, within, beyond):
    check_border(judge, recorded("hvp"), claim, place, within, beyond)


def test_the_constant_must_not_grow_with_the_depth():
    """2.0 gradients at 20 layers and 2.9 at 80 are below the bound, and no constant."""
    growing = [_gradients(2 * (n / 20) ** 0.27, "reverse_over_reverse", f"layers-{n}")
               for n in (20, 40, 80)]  # fmt: skip
    tables = changed(recorded("hvp"), *growing)
    assert verdict(judge, tables, CONSTANT, "exponent") == "refuted"
    flat = [_gradients(2 * (n / 20) ** 0.09, "reverse_over_reverse", f"layers-{n}")
            for n in (20, 40, 80)]  # fmt: skip
    assert verdict(judge, changed(recorded("hvp"), *flat), CONSTANT, "exponent") == "reproduced"


def test_where_the_other_initialisation_dies_too_nothing_is_found():
    dead = put(0.0, point="homework-init", layers=1000, initialisation="signal_preserving", draw=3)
    tables = changed(recorded("hvp"), dead)
    assert decided(judge, tables, "hvp.literal_init_vanishes") == "inconclusive"


def test_products_of_norm_zero_compare_nothing():
    zero = put(0.0, quantity="norm", point="layers-40", method="linearized")
    assert decided(judge, changed(recorded("hvp"), zero), "hvp.agree") == "inconclusive"


POINT = {
    "hidden": 2, "width": 2, "dtype": "float64", "initialisation": "signal_preserving",
    "hessian": True,
}  # fmt: skip


def _measured():
    """The tables with a small network's rows measured anew."""
    tables = recorded("hvp")
    table, found = tables["measurements"], measure.measure("float64-2", POINT, seed=1)
    kept = table[table.point != "float64-2"]
    return found["measurements"], {
        **tables, "measurements": pd.concat([kept, found["measurements"]], ignore_index=True),
    }  # fmt: skip


def test_wrong_products_below_the_experiment_are_told_apart_and_refuted(monkeypatch):
    """Each is too long by another share, and each must show its own."""
    shares = {name: 1e-12 * k for k, name in enumerate(PRODUCTS, start=1)}
    for name, share in shares.items():
        true = getattr(products, name)
        monkeypatch.setattr(products, name, lambda *a, f=true, s=share: f(*a) * (1 + s))
    found, tables = _measured()
    errors = found[found.quantity == "relative_error"].set_index("method").value
    assert dict(errors[PRODUCTS]) == pytest.approx(shares, abs=1e-14)
    assert decided(judge, tables, "hvp.agree") == "refuted"


def test_a_wrong_first_way_is_refuted(monkeypatch):
    """What all are compared with must be compared itself."""
    true = products.naive_hvp
    monkeypatch.setattr(products, "naive_hvp", lambda h, v: true(h, v) * (1 + 1e-12))
    found, tables = _measured()
    errors = found[found.quantity == "relative_error"].set_index("method").value
    assert (errors[PRODUCTS] > 1e-13).all()
    assert decided(judge, tables, "hvp.agree") == "refuted"
