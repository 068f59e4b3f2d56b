"""Each figure of `hvp` shows the rows that it names, found again here by pandas alone."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.hvp.figures import draw
from adcost.statistics.exponent import fit_exponent

from .figure_data import assert_shows, figures, levels, one, panel, series, texts
from .recorded import recorded
from .synthetic import changed, scattered, where
from .tables_hvp import LAYERS as DEPTHS
from .tables_hvp import POINTS, five_depths

LAYERS = [20, 40, 80]
FULL, ALONE = ("hessian_then_product", plotting.VERMILION), ("product", plotting.ORANGE)
REVERSE, GRADIENT = ("reverse_over_reverse", plotting.BLUE), ("gradient", plotting.GREY)
LABELS = {
    "hessian_then_product": "full Hessian, then product",
    "product": "product alone, Hessian given",
    "reverse_over_reverse": "reverse over reverse",
    "gradient": "gradient",
}
NESTED = {
    "reverse_over_reverse": "reverse over reverse",
    "forward_over_reverse": "forward over reverse",
    "reverse_over_forward": "reverse over forward",
    "linearized": "linearized gradient",
}


@pytest.fixture(scope="module")
def tables():
    # With six repeats a median's interval reaches from the least to the greatest.
    return scattered(recorded("hvp"), 1, columns=("value", "seconds", "compile_seconds"))


@pytest.fixture(scope="module")
def drawn(tables):
    return figures(draw, tables)


@pytest.fixture(scope="module")
def deeper(tables):
    return changed(tables, five_depths)


@pytest.fixture(scope="module")
def drawn_deeper(deeper):
    return figures(draw, deeper)


def _seconds(tables, method):
    """A row a depth, a column a repeat."""
    table = tables["timings"]
    rows = table[where(table, method=method)]
    return np.array([rows[rows.point == f"layers-{n}"].seconds for n in LAYERS])


def _operations(tables, method, quantity="operations"):
    table = tables["measurements"]
    points = [f"layers-{n}" for n in LAYERS]
    rows = table[where(table, method=method, quantity=quantity, point=points)]
    return rows.sort_values("layers").value.to_numpy()


@pytest.mark.parametrize("method", ["hessian_then_product", "product", "reverse_over_reverse"])
def test_the_homeworks_plot_has_each_methods_mean_and_deviation(tables, drawn, method):
    (axis,) = drawn["homework"].axes
    seconds = _seconds(tables, method)
    mean, deviation = seconds.mean(axis=1), seconds.std(axis=1, ddof=1)
    low = np.maximum(mean - deviation, 0)
    assert_shows(one(series(axis), label=LABELS[method]), LAYERS, mean, low, mean + deviation)
    assert len(series(axis)) == 3


@pytest.mark.parametrize(("method", "colour"), [FULL, ALONE, REVERSE, GRADIENT])
def test_scaling_has_medians_with_their_lines_and_counts_of_each_method(
    tables, drawn, method, colour
):
    timed, counted = (panel(drawn["scaling"], title) for title in ("timed", "counted"))
    seconds = _seconds(tables, method)
    middle = np.median(seconds, axis=1)
    marks = one(series(timed), colour=colour, style="")
    assert_shows(marks, LAYERS, middle, seconds.min(axis=1), seconds.max(axis=1))
    slope, intercept = np.polyfit(np.log(LAYERS), np.log(middle), 1)
    line = one(series(timed), colour=colour, marker="", style="-")
    assert_shows(line, LAYERS, np.exp(intercept) * np.array(LAYERS) ** slope)
    # Three depths are too few for an interval: the exponent stands alone.
    assert texts(timed).count(f"{LABELS[method]}\nexponent {plotting.fixed(slope)}") == 1

    operations = _operations(tables, method)
    assert_shows(one(series(counted), colour=colour), LAYERS, operations)
    slope = np.polyfit(np.log(LAYERS), np.log(operations), 1)[0]
    power = 2 if method in ("hessian_then_product", "product") else 1
    said = f"{LABELS[method]}\nexponent {plotting.fixed(slope)} (predicted {power})"
    assert said in texts(counted)


@pytest.mark.parametrize("method", LABELS)
def test_scaling_says_the_interval_of_an_exponent_over_five_depths(deeper, drawn_deeper, method):
    table = deeper["timings"]
    seconds = [table.seconds[where(table, method=method, point=p)].median() for p in POINTS]
    exponent = fit_exponent(DEPTHS, seconds)
    assert exponent.low < exponent.value < exponent.high
    said = plotting.interval(exponent.value, exponent.low, exponent.high)
    timed = panel(drawn_deeper["scaling"], "timed")
    assert texts(timed).count(f"{LABELS[method]}\nexponent {said}") == 1
    assert said.startswith(f"{plotting.fixed(np.polyfit(np.log(DEPTHS), np.log(seconds), 1)[0])} [")


def test_scaling_has_the_empty_call_as_a_dotted_line(tables, drawn):
    line = one(series(panel(drawn["scaling"], "timed")), style=":")
    assert_shows(line, LAYERS, np.median(_seconds(tables, "empty_call"), axis=1))


@pytest.mark.parametrize("method", NESTED)
def test_the_constant_is_of_each_product_over_the_gradient(tables, drawn, method):
    counted = panel(drawn["constant"], "counted operations")
    timed = panel(drawn["constant"], "time, paired medians")
    ratio = _operations(tables, method) / _operations(tables, "gradient")
    assert_shows(one(series(counted), label=NESTED[method]), LAYERS, ratio)
    ratios = _seconds(tables, method) / _seconds(tables, "gradient")
    middle, low, high = np.median(ratios, axis=1), ratios.min(axis=1), ratios.max(axis=1)
    assert_shows(one(series(timed), label=NESTED[method]), LAYERS, middle, low, high)


def test_the_constants_bound_is_four_gradients(drawn):
    for title in ("counted operations", "time, paired medians"):
        assert levels(panel(drawn["constant"], title)) == [4]


@pytest.mark.parametrize(
    ("method", "colour", "name"),
    [
        ("hessian", plotting.VERMILION, "full Hessian"),
        ("reverse_over_reverse", plotting.BLUE, "reverse over reverse"),
        ("gradient", plotting.GREY, "gradient"),
    ],
)
def test_memory_is_temporaries_and_result_in_numbers(tables, drawn, method, colour, name):
    (axis,) = drawn["memory"].axes
    parameters = [9 * (n + 1) for n in LAYERS]
    parts = ("temporary_bytes", "output_bytes")
    held = sum(_operations(tables, method, part) for part in parts) / 4
    assert_shows(one(series(axis), colour=colour, style="-"), parameters, held)
    slope = np.polyfit(np.log(parameters), np.log(held), 1)[0]
    assert f"{name}\nexponent {plotting.fixed(slope)}" in texts(axis)


def test_memory_has_the_square_of_the_parameters(drawn):
    parameters = np.array([9 * (n + 1) for n in LAYERS])
    line = one(series(drawn["memory"].axes[0]), style=":")
    assert_shows(line, parameters, parameters**2)


@pytest.mark.parametrize(
    ("initialisation", "name"),
    [("homework", "homework's N(0, 1)"), ("signal_preserving", "signal-preserving")],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_initialisations_have_the_medians_of_their_draws(
    tables, drawn, initialisation, name, dtype
):
    (axis,) = drawn["initialisation"].axes
    table = tables["measurements"]
    labels = {"point": "homework-init", "initialisation": initialisation, "dtype": dtype}
    rows = table[where(table, **labels)]
    depths = sorted(set(rows.layers))
    medians = np.array([np.median(rows[rows.layers == depth].value) for depth in depths])
    alive = medians > 0
    shown = one(series(axis), label=f"{name}, {dtype}")
    assert_shows(shown, np.array(depths)[alive], medians[alive])
    if not alive.all():
        dead = one(series(axis), label=f"{name}, {dtype}: exactly 0", marker="x")
        np.testing.assert_array_equal(dead.x, np.array(depths)[~alive])


def test_the_homeworks_initialisation_dies_in_the_tables_drawn(drawn):
    (axis,) = drawn["initialisation"].axes
    assert [one.label for one in series(axis) if one.marker == "x"]
