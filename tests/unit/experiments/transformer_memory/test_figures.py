from xml.etree import ElementTree

import pytest

from adcost import plotting
from adcost.experiments.transformer_memory import analysis, figures

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpt2_memory", ["GB held by", "a checkpoint every 3 blocks", "ZeRO", "float16"]),
        ("gpt2_operations", ["33 %: one more pass forward", "keep operands"]),
        ("max_batch", ["memory, GB", "a checkpoint every block", "0.04"]),
        ("prediction", ["flat: store all", "prediction", "on one thread"]),
    ],
)  # fmt: skip
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    assert (drawn / f"{name}.pdf").stat().st_size > 0
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words), text


def test_steps_on_a_gpu_are_drawn_as_such(gpu_tables):
    with plotting.style():
        figure = figures._prediction(analysis.joined(gpu_tables))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["on a GPU"]
    (axis,) = figure.axes
    assert [line.get_xdata().tolist() for line in axis.lines if line.get_label() == "on a GPU"] == [
        pytest.approx([1.002])
    ]


def test_a_batch_of_none_is_drawn_as_zero(measured):
    with plotting.style():
        measured = analysis.joined(measured)
        (axis,) = figures._max_batch(measured).axes
    heights = [bar.get_height() for bars in axis.containers for bar in bars]
    found = analysis.largest(measured)
    assert sorted(heights) == sorted(found.to_numpy().ravel())
    assert axis.get_ylim()[0] == 0
