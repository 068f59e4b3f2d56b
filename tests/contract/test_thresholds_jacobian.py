"""Where the borders of `jacobian`'s claims lie: one fault just beyond each, one just within."""

import pytest

from adcost.experiments.jacobian.claims import judge

from . import tables_jacobian
from .synthetic import changed, decided, put, verdict, verdicts, where

U32, U64 = 2.0**-24, 2.0**-53
CROSSOVER, SCALAR = "jacobian.crossover", "jacobian.scalar_output"
CROSSOVER_TIME, SCALAR_TIME = "jacobian.crossover_time", "jacobian.scalar_output_time"
CHOICE, MIXED = "jacobian.mode_choice", "jacobian.no_universal_mode"
SUM_OF_WIDTHS, VERTICES = 12 + 5 + 2 + 5 + 12, 12


def _counted_crossing(function, below, above):
    """Forward takes over between two m: those of the sweep on either side become these."""

    def change(tables):
        table = tables["measurements"]
        names = {"10-9": f"10-{below}", "10-11": f"10-{above}"}
        rows = where(table, subject=function)
        table.loc[rows, "shape"] = table["shape"][rows].replace(names)
        for m, times in ((below, 0.9), (above, 1.1)):
            operations = {"subject": function, "shape": f"10-{m}", "quantity": "operations"}
            put(100.0, **operations, method="forward")(tables)
            put(100.0 * times, **operations, method="reverse")(tables)

    return change


def _timed_crossing(function, crossing):
    def seconds(rows):
        return 1e-4 * rows["shape"].str.split("-").str[1].astype(float) / crossing

    labels = {"name": "timings", "column": "seconds", "subject": function}

    def change(tables):
        put(1e-4, **labels, method="forward")(tables)
        put(seconds, **labels, method="reverse")(tables)

    return change


def _counts(count, **labels):
    return put(count, **labels, quantity="multiplications")


def _times(factor, **labels):
    return put(lambda rows: rows.value * factor, **labels)


def _quicker(factor, subject, slow, quick):
    """The median of one method's seconds is ``factor`` times another's."""

    def change(tables):
        table = tables["timings"]
        rows = where(table, subject=subject)
        for _, one in table[rows].groupby(["shape", "repeat"]):
            base = one.seconds[one.method == quick].iloc[0]
            table.loc[one.index[one.method == slow], "seconds"] = base * factor

    return change


AD_CHOOSE = {"subject": "ad_choose", "quantity": "operations"}
TURNED = {"subject": "ad_choose_turned", "quantity": "operations"}
WORST = {"quantity": "relative_error"}
BESIDE = ("outputs, tanh(Ax)", "graph turned", "off the published counts", "times faster")
BORDERS = [
    # claim, piece of evidence, just within, just beyond
    (CROSSOVER, "outputs, Ax", _counted_crossing("linear", 9, 11),
     _counted_crossing("linear", 12, 13)),
    (CROSSOVER, "outputs, tanh(Ax)", _counted_crossing("tanh", 9, 11),
     _counted_crossing("tanh", 7, 8)),
    (CROSSOVER, "of a product with A, a column or row", _times(1, subject="linear"),
     _counts(lambda r: r.value * (1 + 1e-9), subject="linear")),
    (CROSSOVER, "rounding errors an input",
     put(9.9 * 10 * U32, point="sweep-tanh", shape="10-5", method="reverse", **WORST),
     put(10.1 * 10 * U32, point="sweep-tanh", shape="10-5", method="reverse", **WORST)),
    (CHOICE, "of reverse mode's operations", put(89.9, **AD_CHOOSE, method="forward_sweeps"),
     put(90.1, **AD_CHOOSE, method="forward_sweeps")),
    (CHOICE, "graph turned", put(42.1, **TURNED, method="forward_sweeps"),
     put(41.9, **TURNED, method="forward_sweeps")),
    (CHOICE, "by elimination", _counts(49.9, subject="ad_choose", method="forward"),
     _counts(50.1, subject="ad_choose", method="forward")),
    (MIXED, "times fewer multiplications", _times(1, subject="hourglass tanh"),
     _times(1 + 1e-9, subject="hourglass tanh", quantity="multiplications", method="best")),
    (MIXED, "of the predicted", _times(1, point="chains"),
     put(lambda r: r.value * (1 + 1e-9), point="chains", quantity="multiplications")),
    (MIXED, "off the published counts", _times(1, subject="helmholtz"),
     _counts(55.0, subject="helmholtz", method="forward")),
    (MIXED, "all chains", put(9.9 * SUM_OF_WIDTHS * U32, point="chains", **WORST),
     put(10.1 * SUM_OF_WIDTHS * U32, point="chains", **WORST)),
    (MIXED, "all graphs", put(9.9 * VERTICES * U64, point="graphs", **WORST),
     put(10.1 * VERTICES * U64, point="graphs", **WORST)),
    (MIXED, "times faster", _quicker(1.01, "hourglass tanh", "reverse", "best"),
     _quicker(0.99, "hourglass tanh", "reverse", "best")),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "unit", "within", "beyond"), BORDERS)
