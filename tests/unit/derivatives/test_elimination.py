from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives import elimination
from adcost.derivatives.elimination import Graph, eliminate, linearize
from adcost.derivatives.elimination_search import search
from adcost.derivatives.tape.tape import forward
from adcost.derivatives.tape.trace import trace
from adcost.functions.graphs import POINTS


@st.composite
def small_graphs(draw, intermediate=5):
    """Layered at random: inputs 0, 1, then vertices each with parents before it."""
    size = 2 + draw(st.integers(1, intermediate)) + 2
    edges = {}
    for child in range(2, size):
        parents = draw(st.sets(st.integers(0, child - 1), min_size=1, max_size=3))
        for parent in parents:
            edges[parent, child] = draw(st.sampled_from([-2.0, -1.0, 0.5, 1.0, 3.0]))
    used = {parent for parent, _ in edges}
    outputs = {v for v in range(2, size) if v not in used} | {size - 2, size - 1}
    outputs |= draw(st.sets(st.integers(2, size - 1), max_size=1))
    return Graph((0, 1), tuple(sorted(outputs)), edges)


def _by_paths(graph):
    """The Jacobian as the sum over all paths of the products of their edges."""

    def along(start, end):
        if start == end:
            return 1.0
        return sum(e * along(c, end) for (p, c), e in graph.edges.items() if p == start)

    return np.array([[along(i, o) for i in graph.inputs] for o in graph.outputs])


@settings(max_examples=60)
@given(small_graphs(), st.randoms(use_true_random=False))
def test_every_order_gives_the_sum_over_paths(graph, random):
    order = graph.intermediate
    random.shuffle(order)
    found, _ = eliminate(graph, order)
    np.testing.assert_allclose(found, _by_paths(graph), atol=1e-12)


@settings(max_examples=60)
@given(small_graphs())
def test_the_search_finds_what_trying_all_orders_finds(graph):
    least = min(eliminate(graph, order)[1] for order in permutations(graph.intermediate))
    found = search(graph, states=10**6)
    assert found.optimal and found.multiplications == least
    assert eliminate(graph, found.order)[1] == least


@settings(max_examples=30)
@given(small_graphs(intermediate=7))
def test_a_search_cut_short_brackets_the_optimum(graph):
    short, whole = search(graph, states=1), search(graph, states=10**6)
    assert short.bound <= whole.multiplications <= short.multiplications
    assert eliminate(graph, short.order)[1] == short.multiplications


def test_the_helmholtz_energy_has_the_published_counts():
    """Lohoff & Neftci 2024: 56 forward, 36 reverse, 33 by minimum Markowitz degree, 33 at best."""
    f, point = POINTS["helmholtz"]
    graph = linearize(trace(f), point)
    orders = (
        elimination.forward_order(graph),
        elimination.reverse_order(graph),
        elimination.markowitz_order(graph),
    )
    assert [eliminate(graph, order)[1] for order in orders] == [56, 36, 33]
    assert search(graph, states=5000).multiplications == 33


def test_speelpennings_product_by_hand():
    """n factors: reverse 2(n − 2), forward 2 + … + (n − 1)."""
    f, point = POINTS["speelpenning"]
    graph, n = linearize(trace(f), point), 6
    assert eliminate(graph, elimination.reverse_order(graph))[1] == 2 * (n - 2)
    assert eliminate(graph, elimination.forward_order(graph))[1] == sum(range(2, n))


def test_a_sum_is_one_vertex_and_an_output_stays_one():
    tape = trace(lambda a, b, c, d: (a * b + c - d + a, (a * b + c) * d))
    graph = linearize(tape, (2.0, 3.0, 4.0, 5.0))
    found, _ = eliminate(graph, graph.intermediate)
    np.testing.assert_allclose(found, [[4, 2, 1, -1], [15, 10, 5, 10]])
    whole = linearize(trace(lambda a, b, c, d: ((a + b + c + d) * a,)), (1.0, 2.0, 3.0, 4.0))
    assert len(whole.intermediate) == 1


def test_an_output_that_others_depend_on_keeps_its_row():
    tape = trace(lambda a, b: (a * b, (a * b) * b))
    graph = linearize(tape, (2.0, 3.0))
    found, multiplications = eliminate(graph, graph.intermediate)
    np.testing.assert_allclose(found, [[3, 2], [9, 12]])
    assert multiplications == 2


def test_what_no_output_needs_or_no_input_reaches_is_left_out():
    graph = linearize(trace(lambda a, b: (a * 2.0 + b,)), (1.0, 1.0))
    np.testing.assert_allclose(eliminate(graph, graph.intermediate)[0], [[2, 1]])


def test_the_jacobian_is_that_of_the_tape():
    f, point = POINTS["lighthouse"]
    tape = trace(f)
    columns = [forward(tape, point, direction)[1] for direction in np.eye(4)]
    expected = np.array([[column[o] for column in columns] for o in tape.outputs])
    graph = linearize(tape, point)
    np.testing.assert_allclose(eliminate(graph, graph.intermediate)[0], expected, rtol=1e-12)


def test_an_order_that_leaves_a_vertex_out_is_refused():
    f, point = POINTS["helmholtz"]
    graph = linearize(trace(f), point)
    with pytest.raises(ValueError, match="is not an order"):
        eliminate(graph, graph.intermediate[1:])


def test_an_input_that_is_an_output_is_refused_by_name():
    with pytest.raises(ValueError, match="weight is an input and an output"):
        linearize(trace(lambda weight, x: (weight, weight * x)), (1.0, 2.0))
