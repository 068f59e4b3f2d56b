"""The closed forms written by hand, against differences of the values written by hand."""

import pytest

from adcost.experiments.graph_traces import slides

POINTS = [(2.0, 3.0), (1.2, 0.7), (30.0, 0.1)]


def _difference(function, x, h=1e-5):
    return (function(x + h) - function(x - h)) / (2 * h)


@pytest.mark.parametrize(("w1", "w2"), POINTS)
def test_forward_columns_are_derivatives_of_the_values(w1, w2):
    along = slides.derivatives("forward_w1", w1, w2), slides.derivatives("forward_w2", w1, w2)
    for node in slides.values(w1, w2):
        by_w1 = _difference(lambda x, node=node: slides.values(x, w2)[node], w1)
        by_w2 = _difference(lambda x, node=node: slides.values(w1, x)[node], w2)
        assert along[0][node] == pytest.approx(by_w1, rel=1e-7, abs=1e-9)
        assert along[1][node] == pytest.approx(by_w2, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(("w1", "w2"), POINTS)
def test_the_reverse_column_is_consistent_with_the_forward_ones(w1, w2):
    reverse = slides.derivatives("reverse", w1, w2)
    for along in ("w1", "w2"):
        forward = slides.derivatives(f"forward_{along}", w1, w2)
        assert reverse[along] == pytest.approx(forward["L"])
        assert reverse["v2"] * forward["v2"] == pytest.approx(forward["L"])
    # w1 acts through v1 alone.
    assert reverse["v1"] / w1 == pytest.approx(reverse["w1"])


def test_another_sweep_is_refused_by_name():
    with pytest.raises(ValueError, match="forward_w3; they have forward_w1"):
        slides.derivatives("forward_w3", 2.0, 3.0)