def test_a_border_lies_where_it_is_said_to(claim, unit, within, beyond):
    for change, outcome in ((within, "reproduced"), (beyond, "refuted")):
        piece, whole = verdicts(judge, changed(tables_jacobian.make(), change), claim, unit)
        assert piece == outcome
        assert whole == ("reproduced" if unit in BESIDE else outcome)


@pytest.mark.parametrize("function", ["linear", "tanh"])
@pytest.mark.parametrize(
    ("crossing", "expected"),
    [(5.1, "reproduced"), (4.9, "refuted"), (19.5, "reproduced"), (20.5, "refuted")],
)
def test_a_crossing_in_time_may_miss_n_by_a_factor_of_two(function, crossing, expected):
    tables = changed(tables_jacobian.make(), _timed_crossing(function, crossing))
    (claim,) = (claim for claim in judge(tables) if claim.id == CROSSOVER_TIME)
    first, second = (e for e in claim.evidence if e.kind == "timed")
    assert (first if function == "linear" else second).verdict == expected
    assert claim.verdict == first.verdict
    assert decided(judge, tables, CROSSOVER) == "reproduced"


@pytest.mark.parametrize("m", tables_jacobian.OUTPUTS)
def test_reverse_must_win_a_scalar_output_at_every_m(m):
    """A single m where it does not leaves the claim open; all of them refute it."""
    tables = tables_jacobian.make()
    one = {"subject": "max", "quantity": "operations", "method": "forward"}
    within = put(lambda r: r.value * 0 + 40 * m + 1, **one, shape=f"10-{m}")
    beyond = put(lambda r: r.value * 0 + 40 * m - 1, **one, shape=f"10-{m}")
    assert decided(judge, changed(tables, within), SCALAR) == "reproduced"
    assert decided(judge, changed(tables, beyond), SCALAR) == "inconclusive"
    worse = put(lambda r: 39.0 * r["shape"].str.split("-").str[1].astype(float), **one)
    assert decided(judge, changed(tables, worse), SCALAR) == "refuted"


@pytest.mark.parametrize(("factor", "expected"), [(1.01, "reproduced"), (0.99, "refuted")])
def test_reverse_must_win_a_scalar_output_in_time(factor, expected):
    tables = changed(tables_jacobian.make(), _quicker(factor, "max", "forward", "reverse"))
    (claim,) = (claim for claim in judge(tables) if claim.id == SCALAR_TIME)
    (timed,) = (e for e in claim.evidence if e.kind == "timed")
    assert timed.verdict == claim.verdict == expected
    assert decided(judge, tables, SCALAR) == "reproduced"


def test_one_graph_with_a_mixed_order_is_enough_and_none_is_not():
    tables = tables_jacobian.make()
    one = _counts(33.0, subject="helmholtz", method="reverse")
    assert verdict(judge, changed(tables, one), MIXED, "graphs of 2") == "reproduced"
    none = _counts(12.0, subject="lighthouse", method="reverse")
    assert verdict(judge, changed(tables, one, none), MIXED, "graphs of 2") == "refuted"
