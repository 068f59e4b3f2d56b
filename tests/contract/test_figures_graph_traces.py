"""Each figure of `graph_traces` shows the rows that it names, found here by pandas alone."""

import numpy as np
import pytest
from matplotlib.patches import Circle

from adcost import plotting
from adcost.experiments.graph_traces import figures as module
from adcost.experiments.graph_traces import sequences

from .figure_data import assert_shows, figures, one, series, texts
from .recorded import recorded
from .synthetic import scattered, where

COLOURS = {"forward": plotting.GREEN, "reverse": plotting.BLUE}
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@pytest.fixture(scope="module")
def tables():
    return scattered(recorded("graph_traces"), 1, columns=("value", "derivative", "by_jax"))


@pytest.fixture(scope="module")
def drawn(tables):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequences, "film", lambda *given: None)
        return figures(module.draw, tables)


def _counts(tables, function, method, quantity):
    table = tables["measurements"]
    rows = table[where(table, function=function, method=method, quantity=quantity)]
    rows = rows[rows.growing != "expression"]
    return rows["size"], rows.value


@pytest.mark.parametrize(("function", "style"), [("rosenbrock", "-"), ("speelpenning", "--")])
@pytest.mark.parametrize("mode", COLOURS)
def test_multiplications_are_each_modes_and_functions_own(tables, drawn, function, style, mode):
    (axis,) = drawn["sweeps"].axes
    shown = one(series(axis), colour=COLOURS[mode], style=style)
    assert_shows(shown, *_counts(tables, function, mode, "multiplications"))
    name = {"rosenbrock": "Rosenbrock's function", "speelpenning": "product"}[function]
    sweeps = {"forward": "d forward sweeps", "reverse": "1 reverse sweep"}[mode]
    (text,) = (t for t in axis.texts if t.get_text() == f"{name},\n{sweeps}")
    assert text.xy == (shown.x[-1], shown.y[-1]) and text.get_color() == COLOURS[mode]


@pytest.mark.parametrize("mode", COLOURS)
def test_storage_has_the_tapes_values_and_the_programs_numbers(tables, drawn, mode):
    (axis,) = drawn["storage"].axes
    tape = one(series(axis), colour=COLOURS[mode], style="-")
    assert_shows(tape, *_counts(tables, "sines", mode, "values_held"))
    sizes, held = _counts(tables, "sines", f"jax_{mode}", "temporary_bytes")
    assert_shows(one(series(axis), colour=COLOURS[mode], style=":"), sizes, held / 8)
    said = {"forward": "forward mode:\nwhat later lines need", "reverse": "reverse mode:"}[mode]
    (text,) = (t for t in axis.texts if t.get_text().startswith(said))
    assert text.xy == (tape.x[-1], tape.y[-1])


def _nodes(axis):
    """What is written below each node of a drawing, by the name inside its circle."""
    found = {}
    for circle in (patch for patch in axis.patches if isinstance(patch, Circle)):
        x, y = circle.center
        (name,) = (t.get_text() for t in axis.texts
                   if np.allclose(t.get_position(), (x, y)) and not hasattr(t, "xy"))  # fmt: skip
        below = (x, y - circle.radius)
        found[name] = [
            t.get_text() for t in axis.texts if hasattr(t, "xy") and np.allclose(t.xy, below)
        ]
    return found


@pytest.mark.parametrize("sweep", ["forward_w1", "forward_w2", "reverse"])
def test_every_panel_has_the_values_and_derivatives_known_at_its_step(tables, drawn, sweep):
    steps = tables["steps"]
    rows = steps[where(steps, expression="lecture", sweep=sweep)]
    # The graph's values are those of the reverse sweep's rows, for all three.
    reverse = steps[where(steps, expression="lecture", sweep="reverse")].set_index("node")
    for axis, step in zip(drawn[sweep].axes, [-1, *sorted(set(rows.step))], strict=False):
        known = rows[rows.step <= step].set_index("node").derivative
        expected = {}
        for node in reverse.index:
            shown = [reverse.value[node]] if node in known or sweep == "reverse" else []
            shown += [known[node]] if node in known else []
            expected[node.translate(BELOW)] = [plotting.number(v) for v in shown]
        assert _nodes(axis) == expected


@pytest.mark.parametrize("expression", ["survey", "rosenbrock"])
def test_other_expressions_have_their_own_values_and_derivatives(tables, drawn, expression):
    (axis,) = (a for a in drawn["expressions"].axes if expression in a.get_title("left"))
    steps = tables["steps"]
    rows = steps[where(steps, expression=expression, sweep="reverse")]
    expected = {
        node.translate(BELOW): [plotting.number(v), plotting.number(d)]
        for node, v, d in zip(rows.node, rows.value, rows.derivative, strict=True)
    }
    assert _nodes(axis) == expected
    formulas = tables["edges"][where(tables["edges"], expression=expression)]
    assert texts(axis) and len(formulas) > 0
