"""The figures of `jacobian` show the rows of the method and the function that they name."""

import numpy as np
import pandas as pd
import pytest

from adcost import plotting
from adcost.experiments.jacobian import figures

from . import tables_jacobian as made
from .figure_data import assert_shows, levels, one, panel, series, texts
from .figure_data import figures as drawn
from .synthetic import changed, colour_of, horizontal_ends, legend_of, put, scattered, value

MODES = ("forward", "reverse")
MARKS = {"forward": "o", "reverse": "s"}


@pytest.fixture(scope="module")
def tables():
    # So far below the best order that it stays below when both are scattered.
    unproven = put(15.0, subject="helmholtz", quantity="least_possible")
    return scattered(changed(made.make(), unproven), seed=1)


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


def _counts(tables, function, mode):
    return [value(tables["measurements"], subject=function, method=mode, quantity="operations",
                  shape=f"10-{m}") for m in made.OUTPUTS]  # fmt: skip


def _seconds(tables, function, mode):
    """Median, least and most of six repeats, which at 95 % are the interval's ends."""
    rows = tables["timings"]
    rows = rows[(rows.subject == function) & (rows.method == mode)]
    groups = [rows.seconds[rows["shape"] == f"10-{m}"] for m in made.OUTPUTS]
    return [[summary(group) for group in groups] for summary in (np.median, min, max)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("figure", "function"), [("crossover", "linear"), ("scalar_output", "max")]
)
def test_sweeps_show_each_modes_counts_and_seconds(shown, tables, figure, function, mode):
    counted, timed = panel(shown[figure], "counted"), panel(shown[figure], "timed")
    line = one(series(counted), colour=colour_of(counted, mode), marker=MARKS[mode])
    assert_shows(line, made.OUTPUTS, _counts(tables, function, mode))
    line = one(series(timed), colour=colour_of(timed, mode), marker=MARKS[mode])
    assert_shows(line, made.OUTPUTS, *_seconds(tables, function, mode))


@pytest.mark.parametrize("mode", MODES)
def test_the_dotted_line_is_tanhs_time(shown, tables, mode):
    timed = panel(shown["crossover"], "timed")
    line = one(series(timed), colour=colour_of(timed, mode), style=":")
    assert_shows(line, made.OUTPUTS, _seconds(tables, "tanh", mode)[0])


def test_crossings_are_written_beside_the_sweep_that_they_are_of():
    tables = made.make()
    for function, crossing in (("linear", 7), ("tanh", 15)):
        labels = {"name": "timings", "column": "seconds", "subject": function}
        put(1e-4, **labels, method="forward")(tables)
        put(lambda rows, at=crossing: 1e-4 * rows["shape"].str[3:].astype(float) / at, **labels,
            method="reverse")(tables)  # fmt: skip
    figure = drawn(figures.draw, tables)["crossover"]
    counted, timed = panel(figure, "counted"), panel(figure, "timed")
    assert "winner changes at m\nAx: 10 [9, 11]" in texts(counted)
    assert "winner changes at m\nAx: 7 [7, 7]\ntanh(Ax), dotted: 15 [15, 15]" in texts(timed)
    assert levels(counted, "vertical") == levels(timed, "vertical") == [10]


def test_a_sweep_without_a_crossing_says_so():
    never = put(1.0, subject="linear", method="reverse", quantity="operations")
    figure = drawn(figures.draw, changed(made.make(), never))["crossover"]
    assert "winner changes at m\nAx: nowhere once" in texts(panel(figure, "counted"))


NAMES = {"forward": "forward mode", "reverse": "reverse mode", "best": "best order"}


@pytest.mark.parametrize("name", ["chains", "elimination"])
def test_the_legend_names_each_series_by_its_look(shown, name):
    drawn_ = {s.label: (s.colour, s.marker) for s in series(shown[name].axes[0]) if s.label}
    said = {text: (colour, "" if marker == "None" else marker)
            for text, (colour, marker) in legend_of(shown[name]).items()}  # fmt: skip
    assert said == drawn_
    assert {*NAMES.values()} <= set(said)


def _places(axis):
    """The height at which each row's name stands."""
    ticks = zip(axis.get_yticklabels(), axis.get_yticks(), strict=True)
    return {label.get_text().split("\n")[0].split("  ")[0]: height for label, height in ticks}


@pytest.mark.parametrize("method", NAMES)
def test_chains_show_each_methods_multiplications_and_milliseconds(shown, tables, method):
    counted, timed = panel(shown["chains"], "counted"), panel(shown["chains"], "timed")
    rows = pd.DataFrame({
        quantity: {name: value(tables["measurements"], subject=f"{name} tanh", method=method,
                               quantity=quantity) for name in made.CHAINS}
        for quantity in ("multiplications", "predicted_multiplications")
    })  # fmt: skip
    heights = np.array([_places(counted)[name] for name in made.CHAINS])
    line = one(series(counted), label=NAMES[method])
    offset = {"forward": 0.2, "reverse": 0.0, "best": -0.2}[method]
    assert_shows(line, rows.multiplications, heights + offset)
    circles = [s for s in series(counted) if s.colour == plotting.GREY.lower() and s.marker == "o"]
    (circle,) = (s for s in circles if np.allclose(np.sort(s.y), np.sort(heights + offset)))
    assert_shows(circle, rows.predicted_multiplications, heights + offset)

    timings = tables["timings"]
    runs = [1e3 * timings.seconds[(timings.subject == f"{name} tanh") & (timings.method == method)]
            for name in made.CHAINS]  # fmt: skip
    bar = one(series(timed), colour=line.colour)
    assert_shows(bar, map(np.median, runs), heights + offset)
    low, high = horizontal_ends(timed, line.colour)
    np.testing.assert_allclose(low, [*map(min, runs)])
    np.testing.assert_allclose(high, [*map(max, runs)])


def test_eliminations_show_each_order_over_the_best(shown, tables):
    (axis,) = shown["elimination"].axes
    titles = {"ad_choose": "task 1's shape", "ad_choose_turned": "task 1's shape, turned",
              "lighthouse": "lighthouse", "helmholtz": "Helmholtz"}  # fmt: skip
    names = {**NAMES, "markowitz": "least Markowitz degree"}
    offsets = {"forward": 0.12, "reverse": -0.12, "markowitz": 0.0, "best": 0.0}
    places = [_places(axis)[title] for title in titles.values()]

    def of(method, quantity="multiplications"):
        return np.array([value(tables["measurements"], subject=graph, method=method,
                               quantity=quantity) for graph in titles])  # fmt: skip

    for method, name in names.items():
        assert_shows(one(series(axis), label=name), of(method) / of("best"),
                     np.add(places, offsets[method]))  # fmt: skip
    assert texts(axis) == [f"{best:.0f}" for best in of("best")]
    least, best = of("best", "least_possible"), of("best")
    open_ = [s for s in series(axis) if s.label == "not excluded by the bound proven"]
    expected = [(low / most, height) for low, most, height in zip(least, best, places, strict=True)
                if most > low]  # fmt: skip
    assert len(expected) >= 1
    np.testing.assert_allclose(sorted((s.x[0], s.y[0]) for s in open_), sorted(expected))
    assert all(s.x[1] == 1 for s in open_)
