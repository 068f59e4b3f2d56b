from xml.etree import ElementTree

import pytest

from adcost.experiments.spectrum import figures, plan

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
        ("density", ["before training", "after epoch 2", "eigenvalue λ", "density × width"]),
        ("extremes", ["epochs", "−λ min / λ max", "deeper"]),
        ("training", ["cross-entropy", "test images right"]),
        ("dense", ["310 eigenvalues", "3 probes of 20 steps", "theory allows"]),
        ("ghosts", ["no reorthogonalisation", "there once", "Lanczos steps"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)
