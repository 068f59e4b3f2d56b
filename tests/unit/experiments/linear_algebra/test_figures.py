from xml.etree import ElementTree

import pytest

from adcost.experiments.linear_algebra import figures, plan

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
        ("accuracy", ["n·κ·u", "formula", "condition number", "central differences"]),
        ("cost", ["counted: operations", "timed: seconds", "AD through elimination"]),
        ("recovery", ["proximal step", "rank", "step"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    figures.draw(measured, tmp_path)
    for path in drawn.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
