"""Judge the claims of `transformer_memory`, and collect the numbers of the report's text.

Tolerances, and why:

- "about 60 GB": within a fifth, which is what a figure rounded to one digit claims;
- a prediction of memory: within a tenth, less than anyone leaves free who sizes a machine;
- the same on a GPU: within a hundredth. Three programs of GPT-2 XL on an H100 took up to 0.6 % more
  than was predicted.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim, Evidence, Kind, at_least, at_most, near
from adcost.experiments.transformer_memory import analysis
from adcost.experiments.transformer_memory.plan import WITH, WITHOUT
from adcost.statistics.intervals import Interval

SECTION = "«Контрольные точки активаций»"
ZERO = "Rajbhandari et al. 2020 (arXiv 1910.02054)"
KORTHIKANTI = "Korthikanti et al. 2022 (arXiv 2205.05198)"

ABOUT, TENTH, HUNDREDTH = 0.2, 0.1, 0.01
PERCENT_POINTS = 0.02
"""33 per cent, within two: what is not a product weighs a little otherwise there and back."""

SAVING = 60 / 8
"""How many times less activations take with checkpoints, by ZeRO."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims under the name of this experiment, in the order of the catalogue."""
    measured = analysis.joined(tables)
    return [
        _stored_activations(measured),
        _checkpointed_activations(measured),
        _additional_operations(measured),
        _max_batch(measured),
        *_predictions(measured),
    ]


def _stored_activations(measured: pd.DataFrame) -> Claim:
    said, (stored, _) = analysis.formula(measured), analysis.zero_says(measured)
    about = f"{stored:.3g} ± {ABOUT * stored:.2g}"

    def held(kind: Kind, gigabytes: float, unit: str) -> Evidence:
        return near(kind, Interval.exactly(gigabytes), stored, ABOUT * stored, unit, about)

    operands = analysis.gigabytes(measured, WITHOUT, "operands_bytes")
    without_scores = analysis.gigabytes(measured, WITHOUT, "no_scores_bytes")
    compiled = analysis.gigabytes(measured, "save_operands", "kept_bytes")
    weights = analysis.gigabytes(measured, "save_projections", "kept_bytes")
    unfused = analysis.gigabytes(measured, WITHOUT, "blocks_bytes")
    return Claim(
        "transformer_memory.gpt2_60gb",
        f"{SECTION}; {ZERO}",
        f"{analysis.model(measured)}: storing all intermediate activations takes about "
        f"{stored:.3g} GB.",
        (
            near(
                "counted", Interval.spanning([without_scores, operands]), stored, ABOUT * stored,
                "GB that reverse mode must keep", about,
            ),
        ),
        "gpt2_memory",
        "Reverse mode must keep what enters a product, a normalisation or GELU: "
        f"{without_scores:.1f} GB where attention's scores are computed again, {operands:.1f} GB "
        "with them, counted from the shapes that go from the pass forward to the pass back; "
        f"{KORTHIKANTI} come to {said.korthikanti:.0f} GB with dropout's masks. "
        f"ZeRO's {said.zero:.1f} GB are the product of 12 and four sizes, and no measurement. So "
        "much is what a program keeps that computes everything but its large products again: "
        f"keeping only products with weights takes {weights:.1f} GB, for "
        f"{100 * analysis.overhead(measured, 'save_projections'):.1f} % more operations. What "
        f"JAX's own program holds, {unfused:.0f} GB, stores intermediate results that need not be "
        "stored, and decides nothing.",
        beside=(
            held("exact", said.korthikanti, "GB by Korthikanti et al., eq. 1, with dropout"),
            held("exact", said.zero, "GB by ZeRO's own formula, in 16 bits"),
            held("counted", unfused, "GB that JAX's program holds"),
            near(
                "counted", Interval.exactly(compiled / operands), 1, 1e-2,
                "kept by the compiled program, of what must be kept", "1",
            ),
        ),
        claimed_by="lecture",
    )  # fmt: skip


