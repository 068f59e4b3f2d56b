from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.lines import Line2D
from matplotlib.text import Text

from adcost.experiments.stepsizes import figures, plan

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def drawn(measured, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    figures.draw(measured, folder)
    return folder


def test_every_planned_figure_is_drawn_as_svg_and_pdf(drawn):
    assert {p.name for p in drawn.iterdir()} == {
        f"{name}.{kind}" for name in plan.FIGURES for kind in ("svg", "pdf")
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gradient", ["bound on rounding", "relative error"]),
        ("learning", ["Polyak's step", "guaranteed", "β = 0.1/C"]),
        ("steps", ["before learning", "predicted for small steps"]),
        ("descent", ["f(xₖ) / f(x₀)"]),
        ("minimum", ["eigenvalue", "perturbation"]),
        ("valley", ["end of the run"]),
        ("stability", ["diverged", "after 30 steps"]),
        ("chebyshev", ["Chebyshev", "learned", "condition number κ"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)


def test_the_same_tables_give_the_same_bytes(drawn, measured):
    with figures.plotting.style():
        figures.plotting.save(figures._stability(measured["measurements"]), drawn / "again", "one")
    for kind in ("svg", "pdf"):
        again = (drawn / "again" / f"one.{kind}").read_bytes()
        assert again == (drawn / f"stability.{kind}").read_bytes()


def test_a_beta_that_diverged_is_drawn_within_the_range_of_floats(measured, diverged):
    tables = {}
    for name, table in measured.items():
        kept = table[table.point != "homework"]
        tables[name] = pd.concat([diverged[name], kept], ignore_index=True)
    measurements, curves = tables["measurements"], tables["curves"]
    for figure in (
        figures._learning(measurements, curves),
        figures._steps(measurements),
        figures._descent(measurements, curves),
        figures._minimum(measurements),
    ):
        figure.canvas.draw()
        written = [text.get_text() for text in figure.findobj(Text)]
        assert any(text.startswith("β = 3/C") for text in written)
        assert "guaranteed" not in written
        for line in figure.findobj(Line2D):
            assert np.isfinite(np.asarray(line.get_xydata(), dtype=float)).all()
        plt.close(figure)
