import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.price import choose, estimates, html, names, ways, words
from adcost.price.names import KEY
from adcost.price.tag import PRICES, Tag, compare
from adcost.price.verdict import verdict


def prices(**operations):
    rows = [
        dict.fromkeys(PRICES, math.nan)
        | {"derivative": names.HVP, "method": m, "operations": n, "exact": True, "note": ""}
        for m, n in operations.items()
    ]
    return pd.DataFrame(rows)


def timed(seconds, rounds=15, noise=0.02, point="quick"):
    rng = np.random.default_rng(0)
    rows = [
        (point, m, r, 0, s * (1 + noise * rng.standard_normal()), 0.0)
        for r, (m, s) in itertools.product(range(rounds), seconds.items())
    ]
    columns = ["point", "method", "repeat", "order", "seconds", "compile_seconds"]
    return pd.DataFrame(rows, columns=columns)


def chosen(table, timings):
    medians = timings.groupby("method").seconds.median()
    table["seconds"] = [medians.get(f"{names.HVP}: {m}", math.nan) for m in table.method]
    found = choose.recommendations(table, timings, "cpu")
    return found.iloc[0]


def test_a_clear_lead_is_recommended_with_its_margin():
    row = chosen(
        prices(a=10, b=12), timed({KEY: 1.0, f"{names.HVP}: a": 2.0, f"{names.HVP}: b": 3.0})
    )
    assert row.method == "a" and row.count_agrees
    assert row.margin_low < 1.5 < row.margin_high or abs(row.margin - 1.5) < 0.05
    assert row.sentence.endswith("times faster than b on this CPU, the count agrees")


def test_time_decides_against_the_count_and_says_so():
    row = chosen(
        prices(a=12, b=10), timed({KEY: 1.0, f"{names.HVP}: a": 2.0, f"{names.HVP}: b": 3.0})
    )
    assert row.method == "a" and not row.count_agrees
    assert "though by count b does the least" in row.sentence


def test_a_lead_within_the_noise_is_none():
    same = {KEY: 1.0, **{f"{names.HVP}: {m}": 2.0 for m in "abc"}}
    row = chosen(prices(a=10, b=10, c=11), timed(same))
    assert row.method == "" and "within the noise" in row.sentence
    # Three percent, however sure, are no reason either: equal programs differ by as much.
    near = {KEY: 1.0, f"{names.HVP}: a": 2.0, f"{names.HVP}: b": 2.06}
    assert chosen(prices(a=10, b=10), timed(near, noise=1e-6)).method == ""


def test_ways_from_different_rounds_meet_by_the_function():
    quick = timed({KEY: 1.0, f"{names.HVP}: a": 2.0})
    slow = timed({KEY: 1.0, f"{names.HVP}: b": 100.0}, rounds=7, point="slow")
    row = chosen(prices(a=10, b=500), pd.concat([quick, slow]))
    assert row.method == "a" and row.margin_low < 50 < row.margin_high


def test_two_rounds_prove_no_small_lead_and_do_a_large_one():
    near = {KEY: 1.0, f"{names.HVP}: a": 2.0, f"{names.HVP}: b": 2.6}
    assert chosen(prices(a=10, b=10), timed(near, rounds=2)).method == ""
    far = {KEY: 1.0, f"{names.HVP}: a": 2.0, f"{names.HVP}: b": 20.0}
    assert chosen(prices(a=10, b=10), timed(far, rounds=2)).method == "a"


def test_nothing_timed_is_said():
    row = chosen(prices(a=10, b=12), timed({KEY: 1.0}))
    assert row.method == "" and row.sentence == "nothing was timed; by count a does the least"


def test_several_that_do_the_least_are_a_list():
    row = chosen(prices(a=10, b=10, c=10, d=20), timed({KEY: 1.0}))
    assert row.sentence == "nothing was timed; by count a, b or c do the least"


def test_the_only_way_that_can_be_gone_is_recommended():
    table = prices(a=math.nan, b=12)
    assert choose.recommendations(table, timed({KEY: 1.0}), "cpu").empty  # a has no count yet
    table.loc[0, "note"] = "forward mode does not go through its custom_vjp rule"
    row = chosen(table, timed({KEY: 1.0}))
    assert row.method == "b" and "other ways do not go" in row.sentence
    assert choose.recommendations(prices(b=12), timed({KEY: 1.0}), "cpu").empty


def test_differences_are_never_recommended():
    table = prices(**{names.CENTRAL: 1, names.ONE_SIDED: 1})
    assert choose.recommendations(table, timed({KEY: 1.0}), "cpu").empty


def test_probes_follow_from_the_pilot_s_variance():
    values = 100 + 10 * np.random.default_rng(1).standard_normal(4000)
    best, low, high = estimates.required_probes(values, 0.01)
    assert low <= best <= high and low < 100 < high + 10  # 10² / (0.01·100)² = 100
    assert abs(best - 100) < 10


def test_a_trace_that_may_be_zero_has_no_relative_error():
    assert "cannot be told from 0" in estimates.required_probes(np.array([1.0, -1.0] * 16), 0.01)
    assert "not finite" in estimates.required_probes(np.array([1.0, math.nan]), 0.01)


