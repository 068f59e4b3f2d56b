"""Where the borders of `finite_differences`' claims lie: a fault just beyond, one just within."""

import numpy as np
import pytest

from adcost.experiments.finite_differences import analysis
from adcost.experiments.finite_differences.claims import judge

from .synthetic import changed, decided, put, verdict, where
from .tables_finite_differences import FACTORS, U, best, least, make

EVALUATIONS = "finite_differences.evaluations"
TRADEOFF = "finite_differences.step_tradeoff"
DECADES = 29 * np.log10(2)
CASES = [(method, dtype) for method in ("forward", "central") for dtype in U]


def _vertex(method, dtype):
    """The bottom of the U: the parabola through half a decade on both sides of ε*, from ε*."""
    steps = np.arange(-5, 6) / 10
    ratio = 10**steps
    logs = np.log10((ratio + 1 / ratio) / 2 if method == "forward" else (ratio**2 + 2 / ratio) / 3)
    a, b, _ = np.polyfit(steps, logs, 2)
    return -b / (2 * a)


def _predicted(method, dtype, decades):
    """The bottom measured lies so many decades above the theory's ε*, on one of two curves."""
    away = _vertex(method, dtype) - decades
    return put(best(method, "reciprocal", dtype) * 10**away, method=method, dtype=dtype,
               curve="reciprocal", quantity="predicted_epsilon")  # fmt: skip


def _moved(method, more):
    """The exponent of the unit roundoff in the best step is greater by ``more`` on one curve.

    All of the U moves in float32, with the theory's place, so nothing else is changed.
    """

    def change(tables):
        table = tables["measurements"]
        labels = {"method": method, "dtype": "float32", "curve": "reciprocal"}
        # What the grid of ε has of the root already, which is not exactly the theory's.
        coarse, fine = (best(method, "reciprocal", dtype) for dtype in ("float32", "float64"))
        has = np.log10(coarse / fine)
        wanted = ({"forward": 1 / 2, "central": 1 / 3}[method] + more) * DECADES
        rows = where(table, **labels, quantity="relative_error")
        table.loc[rows, "epsilon"] *= 10 ** (wanted - has)
        places = ["predicted_epsilon", "left_from", "left_to", "right_from", "right_to"]
        put(lambda rows: rows.value * 10 ** (wanted - has), **labels, quantity=places)(tables)

    return change


def _arm(method, dtype, side, slope):
    """A straight arm of this slope on one curve."""

    def change(tables):
        table = tables["measurements"]
        labels = {"method": method, "dtype": dtype, "curve": "reciprocal"}
        star, ends = best(method, "reciprocal", dtype), {"left": (1e-3, 0.05), "right": (20, 1e3)}
        rows = where(table, **labels, quantity="relative_error")
        low, high = ends[side]
        rows &= (table.epsilon >= low * star) & (table.epsilon <= high * star)
        factors = table["set"][rows].map(dict(enumerate(FACTORS)))
        line = (table.epsilon[rows] / star) ** slope
        table.loc[rows, "value"] = 9 * least(method, "reciprocal", dtype) * factors * line

    return change


def _reverse(method, dtype, over):
    """Reverse mode's errors, set by set, over those of the difference at its best ε."""
    factors = dict(enumerate(FACTORS))
    error = 0.3 * least(method, "reciprocal", dtype)
    return put(lambda rows: over * error * rows["set"].map(factors), method="reverse_mode",
               dtype=dtype, curve="reciprocal")  # fmt: skip


def _rounding(dtype, units):
    """Reverse mode's error on one set of one curve, in units of roundoff."""
    return put(units * U[dtype], method="reverse_mode", dtype=dtype, curve="exponential", set=6)


BORDERS = [
    ("decades from", lambda m, d: _predicted(m, d, 0.49), lambda m, d: _predicted(m, d, 0.51)),
    ("decades from", lambda m, d: _predicted(m, d, -0.49), lambda m, d: _predicted(m, d, -0.51)),
    ("of the unit roundoff", lambda m, d: _moved(m, 0.082), lambda m, d: _moved(m, 0.085)),
    ("of the unit roundoff", lambda m, d: _moved(m, -0.082), lambda m, d: _moved(m, -0.085)),
    ("left arm", lambda m, d: _arm(m, d, "left", -1.14), lambda m, d: _arm(m, d, "left", -1.16)),
    ("left arm", lambda m, d: _arm(m, d, "left", -0.86), lambda m, d: _arm(m, d, "left", -0.84)),
    ("right arm", lambda m, d: _arm(m, d, "right", ORDER[m] + 0.14),
     lambda m, d: _arm(m, d, "right", ORDER[m] + 0.16)),
    ("right arm", lambda m, d: _arm(m, d, "right", ORDER[m] - 0.14),
     lambda m, d: _arm(m, d, "right", ORDER[m] - 0.16)),
    ("over the best difference's", lambda m, d: _reverse(m, d, 0.99),
     lambda m, d: _reverse(m, d, 1.01)),
    ("rounding errors", lambda m, d: _rounding(d, 9.9), lambda m, d: _rounding(d, 10.1)),
]  # fmt: skip
ORDER = {"forward": 1, "central": 2}


@pytest.fixture(scope="module")
def tables():
    return make()


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """The sets differ by a factor only, so that every resample has the same bottom."""
    monkeypatch.setattr(analysis, "RESAMPLES", 20)


@pytest.mark.parametrize(("method", "dtype"), CASES)
def test_the_claims_hold_on_tables_as_the_theory_has_them(tables, method, dtype):
    assert decided(judge, tables, f"{TRADEOFF}.{method}.{dtype}") == "reproduced"


@pytest.mark.parametrize(
    ("method", "dtype", "unit", "within", "beyond"),
    [(*CASES[k % 4], *border) for k, border in enumerate(BORDERS)],
)
def test_a_tradeoff_turns_at_each_border(tables, method, dtype, unit, within, beyond):
    claim = f"{TRADEOFF}.{method}.{dtype}"
    one, other = (changed(tables, change(method, dtype)) for change in (within, beyond))
    assert verdict(judge, one, claim, unit) == "reproduced"
    assert verdict(judge, other, claim, unit) in ("refuted", "inconclusive")
    assert decided(judge, other, claim) in ("refuted", "inconclusive")


COUNTS = [
    ("central", 10, 20, 21),
    ("central", 10, 20, 19),
    ("forward", 3, 4, 3),
    ("forward", 3, 4, 5),
]


@pytest.mark.parametrize(("method", "d", "right", "wrong"), COUNTS)
def test_a_single_evaluation_more_or_less_is_too_many(tables, method, d, right, wrong):
    labels = {"method": method, "dimension": d, "quantity": "evaluations"}
    assert decided(judge, changed(tables, put(right, **labels)), EVALUATIONS) == "reproduced"
    found = decided(judge, changed(tables, put(wrong, **labels)), EVALUATIONS)
    assert found in ("refuted", "inconclusive")


def test_an_arm_of_two_steps_claims_nothing(tables):
    short = [put(lambda rows: 0.028 * best("forward", "exponential", "float32"), method="forward",
                 dtype="float32", curve="exponential", quantity="left_from")]  # fmt: skip
    tables = changed(tables, *short)
    assert verdict(judge, tables, f"{TRADEOFF}.forward.float32", "left arm") == "inconclusive"
