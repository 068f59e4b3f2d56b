"""The rows of the price list: gathered from the experiments of a run, joined by derivative."""

import math

import pandas as pd
import pytest
from contract import tables_jacobian, tables_zero_order
from contract.recorded import recorded

from adcost.experiments.gradient import prices as of_gradient
from adcost.experiments.hvp import prices as of_hvp
from adcost.experiments.jacobian import prices as of_jacobian
from adcost.experiments.zero_order import prices as of_zero_order
from adcost.experiments.zero_order.plan import CLASSES
from adcost.headline.prices import COLUMNS, experiments_with_prices, gather, price_list
from adcost.study.plans import known_experiments

ROWS = [
    # derivative, experiment, subject, size, counted, timed, low, high
    ("expensive", "a", "f", 10, 50.0, 30.0, 20.0, 40.0),
    ("cheap", "a", "f", 10, 3.0, math.nan, math.nan, math.nan),
    ("expensive", "b", "g", 20, 70.0, 35.0, math.nan, math.nan),
    ("expensive", "b", "h", 15, 60.0, 90.0, 80.0, 100.0),
]


def test_quotes_of_one_derivative_are_one_row_and_the_cheapest_stands_first():
    found = price_list(pd.DataFrame(ROWS, columns=list(COLUMNS)))
    assert found.derivative.tolist() == ["cheap", "expensive"]
    expensive = found.iloc[1]
    assert (expensive.least_size, expensive.most_size) == (10, 20)
    assert (expensive.least, expensive.most, expensive.low, expensive.high) == (50, 70, 20, 100)
    assert found.iloc[0][["low", "high"]].isna().all()


def test_a_price_timed_without_an_interval_spans_itself():
    found = price_list(pd.DataFrame([ROWS[2]], columns=list(COLUMNS)))
    assert (found.low[0], found.high[0]) == (35, 35)


def test_a_run_without_prices_has_no_rows():
    assert gather({}).empty and price_list(gather({})).empty
    assert price_list(gather({})).to_csv(index=False) == (
        "derivative,least_size,most_size,least,most,low,high\n"
    )
    assert experiments_with_prices(["mds", "gradient"]) == ["gradient"]


def test_only_what_is_in_the_run_is_gathered():
    found = gather({"gradient": recorded("gradient"), "hvp": recorded("hvp")})
    assert set(found.experiment) == {"gradient", "hvp"}
    assert set(gather({"hvp": recorded("hvp")}).experiment) == {"hvp"}


def test_a_method_that_did_not_arrive_has_no_price():
    tables = tables_zero_order.make()
    table = tables["measurements"]
    arrived = (table.point == "smooth") & (table.quantity == "arrived")
    table.loc[arrived & table.method.str.startswith("gaussian_times_"), "value"] = 0.0
    assert "smooth" not in set(gather({"zero_order": tables}).subject)


def test_every_experiment_with_prices_is_one():
    assert set(experiments_with_prices(known_experiments())) == {
        "gradient", "hvp", "implicit", "jacobian", "price", "sparse", "zero_order",
    }  # fmt: skip


def _number(table, **labels):
    for column, label in labels.items():
        table = table[table[column] == label]
    (found,) = table["value"]
    return found


def test_a_gradients_price_is_that_of_the_most_variables_that_were_timed():
    tables = recorded("gradient")
    measured, timings = tables["measurements"], tables["timings"]
    for quote in of_gradient.quotes(tables):
        method = {name: method for method, name in of_gradient.QUOTED.items()}[quote.derivative]
        own = timings[(timings.point == quote.subject) & (timings.method == method)]
        assert quote.size == own.dimension.max()
        where = {"point": quote.subject, "dimension": quote.size, "quantity": "operations"}
        expected = _number(measured, **where, method=method) / _number(
            measured, **where, method="loss"
        )
        assert quote.counted == pytest.approx(expected)
        rounds = timings[(timings.point == quote.subject) & (timings.dimension == quote.size)]
        wide = rounds.pivot(index="repeat", columns="method", values="seconds")
        assert quote.timed.value == pytest.approx((wide[method] / wide.loss).median())


def test_a_products_price_is_that_of_the_cheapest_nesting_at_the_most_layers():
    tables = recorded("hvp")
    measured = tables["measurements"]
    deepest = measured[measured.point.str.startswith("layers-")].layers.max()
    rows = measured[(measured.point == f"layers-{deepest}") & (measured.quantity == "operations")]
    operations = rows.set_index("method").value
    product, hessian = of_hvp.quotes(tables)
    nested = ["reverse_over_reverse", "forward_over_reverse", "reverse_over_forward", "linearized"]
    assert product.counted == pytest.approx(operations[nested].min() / operations["loss"])
    assert hessian.counted == pytest.approx(operations["hessian_then_product"] / operations["loss"])
    assert product.size == hessian.size == rows.parameters.iloc[0]


def test_a_jacobian_costs_as_many_products_as_it_has_rows_or_columns():
    """Ten inputs; both modes take m·n multiplications a column or row."""
    (quote,) = of_jacobian.quotes(tables_jacobian.make())
    n, m = (int(part) for part in quote.derivative.removeprefix("Jacobian ").split(" × "))
    assert m == min(tables_jacobian.OUTPUTS, key=lambda outputs: abs(outputs - n))
    assert quote.counted == pytest.approx(min(n, m)) and math.isnan(quote.timed.value)


def test_two_point_pays_evaluations_for_a_step_of_gradient_descent():
    tables = tables_zero_order.make()
    measured = tables["measurements"]
    quotes = list(of_zero_order.quotes(tables))
    assert [quote.subject for quote in quotes] == list(CLASSES)
    for quote in quotes:
        rows = measured[(measured.point == quote.subject) & (measured.dimension == quote.size)]
        steps = rows[(rows.method == "gradient_descent") & (rows.quantity == "steps")].value
        swept = rows[rows.method.str.startswith("gaussian_times_")]
        swept = swept[swept.quantity == "evaluations"].groupby("method").value.median()
        assert quote.counted == pytest.approx(swept.min() / steps.median())
