from xml.etree import ElementTree

import pytest

from adcost.experiments.zero_order import figures, plan

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
        ("trajectories", ["gradient descent", "central differences", "two-point"]),
        ("dimension", ["dimension n", "exponent", "evaluations"]),
        ("iterations", ["steps k", "guaranteed"]),
        ("best_step", ["largest stable", "exponent"]),
        ("unbiased", ["without the factor d"]),
        ("stochastic", ["stochastic gradient", "exponent"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)
