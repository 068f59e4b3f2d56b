"""What all figures share."""

from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pytest

from adcost.plotting import fixed, interval, number, save, style


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (2.0, 3, "2"),
        (-0.12345, 3, "−0.123"),
        (1e-7, 3, "1×10⁻⁷"),
        (-1.25e12, 2, "−1.2×10¹²"),
        (0, 3, "0"),
    ],
)
def test_a_number_has_a_real_minus_and_a_power_of_ten(value, digits, text):
    assert number(value, digits) == text


def test_decimals_have_a_minus_sign_and_no_negative_zero():
    assert fixed(-1.304) == "−1.30" and fixed(-0.001) == "0.00"
    assert fixed(12.5, 0) == "12" and fixed(-0.0005, 3) == "−0.001"
    assert interval(0.5, -0.25, 1) == "0.50 [−0.25, 1.00]"


def _saved(folder):
    with style():
        figure, axis = plt.subplots(figsize=(2, 2))
        axis.plot([1, 10], [1e-3, 1e5], label="the line")
        axis.set(yscale="log", xlabel="αᵢ of the step")
        axis.legend()
        save(figure, folder, "one")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_figure_is_saved_as_svg_and_pdf_with_the_same_bytes_each_time(tmp_path):
    files = _saved(tmp_path)
    assert set(files) == {"one.svg", "one.pdf"} and files["one.pdf"].startswith(b"%PDF")
    assert _saved(tmp_path) == files
    nodes = ElementTree.fromstring(files["one.svg"]).iter("{http://www.w3.org/2000/svg}text")
    texts = ["".join(node.itertext()).strip() for node in nodes]
    assert {"the line", "αᵢ of the step", "10⁻³"} <= set(texts)
    assert not plt.get_fignums()
