"""How every figure is written."""

from xml.etree import ElementTree

import matplotlib.pyplot as plt

from adcost.plotting import save, style


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
    texts = {"".join(node.itertext()).strip() for node in nodes}
    assert {"the line", "αᵢ of the step", "10⁻³"} <= texts
