from xml.etree import ElementTree

import pytest

from adcost.experiments.jacobian import figures, plan

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
        ("crossover", ["number of outputs m", "operations", "winner changes", "12 [11, 13]"]),
        ("scalar_output", ["forward", "reverse", "seconds a call"]),
        ("chains", ["hourglass", "multiplications", "milliseconds", "predicted"]),
        ("elimination", ["Helmholtz", "Markowitz", "task 1's shape"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words), text


def test_the_same_tables_give_the_same_bytes_and_a_sweep_without_a_crossing_is_drawn(
    drawn, tables, tmp_path
):
    table = tables["measurements"]
    rows = (table.point == "sweep-linear") & (table.method == "reverse")
    table.loc[rows & (table.quantity == "operations"), "value"] = 1.0
    figures.draw(tables, tmp_path)
    assert (tmp_path / "chains.svg").read_bytes() == (drawn / "chains.svg").read_bytes()
    assert "nowhere once" in (tmp_path / "crossover.svg").read_text("utf-8")
