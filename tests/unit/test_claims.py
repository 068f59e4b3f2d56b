import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.claims import (
    COLUMNS,
    Claim,
    Evidence,
    as_record,
    as_rows,
    at_least,
    at_most,
    check_ids,
    judge,
    mark_disturbed,
    near,
)
from adcost.costs.background_load import DISTURBED_ABOVE
from adcost.statistics.intervals import CONFIDENCE, Interval

finite = st.floats(-1e6, 1e6)


@given(
    value=finite,
    below=st.floats(0, 1e3),
    above=st.floats(0, 1e3),
    low=finite,
    width=st.floats(0, 1e6),
)
def test_the_three_verdicts_are_inside_outside_and_across(value, below, above, low, width):
    measured = Interval(value, value - below, value + above)
    high = low + width
    inside = low <= measured.low and measured.high <= high
    outside = measured.high < low or high < measured.low
    expected = "reproduced" if inside else "refuted" if outside else "inconclusive"
    assert judge(measured, low, high) == expected


def test_what_was_not_measured_is_never_more_than_inconclusive():
    nothing = Interval(math.nan, math.nan, math.nan)
    assert judge(nothing) == "inconclusive"
    assert judge(Interval(1.0, math.nan, math.nan), 0, 2) == "inconclusive"
    # Not even where the other end lies outside.
    assert judge(Interval(-1.0, math.nan, -0.5), 0, 2) == "inconclusive"
    assert judge(Interval(3.0, 2.5, math.nan), 0, 2) == "inconclusive"


def test_bounds_state_what_they_predict():
    one = Interval(1.0, 0.9, 1.1)
    assert at_most("timed", one, 1.05, "s").verdict == "inconclusive"
    assert at_most("timed", one, 0.8, "s").verdict == "refuted"
    assert at_least("timed", one, 0.8, "s").predicted == "≥ 0.8"
    assert near("counted", Interval.exactly(2), 2, 0, "1").verdict == "reproduced"
    assert near("counted", Interval.exactly(2.0001), 2, 0, "1").verdict == "refuted"


@pytest.mark.parametrize(
    ("evidence", "low", "high"),
    [
        (lambda measured: at_most("counted", measured, 2.0, "1"), -math.inf, 2.0),
        (lambda measured: at_least("counted", measured, 2.0, "1"), 2.0, math.inf),
        (lambda measured: near("counted", measured, 2.0, 0.5, "1"), 1.5, 2.5),
    ],
    ids=["at_most", "at_least", "near"],
)
def test_each_bound_lies_where_it_says(evidence, low, high):
    for value in (-1e9, 1.4999, 1.5, 1.9999, 2.0, 2.0001, 2.5, 2.5001, 1e9):
        expected = "reproduced" if low <= value <= high else "refuted"
        assert evidence(Interval.exactly(value)).verdict == expected, value


def test_bounds_are_printed_unless_they_are_said_otherwise():
    one = Interval.exactly(1.0)
    printed = [at_most("timed", one, 1 / 3, "s"), at_least("timed", one, 1 / 3, "s"),
               near("timed", one, 1 / 3, 0.25, "s")]  # fmt: skip
    assert [it.predicted for it in printed] == ["≤ 0.3333", "≥ 0.3333", "0.3333 ± 0.25"]
    said = [at_most("timed", one, 3, "s", "cheap"), at_least("timed", one, 3, "s", "cheap"),
            near("timed", one, 3, 1, "s", "cheap")]  # fmt: skip
    assert [it.predicted for it in said] == ["cheap"] * 3


def _claim(**changes):
    counted = near("counted", Interval.exactly(1), 1, 0.1, "exponent")
    timed = near("timed", Interval(2.0, 1.9, math.inf, CONFIDENCE), 1, 0.1, "exponent")
    fields = {"id": "x.a", "source": "s", "statement": "T.", "requires": (counted,),
              "beside": (timed,), "claimed_by": "lecture"}  # fmt: skip
    return Claim(**(fields | changes))


