import matplotlib.pyplot as plt

from adcost import plotting
from adcost.experiments.mds import figures


def test_names_on_the_map_do_not_cover_each_other(measured):
    with plotting.style():
        figure = figures._map(measured["maps"], measured["measurements"], "europe-10")
        renderer = figure.canvas.get_renderer()
        names = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
        assert len(names) == 10
        for i, one in enumerate(names):
            assert not any(one.overlaps(other) for other in names[i + 1 :])
        plt.close(figure)


def test_the_animation_is_small(drawn):
    assert 1_000 < (drawn / "recovery.mp4").stat().st_size < 400_000
