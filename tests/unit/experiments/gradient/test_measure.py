import jax
import numpy as np
import pytest

from adcost.experiments.gradient import measure, plan
from adcost.experiments.gradient.summary import DIFFERENCES, METHODS


def _values(tables, quantity):
    table = tables["measurements"]
    return table[table.quantity == quantity].set_index(["point", "dimension", "method"]).value


def test_every_method_is_measured_where_it_is_asked_for(tables, section):
    operations = _values(tables, "operations").sort_index()
    for function, sweep in section["functions"].items():
        for d in sweep["dimensions"]:
            methods = set(operations[function, plan.dimension(function, d)].index)
            everything = d <= sweep["all_methods_up_to"]
            assert methods == {"loss", *(METHODS if everything else ("gradient", "reverse"))}


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
    for d in (20, 320):
        assert operations[d, "loss"] == 2 * d - 1
        # By jax's rule for w·w both factors' adjoints are computed, and added.
        assert operations[d, "gradient"] == 3 * d
        assert operations[d, "reverse"] == operations[d, "loss"] + 3 * d


@pytest.mark.parametrize("function", ["sum_of_squares", "logistic", "network", "mds"])
def test_each_function_has_its_dimension_and_a_gradient_against_which_it_falls(function):
    with jax.enable_x64(True):
        loss, w, *data = measure.problem("here", function, 75, 8, seed=1)
        assert w.size == plan.dimension(function, 75) and w.dtype == np.float64
        value, slope = jax.jit(jax.value_and_grad(loss))(w, *data)
        step = 1e-6 * slope / np.linalg.norm(slope)
        assert jax.jit(loss)(w - step, *data) < value
