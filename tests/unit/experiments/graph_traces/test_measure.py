import sys

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from adcost.experiments.graph_traces import measure, plan


def test_the_same_section_and_seed_give_the_same_tables(measured, section):
    (point,) = plan.points(section)
    again = measure.measure(point.name, point.parameters, seed=1)
    for name, table in again.items():
        pd.testing.assert_frame_equal(measured[name], table, check_exact=True)


def test_every_table_is_there_and_finite(measured):
    assert set(measured) == {*plan.TABLES, "points"}
    for table in measured.values():
        assert np.isfinite(table.select_dtypes("number")).all(axis=None)


def test_every_sweep_visits_every_node_once(measured):
    steps = measured["steps"]
    for (expression, _), rows in steps.groupby(["expression", "sweep"]):
        nodes = steps[steps.expression == expression].node.unique()
        assert sorted(rows.node) == sorted(nodes)


def test_the_lectures_steps_come_in_the_order_of_the_slides(measured):
    steps = measured["steps"].query("expression == 'lecture'")
    order = steps.groupby(["sweep", "step"]).node.agg(lambda nodes: " ".join(sorted(nodes)))
    for sweep in ("forward_w1", "forward_w2"):
        assert list(order[sweep]) == ["w1 w2", "v1", "v2", "v3", "L"]
    assert list(order["reverse"]) == ["L", "v3", "v2", "v1", "w1 w2"]


def test_every_derivative_is_the_sum_over_its_edges(measured):
    """The rows again, from the edges' partial derivatives."""
    edges = measured["edges"]
    for (name, sweep), rows in measured["steps"].groupby(["expression", "sweep"]):
        known = dict(zip(rows.node, rows.derivative, strict=True))
        here = edges[edges.expression == name]
        end, other = ("parent", "child") if sweep == "reverse" else ("child", "parent")
        for node, uses in here.groupby(end):
            total = (uses.partial * uses[other].map(known)).sum()
            assert total == pytest.approx(known[node], rel=1e-14), (name, sweep, node)


def test_every_row_is_jaxs(measured):
    steps = measured["steps"]
    np.testing.assert_allclose(steps.derivative, steps.by_jax, rtol=1e-13, atol=1e-12)


def test_a_chain_is_counted_as_it_is(measured):
    rows = measured["measurements"].query("function == 'sines' and size == 16")
    value = rows.set_index(["method", "quantity"]).value
    assert value["graph", "operations"] == value["graph", "edges"] == 16
    assert value["forward", "values_held"] == 2 and value["reverse", "values_held"] == 17
    assert value["reverse", "values_read"] == 16


def test_a_gradient_that_never_gets_whole_takes_more_sweeps_than_there_were(monkeypatch):
    def half(tape, at):
        gradients, products, held = forward_sweeps(tape, at)
        return [gradient / 2 for gradient in gradients], products, held

    forward_sweeps = measure._forward_sweeps
    monkeypatch.setattr(measure, "_forward_sweeps", half)
    tape = measure._traced("product", lambda a, b: a * b, [2.0, 3.0])
    rows = measure._counts("inputs", "product", 2, tape, lambda a, b: a * b, [2.0, 3.0])
    sweeps = {row["method"]: row["value"] for row in rows if row["quantity"] == "sweeps"}
    assert sweeps == {"forward": 3, "reverse": 1}


def test_an_expression_may_be_its_input_or_leave_one_out():
    """An input that is not used still takes its sweep, since nobody knew."""
    for function, nodes in ((lambda x, y: x, 2), (lambda x, y: jnp.sin(y), 3)):
        tape = measure._traced("simple", function, [2.0, 3.0])
        assert len(measure._steps("simple", tape, [2.0, 3.0])) == 3 * nodes
        rows = measure._counts("expression", "simple", 2, tape, function, [2.0, 3.0])
        sweeps = {row["method"]: row["value"] for row in rows if row["quantity"] == "sweeps"}
        assert sweeps == {"forward": 2, "reverse": 1}


@pytest.mark.parametrize(
    ("function", "at", "words"),
    [
        (lambda x: jnp.stack([x, x]), [1.0], "NotScalar: stack makes an array"),
        (lambda x: (x, x * x), [1.0], "NotScalar: it returns 2 numbers"),
        (
            lambda x: jnp.maximum(x, 0.0),
            [1.0],
            "UnsupportedPrimitive: the tape has no rule for max",
        ),
        (lambda x: x if x > 0 else -x, [1.0], "TracerBoolConversionError"),
        (lambda x: jnp.sqrt(x), [0.0], "ZeroDivisionError"),
        (lambda x: jnp.log(x), [-1.0], "ArithmeticError: L = log -1.0"),
        (lambda a, b: a * b, [1.0], "it takes 2 numbers, and is given 1"),
    ],
)
def test_an_expression_that_cannot_be_traced_is_told_by_name(function, at, words):
    with pytest.raises(measure.CannotTrace) as raised:
        measure._traced("strange", function, at)
    assert str(raised.value).startswith(
        f"graph_traces.expressions: strange at {at} cannot be traced: "
    )
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise RuntimeError('injected')\n", "cannot be imported: RuntimeError: injected"),
        ("f = [1][0]\n", "is no function but a int"),
        ("def f(w): return 3.0\n", "at [1.0] cannot be traced: NotScalar: it returns a constant"),
    ],
)
def test_what_only_running_tells_is_told_by_its_key(source, words, tmp_path, monkeypatch, section):
    (tmp_path / "failing.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "failing", raising=False)
    section["expressions"] = [{"name": "x", "function": "failing:f", "at": [1.0]}]
    (point,) = plan.points(section)
    with pytest.raises(measure.CannotTrace) as raised:
        measure.measure(point.name, point.parameters, None)
    assert str(raised.value).startswith("graph_traces.expressions: ")
    assert words in str(raised.value)
