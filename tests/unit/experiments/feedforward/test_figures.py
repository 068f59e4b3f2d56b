from xml.etree import ElementTree

import pytest

from adcost import plotting
from adcost.experiments.feedforward import figures

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agreement", ["relative difference from jax.grad", "small: t = 2, b = 2"]),
        ("operations", ["width n of every layer", "slope", "reverse mode"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words), text


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    with plotting.style():
        plotting.save(figures._operations(measured["measurements"]), tmp_path, "operations")
    for kind in ("svg", "pdf"):
        name = f"operations.{kind}"
        assert (tmp_path / name).read_bytes() == (drawn / name).read_bytes()
