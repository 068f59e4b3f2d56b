from xml.etree import ElementTree

import pytest

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("estimates", ["probes V", "exact:", "predicted standard deviations"]),
        ("error", ["probes V", "d = 235, trained", "d = 610, initial", "slope −1/2"]),
        ("laws", ["influence matrix", "Gaussian", "sphere", "measured"]),
        ("needed", ["products / d", "the exact trace"]),
        ("decay", ["Hutch++", "XTrace", "after training"]),
        ("diagonal", ["error of the diagonal"]),
        ("chunks", ["matfree", "probes multiplied at once"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)
