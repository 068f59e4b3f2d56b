"""Each claim on the transformer turns when a fault is injected in its tables."""

import pandas as pd
import pytest

from adcost.derivatives.checkpointing import policies
from adcost.experiments.transformer_memory import analysis, measure, plan
from adcost.experiments.transformer_memory.claims import judge, numbers
from adcost.experiments.transformer_memory.plan import WITH, WITHOUT

IDS = [
    "transformer_memory.gpt2_60gb",
    "transformer_memory.gpt2_8gb",
    "transformer_memory.gpt2_33_percent",
    "transformer_memory.max_batch",
    "transformer_memory.prediction_holds",
]


def put(tables, quantity, value, **labels):
    """Replace a quantity by a value, or by what a function makes of it."""
    table = tables["measurements"]
    rows = table.quantity == quantity
    for column, label in labels.items():
        rows &= table[column].str.startswith(label) if column == "point" else table[column] == label
    assert rows.any(), (quantity, labels)
    table.loc[rows, "value"] = value(table.value[rows]) if callable(value) else value


def verdicts(tables):
    return {claim.id: claim.verdict for claim in judge(tables)}


def as_said(tables):
    """The tables as they were if every statement were true."""
    stored, with_ = (1e9 * gb for gb in analysis.zero_says(analysis.joined(tables)))
    put(tables, "blocks_bytes", stored, method="store_all")
    put(tables, "operands_bytes", stored)
    put(tables, "no_scores_bytes", 0.9 * stored)
    put(tables, "blocks_bytes", with_, method="every_block")
    put(tables, "blocks_bytes", with_, point="groups-")
    put(tables, "blocks_bytes", 0.9 * with_, point="groups-1")
    put(tables, "blocks_operations", 395.0, point="groups-")
    put(tables, "whole_operations", 400.0)
    put(tables, "blocks_operations", 300.0, method="store_all")
    put(tables, "blocks_operations", 395.0, method="every_block")
    put(tables, "forward_operations", 100.0)
    put(tables, "largest_batch", 2, method="store_all")
    put(tables, "largest_batch", 20, method="every_block")
    predicted = tables["measurements"].quantity == "predicted_bytes"
    values = tables["measurements"].value[predicted].to_numpy()
    put(tables, "peak_bytes", 1.05 * values)


FAULTS = [
    # Activations as they really are: several times 60 GB, at least with scores.
    (IDS[0], lambda t: put(t, "operands_bytes", lambda v: 3 * v)),
    (IDS[0], lambda t: put(t, "no_scores_bytes", lambda v: v / 2)),
    # No group small enough.
    (IDS[1], lambda t: put(t, "blocks_bytes", lambda v: 2 * v, point="groups-")),
    # Enough memory saved, by another whole pass forward.
    (IDS[1], lambda t: put(t, "blocks_operations", 500.0, point="groups-")),
    # A second pass forward, and none.
    (IDS[2], lambda t: put(t, "whole_operations", 500.0)),
    (IDS[2], lambda t: put(t, "whole_operations", 300.0)),
    # Checkpoints that allow three times the batch, not seven and a half.
    (IDS[3], lambda t: put(t, "largest_batch", 6, method="every_block")),
    # A step that takes half more than was predicted, or a prediction that is twice too high.
    (IDS[4], lambda t: put(t, "peak_bytes", lambda v: 1.5 * v, setting="default")),
    (IDS[4], lambda t: put(t, "peak_bytes", lambda v: 0.5 * v)),
]  # fmt: skip


def test_statements_that_are_true_are_reproduced(tables):
    as_said(tables)
    assert verdicts(tables) == dict.fromkeys(IDS, "reproduced")


@pytest.mark.parametrize(("name", "inject"), FAULTS)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    as_said(tables)
    inject(tables)
    assert verdicts(tables)[name] in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_blocks_that_take_the_whole_batch_at_once_refute_the_claim(tables, section, monkeypatch):
    """The fault below the experiment: groups that are no groups hold what one program holds."""
    point = next(p for p in plan.points(section) if p.name == "groups-1")
    monkeypatch.setattr(policies, "every_block_by_groups", lambda size: policies.through(WITH))
    ignored = measure.measure(point.name, point.parameters, 0)["measurements"]
    at_once = analysis.gigabytes(analysis.joined(tables), WITH, "blocks_bytes")
    assert section["batch"] > 1
    (held,) = ignored[ignored.quantity == "blocks_bytes"].value / 1e9
    assert held == pytest.approx(at_once, rel=1e-6)
    as_said(tables)
    put(tables, "blocks_bytes", held * 1e9, point="groups-")
    assert verdicts(tables)[IDS[1]] == "refuted"


