"""The figures of `spectrum` show the network, the checkpoint and the method that they name."""

import numpy as np
import pytest
from scipy.stats import norm

from adcost import plotting
from adcost.experiments.spectrum import figures

from . import tables_spectrum as made
from .figure_data import assert_shows, bands, levels, one, panel, series, texts
from .figure_data import figures as drawn
from .synthetic import colour_of, scattered, value, where

FLOOR = 1e-6
TITLES = {0: "before training", 2: "after epoch 2", 30: "after training (30 epochs)"}


@pytest.fixture(scope="module")
def tables():
    return scattered(made.make(), seed=1, keep=("weight", "parameters", "eigenvalue"))


@pytest.fixture(scope="module")
def shown(tables):
    return drawn(figures.draw, tables)


def _probes(tables, network, epoch, quantity="ritz_value"):
    rows = tables["measurements"]
    own = rows[where(rows, network=network, epoch=epoch, method="lanczos", quantity=quantity)]
    return own.pivot(index="probe", columns="index", values="value").to_numpy()


def _ends(tables, epoch):
    values = _probes(tables, made.SUBJECT, epoch)
    return np.median(values[:, 0]), np.median(values[:, -1])


def _density(values, weights, at, width):
    """Σ wᵢ N(t; θᵢ, (width/300)²)·width, the weights summing to one."""
    return width * sum(
        w / np.sum(weights) * norm.pdf(at, v, width / 300)
        for v, w in zip(np.ravel(values), np.ravel(weights), strict=True)
    )


def _below(figure, axis):
    """The other panel of a panel's column."""
    column = axis.get_subplotspec().colspan
    (other,) = (o for o in figure.axes if o.get_subplotspec().colspan == column and o is not axis)
    return other


@pytest.mark.parametrize("epoch", TITLES)
def test_density_is_the_checkpoints_on_a_common_axis_and_on_its_own(shown, tables, epoch):
    common = panel(shown["density"], TITLES[epoch])
    own = _below(shown["density"], common)
    ends = [_ends(tables, e) for e in TITLES]
    widest = min(low for low, _ in ends), max(high for _, high in ends)
    values, weights = (_probes(tables, made.SUBJECT, epoch, q) for q in ("ritz_value", "weight"))
    for axis, (low, high) in ((common, widest), (own, _ends(tables, epoch))):
        width = high - low
        (line,) = (s for s in series(axis) if not s.marker and len(s.x) > 2)
        assert (line.x[0], line.x[-1]) == pytest.approx((low - 0.05 * width, high + 0.05 * width))
        np.testing.assert_allclose(
            line.y, np.maximum(_density(values, weights, line.x, width), FLOOR), rtol=1e-6
        )
        assert levels(axis, "vertical") == [0]
        (band,) = bands(axis)
        assert band.colour == line.colour
        np.testing.assert_allclose(band.high, line.y)
    least, largest = (plotting.number(end) for end in _ends(tables, epoch))
    assert own.get_title("left") == f"λ from {least} to {largest}"


@pytest.mark.parametrize(
    ("text", "index", "sign"), [("largest, λ max", -1, 1), ("most negative, −λ min", 0, -1)]
)
def test_the_sizes_of_both_ends_have_their_probes_ranges(shown, tables, text, index, sign):
    axis = panel(shown["extremes"], "resnet")
    line = one(series(axis), colour=colour_of(axis, text))
    values = [sign * _probes(tables, made.SUBJECT, epoch)[:, index] for epoch in TITLES]
    radii = [_probes(tables, made.SUBJECT, epoch, "radius")[:, index] for epoch in TITLES]
    ranges = [*zip(values, radii, strict=True)]
    assert_shows(line, TITLES, map(np.median, values), [min(v - r) for v, r in ranges],
                 [max(v + r) for v, r in ranges])  # fmt: skip


@pytest.mark.parametrize("network", [name for name in made.EPOCHS if name not in made.AGAIN])
def test_the_negative_share_is_each_networks_own(shown, tables, network):
    axis = panel(shown["extremes"], "in units of the largest")
    line = one(series(axis), colour=colour_of(axis, network), style="-")
    middle, low, high = [], [], []
    for epoch in made.EPOCHS[network]:
        v, r = _probes(tables, network, epoch), _probes(tables, network, epoch, "radius")
        middle.append(np.median(-v[:, 0] / v[:, -1]))
        low.append(min((-v[:, 0] - r[:, 0]) / (v[:, -1] + r[:, -1])))
        high.append(max((-v[:, 0] + r[:, 0]) / (v[:, -1] - r[:, -1])))
    assert_shows(line, made.EPOCHS[network], middle, low, high)


