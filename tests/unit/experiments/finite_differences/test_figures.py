from xml.etree import ElementTree

import pytest

from adcost.experiments.finite_differences import figures, plan

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tradeoff", ["step ε", "relative error", "float32", "complex step", "reverse mode"]),
        ("curvature", ["forward differences", "central differences", "1/x", "ε / ε*"]),
        ("attainable", ["least relative error", "reverse mode", "forward differences"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words), text


def test_every_curve_has_a_formula_a_colour_and_a_mark():
    assert set(figures.FORMULAS) == set(figures.OF_CURVE) == set(plan.CURVES)
    assert len(set(figures.OF_CURVE.values())) == len(plan.CURVES)
