"""Where the borders of `price`'s claims lie: one fault just beyond, one just within."""

import json

import pytest

from adcost.experiments.price.claims import judge

from . import tables_price
from .synthetic import changed, put

OF_REVERSE = {"point": "flat", "derivative": "gradient", "method": "reverse mode"}


def _claims(*changes):
    return {claim.id: claim for claim in judge(changed(tables_price.make(), *changes))}


def _counted(price):
    return put(price, **OF_REVERSE, quantity="counted")


def _part(name, edit):
    """A change of one part of `flat`."""

    def change(tables):
        parts = tables["parts"]
        (row,) = parts.index[(parts.point == "flat") & (parts.part == name)]
        content = json.loads(parts.content[row])
        edit(content)
        parts.loc[row, "content"] = json.dumps(content)

    return change


LOWER_BOUND = [
    put(0.0, **OF_REVERSE, quantity="exact"),
    _part("function", lambda content: content.update(exact=False)),
]


def test_each_function_is_judged_by_its_own_rows():
    found = {name: claim.verdict for name, claim in _claims().items()}
    assert found == {
        "price.flat.cheap_gradient": "reproduced",
        "price.flat.right": "reproduced",
        "price.steep.cheap_gradient": "refuted",
        "price.steep.right": "reproduced",
    }


@pytest.mark.parametrize(("price", "verdict"), [(4.99, "reproduced"), (5.01, "refuted")])
def test_a_gradient_is_cheap_up_to_five_evaluations(price, verdict):
    assert _claims(_counted(price))["price.flat.cheap_gradient"].verdict == verdict


@pytest.mark.parametrize("bound", LOWER_BOUND, ids=["of the gradient", "of the function"])
@pytest.mark.parametrize(("price", "verdict"), [(4.99, "inconclusive"), (5.01, "refuted")])
def test_a_lower_bound_decides_above_the_border_alone(bound, price, verdict):
    assert _claims(_counted(price), bound)["price.flat.cheap_gradient"].verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(4.98, 4.99, "reproduced"), (4.99, 5.01, "inconclusive"), (5.01, 5.02, "refuted")],
)
def test_the_price_in_time_stands_beside_with_its_whole_interval(low, high, verdict):
    def change(tables):
        ends = {"timed": low, "timed_low": low, "timed_high": high}
        for quantity, value in ends.items():
            labels = {"point": "flat", "method": "gradient: reverse mode", "group": "price"}
            put(value, "timings", **labels, quantity=quantity)(tables)

    claim = _claims(change)["price.flat.cheap_gradient"]
    assert [piece.verdict for piece in claim.beside] == [verdict]
    assert claim.verdict == "reproduced"


@pytest.mark.parametrize("place", [0, 1])
def test_one_check_that_fails_refutes_and_is_named(place):
    def fail(content):
        content[place] |= {"passed": False, "sentence": "off by a half."}

    claim = _claims(_part("checks", fail))["price.flat.right"]
    assert claim.verdict == "refuted" and claim.note == "Off by a half."


def test_a_check_without_an_outcome_is_not_counted():
    (piece,) = _claims()["price.flat.right"].requires
    assert piece.unit == "of 2 checks failed"
    without = _part("checks", lambda content: [row.update(passed=None) for row in content])
    assert "price.flat.right" not in _claims(without)