def test_trainings_after_the_first_are_dashed_in_their_networks_colour(shown, tables):
    """Each with its own shares; only the first trainings are named, so no others are dashed."""
    axis = panel(shown["extremes"], "in units of the largest")
    assert texts(axis) == [name for name in made.EPOCHS if name not in made.AGAIN]
    dashed = [s for s in series(axis) if s.style == "--"]
    assert {s.colour for s in dashed} == {colour_of(axis, made.SUBJECT)}
    assert len({tuple(s.y) for s in dashed}) == len(made.AGAIN)
    for line, network in zip(dashed, made.AGAIN, strict=True):
        ritz = [_probes(tables, network, epoch) for epoch in made.EPOCHS[network]]
        assert_shows(line, made.EPOCHS[network], [np.median(-v[:, 0] / v[:, -1]) for v in ritz])


def test_training_shows_the_subjects_losses_and_accuracies(shown, tables):
    (axis,) = shown["training"].axes
    rows = tables["measurements"]
    loss = rows[where(rows, network=made.SUBJECT, method="training", quantity="loss")]
    lines = series(axis)
    assert_shows(one(lines, marker=""), loss["index"], loss.value)
    own = {epoch: {q: value(rows, network=made.SUBJECT, epoch=epoch, quantity=q)
                   for q in ("training_loss", "test_accuracy")} for epoch in TITLES}  # fmt: skip
    points = {(float(s.x[0]), float(s.y[0])) for s in lines if s.marker == "o"}
    assert points == {(2.0 * epoch, own[epoch]["training_loss"]) for epoch in TITLES}
    assert texts(axis) == [
        f"epoch {epoch}: {100 * own[epoch]['test_accuracy']:.1f} % of the\ntest images right"
        for epoch in TITLES
    ]
    colours = {epoch: colour_of(axis, f"epoch {epoch}:") for epoch in TITLES}
    assert len(set(colours.values())) == 3
    for epoch, colour in colours.items():
        assert one((s for s in lines if s.marker), colour=colour).x[0] == 2 * epoch


@pytest.mark.parametrize(("epoch", "title"), [(0, "before training"), (8, "after training (8")])
def test_the_dense_density_stands_beside_that_of_lanczos(shown, tables, epoch, title):
    axis = panel(shown["dense"], title)
    rows = tables["measurements"]
    exact = np.sort(rows.value[where(rows, network=made.DENSE, epoch=epoch, method="dense",
                                     quantity="eigenvalue")])  # fmt: skip
    width = exact[-1] - exact[0]
    found = one(series(axis), label="Lanczos, 3 probes of 12 steps")
    true = one(bands(axis), label="full Hessian, 20 eigenvalues")
    values, weights = (_probes(tables, made.DENSE, epoch, q) for q in ("ritz_value", "weight"))
    np.testing.assert_allclose(
        found.y, np.maximum(_density(values, weights, found.x, width), FLOOR), rtol=1e-6
    )
    np.testing.assert_allclose(
        true.high, np.maximum(_density(exact, np.ones(20), true.x, width), FLOOR), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("method", "title"), [("full", "full reorthogonalisation"), ("none", "no reorthogonalisation")]
)
def test_ghosts_show_the_last_checkpoints_ritz_values_by_method(tables, method, title):
    exact = made.make()
    for given, said in ((tables, None), (exact, {"full": "once", "none": "2 times"}[method])):
        figure = drawn(figures.draw, given)["ghosts"]
        axis = panel(figure, title)
        rows = given["measurements"]
        own = rows[where(rows, network=made.DENSE, epoch=8, method=method)]
        ritz = own[own.quantity.str.startswith("largest_")]
        points = [s for s in series(axis) if s.marker == "."]
        x, y = (np.concatenate([getattr(s, axis_) for s in points]) for axis_ in "xy")
        seen = np.isfinite(y)
        assert {*zip(x[seen], y[seen], strict=True)} == {*zip(ritz["index"], ritz.value,
                                                              strict=True)}  # fmt: skip
        true = np.sort(rows.value[where(rows, network=made.DENSE, epoch=8, quantity="eigenvalue")])
        assert levels(axis) == [*true[-3:]]
        lost = own[own.quantity == "orthogonality"]
        (line,) = series(_below(figure, axis))
        assert_shows(line, lost["index"], lost.value)
        if said:
            assert texts(axis) == [f"the largest eigenvalue is there {said}"]
