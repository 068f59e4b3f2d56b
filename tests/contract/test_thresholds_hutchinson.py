"""Where the borders of `hutchinson`'s claims lie: a fault just beyond, one just within."""

import numpy as np
import pytest
from scipy import optimize, stats

from adcost.experiments.hutchinson import analysis
from adcost.experiments.hutchinson.claims import judge

from .synthetic import changed, decided, put, verdict, where
from .tables_hutchinson import ABOVE, NETWORKS, PAIRS, REPEATS, exact, law, make

UNBIASED, RATE = "hutchinson.unbiased", "hutchinson.sqrt_rate"
CROSSOVER, PLUS = "hutchinson.crossover", "hutchinson.hutch_plus_plus"
ENOUGH = 17150  # 14 · (3.5/0.1)²
INFLUENCE = ("influence", "fixed")


@pytest.fixture(scope="module")
def tables():
    return make()


def _rows(case, distribution, quantity):
    return {"matrix": case[0], "state": case[1], "method": distribution, "quantity": quantity}


def _bias(share, case, distribution):
    """The mean of all estimates is off by a share of the trace, alike in all blocks."""

    def change(tables):
        trace = exact(tables["measurements"], case)["trace"]
        mean = _rows(case, distribution, "mean")
        put(trace + share * abs(trace), **mean)(tables)

    return change


def _squares(of_law, case, distribution, power=-1.0):
    """Mean squared errors of so many times the law at one probe, which fall with a power of V."""

    def change(tables):
        table = tables["measurements"]
        one = of_law * law(table, case, distribution) * exact(table, case)["trace"] ** 2
        square = _rows(case, distribution, "mean_square")
        put(lambda rows: one * rows.probes.astype(float) ** power, **square)(tables)

    return change


def _falls(power, state, method):
    def change(tables):
        trace = exact(tables["measurements"], ("dense", state))["trace"]
        put(lambda rows: trace * (1 + rows.probes.astype(float) ** power), matrix="dense",
            state=state, method=method, quantity="estimate")(tables)  # fmt: skip

    return change


BORDERS = [
    *[(UNBIASED, _bias(sign * 0.049, *pair), _bias(sign * 0.051, *pair))
      for pair, sign in zip(PAIRS, [1, -1] * 4, strict=True)],
    *[(RATE, _squares(1, *pair, power=-1 - 0.19 * sign),
       _squares(1, *pair, power=-1 - 0.21 * sign))
      for pair, sign in zip(PAIRS, [1, -1] * 4, strict=True)],
    *[(f"hutchinson.variance.{d}", _squares(1 + 0.099 * sign, case, d),
       _squares(1 + 0.101 * sign, case, d))
      for (case, d), sign in zip(PAIRS[:-1], [1, -1] * 3 + [1], strict=True)],
    *[(CROSSOVER, _squares(1 + 0.24 * sign, case, "rademacher"),
       _squares(1 + 0.26 * sign, case, "rademacher"))
      for case, sign in zip(NETWORKS, [1, -1] * 2, strict=True)],
    *[(PLUS, _falls(-0.51, state, method), _falls(-0.49, state, method))
      for state in ("initial", "trained") for method in ("hutch_plus_plus", "xtrace")],
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "within", "beyond"),
    BORDERS,
    ids=[f"{claim}-{k}" for k, (claim, *_) in enumerate(BORDERS)],
)
def test_a_claim_turns_at_its_border(tables, claim, within, beyond):
    assert decided(judge, changed(tables, within), claim) == "reproduced"
    assert decided(judge, changed(tables, beyond), claim) in ("refuted", "inconclusive")


def test_the_influence_matrix_takes_no_part_where_networks_are_meant(tables):
    (claim,) = (one for one in judge(tables) if one.id == CROSSOVER)
    assert len(claim.evidence) == 2 * len(NETWORKS) + 1


