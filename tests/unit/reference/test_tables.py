"""Two versions of a table: what is identical, within, beyond, lost, gained, or moved."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.reference.tables import compare_tables
from adcost.reference.tolerances import Range, Rule, Tolerance, Tolerances

DEFAULT = Tolerances(Tolerance(relative=1e-6))
TABLE = pd.DataFrame(
    {
        "point": "a",
        "method": ["slow", "slow", "fast", "fast"],
        "draw": [0, 1, 0, 1],
        "quantity": ["norm", "norm", "count", "norm"],
        "value": [1.5, 2.5, 4e9, 0.125],
    }
)


def text(table):
    return table.to_csv(index=False, lineterminator="\n")


def changed(row, column, value):
    table = TABLE.astype(object)
    table.loc[row, column] = value
    return table


def compared(found, reference=TABLE, tolerances=DEFAULT):
    return compare_tables("toy", "measurements", text(reference), text(found), tolerances)


def ruled(where=None, column="value", **limits):
    rule = Rule("toy", "measurements", column, where or {}, Tolerance(**limits), "why")
    return Tolerances(DEFAULT.default, (rule,))


def test_the_same_bytes_are_identical():
    result = compared(TABLE)
    assert (result.status, result.identical, result.rows) == ("identical", 20, 4)


def test_the_same_values_written_otherwise_are_identical():
    result = compared(changed(0, "value", "1.50e0"))
    assert (result.status, result.identical) == ("identical", 20)


def test_a_digit_within_the_tolerance():
    result = compared(changed(1, "value", 2.5 * (1 + 0.9e-6)))
    assert (result.status, result.within, result.identical) == ("within", 1, 19)
    assert not result.differences


def test_a_digit_beyond_the_tolerance_is_shown_with_its_line_and_quantity():
    result = compared(changed(1, "value", 2.5 * (1 + 1.1e-6)))
    assert (result.status, result.beyond) == ("differs", 1)
    (difference,) = result.differences
    assert (difference.where, difference.name) == ("measurements.csv:3", "norm")
    assert (difference.reference, difference.share) == ("2.5", "1/3")


def test_of_several_the_worst_is_shown():
    found = changed(0, "value", 1.6)
    found.loc[3, "value"] = 0.5
    (difference,) = compared(found).differences
    assert (difference.where, difference.share) == ("measurements.csv:5", "2/3")


def test_whole_numbers_are_compared_exactly_although_their_column_holds_others():
    assert compared(changed(2, "value", 4e9 + 1)).status == "differs"
    assert compared(changed(2, "value", 4e9 + 0.5)).status == "within"  # no count any more
    assert compared(changed(2, "value", 4e9 + 1), tolerances=ruled(relative=1e-6)).beyond == 0


@pytest.mark.parametrize(("column", "value"), [("draw", 7), ("method", "fastest")])
def test_integers_and_text_are_compared_exactly(column, value):
    assert compared(changed(2, column, value)).status == "differs"


def test_nothing_is_not_zero_and_a_sign_counts():
    assert compared(changed(0, "value", "")).status == "differs"
    assert compared(changed(0, "value", -1.5)).status == "differs"
    assert compared(changed(0, "value", "nan")).status == "differs"
    assert compared(changed(0, "value", "inf")).status == "differs"


@pytest.mark.parametrize("row", range(4))
def test_a_lost_row_is_shown_and_does_not_shift_the_others(row):
    result = compared(TABLE.drop(index=row))
    assert (result.status, result.beyond, result.identical) == ("differs", 0, 15)
    (difference,) = result.differences
    assert (difference.kind, difference.where) == ("missing", f"measurements.csv:{row + 2}")
    assert difference.share == "1/4" and difference.reference.startswith("a,")


def test_a_lost_row_is_found_although_no_number_is_the_same():
    found = TABLE.assign(value=TABLE.value * (1 + 1e-8)).drop(index=1)
    result = compared(found)
    assert [d.where for d in result.differences] == ["measurements.csv:3"]
    assert result.within == 3


def test_a_lost_row_is_found_where_only_numbers_tell_rows_apart():
    reference = pd.DataFrame({"curve": "descent", "x": [0.5, 1.5, 2.5], "y": [3.5, 3.0, 2.75]})
    result = compared(reference.drop(index=1), reference)
    assert [d.where for d in result.differences] == ["measurements.csv:3"]
    assert (result.identical, result.beyond) == (6, 0)


def test_a_row_more_is_shown():
    found = pd.concat([TABLE, TABLE.iloc[[3]].assign(draw=2)])
    (difference,) = compared(found).differences
    assert (difference.kind, difference.where, difference.share) == (
        "extra", "measurements.csv:6", "1/5",
    )  # fmt: skip
    assert compared(found).status == "differs"


def test_rows_in_another_order_are_the_same_rows():
    assert compared(TABLE.iloc[::-1]).status == "identical"


def test_a_lost_column_fails_and_a_new_one_is_only_said():
    lost = compared(TABLE.drop(columns="draw"))
    assert (lost.status, lost.differences[0].name) == ("differs", "draw")
    new = compared(TABLE.assign(unit="m"))
    assert (new.status, new.differences[0].kind) == ("identical", "extra")


def test_a_rule_holds_in_its_rows_only():
    tolerances = ruled({"quantity": ("norm",), "method": ("slow",)}, relative=0.5)
    assert compared(changed(0, "value", 2.0), tolerances=tolerances).status == "within"
    assert compared(changed(3, "value", 0.15), tolerances=tolerances).status == "differs"


def test_of_two_rules_that_hold_the_first_does():
    wide, narrow = (
        Rule("toy", "measurements", "value", {}, Tolerance(relative=size), "why")
        for size in (0.5, 0.01)
    )
    found = changed(0, "value", 2.0)
    for rules, status in (((wide, narrow), "within"), ((narrow, wide), "differs")):
        assert compared(found, tolerances=Tolerances(DEFAULT.default, rules)).status == status


def test_a_relative_tolerance_is_of_the_reference():
    half = ruled(relative=0.5)
    for value, status in ((2.25, "within"), (2.3, "differs"), (0.75, "within"), (0.7, "differs")):
        assert compared(changed(0, "value", value), tolerances=half).status == status


def test_a_rule_holds_for_numbers_within_its_range_only():
    tolerances = ruled({"draw": Range(at_least=1), "quantity": ("norm",)}, relative=0.5)
    assert compared(changed(3, "value", 0.15), tolerances=tolerances).status == "within"
    assert compared(changed(0, "value", 1.6), tolerances=tolerances).status == "differs"
    # What is no number lies within no range.
    assert compared(changed(0, "value", 1.6), tolerances=ruled({"method": Range()}, relative=1)
                    ).status == "differs"  # fmt: skip


def test_an_absolute_tolerance_is_for_what_should_be_nothing():
    tolerances = ruled(absolute=0.1)
    assert compared(changed(3, "value", 0.2), tolerances=tolerances).status == "within"
    assert compared(changed(3, "value", 0.3), tolerances=tolerances).status == "differs"


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.125 * 9.9, "within"), (0.125 / 9.9, "within"), (0.125 * 10.1, "differs"),
     (0.125 / 10.1, "differs"), (-0.125, "differs"), (0.0, "differs"), ("", "differs"),
     ("inf", "differs"), ("nan", "differs")],
)  # fmt: skip
def test_by_order_a_number_may_be_so_many_times_larger_or_smaller(value, status):
    found = changed(3, "value", value)
    assert compared(found, tolerances=ruled(factor=10.0)).status == status


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.0, "within"), (-0.5, "within"), (4.9, "within"), (5.1, "differs"), (-5.1, "differs")],
)
def test_by_order_what_is_below_the_floor_counts_as_the_floor(value, status):
    found = changed(3, "value", value)
    assert compared(found, tolerances=ruled(factor=10.0, floor=0.5)).status == status


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.0, "within"), (1.0, "within"), (1.1, "differs"), (-0.1, "differs"), ("nan", "differs")],
)
def test_between_two_numbers_whatever_the_reference_has(value, status):
    found = changed(3, "value", value)
    tolerances = ruled({"method": ("fast",), "quantity": ("norm",)}, between=(0.0, 1.0))
    assert compared(found, tolerances=tolerances).status == status


def test_a_column_that_is_not_compared_is_counted_as_such():
    result = compared(changed(0, "value", 99.0), tolerances=ruled(compared=False))
    assert (result.status, result.not_compared, result.identical) == ("identical", 4, 16)


def test_rows_set_aside_may_come_and_go_and_the_others_keep_their_lines():
    aside = ruled({"method": ("slow",)}, column="*", compared=False)
    found = changed(0, "value", 99.0).drop(index=1)
    result = compared(found, tolerances=aside)
    assert (result.status, result.not_compared, result.identical) == ("identical", 10, 10)
    found.loc[3, "value"] = 0.5
    (difference,) = compared(found, tolerances=aside).differences
    assert difference.where == "measurements.csv:4"


def test_rules_of_another_table_do_not_hold():
    rule = Rule("toy", "others", "value", {}, Tolerance(relative=9.0), "why")
    other = Tolerances(DEFAULT.default, (rule,))
    assert compared(changed(0, "value", 2.0), tolerances=other).status == "differs"


WHOLE = st.integers(-(10**6), 10**6)


@given(st.lists(WHOLE, min_size=1, max_size=8), st.data())
def test_what_is_compared_is_counted_once_and_lies_where_it_should(values, data):
    moves = data.draw(st.lists(st.sampled_from([0.0, 0.5, 2.0]), min_size=len(values),
                               max_size=len(values)))  # fmt: skip
    # Half a unit off, so that no value is whole; a step is some multiples of what is allowed.
    reference = pd.DataFrame({"label": "x", "value": [v + 0.5 for v in values]})
    allowed = 1e-6 * reference.value.abs()
    found = reference.assign(value=reference.value + allowed * moves)
    same = found.value == reference.value
    result = compared(found, reference)
    assert result.identical == len(values) + same.sum()
    assert result.within + result.beyond == (~same).sum()
    beyond = (found.value - reference.value).abs() > allowed
    assert result.beyond == beyond.sum()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.randoms())
def test_any_rows_lost_are_as_many_as_are_shown(values, random):
    reference = pd.DataFrame({"label": "x", "draw": values, "value": [v + 0.5 for v in values]})
    kept = sorted(random.sample(range(len(values)), random.randint(1, len(values))))
    result = compared(reference.iloc[kept], reference)
    lost = len(values) - len(kept)
    assert [d.share for d in result.differences] == ([f"{lost}/{len(values)}"] if lost else [])
    assert result.identical == 3 * len(kept)