def test_products_are_scaled_from_one_and_the_pilot():
    assert estimates.scaled(3.2, 1, 0.1) == 0.1
    assert estimates.scaled(3.2, estimates.PILOT, 0.1) == pytest.approx(3.2)
    assert estimates.scaled(3.2, 63, 0.1) == pytest.approx(0.1 + 2 * 3.1)
    assert estimates.scaled(3.2, 320) == pytest.approx(32)
    assert estimates.scaled(3.2, 320, 5.0) == pytest.approx(32)


def test_a_diagonal_hessian_takes_one_probe():
    assert estimates.required_probes(np.full(32, 5.0), 0.01) == (1, 1, 1)


@given(st.integers(1, 10_000))
def test_directions_side_by_side(size):
    n = ways.side_by_side(size)
    assert 1 <= n <= min(size, ways.SIDE_BY_SIDE)
    assert n * 2 >= min(size, ways.SIDE_BY_SIDE)


@given(st.floats(1, 1e18))
def test_sizes_keep_three_digits(value):
    digits, prefix = words.prefixed(value).split(" ")
    scale = 1000 ** words.PREFIXES.index(prefix)
    assert abs(float(digits) * scale - value) <= 0.0051 * value + 0.5 * (scale == 1)


def test_words():
    assert words.seconds(42e-6) == "42 µs" and words.seconds(1.5) == "1.5 s"
    assert words.seconds(999.7e-6) == "1 ms" and words.seconds(12_345.6) == "12,346 s"
    assert words.evaluations(1.0) == "1.0 evaluation" and words.evaluations(202.3).startswith(
        "202 "
    )
    assert words.interval(3.4, 3.31, 3.52) == "3.4 [3.3, 3.5]"
    assert words.interval(3.4, math.nan, math.nan) == "3.4"


def tag(counted, lines=None, exact_row=None, **function):
    exact = function.get("exact", True) if exact_row is None else exact_row
    row = dict.fromkeys(PRICES, math.nan) | {
        "derivative": names.GRADIENT, "method": names.REVERSE, "operations": 100 * counted,
        "counted": counted, "exact": exact, "note": "",
    }  # fmt: skip
    told = {"scalar": True, "exact": True, "operations": {"total": 100}, **function}
    return Tag("f", "", told, pd.DataFrame([row]), lines=pd.DataFrame(lines or []))


def test_verdicts():
    assert verdict(tag(2.9)) == "The cheap gradient holds here: 2.9 evaluations."
    lines = [
        {"file": "/a/model.py", "line": 13, "source": "z = sin(y)", "gradient": 600},
        {"file": "/a/model.py", "line": 14, "source": "    y = y * w[i]", "gradient": 19_600},
    ]  # fmt: skip
    assert verdict(tag(202, lines)) == (
        "It does not: 202 evaluations, of which 196 are line 14 (model.py: y = y * w[i])."
    )
    assert verdict(tag(202, exact_row=False)).startswith("It does not: at least 202 evaluations")


def test_what_was_not_all_counted_is_judged_by_time():
    """Of two lower bounds the ratio is none: the gradient may take 1.2 evaluations at 4 counted."""
    untimed = tag(2.9, exact=False)
    assert verdict(untimed) == (
        "No verdict: not all operations could be counted, and nothing was timed."
    )
    assert verdict(tag(2.9, exact_row=False)) == verdict(untimed)
    for counted, timed, begins in [
        (4.0, (1.2, 1.1, 1.3), "The cheap gradient holds here: 1.2 [1.1, 1.3] evaluations by time"),
        (4.0, (6.0, 5.5, 6.5), "It does not: 6.0 [5.5, 6.5] evaluations by time"),
        (4.0, (5.1, 4.5, 6.5), "No verdict: 5.1 [4.5, 6.5] evaluations by time"),
        (9.0, (1.2, 1.1, 1.3), "The cheap gradient holds here: 1.2 [1.1, 1.3] evaluations by time"),
    ]:
        known = tag(counted, exact=False)
        known.prices[["timed", "timed_low", "timed_high"]] = timed
        assert verdict(known).startswith(begins)


def test_marks_of_what_was_not_counted():
    assert words.counted(2.9, True, True) == "2.9"
    assert words.counted(2.9, False, True) == "≥ 2.9"
    assert words.counted(2.9, False, False) == "~ 2.9"
    assert words.counted(math.nan, False, False) == "–"


def test_a_gradient_that_is_not_finite_is_said_first():
    found = tag(2.9)
    found.checks = pd.DataFrame([{"check": "finite", "passed": False, "sentence": "no"}])
    assert verdict(found).endswith("But the gradient is not finite at this point.")
    assert "class='verdict broken'" in html.fragment(found)


def test_two_tags_are_compared_row_by_row():
    found = compare(tag(202), tag(4)).iloc[0]
    assert (found.counted_before, found.counted_after) == (202, 4)
    assert found.times_fewer_operations == 50.5
