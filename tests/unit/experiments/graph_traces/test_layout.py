"""Layers from left to right, edges that bend round nodes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.experiments.graph_traces.layout import layered

NODES = ("w1", "w2", "v1", "v2", "v3", "L")
EDGES = (("w1", "v1"), ("w2", "v2"), ("v1", "v2"), ("v2", "v3"), ("v2", "L"), ("v3", "L"))


def test_the_lectures_graph_goes_from_left_to_right_as_on_the_slides():
    layout = layered(NODES, EDGES)
    assert {node: x for node, (x, _) in layout.nodes.items()} == {
        "w1": 0, "w2": 0, "v1": 1, "v2": 2, "v3": 3, "L": 4,
    }  # fmt: skip
    assert layout.nodes["w1"][1] > layout.nodes["w2"][1]


def test_an_edge_over_several_layers_passes_the_nodes_between():
    layout = layered(NODES, EDGES)
    (start, bend, end) = layout.edges["v2", "L"]
    assert (start, end) == (layout.nodes["v2"], layout.nodes["L"])
    assert bend[0] == 3 and bend[1] != layout.nodes["v3"][1]


def test_a_lone_node():
    assert layered(["x"], []).nodes == {"x": (0.0, 0.0)}


@st.composite
def graphs(draw):
    """Nodes, each with edges from earlier ones."""
    nodes = [f"v{i}" for i in range(draw(st.integers(1, 12)))]
    edges = []
    for i, node in enumerate(nodes[1:], start=1):
        edges += [(p, node) for p in draw(st.sets(st.sampled_from(nodes[:i]), max_size=3))]
    return nodes, sorted(edges)


@settings(max_examples=100, derandomize=True, database=None)
@given(graphs())
def test_edges_advance_one_layer_at_a_time_and_no_place_is_taken_twice(graph):
    nodes, edges = graph
    layout = layered(nodes, edges)
    assert set(layout.nodes) == set(nodes) and set(layout.edges) == set(edges)
    bends = [p for way in layout.edges.values() for p in way[1:-1]]
    places = [*layout.nodes.values(), *bends]
    assert len(set(places)) == len(places)
    for way in layout.edges.values():
        assert [p[0] for p in way] == pytest.approx([way[0][0] + k for k in range(len(way))])
