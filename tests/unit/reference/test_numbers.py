"""The report's numbers of two runs, by name: which may differ, and how far."""

import pytest

from adcost.reference.numbers import compare_numbers, leaves
from adcost.reference.tolerances import Rule, Tolerance, Tolerances

DEFAULT = Tolerance(relative=1e-6)
NUMBERS = {
    "price": 0.75, "sites": 4 * 10**9, "kind": "fast", "none": None,
    "rows": [{"method": "a", "seconds": 1.5}, {"method": "b", "seconds": 2.5}],
}  # fmt: skip
RULES = (
    Rule("toy", "numbers", "value", {"name": ("rows.*.seconds",)}, Tolerance(compared=False), "s"),
    Rule("toy", "numbers", "value", {"name": ("price",)}, Tolerance(relative=0.1), "why"),
)


def compared(change, rules=(), passed=(), experiment="toy"):
    return compare_numbers(
        experiment, NUMBERS, NUMBERS | change, Tolerances(DEFAULT, rules), passed
    )


def test_every_leaf_has_a_name():
    assert dict(leaves(NUMBERS)) == {
        "price": 0.75, "sites": 4 * 10**9, "kind": "fast", "none": None, "rows.0.method": "a",
        "rows.0.seconds": 1.5, "rows.1.method": "b", "rows.1.seconds": 2.5,
    }  # fmt: skip


def test_the_same_numbers_are_identical():
    result = compared({})
    assert (result.status, result.identical, result.rows) == ("identical", 8, 8)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"price": 0.75 * (1 + 0.9e-6)}, "within"),
        ({"price": 0.75 * (1 + 1.1e-6)}, "differs"),
        ({"price": None}, "differs"),
        ({"price": "0.75"}, "differs"),
        ({"price": True}, "differs"),
        ({"sites": 4 * 10**9 + 1}, "differs"),
        ({"kind": "slow"}, "differs"),
        ({"none": 0.0}, "differs"),
        ({"rows": NUMBERS["rows"][:1]}, "differs"),
        ({"more": 1}, "identical"),
    ],
)
def test_a_number_without_a_rule_has_the_default(change, status):
    result = compared(change)
    assert result.status == status
    assert all(difference.where == "numbers.json" for difference in result.differences)


def test_rules_hold_by_name_with_a_star_for_places_in_lists():
    seconds = [{"method": "a", "seconds": 9.0}, {"method": "b", "seconds": 9.0}]
    result = compared({"rows": seconds}, RULES)
    assert (result.status, result.not_compared) == ("identical", 2)
    assert compared({"price": 0.8}, RULES).status == "within"
    assert compared({"price": 0.9}, RULES).status == "differs"
    assert compared({"price": 0.8}, RULES, experiment="other").status == "differs"
    # Of what is not compared even the lack is none; of a method's name it is.
    assert compared({"rows": [{"method": "a"}, {"method": "b"}]}, RULES).status == "identical"


def test_a_number_may_be_twice_as_far_off_as_the_cells_that_it_may_be_made_of():
    passed = {DEFAULT, Tolerance(relative=0.1), Tolerance(compared=False)}
    assert compared({"price": 0.75 * 1.19}, passed=passed).status == "within"
    assert compared({"price": 0.75 * 1.21}, passed=passed).status == "differs"
    assert compared({"sites": 44 * 10**8}, passed=passed).status == "within"
    assert compared({"sites": 4 * 10**9 + 1}, passed={DEFAULT}).status == "differs"
    by_order = {Tolerance(factor=3.0)}
    assert compared({"price": 0.75 * 8.9}, passed=by_order).status == "within"
    assert compared({"price": 0.75 * 9.1}, passed=by_order).status == "differs"
    assert compared({"kind": "slow"}, passed=passed).status == "differs"
