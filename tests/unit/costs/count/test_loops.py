"""How often a while runs: counters that tell it, and those that do not."""

import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from adcost.costs.count import Operations, UnknownTripCount, count

COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "!=": operator.ne,
}  # fmt: skip


SIX = np.int32(6)


def _rounds(unfinished, advance, start, **options):
    """As counted: the body multiplies once."""

    def fn(x):
        return lax.while_loop(
            lambda c: unfinished(c[0]), lambda c: (advance(c[0]), c[1] * 2.0), (start, x)
        )

    return count(fn, 1.0, **options).multiplications


def test_up_to_and_with_a_bound_and_down_to_zero():
    assert _rounds(lambda i: i <= 6, lambda i: i + 1, 0) == 7
    for start in (0, 1, 9):
        assert _rounds(lambda i: i > 0, lambda i: i - 1, start) == start


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(COMPARISONS)),
    st.integers(-9, 9),
    st.integers(-9, 9),
    st.sampled_from([-3, -2, -1, 1, 2, 3]),
    st.booleans(),
)
def test_known_rounds_are_those_that_python_runs(sign, start, bound, step, exchanged):
    compare, i, expected = COMPARISONS[sign], start, 0
    while compare(i, bound) and expected < 100:
        i, expected = i + step, expected + 1

    def unfinished(i):
        mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}[sign]
        return COMPARISONS[mirrored](jnp.int32(bound), i) if exchanged else compare(i, bound)

    if expected < 100:
        assert _rounds(unfinished, lambda i: i + step, start) == expected
    else:  # it ends only when the integers begin again at their other end, or never
        with pytest.raises(UnknownTripCount):
            _rounds(unfinished, lambda i: i + step, start)


@pytest.mark.parametrize(
    ("unfinished", "advance", "start", "rounds"),
    {
        "added from the left": (lambda i: i < 6, lambda i: 2 + i, 0, 3),
        "added in two parts": (lambda i: i < 6, lambda i: (i + 2) - 1, 0, 6),
        "a bound that is computed": (lambda i: i < jnp.int32(2) * 3, lambda i: i + 1, 0, 6),
        "looking ahead": (lambda i: i + 1 < 6, lambda i: i + 1, 0, 5),
        "a bound that is an array": (lambda i: i < jnp.asarray(SIX), lambda i: i + 1, 0, 6),
        "unsigned": (lambda i: i > 0, lambda i: i - jnp.uint8(1), jnp.uint8(200), 200),
    }.values(),
)  # fmt: skip
def test_ways_to_write_a_counter(unfinished, advance, start, rounds):
    assert _rounds(unfinished, advance, start) == rounds


@pytest.mark.parametrize(
    ("unfinished", "advance", "start"),
    [
        (lambda i: i >= 0, lambda i: i - jnp.uint8(1), jnp.uint8(9)),
        (lambda i: i <= 127, lambda i: i + jnp.int8(1), jnp.int8(0)),
        (lambda i: (i < 5) & (i < 9), lambda i: i + 1, 0),
        (lambda i: i < 5.5, lambda i: i + 1.0, 0.0),
    ],
    ids=["below zero", "beyond the largest", "two tests", "real numbers"],
)
def test_a_counter_that_has_no_known_end_is_not_guessed(unfinished, advance, start):
    with pytest.raises(UnknownTripCount):
        _rounds(unfinished, advance, start)
    assert _rounds(unfinished, advance, start, trips={"while": 4}) == 4


def test_a_fori_loop_with_constant_bounds_is_counted():
    assert count(lambda x: lax.fori_loop(2, 9, lambda i, x: x * 2.0, x), 1.0).multiplications == 7


