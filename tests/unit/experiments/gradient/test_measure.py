import jax
import numpy as np
import pytest

from adcost.costs.count import count
from adcost.experiments.gradient import measure, plan
from adcost.experiments.gradient.analysis import DIFFERENCES, METHODS

FUNCTIONS = list(measure.LOSSES)


def _values(tables, quantity):
    table = tables["measurements"]
    return table[table.quantity == quantity].set_index(["point", "dimension", "method"]).value


def test_every_method_is_counted_everywhere_and_run_where_it_is_asked_for(tables, section):
    run = tables["timings"].groupby(["point", "dimension"]).method.agg(set)
    counts = _values(tables, "operations").sort_index()
    for function, sweep in section["functions"].items():
        for d in sweep["dimensions"]:
            point = function, plan.dimension(function, d)
            assert set(counts[point].index) == {"loss", *METHODS}
            if d <= sweep["all_methods_up_to"]:
                assert run[point] == {"loss", *METHODS}
            elif d <= sweep["reverse_up_to"]:
                assert run[point] == {"loss", "gradient", "reverse"}
            else:
                assert point not in run.index


def test_all_methods_give_the_same_gradient(tables):
    errors = _values(tables, "relative_error").groupby("method").max()
    # Rounding of sums of a hundred terms; u^(2/3) and u^(1/2) times the functions' curvature.
    assert errors[["gradient", "forward_columns", "forward_batched"]].max() < 1e-13
    assert errors["central_difference"] < 1e-7 and errors["forward_difference"] < 1e-4


def test_differences_evaluate_the_function_as_often_as_the_theory_says(tables):
    evaluations = _values(tables, "evaluations").reset_index()
    assert set(evaluations.method) == set(DIFFERENCES)
    central = evaluations[evaluations.method == "central_difference"]
    forward = evaluations[evaluations.method == "forward_difference"]
    assert (central.value == 2 * central.dimension).all()
    assert (forward.value == forward.dimension + 1).all()


def test_the_sum_of_squares_takes_the_operations_counted_by_hand(tables):
    operations = _values(tables, "operations")["sum_of_squares"]
    for d in (20, 1280):
        assert operations[d, "loss"] == 2 * d - 1
        # By jax's rule for w·w both factors' adjoints are computed, and added.
        assert operations[d, "gradient"] == 3 * d
        assert operations[d, "reverse"] == operations[d, "loss"] + 3 * d


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_bound_holds_by_count_far_beyond_what_is_run(function):
    with jax.enable_x64(True):
        shapes = measure.structure(function, 10**8, examples=16)
        loss = measure.LOSSES[function]
        both = count(jax.value_and_grad(loss), *shapes).total
        assert 1 < both / count(loss, *shapes).total < 5


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_has_its_dimension_and_a_gradient_against_which_it_falls(function):
    with jax.enable_x64(True):
        loss, (w, *data) = (
            measure.LOSSES[function],
            measure.problem("here", function, 75, 8, seed=1),
        )
        assert w.shape == (plan.dimension(function, 75),)
        # What is counted is what is run.
        shapes = measure.structure(function, 75, 8)
        assert [(a.shape, a.dtype) for a in (w, *data)] == [(s.shape, s.dtype) for s in shapes]
        value, slope = jax.jit(jax.value_and_grad(loss))(w, *data)
        step = 1e-6 * slope / np.linalg.norm(slope)
        assert jax.jit(loss)(w - step, *data) < value


def test_a_product_costs_by_its_writing(tables):
    """By hand: d products, 2d of adjoints, and d − 1 sums of arrays of d numbers where indexed.

    Filled: d − 1 products, 2(d − 1) of adjoints and 2(d − 1) such sums, for the entries of w and
    for those of the array: (d − 1)(2d + 3).
    """
    table = tables["measurements"]
    table = table[table.point == "writing"].pivot(
        index=["method", "dimension"], columns="quantity", values="value"
    )
    ratio = table.both / table.value
    for d in (40, 80, 160):
        assert ratio["product_indexed", d] == pytest.approx(d + 2, abs=0.1)
        assert ratio["product_fori_loop", d] == pytest.approx(d + 3, abs=0.1)
        assert ratio["product_filled", d] == pytest.approx(2 * d + 3, abs=0.1)
        for way in ("product_scanned", "product_unstacked"):
            assert ratio[way, d] == pytest.approx(3, abs=0.05)
    # Value, derivative and their product: 1 + 1 + 1, and for erf 1 + 4 + 1.
    assert ratio["sin", 1] == 3 and ratio["erf", 1] == 6 and ratio["exp", 1] == 2


def test_the_tape_counts_what_its_sweeps_do(tables):
    """A product of d numbers: d − 1 products, and 2(d − 1) of adjoints, less the output's two."""
    table = tables["measurements"]
    rows = table[(table.point == "tape") & (table.method == "product")]
    for d, group in rows.groupby("dimension"):
        found = group.set_index("quantity").value
        assert (found.tape_value, found.tape_both) == (d - 1, 3 * (d - 1) - 2)
        assert found.price == 5
