from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pytest

from adcost import plotting
from adcost.experiments.mds import figures, plan

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def drawn(measured, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    figures.draw(measured, folder)
    return folder


def test_every_planned_figure_and_animation_is_drawn(drawn):
    wanted = {f"{name}.{kind}" for name in plan.FIGURES for kind in ("svg", "pdf")}
    wanted |= {f"{name}.{kind}" for name in plan.ANIMATIONS for kind in ("mp4", "png")}
    assert {path.name for path in drawn.iterdir()} == wanted


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("map", ["Moscow", "Madrid", "true position", "RMS error", "world, 8 cities"]),
        ("convergence", ["Europe, 6 cities", "tolerance", "Nelder–Mead"]),
        ("cost", ["exponent", "number of cities", "gradient descent"]),
    ],
)
def test_text_stays_text_and_names_what_is_shown(drawn, name, words):
    tree = ElementTree.parse(drawn / f"{name}.svg")
    text = " ".join("".join(node.itertext()) for node in tree.iter(TEXT))
    assert all(word in text for word in words)


def test_names_on_the_map_do_not_cover_each_other(measured):
    with plotting.style():
        figure = figures._map(measured["maps"], measured["measurements"], "europe-10")
        renderer = figure.canvas.get_renderer()
        names = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
        assert len(names) == 10
        for i, one in enumerate(names):
            assert not any(one.overlaps(other) for other in names[i + 1 :])
        plt.close(figure)


def test_runs_that_stopped_at_the_cap_are_drawn_as_such(tables):
    table = tables["measurements"]
    rows = (table.method == "nelder_mead") & (table.quantity == "converged")
    table.loc[rows & (table.cities == 15), "value"] = 0.0
    figure = figures._cost(table)
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert "stopped at the cap: lower bound" in texts
    plt.close(figure)


def test_the_same_tables_give_the_same_bytes(drawn, measured, tmp_path):
    figures.draw(measured, tmp_path)
    for path in drawn.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_animation_is_small(drawn):
    assert 1_000 < (drawn / "recovery.mp4").stat().st_size < 400_000
