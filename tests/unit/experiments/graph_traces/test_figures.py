from xml.etree import ElementTree

import pytest

from adcost import plotting
from adcost.experiments.graph_traces import figures
from adcost.experiments.graph_traces.labels import step_labels

TEXT = "{http://www.w3.org/2000/svg}text"


def _texts(path):
    return ["".join(node.itertext()) for node in ElementTree.parse(path).iter(TEXT)]


@pytest.mark.parametrize("sweep", ["forward_w1", "forward_w2", "reverse"])
def test_every_step_is_a_panel_with_all_nodes_and_its_formula(drawn, measured, sweep):
    texts = _texts(drawn / f"{sweep}.svg")
    # Six panels; edges in use bear w₂ and v₁ as well.
    assert [texts.count(name) for name in ("w₁", "v₂", "v₃", "L")] == [6] * 4
    rows = measured["steps"].query("expression == 'lecture' and sweep == @sweep")
    for _, step in rows.groupby("step"):
        assert set(step_labels(step)) <= set(texts)


def test_derivatives_fill_in_as_the_sweep_advances(drawn):
    texts = _texts(drawn / "reverse.svg")
    # ∂L/∂v2 is there from its own step on (three panels, and once in the formula above).
    assert sum(text == "1.35" for text in texts) == 3
    # Values are stored before the first step; in forward mode they come with the derivatives.
    assert texts.count("1.44") == 6
    assert _texts(drawn / "forward_w1.svg").count("1.44") == 2


def test_other_expressions_are_drawn_by_name(drawn):
    texts = _texts(drawn / "expressions.svg")
    assert {"survey", "rosenbrock", "sin x₂", "11.7"} <= set(texts)


def test_a_graph_too_large_to_draw_is_left_to_the_tables(measured, monkeypatch):
    monkeypatch.setattr(figures, "MOST_NODES", 1)
    figure = figures._expressions(measured["steps"], measured["edges"])
    assert not any(axis.patches for axis in figure.axes)


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    with plotting.style():
        plotting.save(figures._expressions(measured["steps"], measured["edges"]), tmp_path, "same")
    for kind in ("svg", "pdf"):
        same = (tmp_path / f"same.{kind}").read_bytes()
        assert same == (drawn / f"expressions.{kind}").read_bytes()
