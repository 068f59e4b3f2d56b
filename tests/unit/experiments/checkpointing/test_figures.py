from xml.etree import ElementTree

import pytest

from adcost.experiments.checkpointing import animation

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("chain", ["layers n", "states held at once", "√n segments", "halving"]),
        ("frontier", ["16 layers: counted", "binomial (revolve)", "s = 1", "95 % intervals"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)


def test_the_animation_shows_the_events_that_were_kept_in_the_table(measured):
    rows = measured["measurements"]
    moments = animation._moments(
        rows[(rows.model == "animation") & (rows.method == "recompute_all")]
    )
    assert [kept for kept, *_ in moments[:-1]] == [{0}] * (len(moments) - 1)
    assert moments[-1] == (set(), 0, 6, 15)