def _checkpointed_activations(measured: pd.DataFrame) -> Claim:
    said, (_, with_) = analysis.formula(measured), analysis.zero_says(measured)
    frontier = analysis.frontier(measured)
    cheap = frontier[frontier.overhead <= 1 / 3 + PERCENT_POINTS]
    # Without one that costs a third at most nothing is said of memory.
    least, price = cheap.iloc[-1] if len(cheap) else (float("nan"), frontier.overhead.min())
    at_once = analysis.gigabytes(measured, WITH, "blocks_bytes")
    kept = analysis.gigabytes(measured, WITH, "kept_bytes")
    groups = frontier.gigabytes
    return Claim(
        "transformer_memory.gpt2_8gb",
        f"{SECTION}; {ZERO}",
        f"{analysis.model(measured)}: checkpoints can reduce activations to {with_:.3g} GB, for a "
        "third more operations at the most.",
        (
            at_most(
                "counted", Interval.exactly(least), with_, "GB held by the blocks, at the least"
            ),
            at_most(
                "counted", Interval.exactly(price), 1 / 3, "more operations there", "≤ 1/3",
            ),
        ),
        "gpt2_operations",
        "“Can reduce” says that some schedule does. Here a block keeps its input and takes the "
        f"batch by groups of sequences: groups of {groups.index[-1]:.0f} hold "
        f"{groups.iloc[-1]:.2f} GB, groups of {groups.index[0]:.0f} {groups.iloc[0]:.2f} GB, "
        f"for {100 * price:.1f} % more operations. The checkpoints themselves take {kept:.2f} GB; "
        "beside them stands one group's inside of one block. A block that takes the whole batch at "
        f"once, which is what one program without tuning does, holds {at_once:.2f} GB.",
        beside=(
            near(
                "counted", Interval.exactly(at_once), with_, ABOUT * with_,
                "GB where a block takes the whole batch at once",
                f"{with_:.3g} ± {ABOUT * with_:.2g}",
            ),
            near(
                "counted", Interval.exactly(kept / said.checkpoint), 1, 1e-2,
                "of the bytes of a layer's input", "1",
            ),
        ),
        claimed_by="lecture",
    )  # fmt: skip


def _additional_operations(measured: pd.DataFrame) -> Claim:
    each, whole = analysis.overhead(measured, WITH), analysis.whole_overhead(measured)
    return Claim(
        "transformer_memory.gpt2_33_percent",
        f"{SECTION}; {ZERO}",
        "Computing the activations again takes 33 % more computation.",
        (
            near(
                "counted", Interval.exactly(whole), 1 / 3, PERCENT_POINTS,
                "of the operations, every block computed again whole", "33 ± 2 %",
            ),
        ),
        "gpt2_operations",
        "One more pass forward is a third of a gradient's three. But the last thing a block "
        "computes is a product whose result is only added to the block's input: no derivative "
        "needs that result, so a compiler need not compute it again. A checkpoint every block then "
        f"costs {100 * each:.1f} %, which is {analysis.extra_forwards(measured, WITH):.2f} of a "
        "pass.",
        beside=(
            near(
                "counted", Interval.exactly(each), 1 / 3, PERCENT_POINTS,
                "of the operations, less what no derivative needs", "33 ± 2 %",
            ),
        ),
        claimed_by="lecture",
    )  # fmt: skip


def _max_batch(measured: pd.DataFrame) -> Claim:
    fits, fails = analysis.proofs(measured)
    return Claim(
        "transformer_memory.max_batch",
        f"{SECTION}, the exercise; {ZERO}",
        "In the same memory, checkpoints allow a batch larger by as much as activations shrink: "
        "60/8 times at least.",
        (
            at_least(
                "counted", analysis.times_larger(measured), SAVING,
                "times the batch", "≥ 60/8",
            ),
            at_most("counted", fits, 1, "of the memory, at the largest batch"),
            at_least("counted", fails, 1, "of the memory, at one sequence more", "> 1"),
        ),
        "max_batch",
        "Parameters, gradients and the optimiser's state are in it, and the loss: "
        f"{analysis.before_any_batch(measured):.1f} GB before the first sequence (ZeRO, §3.1: "
        "mixed precision with Adam holds 16 bytes a parameter). A batch is "
        "found by compiling the step with it and with one more sequence: the one fits, the other "
        "does not. Memories in which not even one sequence fits without checkpoints are left out "
        "of the factor, where there are others.",
        claimed_by="ours",
    )  # fmt: skip


def _predictions(measured: pd.DataFrame) -> list[Claim]:
    """The claim on real steps of the platform where they ran."""
    ran = analysis.settings(measured)
    claims = {"default": _prediction, "gpu": _prediction_on_gpu}
    return [claim(measured) for setting, claim in claims.items() if setting in ran]


