from xml.etree import ElementTree

import pytest

from adcost.experiments.hvp import figures

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("homework", ["number of hidden layers", "computation time (seconds)"]),
        ("scaling", ["exponent", "operations"]),
        ("constant", ["gradients"]),
        ("memory", ["number of parameters p"]),
        ("initialisation", ["exactly 0"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    figures.draw(measured, tmp_path)
    assert (tmp_path / "scaling.svg").read_bytes() == (drawn / "scaling.svg").read_bytes()
    assert (tmp_path / "scaling.pdf").read_bytes() == (drawn / "scaling.pdf").read_bytes()