def test_smaller_groups_hold_less_at_the_same_price(measured):
    measured = analysis.joined(measured)
    frontier = analysis.frontier(measured)
    assert list(frontier.index) == [2, 1]
    at_once = analysis.gigabytes(measured, WITH, "blocks_bytes")
    assert at_once > frontier.gigabytes[2] > frontier.gigabytes[1]
    assert frontier.overhead[1] == pytest.approx(analysis.overhead(measured, WITH), rel=0.05)


def test_what_must_be_kept_is_what_the_compiled_program_keeps(measured):
    measured = analysis.joined(measured)
    said = analysis.formula(measured)
    operands = analysis.gigabytes(measured, WITHOUT, "operands_bytes")
    assert operands == pytest.approx(
        analysis.gigabytes(measured, "save_operands", "kept_bytes"), rel=1e-2
    )
    assert analysis.gigabytes(measured, WITHOUT, "no_scores_bytes") == pytest.approx(
        operands - said.scores, rel=1e-2
    )


ON_GPU = "transformer_memory.prediction_holds_on_gpu"


def test_steps_on_a_gpu_have_a_claim_and_numbers_of_their_own(gpu_tables, tables):
    found = verdicts(gpu_tables)
    assert found[ON_GPU] == "reproduced" and IDS[4] not in found
    assert ON_GPU not in verdicts(tables)
    named = [name for name in numbers(gpu_tables) if name.startswith("peak_")]
    assert named == ["peak_gpu_least", "peak_gpu_most"]


@pytest.mark.parametrize(
    ("times", "verdict"), [(1.02, "refuted"), (0.98, "refuted"), (None, "inconclusive")]
)
def test_a_prediction_that_is_off_on_a_gpu_turns_the_verdict(gpu_tables, times, verdict):
    if times is None:  # one more run, which takes a tenth more
        table = gpu_tables["measurements"]
        other = table[table.point.str.startswith("resident-")].copy()
        other.loc[other.quantity == "peak_bytes", "value"] *= 1.1
        gpu_tables["measurements"] = pd.concat([table, other], ignore_index=True)
    else:
        put(gpu_tables, "peak_bytes", lambda v: times * v)
    assert verdicts(gpu_tables)[ON_GPU] == verdict


@pytest.mark.parametrize(
    ("name", "position", "inject"),
    [
        # JAX's own program, which stores more; and checkpoints that are larger than they are.
        (IDS[0], 3, lambda t: put(t, "blocks_bytes", lambda v: 5 * v, method="store_all")),
        (IDS[1], 1, lambda t: put(t, "blocks_operations", 405.0, point="groups-")),
        (IDS[1], 2, lambda t: put(t, "blocks_bytes", lambda v: 2 * v, point="gpt2-every_block")),
        (IDS[1], 3, lambda t: put(t, "kept_bytes", lambda v: 1.1 * v, method="every_block")),
        # A batch that does not fit, and one that could be larger.
        (IDS[3], 1, lambda t: put(t, "held_bytes", lambda v: 10 * v)),
        (IDS[3], 2, lambda t: put(t, "next_bytes", lambda v: v / 10)),
        (IDS[4], 1, lambda t: put(t, "peak_bytes", lambda v: 1.5 * v, setting="bare")),
    ],
)
def test_further_evidence_turns_too(tables, name, position, inject):
    def verdict():
        (claim,) = (claim for claim in judge(tables) if claim.id == name)
        return claim.evidence[position].verdict

    as_said(tables)
    assert verdict() == "reproduced"
    inject(tables)
    assert verdict() in ("refuted", "inconclusive")


def test_another_model_is_named_and_its_figures_scaled(measured):
    measured = analysis.joined(measured)
    said = analysis.formula(measured)
    stored, with_ = analysis.zero_says(measured)
    assert stored / with_ == pytest.approx(7.5) and stored == pytest.approx(said.zero, rel=0.01)
    assert analysis.model(measured) == "The transformer configured, sequence 256, batch 4"
    xl = measured.assign(model=measured.model.replace("own", "gpt2-xl"))
    assert analysis.model(pd.DataFrame(xl)).startswith("GPT-2 XL,")


def test_a_missing_row_is_said(tables):
    table = tables["measurements"]
    tables["measurements"] = table[table.method != "save_operands"]
    with pytest.raises(
        ValueError, match=r"nothing was measured with method save_operands, .*quantity kept_bytes"
    ):
        judge(tables)
