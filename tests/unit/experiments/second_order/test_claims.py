"""Planted results turn the verdict."""

import math

import pytest

from adcost.experiments.second_order.claims import judge, numbers, share
from adcost.statistics.intervals import Interval

MEMORY, BETTER, TIME, PRODUCTS = (
    "second_order.memory",
    "second_order.first_better_when_large",
    "second_order.first_better_when_large_time",
    "second_order.newton_cg",
)


def _verdicts(tables):
    return {claim.id: claim.verdict for claim in judge(tables)}


def test_what_the_lecture_expects_is_reproduced(plant):
    assert set(_verdicts(plant()).values()) == {"reproduced"}


@pytest.mark.parametrize(
    "numbers",
    [
        {"newton": lambda p: 5 * p},  # banded
        {"newton": lambda p: p**2 / 2},  # half of it
        {"newton": lambda p: p**2.5},
        {"l_bfgs": lambda p: p**2},
        {"adam": lambda p: p**1.2},
    ],
)
def test_other_bytes_refute_the_memory(plant, numbers):
    assert _verdicts(plant(numbers=numbers))[MEMORY] == "refuted"


def test_a_newton_that_is_cheaper_when_large_refutes_the_work(plant):
    assert _verdicts(plant(newton=lambda p: 30 - p / 200))[BETTER] != "reproduced"
    tables = plant(newton=lambda p: 1000 / p)
    measured = tables["measurements"]
    # It ran in the most variables as well: nothing is only bounded.
    rows = measured[
        (measured.method == "newton")
        & (measured["size"] == 256)
        & measured.quantity.isin(("cost", "reached", "hessians"))
    ]
    more = rows.assign(size=4096, point=rows.problem + "-4096")
    tables["measurements"] = type(measured)(
        [*measured.to_dict("records"), *more.to_dict("records")]
    )
    assert _verdicts(tables)[BETTER] == "refuted"


def test_a_factor_that_does_not_grow_refutes_the_work(plant):
    tables = plant(newton=lambda p: 50.0)
    rows = tables["measurements"]
    # Its step is all of it, so that the bound in the most variables is no weaker than the others.
    rows.loc[rows.quantity == "step", "value"] = 50.0
    assert _verdicts(tables)[BETTER] != "reproduced"


def test_what_did_not_arrive_is_a_bound_and_decides_nothing(plant):
    tables = plant()
    rows = tables["measurements"]
    first = rows.method.isin(("gradient_descent", "adam", "l_bfgs"))
    rows.loc[first & (rows.quantity == "reached"), "value"] = 0.0
    assert _verdicts(tables)[BETTER] == "inconclusive"


def test_time_is_decided_by_time(plant):
    assert _verdicts(plant(seconds={"newton": 0.5}))[TIME] == "refuted"
    assert _verdicts(plant(seconds={"newton": 0.5}))[BETTER] == "reproduced"


def test_the_first_order_method_that_is_timed_is_the_fastest(plant):
    assert _verdicts(plant(seconds={"l_bfgs": 10.0, "adam": 4.0}))[TIME] == "refuted"
    assert _verdicts(plant(seconds={"l_bfgs": 10.0, "adam": 2.0}))[TIME] == "reproduced"


def test_newton_cg_that_holds_a_matrix_or_works_more_is_refuted(plant):
    assert _verdicts(plant(numbers={"newton_cg": lambda p: p**2}))[PRODUCTS] == "refuted"
    tables = plant(newton_cg=1e9)
    assert _verdicts(tables)[PRODUCTS] == "inconclusive"  # one step is a lower bound of Newton's
    rows = tables["measurements"]
    arrived = (rows.method == "newton_cg") & (rows.quantity == "reached")
    rows.loc[arrived, "value"] = 0.0
    assert _verdicts(tables)[PRODUCTS] == "inconclusive"


def test_a_share_counts_what_is_certain_and_what_is_possible():
    found = share(
        [Interval(2, 2, 3), Interval(1, 0.5, 2), Interval(0.1, 0.1, 0.2), Interval.unknown()]
    )
    assert (found.low, found.high) == (0.25, 0.75)


def test_the_numbers_are_those_of_the_tables(plant):
    found = numbers(plant(newton=lambda p: p / 4))
    assert found["largest_l_bfgs"] == pytest.approx(16e9 / 8 / 28)
    assert found["largest_newton"] == pytest.approx(math.sqrt(16e9 / 8 / 2))
    assert found["by_squares"] == pytest.approx(math.sqrt(2e9))
    assert found["matrices_newton"] == 2
    assert (found["least_p"], found["most_p"]) == (16, 4096)
    assert found["newton_step"] == 4096 / 8
    assert (found["least_time"], found["most_time"]) == pytest.approx((3, 3))
    row = found["problems"][0]
    # Newton takes p/4 gradients where L-BFGS takes 20: they meet at 80.
    assert row["border"] == 80
    assert row["newton_least"] == pytest.approx(4 / 20)
    assert row["newton_most"] == pytest.approx(4096 / 8 / 20)
    assert row["newton_cg_most"] == pytest.approx(1.5)
