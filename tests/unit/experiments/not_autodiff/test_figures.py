from xml.etree import ElementTree

import pytest

from adcost import plotting
from adcost.experiments.not_autodiff import figures, plan

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
        ("bullets", ["AD is not finite differences", "… and hungry for memory", "operations"]),
        ("swell", ["symbolic derivative", "logistic map", "applications k of the map"]),
        ("errors", ["relative error", "central difference"]),
        ("time", ["to derive and compile, once", "microseconds"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words), text


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    with plotting.style():
        plotting.save(figures._errors(measured["measurements"]), tmp_path, "errors")
    for kind in ("svg", "pdf"):
        name = f"errors.{kind}"
        assert (tmp_path / name).read_bytes() == (drawn / name).read_bytes()
