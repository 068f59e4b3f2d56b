"""Each number that the report says of `graph_traces` follows its own rows."""

import pytest

from adcost.experiments.graph_traces.claims import numbers

from .recorded import recorded
from .synthetic import same, scattered, value, where

SIZES = {"rosenbrock": (2, 4, 8), "speelpenning": (2, 4, 8), "sines": (4, 16, 64)}


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    columns = ("value", "derivative", "by_jax")
    return scattered(recorded("graph_traces"), request.param, columns=columns)


def test_every_number_is_that_of_its_rows(tables):
    table, steps = tables["measurements"], tables["steps"]

    def of(function, method, quantity):
        return value(table, growing="expression", function=function, method=method,
                     quantity=quantity)  # fmt: skip

    def growing(family, size, method, quantity):
        rows = table[where(table, function=family, size=size, method=method, quantity=quantity)]
        (found,) = rows[rows.growing != "expression"].value
        return found

    def everywhere(method, quantity):
        rows = table[where(table, method=method, quantity=quantity)]
        return rows.set_index(["growing", "function", "size"])

    def step(node, column, sweep="reverse", expression="lecture"):
        (found,) = steps[where(steps, expression=expression, sweep=sweep, node=node)][column]
        return found

    forward = everywhere("forward", "sweeps")
    per_operation = (
        everywhere("reverse", "multiplications").value / everywhere("graph", "operations").value
    )
    expected = {
        "w1": step("w1", "value"),
        "w2": step("w2", "value"),
        "loss": step("L", "value"),
        "by_w1": step("w1", "derivative"),
        "by_w2": step("w2", "derivative"),
        "reverse_sweeps": int(everywhere("reverse", "sweeps").value.max()),
        "forward_sweeps_an_input": (forward.value / forward.inputs).max(),
        "slip": step("v1", "derivative") * step("v1", "value"),
        "lecture_nodes": 6,
        "lecture_forward_held": int(of("lecture", "forward", "values_held")),
        "lecture_reverse_held": int(of("lecture", "reverse", "values_held")),
        "lecture_read": int(of("lecture", "reverse", "values_read")),
        "most_per_operation": per_operation.max(),
        "most_inputs": 8,
        "forward_multiplications": int(growing("rosenbrock", 8, "forward", "multiplications")),
        "reverse_multiplications": int(growing("rosenbrock", 8, "reverse", "multiplications")),
        "longest": 64,
        "chain_forward_held": max(
            int(growing("sines", n, "forward", "values_held")) for n in SIZES["sines"]
        ),
        "chain_reverse_held": max(
            int(growing("sines", n, "reverse", "values_held")) for n in SIZES["sines"]
        ),
        "worst_error": table[where(table, quantity="gradient_error")].value.max(),
        "expressions": [
            {
                "expression": name,
                "inputs": 2,
                "operations": int(of(name, "graph", "operations")),
                "edges": int(of(name, "graph", "edges")),
                "forward_held": int(of(name, "forward", "values_held")),
                "reverse_held": int(of(name, "reverse", "values_held")),
                "difference": _difference(steps[steps.expression == name]),
            }
            for name in ("lecture", "survey", "rosenbrock")
        ],
    }
    found = numbers(tables)
    sweeps = ("forward_w1", "forward_w2", "reverse")
    same({k: v for k, v in found.items() if k not in sweeps}, expected)
    for sweep in sweeps:
        rows = steps[where(steps, expression="lecture", sweep=sweep)]
        slide = [(row["value"], row["derivative"]) for row in found[sweep]]
        assert slide == list(zip(rows.value, rows.derivative, strict=True))
        below = str.maketrans("123", "₁₂₃")
        assert [row["node"] for row in found[sweep]] == [n.translate(below) for n in rows.node]
    assert found["reverse"][2]["derivative_formula"] == (
        "∂L/∂v₂ = ∂L/∂v₃ · 1 / (2 √v₂) + ∂L/∂L · 1"
    )


def _difference(rows):
    largest = max(abs(one - other) for one, other in zip(rows.derivative, rows.by_jax, strict=True))
    return largest / max(map(abs, rows.by_jax))