@pytest.mark.parametrize(
    ("start", "stop", "step", "rounds"), [(0, 5, 1, 5), (3, 10, 3, 3), (4, 2, 1, 0)]
)
def test_a_while_that_counts_is_counted_with_its_test(start, stop, step, rounds):
    def fn(x):
        return lax.while_loop(
            lambda c: c[0] < stop, lambda c: (c[0] + step, c[1] * 2.0), (start, x)
        )

    assert count(fn, 1.0) == Operations(multiplications=rounds)


def test_bounds_known_outside_of_a_jitted_function_are_found():
    @jax.jit
    def fn(x, n):
        return lax.fori_loop(0, n, lambda i, x: x * 2.0, x)

    assert count(lambda x: fn(x, jnp.int32(6)) + fn(x, 2), 1.0) == Operations(8, 1)


def test_known_bounds_reach_into_scans_and_branches():
    @jax.jit
    def scanned(x, n):
        def body(x, _):
            return lax.fori_loop(0, n, lambda i, x: x * 2.0, x), None

        return lax.scan(body, x, None, 3)[0]

    @jax.jit
    def branched(p, x, n):
        return lax.cond(p, lambda n: lax.fori_loop(0, n, lambda i, x: x * 2.0, x), lambda n: x, n)

    assert count(lambda x: scanned(x, 5), 1.0) == Operations(multiplications=15)
    assert count(lambda p, x: branched(p, x, 5), True, 1.0) == Operations(multiplications=5)


def _newton(x, tolerance):
    def unfinished(state):
        return jnp.abs(state[1] - x) > tolerance

    with jax.named_scope("newton"):
        return lax.while_loop(unfinished, lambda s: (s[0] + 1.0, s[1] * s[1]), (0.0, x))


def test_a_while_that_does_not_tell_is_an_error_that_says_what_to_do():
    with pytest.raises(UnknownTripCount, match=r"fori_loop.*trips=.*newton"):
        count(_newton, 1.0, 0.1)


def test_a_loop_bound_that_is_an_argument_is_not_guessed():
    def fn(x, n):
        return lax.fori_loop(0, n, lambda i, x: x * 2.0, x)

    with pytest.raises(UnknownTripCount):
        count(fn, 1.0, 3)


@pytest.mark.parametrize(
    "body",
    [
        lambda i, n, x: (i * 2, n, x * 2.0),
        lambda i, n, x: (i + 2, n + 1, x * 2.0),
        lambda i, n, x: (i - 1, n, x * 2.0),
        lambda i, n, x: (i + -1, n, x * 2.0),
        lambda i, n, x: (i + 0, n, x * 2.0),
        lambda i, n, x: (i + i, n, x * 2.0),
        lambda i, n, x: (n + 1, n, x * 2.0),
    ],
    ids=[
        "doubled",
        "moving bound",
        "subtracted",
        "backwards",
        "standing",
        "twice",
        "from the bound",
    ],
)
def test_a_counter_that_does_not_count_to_a_fixed_bound_is_not_guessed(body):
    with pytest.raises(UnknownTripCount):
        count(lambda x: lax.while_loop(lambda c: c[0] < c[1], lambda c: body(*c), (1, 9, x)), 1.0)


def test_given_trip_counts_apply_by_name():
    body, test = Operations(1, 1), Operations(0, 1, 2)  # the test runs once more
    for name in ("newton", "while"):
        assert count(_newton, 1.0, 0.1, trips={name: 4}) == body * 4 + test * 5
    with pytest.raises(UnknownTripCount):
        count(_newton, 1.0, 0.1, trips={"bisection": 4})
    # The nearer name wins over "while", and a jitted function's name serves as well.
    assert count(_newton, 1.0, 0.1, trips={"while": 9, "newton": 0}) == test
    assert count(jax.jit(_newton), 1.0, 0.1, trips={"_newton": 0}) == test


def test_a_loop_over_integers_alone_needs_no_trip_count():
    assert (
        count(lambda n: lax.while_loop(lambda n: n % 7 != 0, lambda n: n * 3 + 1, n), 5).total == 0
    )
