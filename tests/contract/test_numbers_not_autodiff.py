"""Every number of the report on `not_autodiff` is that of its own rows."""

import pytest

from adcost.experiments.not_autodiff.claims import numbers

from . import tables_not_autodiff
from .synthetic import put, same, scattered


def _whole(number):
    return int(number) if float(number).is_integer() and number < 1e7 else number


def expected(tables):
    rows, timings = tables["measurements"], tables["timings"]

    def at(method, quantity, depth, function="logistic"):
        own = rows[(rows.function == function) & (rows.method == method) & (rows.depth == depth)]
        return min(own.value[own.quantity == quantity])

    def last(method, column):
        own = timings[timings.method == f"{method}-3"]
        return own.seconds.median() if column == "seconds" else own.compile_seconds.iloc[0]

    def many(method, quantity):
        return at(method, quantity, 32, "with_rates")

    held = {depth: at("reverse", "temporary_bytes", depth) for depth in (1000, 4000)}
    lost = [k for k in tables_not_autodiff.DEPTHS if at("forward", "error", k) >= 0.01]
    ricker = rows[(rows.function == "ricker") & (rows.quantity == "scaled_error")]
    ricker = ricker.value[ricker.method.isin(["symbolic", "symbolic_shared"])]
    approaches = {
        "closed_form": "by hand, from the closed form",
        "symbolic": "symbolic",
        "symbolic_shared": "symbolic, parts shared",
        "central_difference": "numerical, central difference",
        "forward": "automatic, forward mode",
        "reverse": "automatic, reverse mode",
    }
    reverse = many("reverse", "gradient_operations") / many("value", "gradient_operations")
    bullets = [
        ("is not finite differences", "error at depth 4: AD, best difference",
         at("reverse", "error", 4), at("central_difference", "error", 4)),
        ("is not a symbolic derivative", "operations at depth 4: AD, symbolic",
         at("reverse", "operations", 4), at("symbolic", "operations", 4)),
        ("is not only the chain rule", "depth 8: edges passed once, terms of the rule written out",
         at("chain_rule", "edges", 8), at("chain_rule", "paths", 8)),
        ("is not only backpropagation", "operations, 32 outputs of one input: forward, reverse",
         many("forward", "jacobian_operations"), many("reverse", "jacobian_operations")),
        ("in reverse is fast and stable",
         "gradient by 32 inputs, in values: reverse, differences", reverse,
         many("central_difference", "evaluations")),
        ("in reverse is hungry for memory", "bytes at depth 4000: reverse, forward",
         at("reverse", "temporary_bytes", 4000), at("forward", "temporary_bytes", 4000)),
    ]  # fmt: skip
    return {
        "symbolic_depth": 4,
        "symbolic_operations": int(at("symbolic", "operations", 4)),
        "shared_operations": int(at("symbolic_shared", "operations", 4)),
        "expression_operations": int(at("expression", "operations", 4)),
        "ad_operations": int(at("forward", "operations", 4)),
        "ad_operations_a_step": at("forward", "operations", 4) / 4,
        "deepest": 8,
        "paths": at("chain_rule", "paths", 8),
        "edges": int(at("chain_rule", "edges", 8)),
        "samples": 40,
        "ad_error": at("forward", "error", 4),
        "value_error": at("value", "error", 4),
        "difference_error": at("central_difference", "error", 4),
        "lost_depth": min(lost) if lost else "none of these",
        "inputs": 32,
        "gradient_in_values": reverse,
        "forward_in_values": many("forward", "gradient_operations")
        / many("value", "gradient_operations"),
        "difference_evaluations": many("central_difference", "evaluations"),
        "jacobian_ratio": many("reverse", "jacobian_operations")
        / many("forward", "jacobian_operations"),
        "memory_depth": 4000,
        "reverse_bytes": int(held[4000]),
        "forward_bytes": int(at("forward", "temporary_bytes", 4000)),
        "reverse_bytes_a_step": (held[4000] - held[1000]) / 3000,
        "timed_depth": 3,
        "derive_symbolic": last("symbolic", "compile"),
        "derive_reverse": last("reverse", "compile"),
        "evaluate_symbolic": last("symbolic", "seconds"),
        "evaluate_reverse": last("reverse", "seconds"),
        "ricker_symbolic_error": at("symbolic", "error", 4, "ricker"),
        "ricker_ad_error": at("forward", "error", 4, "ricker"),
        "ricker_units": max(ricker),
        "bullets": [{"AD …": what, "measured": measured, "AD": _whole(own), "the other": _whole(b)}
                    for what, measured, own, b in bullets],
        "approaches": [
            {"approach": name, "operations": int(at(method, "operations", 4)),
             "error": at(method, "error", 4),
             "derive": "not timed" if method == "symbolic_shared"
             else f"{last(method, 'compile'):.2g} s",
             "evaluate": "not timed" if method == "symbolic_shared"
             else f"{last(method, 'seconds') * 1e6:,.0f} µs"}
            for method, name in approaches.items()
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_each_number_is_that_of_its_rows(seed):
    tables = tables_not_autodiff.make()
    if seed:
        tables = scattered(tables, seed, columns=("value", "seconds", "compile_seconds"))
        compiled = tables["timings"].groupby("method").compile_seconds.transform("first")
        tables["timings"]["compile_seconds"] = compiled
        put(0.01 if seed == 2 else 0.0099, method="forward", quantity="error", depth=[3, 8],
            function="logistic")(tables)  # fmt: skip
    same(numbers(tables), expected(tables))


def test_without_rickers_map_its_numbers_are_left_out():
    tables = tables_not_autodiff.make()
    table = tables["measurements"]
    found = numbers({**tables, "measurements": table[table.function != "ricker"]})
    assert {name: value for name, value in found.items() if name.startswith("ricker")} == {
        "ricker_symbolic_error": None, "ricker_ad_error": None, "ricker_units": None,
    }  # fmt: skip
