import jax.numpy as jnp
import pytest

from adcost.derivatives.paths import paths_and_edges
from adcost.functions import iterated


@pytest.mark.parametrize("depth", [1, 2, 5, 70])
def test_paths_double_where_the_argument_is_used_twice(depth):
    paths, edges = paths_and_edges(lambda x: iterated.unrolled("logistic", x, depth), 0.3)
    assert paths == 2**depth and edges == 4 * depth


def test_a_chain_has_one_path():
    assert paths_and_edges(lambda x: iterated.unrolled("sine", x, 9), 0.3) == (1, 9)


def test_the_lectures_graph_has_its_four_paths():
    """L = w₂ log w₁ + √(w₂ log w₁): two from each input, over v₁, v₂, v₃."""

    def f(w1, w2):
        v2 = w2 * jnp.log(w1)
        return v2 + jnp.sqrt(v2)

    assert paths_and_edges(f, 2.0, 3.0) == (4, 6)


def test_what_the_output_does_not_depend_on_is_no_path():
    assert paths_and_edges(lambda x: jnp.asarray(1.0) * 2, 0.3)[0] == 0
