"""Each figure of `hutchinson` shows the rows that it names, found again here by pandas alone."""

import numpy as np
import pytest
from scipy import stats

from adcost import plotting
from adcost.experiments.hutchinson.figures import draw

from .figure_data import assert_shows, bands, figures, levels, one, panel, series, texts
from .recorded import recorded
from .synthetic import scattered, where
from .tables_hutchinson import exact, law

COLOURS = {
    ("dense", "initial"): plotting.SKY,
    ("dense", "trained"): plotting.BLUE,
    ("large", "initial"): plotting.ORANGE,
    ("large", "trained"): plotting.VERMILION,
}
TRAINED = ("dense", "trained")
INFLUENCE = ("influence", "fixed")
NUMBERS = [1, 3, 12, 60, 120, 600]


@pytest.fixture(scope="module")
def tables():
    whole = recorded("hutchinson")
    tables = scattered(whole, 1, spread=0.1)
    # A matrix of such norms must exist: its numbers are those measured.
    table = tables["measurements"]
    kept = (table.matrix == "influence") & (table.probes == 0)
    table.loc[kept, "value"] = whole["measurements"].value[kept]
    return tables


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


def _values(tables, case, method, quantity):
    """A row a number of probes, a column a repeat."""
    table = tables["measurements"]
    labels = {"matrix": case[0], "state": case[1], "method": method, "quantity": quantity}
    rows = table[where(table, **labels)]
    return rows.pivot(index="probes", columns="repeat", values="value").sort_index()


def _root_mean(squares):
    """By row: √(mean), and the ends of a 95 % interval of its logarithm.

    By Tukey's jackknife: Student's interval of what a column adds to the sum of n logarithms.
    """
    found = []
    for row in squares.to_numpy():
        n, middle = len(row), np.sqrt(row.mean())
        without = [np.log(np.sqrt(np.delete(row, column).mean())) for column in range(n)]
        added = n * np.log(middle) - (n - 1) * np.array(without)
        reach = stats.t.ppf(0.975, n - 1) * added.std(ddof=1) / np.sqrt(n)
        found.append((middle, middle / np.exp(reach), middle * np.exp(reach)))
    return np.transpose(found)


def test_estimates_stand_about_the_trace_within_the_laws_bands(tables, drawn):
    (axis,) = drawn["estimates"].axes
    first = _values(tables, TRAINED, "rademacher", "first").stack()
    shown = one(series(axis), marker="o")
    assert_shows(shown, first.index.get_level_values("probes"), first)
    table = tables["measurements"]
    trace, variance = exact(table, TRAINED)["trace"], law(table, TRAINED, "rademacher")
    assert levels(axis) == [trace]
    v = np.geomspace(1, 600, 200)
    widths = sorted(bands(axis), key=lambda band: -band.high[0])
    for times, band in zip((2, 1), widths, strict=True):
        reach = times * abs(trace) * np.sqrt(variance / v)
        np.testing.assert_allclose(band.x, v)
        np.testing.assert_allclose([band.low, band.high], [trace - reach, trace + reach])
    assert any(text.startswith("circles: 8 independent") for text in texts(axis))


@pytest.mark.parametrize("case", COLOURS)
def test_errors_of_every_network_stand_on_its_law(tables, drawn, case):
    (axis,) = drawn["error"].axes
    table = tables["measurements"]
    squares = _values(tables, case, "rademacher", "mean_square") / exact(table, case)["trace"] ** 2
    middle, low, high = _root_mean(squares)
    assert_shows(one(series(axis), colour=COLOURS[case], marker="o"), NUMBERS, middle, low, high)
    label = f"d = {exact(table, case)['size']:,}, {case[1]}"
    line = one(series(axis), label=label, colour=COLOURS[case])
    assert_shows(line, [1, 600], np.sqrt(law(table, case, "rademacher") / np.array([1, 600])))
    assert levels(axis) == [0.01]


def test_laws_have_the_measured_variance_beside_the_predicted_one(tables, drawn):
    (axis,) = drawn["laws"].axes
    table, expected = tables["measurements"], []
    colours = {
        "rademacher": plotting.BLUE, "gaussian": plotting.ORANGE, "sphere": plotting.ORANGE,
    }  # fmt: skip
    drawn_on = {INFLUENCE: list(colours), TRAINED: ["rademacher", "gaussian"]}
    for group, (case, distributions) in enumerate(drawn_on.items()):
        unit = law(table, case, "gaussian") * exact(table, case)["trace"] ** 2
        for place, distribution in enumerate(distributions):
            predicted = law(table, case, distribution) / law(table, case, "gaussian")
            one_probe = _values(tables, case, distribution, "mean_square").loc[1] / unit
            reach = stats.t.ppf(0.975, 7) * one_probe.std(ddof=1) / np.sqrt(8)
            x, mean = 4 * group + place, one_probe.mean()
            expected.append((distribution, x, predicted, mean, mean - reach, mean + reach))
    bars = {s.x.mean(): s.y for s in series(axis) if s.colour == plotting.GREY.lower()}
    assert len(bars) == len(expected)
    for distribution, x, predicted, *found in expected:
        np.testing.assert_allclose(bars[x], predicted)
        (point,) = (s for s in series(axis) if s.marker and s.x[0] == x)
        assert point.colour == colours[distribution].lower()
        assert_shows(point, [x], [found[0]], [found[1]], [found[2]])