def _prediction(measured: pd.DataFrame) -> Claim:
    default, bare = (
        analysis.peak_over_predicted(measured, setting) for setting in ("default", "bare")
    )
    return Claim(
        "transformer_memory.prediction_holds",
        SECTION,
        "The compiler's count of bytes predicts the memory of a real step, within a tenth.",
        (near("sampled", default, 1, TENTH, "of the prediction, as compiled by default"),),
        "prediction",
        "Resident memory at its peak, in a fresh process a step, over temporaries and results "
        "of the compiled program; the intervals span models, policies and repeats, so one that "
        "crosses the border says: for some, not for all. By default XLA hands products and what "
        "surrounds them to a library, and threads put operands of products in order each for "
        "itself; that memory is in no account. Without either the prediction holds.",
        beside=(
            near("sampled", bare, 1, TENTH, "of the prediction, the compiler's code on one thread"),
            at_least("sampled", default, 1 - TENTH, "of the prediction: it is a floor"),
        ),
        claimed_by="ours",
    )


def _prediction_on_gpu(measured: pd.DataFrame) -> Claim:
    ratio = analysis.peak_over_predicted(measured, "gpu")
    return Claim(
        "transformer_memory.prediction_holds_on_gpu",
        SECTION,
        "On a GPU the compiler's count of bytes predicts the memory of a real step, within a "
        "hundredth.",
        (near("sampled", ratio, 1, HUNDREDTH, "of the prediction, by the allocator's peak"),),
        "prediction",
        "The peak of JAX's allocator above what is in use before the step, in a fresh process a "
        "step, over temporaries and results of the compiled program; the interval spans models, "
        "policies and repeats. Kernels are not tried while compiling, since that takes memory and "
        "the allocator's peak cannot be set back.",
        claimed_by="ours",
    )


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Every number that the report's text calls by name."""
    measured = analysis.joined(tables)
    said, other = analysis.formula(measured), analysis.other_dtype(measured)
    rows = analysis.of_kind(measured, "policy")
    found = {f"gpt2_{name}": said[name] for name in ("zero", "korthikanti", "scores")} | {
        "gpt2_said": analysis.zero_says(measured)[0],
        "gpt2_batch": int(rows["size"].iloc[0]),
        "gpt2_head": analysis.gigabytes(measured, WITHOUT, "temporary_bytes")
        - analysis.gigabytes(measured, WITHOUT, "blocks_bytes"),
        "gpt2_operands": analysis.gigabytes(measured, WITHOUT, "operands_bytes"),
        "gpt2_no_scores": analysis.gigabytes(measured, WITHOUT, "no_scores_bytes"),
        "gpt2_whole_percent": 100 * analysis.whole_overhead(measured),
        "gpt2_groups": [
            {"group": int(g), "gigabytes": float(row.gigabytes), "percent": 100 * row.overhead}
            for g, row in analysis.frontier(measured).iterrows()
        ],
        "gpt2_least": float(analysis.frontier(measured).gigabytes.iloc[-1]),
        "batch_before": analysis.before_any_batch(measured),
        "gpt2_other_dtype": other,
        "gpt2_stored_other": analysis.gigabytes(measured, WITHOUT, "blocks_bytes", in_=other),
    }
    for policy in ("save_operands", "save_projections", WITH):
        found[f"gpt2_{policy}_kept"] = analysis.gigabytes(measured, policy, "kept_bytes")
        found[f"gpt2_{policy}_percent"] = 100 * analysis.overhead(measured, policy)
    for policy in (WITHOUT, WITH):
        for attention in ("ordinary", "chunked"):
            held = analysis.gigabytes(measured, policy, "blocks_bytes", attention)
            found[f"gpt2_{policy}_{attention}"] = held
    found["gpt2_every_block_forwards"] = analysis.extra_forwards(measured, WITH)
    batches = analysis.largest(measured)
    found |= {
        "batch_least_memory": float(batches.index[0]),
        "batch_least_with": int(batches.iloc[0].max()),
        "batch_memory": float(batches.index[-1]),
        "batch_without": int(batches[(WITHOUT, "ordinary")].iloc[-1]),
        "batch_with": int(batches[(WITH, "ordinary")].iloc[-1]),
        "batch_lean_without": int(batches[(WITHOUT, "lean")].iloc[-1]),
        "batch_lean_with": int(batches[(WITH, "lean")].iloc[-1]),
    }
    for setting in analysis.settings(measured):
        ratio = analysis.peak_over_predicted(measured, setting)
        found |= {f"peak_{setting}_least": ratio.low, f"peak_{setting}_most": ratio.high}
    return found