def test_what_stands_beside_does_not_overrule_what_is_required():
    claim = _claim()
    assert [e.verdict for e in claim.evidence] == ["reproduced", "refuted"]
    assert claim.verdict == "reproduced"
    assert _claim(requires=claim.beside, beside=claim.requires).verdict == "refuted"


@given(verdicts=st.lists(st.sampled_from(["reproduced", "refuted", "inconclusive"]), min_size=1))
def test_all_that_is_required_decides(verdicts):
    """Refuted if one piece is, else inconclusive if one is, in whatever order they stand."""
    one = Interval.exactly(1)
    pieces = tuple(Evidence("counted", "1", one, "1", verdict) for verdict in verdicts)
    claim = _claim(requires=pieces)
    expected = "reproduced"
    if "inconclusive" in verdicts:
        expected = "inconclusive"
    if "refuted" in verdicts:
        expected = "refuted"
    assert claim.verdict == expected
    assert claim.evidence == (*pieces, *claim.beside)


def test_a_record_is_json_and_its_rows_are_the_table():
    record = as_record(_claim(note="n"), "x")
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    rows = as_rows([record])
    assert [list(row) for row in rows] == [list(COLUMNS)] * 2
    assert [row["decides"] for row in rows] == [True, False]
    assert rows[1]["high"] is None and rows[1]["low"] == 1.9
    assert [row["interval"] for row in rows] == ["exact", "confidence 95 %"]
    assert {row["claimed_by"] for row in rows} == {"lecture"}
    assert [row["verdict"] for row in rows] == ["reproduced", "refuted"]


def test_a_claim_must_say_whose_it_is():
    with pytest.raises(TypeError, match="claimed_by"):
        Claim("x.a", "s", "t", ())


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ([_claim(), _claim()], "two claims are called x.a"),
        ([_claim(id="y.a")], r"call it x\."),
        ([_claim(requires=())], "x.a requires no evidence"),
        ([_claim(source="")], "x.a has no source; say where"),
        ([_claim(source=" ", claimed_by="ours")], "x.a has no source; say where"),
        ([_claim(statement="It costs little")], "claim x.a must be a sentence .* full stop"),
        ([_claim(statement="")], "claim x.a must be a sentence"),
    ],
)
def test_claims_that_the_report_cannot_show_are_refused(claims, says):
    with pytest.raises(ValueError, match=says):
        check_ids(claims, "x")
    check_ids([_claim()], "x")


@pytest.mark.parametrize("verdict", ["reproduced", "refuted"])
def test_timed_evidence_of_a_disturbed_point_is_marked_and_inconclusive(verdict):
    measured = Interval(1.0, 0.9, 1.1)
    bound = 2.0 if verdict == "reproduced" else 0.5
    evidence = (at_most("counted", measured, bound, "1"), at_most("timed", measured, bound, "s"))
    claim = Claim("e.c", "source", "statement", evidence, beside=evidence, claimed_by="ours")
    quiet = pd.DataFrame({"others_share": [0.0, DISTURBED_ABOVE]})
    loud = pd.DataFrame({"others_share": [0.0, 1.01 * DISTURBED_ABOVE]})
    for timings in (None, quiet):
        assert mark_disturbed([claim], timings) == [claim]
    (marked,) = mark_disturbed([claim], loud)
    # A disturbed timing that is required leaves a reproduced claim open.
    assert marked.verdict == ("inconclusive" if verdict == "reproduced" else "refuted")
    for counted, timed in (marked.requires, marked.beside):
        assert counted == evidence[0] and counted.verdict == verdict
        assert timed.verdict == "inconclusive" and timed.disturbed
    rows = as_rows([as_record(marked, "e")])
    assert [row["disturbed"] for row in rows] == [False, True] * 2
    assert [row["decides"] for row in rows] == [True, True, False, False]
