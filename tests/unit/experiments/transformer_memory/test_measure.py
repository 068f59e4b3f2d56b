"""What is measured of the transformer, against second ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.experiments.transformer_memory import analysis, formulas, largest_batch
from adcost.experiments.transformer_memory.program import (
    Setting,
    operations,
    program_bytes,
    whole,
)
from adcost.functions.gpt2_sizes import SIZES, Size, parameter_count


def test_the_literatures_figures_follow_from_its_formulas():
    """60 GB and 287 GB for GPT-2 XL at a batch of 32."""
    said = formulas.activations(SIZES["xl"], 1024, 32)
    assert said["zero_bytes"] / 1e9 == pytest.approx(60.4, abs=0.05)
    assert said["korthikanti_bytes"] / 1e9 == pytest.approx(287, abs=0.5)
    # What dropout adds: masks of a byte behind two products and the softmax, and its result.
    once, scores = 48 * 32 * 1024 * 1600, said["scores_bytes"] / 2
    assert said["korthikanti_bytes"] - said["operand_bytes"] == pytest.approx(2 * once + 3 * scores)
    assert said["zero_bytes"] == 12 * said["checkpoint_bytes"]


def test_kept_bytes_are_those_of_the_formulas(measured):
    """To a hundredth: at a few layers of this size a small buffer more or less is seen."""
    measured = analysis.joined(measured)
    said = analysis.formula(measured)
    assert analysis.gigabytes(measured, "every_block", "kept_bytes") == pytest.approx(
        said.checkpoint, rel=1e-2
    )
    # Nine numbers a token and unit: three of queries, keys and values, one, four and one.
    assert analysis.gigabytes(measured, "save_projections", "kept_bytes") == pytest.approx(
        9 * said.checkpoint, rel=1e-2
    )
    assert analysis.gigabytes(measured, "save_operands", "kept_bytes") == pytest.approx(
        said.operand, rel=1e-2
    )


def test_a_policy_that_keeps_less_computes_more(measured):
    measured = analysis.joined(measured)
    order = ["store_all", "save_operands", "save_projections", "every_block", "every_3_blocks"]
    kept = [analysis.gigabytes(measured, p, "kept_bytes") for p in order]
    more = [analysis.extra_forwards(measured, p) for p in order]
    assert kept == sorted(kept, reverse=True) and more == sorted(more)
    assert more[0] == 0 and more[-1] == pytest.approx(1, abs=0.01)


def test_operations_of_recomputing_all_are_those_of_its_rounds():
    """n(n − 1)/2 blocks more than storing all, and the value's own n once more."""
    of = {}
    for layers in (2, 4, 8):
        size = Size(layers, 32, 2, 128)
        of[layers] = [
            operations(whole(Setting(size, 16, 2, policy)), layers)
            for policy in ("store_all", "recompute_all")
        ]
    extra = {n: again - stored for n, (stored, again) in of.items()}
    # A quadratic through 0 at no layers: a n² + b n, from two depths, holds at the third.
    a = (extra[4] / 4 - extra[2] / 2) / 2
    b = extra[2] / 2 - 2 * a
    assert extra[8] == pytest.approx(64 * a + 8 * b, rel=1e-2) and a > 0


def test_the_largest_batch_fits_and_one_more_does_not(measured):
    measured = analysis.joined(measured)
    rows = analysis.of_kind(measured, "batch").pivot(
        index=["point", "size"], columns="quantity", values="value"
    )
    limit = rows.index.get_level_values("size") * 1e9
    assert ((rows.held_bytes <= limit) | (rows.largest_batch == 0)).all()
    assert (rows.next_bytes > limit).all()
    size = Size(8, 32, 2, 128)
    least = (2 + 2 + 8) * parameter_count(size, 256)  # parameters, gradient, Adam's moments
    assert (rows.held_bytes.dropna() > least).all()


@given(st.integers(1, 40), st.floats(1, 1e4), st.floats(1, 100), st.floats(0, 1), st.floats(0, 1e4))
def test_the_search_ends_at_the_largest_batch(start, fixed, slope, bend, limit):
    """Whatever the start, for bytes that grow a little faster than a line."""
    held = lambda batch: fixed + slope * batch + bend * batch**1.5  # noqa: E731
    found = largest_batch.largest(held, start, limit)
    assert held(found + 1) > limit and (found == 0 or held(found) <= limit)


def test_a_line_is_followed_without_detours():
    asked = []
    held = lambda batch: asked.append(batch) or 100 + 10 * batch  # noqa: E731
    assert largest_batch.largest(held, 4, 1000) == 90
    assert asked == [4, 8, 90, 91]


def test_bytes_are_those_of_the_usual_compilation():
    program = whole(Setting(Size(5, 32, 2, 128), 256, 4, "every_block"))
    quickly, usual = program_bytes(program), program_bytes(program, {})
    assert quickly.temporaries == pytest.approx(usual.temporaries, rel=1e-3)
    assert (quickly.arguments, quickly.outputs) == (usual.arguments, usual.outputs)


def test_a_real_step_says_what_was_predicted_and_what_it_took(measured):
    runs = analysis.runs(analysis.joined(measured))
    assert sorted(runs.setting) == ["bare", "default"]
    # In megabytes: five states a layer at least were predicted.
    assert (runs.predicted > 5 * 4 * 64 * 64 * 8 / 1e6).all() and (runs.peak > 0).all()
