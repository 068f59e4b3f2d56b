from xml.etree import ElementTree

import pytest

from adcost.experiments.gradient import figures

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("methods", ["reverse mode", "forward mode, batched", "central differences", "bound"]),
        ("seconds", ["reverse mode", "forward mode, one by one", "scaling", "sum of squares"]),
        ("functions", ["scaling", "sum of squares", "bound: 5 operations"]),
        ("writing", ["y * w[i] in a loop", "a scan", "jnp.prod", "erf", "on the tape"]),
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


def test_a_study_of_one_function_is_drawn_too(tables, tmp_path):
    kept = ("mds", "tape", "writing")
    one = {name: table[table.point.isin(kept)] for name, table in tables.items()}
    figures.draw(one, tmp_path)
