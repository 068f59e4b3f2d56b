"""How much of its region a claim's evidence uses, and which piece is shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.claims import Claim, as_record, at_least, at_most, near, within
from adcost.headline.forest import forest, reach, used
from adcost.statistics.intervals import Interval

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
ENDS = st.one_of(st.none(), NUMBERS)


@pytest.mark.parametrize(
    ("measured", "least", "most", "share"),
    [
        (0.5, None, 2.0, 0.25),
        (8.0, None, 2.0, 4.0),
        (-1.0, None, 2.0, 0.0),
        (-2.0, None, -0.5, 0.25),
        (-0.25, None, -0.5, 2.0),
        (0.1, None, -0.5, math.inf),
        (8.0, 2.0, None, 0.25),
        (1.0, 2.0, None, 2.0),
        (0.0, 2.0, None, math.inf),
        (1.05, 0.9, 1.1, 0.5),
        (0.7, 0.9, 1.1, 3.0),
        (1.0, 1.0, 1.0, 0.0),
        (1.1, 1.0, 1.0, math.inf),
        (0.0, None, 0.0, 0.0),
        (1.0, None, 0.0, math.inf),
        (7.0, None, None, 0.0),
    ],
)
def test_a_share_of_the_region(measured, least, most, share):
    assert used(measured, least, most) == pytest.approx(share)


@given(measured=NUMBERS, least=ENDS, most=ENDS)
def test_one_is_the_border(measured, least, most):
    """Within the region at most 1, outside at least 1, but for rounding there."""
    if least is not None and most is not None and least > most:
        least, most = most, least
    inside = (least is None or measured >= least) and (most is None or measured <= most)
    share = used(measured, least, most)
    assert share <= 1 + 1e-6 if inside else share >= 1 - 1e-6


def _piece(evidence):
    return as_record(Claim("x.a", "s", "t", (evidence,), claimed_by="ours"), "x")["evidence"][0]


def test_an_interval_around_the_middle_begins_at_none_of_it():
    around = near("counted", Interval(1.02, 0.95, 1.05), 1, 0.1, "1")
    assert reach(_piece(around)) == pytest.approx((0.2, 0.0, 0.5))
    beside = near("counted", Interval(1.04, 1.02, 1.05), 1, 0.1, "1")
    assert reach(_piece(beside)) == pytest.approx((0.4, 0.2, 0.5))


def test_at_least_turns_the_interval_round():
    found = reach(_piece(at_least("timed", Interval(4.0, 2.0, 8.0), 2, "1")))
    assert found == pytest.approx((0.5, 0.25, 1.0))


def test_what_was_not_measured_has_no_place():
    assert all(map(math.isnan, reach(_piece(at_most("timed", Interval.unknown(), 2, "1")))))
    value, low, high = reach(_piece(at_most("timed", Interval(1.0, math.nan, 3.0), 2, "1")))
    assert value == 0.5 and math.isnan(low) and math.isnan(high)


def test_an_open_end_of_an_interval_has_no_place_either():
    value, low, high = reach(_piece(at_most("timed", Interval(1.0, 0.5, math.inf), 2, "1")))
    assert value == 0.5 and math.isnan(low) and math.isnan(high)


def test_shown_is_what_gave_the_verdict_and_of_that_what_uses_most():
    one = Interval.exactly(1.0)
    claim = Claim(
        "x.a", "s", "t",
        (at_most("counted", one, 10, "1"), at_most("counted", one, 2, "1"),
         within("counted", one, 0, 4, "1", "")),
        beside=(at_most("timed", one, 1.25, "1"),), claimed_by="ours",
    )  # fmt: skip
    refuted = Claim(
        "x.b", "s", "t", (at_most("counted", one, 2, "1"), at_most("counted", one, 0.25, "1")),
        claimed_by="ours",
    )  # fmt: skip
    found = forest([as_record(one, "x") for one in (claim, refuted)]).set_index("id")
    assert found.value.to_dict() == {"x.a": 0.5, "x.b": 4.0}
    assert found.verdict.to_dict() == {"x.a": "reproduced", "x.b": "refuted"}