def _scatter(reach, case, distribution):
    """Blocks' means about the trace, whose 95 % interval alone reaches so far on both sides."""
    quantile = stats.t.ppf(0.975, REPEATS - 1)
    block = np.array([-1.0, 1.0] * (REPEATS // 2))
    block *= reach / quantile * np.sqrt(REPEATS) / block.std(ddof=1)

    def change(tables):
        trace = exact(tables["measurements"], case)["trace"]
        put(lambda rows: trace * (1 + block[rows["repeat"]]), **_rows(case, distribution, "mean"))(
            tables
        )

    return change


def test_intervals_of_several_means_hold_together(tables):
    """By Bonferroni's inequality each of eight intervals has an eighth of the error probability."""
    wider = stats.t.ppf(1 - 0.025 / len(PAIRS), REPEATS - 1) / stats.t.ppf(0.975, REPEATS - 1)
    assert wider > 1.5
    within, beyond = (_scatter(0.05 * part / wider, INFLUENCE, "sphere") for part in (0.99, 1.01))
    assert decided(judge, changed(tables, within), UNBIASED) == "reproduced"
    assert decided(judge, changed(tables, beyond), UNBIASED) == "inconclusive"


@pytest.mark.parametrize(("distribution", "count"), [("rademacher", 5), ("gaussian", 2)])
def test_intervals_of_several_variances_hold_together(tables, distribution, count):
    table = tables["measurements"]
    one = law(table, INFLUENCE, distribution) * exact(table, INFLUENCE)["trace"] ** 2
    block = np.array([-1.0, 1.0] * (REPEATS // 2))
    error = block.std(ddof=1) / np.sqrt(REPEATS)
    together = stats.t.ppf(1 - 0.025 / count, REPEATS - 1) * error
    claim = f"hutchinson.variance.{distribution}"
    for reach, expected in ((0.099, "reproduced"), (0.101, "inconclusive")):
        spread = put(
            lambda rows, r=reach: one / rows.probes * (1 + r / together * block[rows["repeat"]]),
            **_rows(INFLUENCE, distribution, "mean_square"),
        )
        assert decided(judge, changed(tables, spread), claim) == expected


def test_students_interval_of_skewed_samples():
    """Their mean is 3 and not their median 1; σ/√n = 2, and t₃ at 97.5 % is 3.1824."""
    found = analysis.student([1, 1, 1, 9])
    assert (found.value, found.high - found.value) == pytest.approx((3, 2 * 3.182446), rel=1e-6)
    together = analysis.student([1, 1, 1, 9], comparisons=5)
    # Half a hundredth on each side: 5.8409.
    assert together.value - together.low == pytest.approx(2 * 5.840909, rel=1e-6)


@pytest.mark.parametrize(("most", "outcome"), [(2144, "reproduced"), (2143, "refuted")])
def test_matrices_with_enough_probes_decide_a_variance(tables, most, outcome):
    """Of eight blocks each: with 17,152 probes or more a matrix decides, with 17,144 it does not.

    The others are far off their law.
    """
    assert 8 * 2143 < ENOUGH <= 8 * 2144
    off = _squares(2, INFLUENCE, "gaussian")

    def more_probes(tables):
        table = tables["measurements"]
        rows = where(table, matrix="dense", state="trained", method="gaussian", probes=600)
        table.loc[rows, "probes"] = most

    tables = changed(tables, more_probes, _squares(1, ("dense", "trained"), "gaussian"), off)
    assert decided(judge, tables, "hutchinson.variance.gaussian") == outcome


def test_a_network_on_the_other_side_of_the_crossing_than_predicted_refutes(tables):
    """Half of d by the law, and more than d by the errors of one network."""
    (claim,) = (one for one in judge(tables) if one.id == CROSSOVER)
    below = next(
        e for e in claim.evidence if "of the d products" in e.unit and e.predicted.startswith("≤")
    )
    case = next(c for c in NETWORKS if c[1] in below.unit and f"{_size(tables, c):,}" in below.unit)
    times = 1.2 / below.measured.value
    found = changed(tables, _squares(times, case, "rademacher"))
    assert verdict(judge, found, CROSSOVER, below.unit) == "refuted"
    assert decided(judge, found, CROSSOVER) == "refuted"


def test_a_network_that_needs_fewer_products_than_the_exact_trace_refutes_too(tables):
    """Twice d by the law, and fewer than d by the errors measured."""
    (claim,) = (one for one in judge(tables) if one.id == CROSSOVER)
    (above,) = (
        e for e in claim.evidence if "of the d products" in e.unit and e.predicted.startswith("≥")
    )
    assert ABOVE[1] in above.unit
    assert f"{_size(tables, ABOVE):,}" in above.unit
    found = changed(tables, _squares(0.4, ABOVE, "rademacher"))
    assert verdict(judge, found, CROSSOVER, above.unit) == "refuted"
    assert decided(judge, found, CROSSOVER) == "refuted"


@pytest.mark.parametrize(
    ("above", "outcome"),
    [
        ((), "inconclusive"),
        (NETWORKS[1:2], "reproduced"),
        (NETWORKS[:3], "reproduced"),
        (NETWORKS, "inconclusive"),
    ],
    ids=["none", "one", "three", "all"],
)
def test_a_crossing_needs_networks_on_both_sides(above, outcome):
    """Errors as the law says, with so many networks for which V exceeds d."""
    tables = make(above)
    unit = f"networks where V < d, of {len(NETWORKS)}"
    assert verdict(judge, tables, CROSSOVER, unit) == outcome
    assert decided(judge, tables, CROSSOVER) == outcome


@pytest.mark.parametrize(("sets", "outcome"), [(4, "refuted"), (3, "reproduced")])
def test_an_exponent_is_taken_where_a_block_has_four_sets(tables, sets, outcome):
    """An error at one V that is ten times too large, with so many sets of V probes in a block."""
    table = tables["measurements"]
    distribution = _rows(INFLUENCE, "gaussian", "mean_square")
    numbers = sorted(table.probes[where(table, **distribution)].unique())
    last = next(v for v in reversed(numbers) if 4 * v <= numbers[-1])

    def fewer_sets(tables):
        table = tables["measurements"]
        rows = where(table, **distribution, probes=last)
        table.loc[rows, "value"] *= 100
        rows = where(table, **distribution, probes=numbers[-1])
        table.loc[rows, "probes"] = sets * last

    assert decided(judge, changed(tables, fewer_sets), RATE) == outcome


def _farthest_end(square_errors, numbers):
    """How far from −1/2 the interval of an exponent ends: Tukey's jackknife, for eight together."""

    def slope(rows):
        return np.polyfit(np.log(numbers), np.log(rows.mean(axis=0)) / 2, 1)[0]

    n = len(square_errors)
    without = np.array([slope(np.delete(square_errors, block, axis=0)) for block in range(n)])
    added = n * slope(square_errors) - (n - 1) * without
    reach = stats.t.ppf(1 - 0.025 / len(PAIRS), n - 1) * added.std(ddof=1) / np.sqrt(n)
    return abs(added.mean() + 0.5) + reach


@pytest.mark.parametrize(("end", "outcome"), [(0.099, "reproduced"), (0.101, "inconclusive")])
def test_intervals_of_several_exponents_hold_together(tables, end, outcome):
    """Blocks whose errors fall by different powers: their exponent's interval ends so far off."""
    table = tables["measurements"]
    one = law(table, INFLUENCE, "sphere") * exact(table, INFLUENCE)["trace"] ** 2
    sphere = _rows(INFLUENCE, "sphere", "mean_square")
    numbers = np.unique(table.probes[where(table, **sphere)])
    numbers = numbers[4 * numbers <= numbers.max()].astype(float)
    block = np.array([-1.0, 1.0] * (REPEATS // 2))

    def off(size):
        return _farthest_end(numbers ** (-1 + size * block[:, None]), numbers) - end

    size = optimize.brentq(off, 0.001, 0.3)
    spread = put(
        lambda rows: one * rows.probes.astype(float) ** (-1 + size * block[rows["repeat"]]),
        **sphere,
    )
    assert decided(judge, changed(tables, spread), RATE) == outcome


def _size(tables, case):
    return int(exact(tables["measurements"], case)["size"])
