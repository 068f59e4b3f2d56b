from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.derivatives import bracketing
from adcost.derivatives.bracketing import (
    Forward,
    InconsistentShapes,
    Layer,
    Product,
    Reverse,
    cost,
    dense,
    describe,
    optimal,
)

WIDTHS = st.lists(st.integers(1, 30), min_size=2, max_size=6)


def every_plan(first, last):
    """Every plan there is, without dynamic programming."""

    @cache
    def plans(i, j):
        found = [Forward(i, j), Reverse(i, j)]
        for k in range(i, j):
            left, right = plans(i, k), plans(k + 1, j)
            found += [Forward(k + 1, j, seed) for seed in left]
            found += [Reverse(i, k, seed) for seed in right]
            found += [Product(later, earlier) for later in right for earlier in left]
        return found

    return plans(first, last)


@settings(max_examples=50)
@given(widths=st.lists(st.integers(1, 30), min_size=2, max_size=5), extra=st.integers(0, 2))
def test_no_plan_is_cheaper_than_the_optimal_one(widths, extra):
    chain = dense(widths, extra)
    least = min(cost(plan, chain) for plan in every_plan(0, len(chain) - 1))
    assert cost(optimal(chain), chain) == least


def test_a_layers_multiplications_are_its_matrix_and_what_is_extra():
    assert [layer.multiplications for layer in dense([2, 3, 5])] == [6, 15]
    assert [layer.multiplications for layer in dense([2, 3, 5], extra=2)] == [12, 25]


@given(WIDTHS)
def test_the_modes_cost_columns_and_rows(widths):
    chain = dense(widths)
    edges = sum(layer.multiplications for layer in chain)
    assert cost(bracketing.forward(chain), chain) == widths[0] * edges
    assert cost(bracketing.reverse(chain), chain) == widths[-1] * edges


@given(WIDTHS)
def test_a_chain_turned_around_costs_the_same(widths):
    chain, turned = dense(widths), dense(widths[::-1])
    assert cost(optimal(chain), chain) == cost(optimal(turned), turned)


def test_an_hourglass_goes_by_rows_to_its_waist_and_by_columns_from_there():
    chain = dense([1000, 200, 10, 200, 1000])
    assert optimal(chain) == Product(Forward(2, 3), Reverse(0, 1))
    half = 10 * (1000 * 200 + 200 * 10)
    assert cost(optimal(chain), chain) == 2 * half + 1000 * 10 * 1000
    assert describe(optimal(chain)) == "(forward 3–4) × (reverse 1–2)"


def test_a_plan_in_words_names_what_it_starts_from():
    assert describe(Forward(2, 2, Reverse(0, 1))) == "forward 3 of (reverse 1–2)"


def test_layers_that_do_not_fit_are_refused_by_name():
    chain = [Layer("encoder", 4, 5, 20), Layer("decoder", 6, 2, 12)]
    with pytest.raises(
        InconsistentShapes, match=r"decoder takes 6 numbers, but encoder .* gives 5"
    ):
        optimal(chain)
    with pytest.raises(InconsistentShapes, match="at least one layer"):
        optimal([])
