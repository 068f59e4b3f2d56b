"""The figures of the first screen, read back: every number drawn is one of the tables'."""

import math

import numpy as np
import pandas as pd
import pytest
from contract import figure_data
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from adcost.catalogue import Catalogue, languages, titles
from adcost.headline import figures
from adcost.headline.forest import COLUMNS as OF_CLAIMS
from adcost.headline.prices import COLUMNS, price_list
from adcost.plotting import in_language
from adcost.study.plans import known_experiments

QUOTES = pd.DataFrame(
    [
        ("gradient", "a", "f", 10, 3.0, 2.5, 2.0, 2.75),
        ("gradient", "b", "g", 1000, 4.0, 5.0, 4.5, 6.0),
        ("Hessian", "b", "g", 1000, 3500.0, math.nan, math.nan, math.nan),
        ("largest eigenvalue", "b", "g", 1000, 80.0, 120.0, math.nan, math.nan),
    ],
    columns=list(COLUMNS),
)
CLAIMS = pd.DataFrame(
    [
        ("hvp", "hvp.a", "reproduced", 0.5, 0.25, 0.75),
        ("hvp", "hvp.b", "inconclusive", 0.9, 0.5, 2.0),
        ("gradient", "gradient.a", "refuted", 40.0, 20.0, 50.0),
        ("gradient", "gradient.b", "reproduced", 0.0, 0.0, 0.0),
        ("gradient", "gradient.c", "refuted", math.inf, math.inf, math.inf),
        ("gradient", "gradient.d", "inconclusive", math.nan, math.nan, math.nan),
    ],
    columns=list(OF_CLAIMS),
)


def lines_of(axis):
    """The horizontal lines: (place, low, high), each with its colour."""
    return [
        (segment[0][1], segment[0][0], segment[1][0], to_hex(held.get_color()[0]))
        for held in axis.collections if isinstance(held, LineCollection)
        for segment in held.get_segments()
    ]  # fmt: skip


def test_a_price_is_a_dot_a_function_and_an_interval_in_its_row():
    (axis,) = figures.price_figure(QUOTES).axes
    rows = price_list(QUOTES).derivative.tolist()
    assert rows == ["gradient", "largest eigenvalue", "Hessian"]
    counted = figure_data.one(figure_data.series(axis), label="counted")
    figure_data.assert_shows(counted, QUOTES.counted, QUOTES.derivative.map(rows.index))
    assert [line[:3] for line in lines_of(axis)] == [(0, 2, 6), (1, 120, 120)]
    assert axis.get_xscale() == "log" and figure_data.levels(axis, "vertical") == [1.0]
    low, high = axis.get_xlim()
    assert low < 1 and high > 3500


def test_a_row_says_its_derivative_and_its_price():
    (axis,) = figures.price_figure(QUOTES).axes
    assert figure_data.texts(axis) == [
        "gradient", "3–4", "largest eigenvalue", "80", "Hessian", "3,500",
    ]  # fmt: skip


def test_a_claim_has_the_colour_and_the_marker_of_its_verdict_at_its_share():
    (axis,) = figures.forest_figure(CLAIMS, {"hvp": "Products"}).axes
    marks = {
        verdict: [
            shown for shown in figure_data.series(axis)
            if shown.marker == marker and len(shown.x) and shown.colour == colour.lower()
        ]
        for verdict, (marker, colour) in figures.MARKS.items()
    }  # fmt: skip
    at = {verdict: sorted(float(shown.x[0]) for shown in found) for verdict, found in marks.items()}
    # Beyond the edges a mark stands on them, and what was not measured on the border.
    assert at == {"reproduced": [1e-3, 0.5], "inconclusive": [0.9, 1.0], "refuted": [40, 1e3]}
    colours = {verdict: colour.lower() for verdict, (_, colour) in figures.MARKS.items()}
    drawn = {(low, high, colour) for _, low, high, colour in lines_of(axis)}
    assert {(0.25, 0.75, colours["reproduced"]), (0.5, 2.0, colours["inconclusive"]),
            (20.0, 50.0, colours["refuted"])} <= drawn  # fmt: skip
    assert figure_data.levels(axis, "vertical") == [1.0]
    assert figure_data.texts(axis) == ["Products", "gradient"]


def test_arrows_tell_what_lies_beyond_the_edges():
    (axis,) = figures.forest_figure(CLAIMS, {}).axes
    tips = sorted(shown.marker for shown in figure_data.series(axis) if shown.marker in "<>")
    assert tips == ["<", ">"]


def test_no_two_claims_share_a_line():
    (axis,) = figures.forest_figure(CLAIMS, {}).axes
    markers = {marker for marker, _ in figures.MARKS.values()}
    places = [float(shown.y[0]) for shown in figure_data.series(axis)
              if shown.marker in markers and len(shown.y)]  # fmt: skip
    assert len(set(places)) == len(CLAIMS) and min(np.diff(sorted(places))) > 0.99


@pytest.mark.parametrize("draw", [
    lambda: figures.price_figure(pd.DataFrame(columns=list(COLUMNS))),
    lambda: figures.forest_figure(pd.DataFrame(columns=list(OF_CLAIMS)), {}),
])  # fmt: skip
def test_a_run_with_nothing_to_show_says_so(draw):
    (axis,) = draw().axes
    assert figure_data.texts(axis)[0].startswith("no experiment of this run")


@pytest.mark.parametrize("language", languages())
def test_every_word_is_in_every_language(language):
    catalogue = Catalogue.read(language, "headline")
    every = pd.concat(
        [QUOTES, *(QUOTES.iloc[:1].assign(derivative=name) for name in (
            "gradient by central differences", "directional derivative", "Hessian times a vector",
            "trace of the Hessian, to 1 %", "Jacobian 100 × 100",
            "a gradient's progress, two-point",
        ))]
    )  # fmt: skip
    with in_language(catalogue):
        figures.price_figure(every)
        figures.forest_figure(CLAIMS, titles(language))
        figures.price_figure(QUOTES.iloc[:0])
        figures.forest_figure(CLAIMS.iloc[:0], {})
    assert not catalogue.missing
    assert set(titles(language)) == set(known_experiments())
