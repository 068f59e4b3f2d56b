import numpy as np
import pandas as pd

from adcost.experiments.not_autodiff import measure

SMALL = {"functions": ["logistic"], "symbolic_depths": [1, 2], "depths": [2, 3],
         "memory_depths": [100], "samples": 5, "inputs": [3]}  # fmt: skip


def _value(table, method, quantity, depth, function="logistic"):
    rows = table[
        (table.method == method) & (table.quantity == quantity) & (table.depth == depth)
        & (table.function == function)
    ]  # fmt: skip
    return rows.value.min()


def test_the_same_seed_gives_the_same_tables():
    first = measure.measure("maps", SMALL, seed=1)["measurements"]
    again = measure.measure("maps", SMALL, seed=1)["measurements"]
    pd.testing.assert_frame_equal(first, again, check_exact=True)


def test_numbers_are_finite_and_one_an_observation(measured):
    table = measured["measurements"]
    assert np.isfinite(table.value).all()
    assert not table.duplicated(["point", "function", "depth", "method", "step", "quantity"]).any()


def test_expressions_of_the_logistic_map_have_the_known_sizes(measured):
    table = measured["measurements"]
    sizes = [_value(table, "expression", "operations", k) for k in range(1, 6)]
    derivatives = [_value(table, "symbolic", "operations", k) for k in range(1, 6)]
    assert sizes == [3, 8, 18, 38, 78] and derivatives[1:] == [21, 82, 264, 768]


def test_programs_cost_the_same_at_each_step(measured):
    table = measured["measurements"]
    for k in (2, 8, 16):
        assert _value(table, "value", "operations", k) == 3 * k
        assert _value(table, "forward", "operations", k) == 8 * k
        assert _value(table, "chain_rule", "paths", k) == 2.0**k


def test_gradients_by_many_inputs_are_counted_against_differences(measured):
    table = measured["measurements"]
    assert _value(table, "central_difference", "evaluations", 8, "with_rates") == 16
    assert _value(table, "value", "gradient_operations", 8, "with_rates") == 3 * 7


def test_every_timed_method_is_timed_at_every_depth(measured):
    timings = measured["timings"]
    methods = {name.rsplit("-", 1)[0] for name in timings.method}
    assert methods == {
        "value", "closed_form", "forward", "reverse", "central_difference", "symbolic"
    }  # fmt: skip
    assert (timings.groupby("method").size() == 6).all()
    assert (timings.compile_seconds > 0).all()