@pytest.mark.parametrize("case", COLOURS)
def test_needed_are_the_products_of_law_and_errors_over_those_of_the_exact_trace(
    tables, drawn, case
):
    (axis,) = drawn["needed"].axes
    table = tables["measurements"]
    of = exact(table, case)
    share = law(table, case, "rademacher") / of["size"]
    errors = np.geomspace(0.003, 0.1, 100)
    line = one(series(axis), colour=COLOURS[case], marker="")
    assert_shows(line, errors, share / errors**2)
    # The point is measured: a block's V·(squared error at V), over the V of which it has four sets.
    squares = _values(tables, case, "rademacher", "mean_square") / of["trace"] ** 2
    enough = [1, 3, 12, 60, 120]
    block = squares.loc[enough].mul(enough, axis=0).mean() / 0.01**2 / of["size"]
    reach = stats.t.ppf(0.975, 7) * block.std(ddof=1) / np.sqrt(8)
    point = one(series(axis), colour=COLOURS[case], marker="o")
    mean = block.mean()
    assert_shows(point, [0.01], [mean], [mean - reach], [mean + reach])
    assert levels(axis) == [1]


@pytest.mark.parametrize(("state", "title"), [("initial", "before"), ("trained", "after")])
def test_decay_has_three_estimators_at_equal_products(tables, drawn, state, title):
    axis = panel(drawn["decay"], f"{title} training")
    table, case, products = tables["measurements"], ("dense", state), np.array([12, 60, 120])
    of = exact(table, case)
    squares = _values(tables, case, "rademacher", "mean_square") / of["trace"] ** 2
    middle, low, high = _root_mean(squares.loc[products])
    hutchinson = one(series(axis), colour=plotting.BLUE, marker="o")
    assert_shows(hutchinson, products, middle, low, high)
    line = one(series(axis), colour=plotting.BLUE, marker="")
    assert_shows(line, products, np.sqrt(law(table, case, "rademacher") / products))
    for method, colour, marker in (("hutch_plus_plus", plotting.VERMILION, "s"),
                                   ("xtrace", plotting.GREEN, "^")):  # fmt: skip
        estimates = _values(tables, case, method, "estimate")
        middle, low, high = _root_mean((estimates / of["trace"] - 1) ** 2)
        assert_shows(one(series(axis), colour=colour, marker=marker), products, middle, low, high)
        assert_shows(one(series(axis), colour=colour, style="-"), products, middle)
    left = _values(tables, case, "dense", "beyond2")[0]
    ideal = np.sqrt(2 * left.loc[products] / (products / 3)) / abs(of["trace"])
    assert_shows(one(series(axis), style="--", colour=plotting.VERMILION), products, ideal)


@pytest.mark.parametrize("state", ["initial", "trained"])
def test_the_diagonals_errors_stand_on_their_law(tables, drawn, state):
    (axis,) = drawn["diagonal"].axes
    of = exact(tables["measurements"], ("dense", state))
    squares = _values(tables, ("dense", state), "diagonal", "square_error")
    middle, low, high = _root_mean(squares)
    colour, probes = COLOURS["dense", state], np.array([3, 12, 60])
    assert_shows(one(series(axis), colour=colour, marker="o"), probes, middle, low, high)
    line = np.sqrt((of["frobenius2"] - of["diagonal2"]) / of["diagonal2"] / probes)
    assert_shows(one(series(axis), colour=colour, marker=""), probes, line)


@pytest.mark.parametrize("network", ["dense", "large"])
def test_chunks_have_the_quartiles_of_a_probe_over_a_product(tables, drawn, network):
    (axis,) = drawn["chunks"].axes
    table = tables["timings"]

    def quartiles(name):
        each, product = (
            table[where(table, method=f"{network}/{n}")].sort_values("repeat").seconds.to_numpy()
            for n in (name, "product")
        )
        return np.quantile(each / product / 4, [0.5, 0.25, 0.75])

    colour = COLOURS[network, "trained"]
    shown = one(series(axis), colour=colour, marker="o")
    assert_shows(shown, [1, 4], *np.transpose([quartiles("1"), quartiles("4")]))
    matfree = one(series(axis), colour=colour, marker="D")
    assert_shows(matfree, [4 * 1.6], *([end] for end in quartiles("matfree")))
    assert levels(axis) == [1]
