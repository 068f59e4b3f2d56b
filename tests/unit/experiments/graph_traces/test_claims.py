"""Each claim comes out on a small study, and turns when a fault is injected."""

import dataclasses

import pytest
from contract.synthetic import put, swap, where

from adcost.derivatives.tape import tape as tape_module
from adcost.derivatives.tape.operations import OPERATIONS
from adcost.experiments.graph_traces import measure, plan
from adcost.experiments.graph_traces.claims import judge

IDS = [
    "graph_traces.forward_w1",
    "graph_traces.forward_w2",
    "graph_traces.reverse",
    "graph_traces.reverse_corrected",
    "graph_traces.one_reverse_sweep",
    "graph_traces.reverse_stores_all",
]
SLIDES = IDS[:4]


def _verdicts(tables):
    return {claim.id: claim.verdict for claim in judge(tables)}


def test_all_claims_but_the_slip_are_reproduced_on_a_small_study(tables):
    expected = dict.fromkeys(IDS, "reproduced") | {"graph_traces.reverse": "refuted"}
    assert _verdicts(tables) == expected


def test_the_slip_on_the_last_slide_decides_and_the_corrected_row_holds(tables):
    claim = next(claim for claim in judge(tables) if claim.id == "graph_traces.reverse")
    assert [piece.verdict for piece in claim.evidence] == ["refuted", "reproduced", "reproduced"]
    assert claim.evidence[0].measured.value == pytest.approx(3.0) and "w₂ times" in claim.note
    assert claim.claimed_by == "lecture"


def test_where_w2_is_one_the_slip_cannot_be_seen(tables):
    steps = tables["steps"]
    steps.loc[where(steps, expression="lecture", sweep="reverse", node="w2"), "value"] = 1.0
    (piece,) = (
        piece
        for claim in judge(tables)
        if claim.id == "graph_traces.reverse"
        for piece in claim.evidence
        if "as written" in piece.unit
    )
    assert piece.verdict == "inconclusive"


# --- faults in the tables -------------------------------------------------------------------


def _of_slide(sweep, node, column, change):
    """One number of one slide."""
    labels = {"expression": "lecture", "sweep": sweep, "node": node}
    return put(lambda rows: change(rows[column]), "steps", column, **labels)


def _without(sweep, node):
    def inject(tables):
        steps = tables["steps"]
        rows = where(steps, expression="lecture", sweep=sweep, node=node)
        tables["steps"] = steps[~rows].reset_index(drop=True)

    return inject


SWAPPED = swap("forward", "reverse", quantity=["sweeps", "multiplications", "values_held"])

FAULTS = [
    ("graph_traces.forward_w1", _of_slide("forward_w1", "v3", "derivative", lambda x: 2 * x)),
    ("graph_traces.forward_w1", _of_slide("forward_w1", "w2", "derivative", lambda x: x + 1e-300)),
    ("graph_traces.forward_w1", swap("forward_w1", "forward_w2", "steps", "sweep")),
    ("graph_traces.forward_w2", _of_slide("forward_w2", "L", "derivative", lambda x: -x)),
    ("graph_traces.forward_w2", _of_slide("forward_w2", "v2", "value", lambda x: x * (1 + 1e-14))),
    ("graph_traces.forward_w2", _without("forward_w2", "v1")),
    ("graph_traces.reverse_corrected", _of_slide("reverse", "v2", "derivative", lambda x: x - 1)),
    ("graph_traces.reverse_corrected", _of_slide("reverse", "w2", "derivative", lambda x: 3 * x)),
    ("graph_traces.one_reverse_sweep", SWAPPED),
    ("graph_traces.one_reverse_sweep", put(1, method="forward", quantity="sweeps")),
    (
        "graph_traces.one_reverse_sweep",
        put(lambda r: r.inputs, method="reverse", quantity="sweeps"),
    ),
    (
        "graph_traces.one_reverse_sweep",
        put(lambda r: r.value / 2, method="forward", quantity="multiplications"),
    ),
    ("graph_traces.reverse_stores_all", SWAPPED),
    ("graph_traces.reverse_stores_all", put(9, method="reverse", quantity="values_held")),
    (
        "graph_traces.reverse_stores_all",
        put(lambda r: r["size"] + 1, method="forward", quantity="values_held", function="sines"),
    ),
]


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    inject(tables)
    assert _verdicts(tables)[name] in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    # The slip is refuted as it is; that it can come out is shown above.
    assert {name for name, _ in FAULTS} == set(IDS) - {"graph_traces.reverse"}


# --- faults in the differentiator -----------------------------------------------------------


def _measured_again(section):
    (point,) = plan.points(section)
    return judge(measure.measure(point.name, point.parameters, seed=1))


def test_a_rule_without_its_factor_refutes_all_slides(section, monkeypatch):
    root = OPERATIONS["sqrt"]
    wrong = dataclasses.replace(root, partials=(("1 / √{0}", lambda a, v: 1 / v),))
    monkeypatch.setitem(OPERATIONS, "sqrt", wrong)
    claims = {claim.id: claim for claim in _measured_again(section)}
    # By the closed form and by JAX, each on its own.
    for name in SLIDES:
        assert [piece.verdict for piece in claims[name].evidence[:2]] == ["refuted"] * 2
    assert claims["graph_traces.one_reverse_sweep"].verdict == "inconclusive"


def test_an_input_left_out_of_the_sum_over_children_is_noticed(section, monkeypatch):
    """A reverse sweep that knows only a line's last child."""
    children = tape_module.Tape.children
    monkeypatch.setattr(
        tape_module.Tape, "children", lambda tape: [uses[-1:] for uses in children(tape)]
    )
    verdicts = {claim.id: claim.verdict for claim in _measured_again(section)}
    assert verdicts["graph_traces.reverse_corrected"] == "refuted"
    assert verdicts["graph_traces.forward_w1"] == "reproduced"
    assert verdicts["graph_traces.one_reverse_sweep"] in ("refuted", "inconclusive")


def test_forward_mode_that_forgets_nothing_is_noticed(section, monkeypatch):
    monkeypatch.setattr(
        tape_module.Tape, "last_use", lambda tape: [len(tape.nodes)] * len(tape.nodes)
    )
    verdicts = {claim.id: claim.verdict for claim in _measured_again(section)}
    assert verdicts["graph_traces.reverse_stores_all"] == "refuted"
    assert verdicts["graph_traces.forward_w1"] == "reproduced"


# --- numbers ------------------------------------------------------------------------------------
