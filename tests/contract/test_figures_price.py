"""Each figure of `price` shows the prices, lines and policies that it names."""

import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.price.figures import draw

from . import tables_price
from .figure_data import assert_shows, bars, figures, levels, one, panel, series, texts
from .tables_price import LINES, MEMORY, OPERATIONS, WAYS, timed


@pytest.fixture(scope="module")
def drawn():
    return figures(draw, tables_price.make())


def _rows(axis, names):
    """What is drawn in each row: the price counted, and the price timed with its interval."""
    found = {}
    for s in series(axis):
        if len(s.x):
            (place,) = set(s.y)
            part = "counted" if s.colour == plotting.ORANGE.lower() else "ends" if s.style else "at"
            assert s.colour in (plotting.ORANGE.lower(), plotting.BLUE.lower())
            found.setdefault(names[int(place)], {})[part] = list(s.x)
    return found


def _names(axis):
    return {
        int(t): label.get_text()
        for t, label in zip(axis.get_yticks(), axis.get_yticklabels(), strict=True)
    }


def _expected(name, ways):
    found = {}
    for derivative, method, counted, _ in ways:
        at, *ends = timed(name).get((derivative, method), [None])
        parts = {"counted": [counted], "at": [at] if at else None, "ends": ends or None}
        found[derivative, method] = {part: value for part, value in parts.items() if value}
    return found


@pytest.mark.parametrize("name", WAYS)
def test_every_way_has_its_own_price_counted_and_timed(drawn, name):
    (axis,) = drawn[f"{name}_prices"].axes
    expected = _expected(name, WAYS[name][1:])
    expected = {f"{derivative}: {method}": row for (derivative, method), row in expected.items()}
    assert _rows(axis, _names(axis)) == expected
    assert levels(axis, "vertical") == [1]


@pytest.mark.parametrize("name", WAYS)
def test_the_overview_has_the_fastest_way_to_each_derivative(drawn, name):
    """The one with the fewest operations where none was timed."""
    best = {}
    for way in WAYS[name][1:]:
        other = best.setdefault(way[0], way)
        place = 2 if way[3] is None else 3
        best[way[0]] = min(other, way, key=lambda w: w[place])
    expected = {derivative: row for (derivative, _), row in _expected(name, best.values()).items()}
    names = _names(drawn["overview"].axes[0])
    assert _rows(panel(drawn["overview"], name), names) == expected


@pytest.mark.parametrize("name", WAYS)
def test_each_line_has_a_bar_of_its_operations_and_its_numbers(drawn, name):
    (axis,) = drawn[f"{name}_lines"].axes
    total = OPERATIONS[name]
    largest = max(gradient for _, _, gradient, _ in LINES[name])
    for colour, lengths in (
        (plotting.BLUE, [value for _, value, *_ in LINES[name]]),
        (plotting.VERMILION, [gradient - value for _, value, gradient, _ in LINES[name]]),
    ):
        shown = sorted((b for b in bars(axis) if b.colour == colour.lower()), key=lambda b: b.at[0])
        *shown, _ = shown  # the key below
        np.testing.assert_allclose([b.length[0] for b in shown], 0.6 * np.array(lengths) / largest)
    for _, value, gradient, _ in LINES[name]:
        assert {f"{value / total:.2g}", f"{gradient / total:.1f}"} <= set(texts(axis))


@pytest.mark.parametrize("name", WAYS)
def test_every_policy_has_its_bytes_and_operations_and_the_best_are_joined(drawn, name):
    (axis,) = drawn[f"{name}_checkpoints"].axes
    rows = [row for row in MEMORY[name] if row[2] is not None]
    assert_shows(
        one(series(axis), colour=plotting.GREY),
        [row[4] / 1e6 for row in rows],
        [row[2] for row in rows],
    )
    best = one(series(axis), colour=plotting.GREEN, style="-")
    assert_shows(best, [row[4] / 1e6 for row in rows if row[5]], [row[2] for row in rows if row[5]])
    assert np.all(np.diff(best.x) > 0)
    called = {
        "as it is written" if target == "none" else f"{policy} on {target}"
        for target, policy, *_, joined in rows
        if joined
    }
    assert set(texts(axis)) == called
    title = axis.get_title("left")
    assert title.startswith(f"{len(rows)} policies, {max(row[2] for row in rows):.2g} ")


def test_a_function_without_a_price_has_figures_that_say_so(drawn):
    for figure in ("prices", "lines", "checkpoints"):
        assert texts(drawn[f"broken_{figure}"].axes[0]) == ["broken has no price"]
    assert len(drawn["overview"].axes) == len(WAYS)
