"""Judge the claims on GPT-2 and on the prediction of memory, and collect their numbers.

Tolerances, and why:

- "about 60 GB", "about 8 GB": within a fifth, which is what a figure rounded to one digit claims;
- a prediction of memory: within a tenth, less than anyone leaves free who sizes a machine;
- the same on a GPU: within a hundredth. Three programs of GPT-2 XL on an H100 took up to 0.6 % more
  than was predicted.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim, at_least, at_most, near
from adcost.costs.intervals import Interval
from adcost.experiments.checkpointing import transformer_summary as summary
from adcost.experiments.checkpointing.transformer_plan import WITH, WITHOUT

SECTION = "«Контрольные точки активаций»"
ZERO = "Rajbhandari et al. 2020 (arXiv 1910.02054)"
KORTHIKANTI = "Korthikanti et al. 2022 (arXiv 2205.05198)"

ABOUT, TENTH, HUNDREDTH = 0.2, 0.1, 0.01
SAVING = 60 / 8
"""How many times less activations take with checkpoints, by ZeRO."""


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The claims on the transformer, in the order of the catalogue."""
    measured = tables["measurements"]
    return [
        _60_gb(measured),
        _8_gb(measured),
        _33_percent(measured),
        _max_batch(measured),
        *_predictions(measured),
    ]


def _60_gb(measured: pd.DataFrame) -> Claim:
    said, (stored, _) = summary.formula(measured), summary.zero_says(measured)
    about = f"{stored:.3g} ± {ABOUT * stored:.2g}"
    compiled = Interval.spanning(
        summary.gigabytes(measured, WITHOUT, "blocks_bytes", attention)
        for attention in ("ordinary", "chunked")
    )
    operands = summary.gigabytes(measured, "save_operands", "kept_bytes")
    weights = summary.gigabytes(measured, "save_projections", "kept_bytes")
    return Claim(
        "checkpointing.gpt2_60gb",
        f"{SECTION}; {ZERO}",
        f"{summary.model(measured)}: activations take about {stored:.3g} GB.",
        (
            near(
                "counted", compiled, stored, ABOUT * stored, "GB held by the blocks", about,
            ),
            near(
                "exact", Interval.exactly(said.zero), stored, ABOUT * stored,
                "GB by 12·h·b·s·L numbers in 16 bits", about,
            ),
            near(
                "counted", Interval.exactly(operands / said.operand), 1, 1e-3,
                "of s·b·h·(32 + 2·a·s/h) a layer, where operands are kept", "1",
            ),
            at_most(
                "counted", Interval.exactly(weights), stored,
                "GB where products with weights are kept",
            ),
        ),
        "gpt2_memory",
        "ZeRO's formula counts 12 numbers a token and unit, and leaves the attention's scores out, "
        f"{said.scores:.0f} GB for each time they are kept. Reverse mode by itself keeps them more "
        "than once, and intermediate results of GELU and of normalisations too. Keeping operands "
        f"alone takes {operands:.0f} GB, exactly the formula of {KORTHIKANTI} without dropout. "
        f"{stored:.3g} GB is what a program needs that computes scores and elementwise functions "
        f"again: keeping only products with weights takes {weights:.0f} GB, and costs "
        f"{100 * summary.overhead(measured, 'save_projections'):.1f} % more operations.",
        claimed_by="lecture",
    )  # fmt: skip


def _8_gb(measured: pd.DataFrame) -> Claim:
    said, (_, with_) = summary.formula(measured), summary.zero_says(measured)
    held = [
        summary.gigabytes(measured, WITH, "blocks_bytes", attention)
        for attention in ("ordinary", "chunked")
    ]
    kept = summary.gigabytes(measured, WITH, "kept_bytes")
    stored = summary.gigabytes(measured, WITHOUT, "blocks_bytes")
    return Claim(
        "checkpointing.gpt2_8gb",
        f"{SECTION}; {ZERO}",
        f"{summary.model(measured)}: with a checkpoint every block activations take about "
        f"{with_:.3g} GB.",
        (
            near(
                "counted", Interval.spanning(held), with_, ABOUT * with_, "GB held by the blocks",
                f"{with_:.3g} ± {ABOUT * with_:.2g}",
            ),
            near(
                "counted", Interval.exactly(kept / said.checkpoint), 1, 1e-3,
                "of 2·s·b·h bytes a layer kept", "1",
            ),
            at_least(
                "counted", Interval.exactly(stored / held[0]), SAVING,
                "times less than without", "≥ 60/8",
            ),
        ),
        "gpt2_memory",
        f"The checkpoints themselves take {kept:.2f} GB, as every formula says. Beside them stands "
        f"one block while its derivative is computed: {held[0] - kept:.1f} GB with ordinary "
        f"attention, most of it scores, {held[1] - kept:.1f} GB where scores go by chunks. The "
        "saving is larger than the lecture's, because what is saved from is larger.",
        claimed_by="lecture",
    )  # fmt: skip


def _33_percent(measured: pd.DataFrame) -> Claim:
    each = summary.overhead(measured, WITH)
    groups = [summary.extra_forwards(measured, policy) for policy in summary.grouped(measured)]
    further = (
        near(
            "counted", Interval.spanning(groups), 1, 0.01, "passes forward, groups of blocks", "1"
        ),
    ) if groups else ()  # fmt: skip
    return Claim(
        "checkpointing.gpt2_33_percent",
        f"{SECTION}; {ZERO}",
        "The price of the checkpoints is a third more computation at the most.",
        (
            at_most(
                "counted",
                Interval.exactly(each),
                1 / 3,
                "of the operations of storing all, a checkpoint every block",
                "≤ 1/3",
            ),
            near(
                "counted",
                Interval.exactly(each),
                0.33,
                0.03,
                "of the operations, as an equality",
                "33 ± 3 %",
            ),
            *further,
        ),
        "gpt2_operations",
        "One more pass forward would be a third of a gradient's three. A checkpoint every block "
        f"costs only {summary.extra_forwards(measured, WITH):.2f} of a pass: nothing needs the "
        "result of a block's last product again, and the compiler drops it. Groups of several "
        "blocks are computed again whole.",
        claimed_by="lecture",
    )


def _max_batch(measured: pd.DataFrame) -> Claim:
    fits, fails = summary.proofs(measured)
    return Claim(
        "checkpointing.max_batch",
        f"{SECTION}, the exercise; {ZERO}",
        "In the same memory, checkpoints allow a batch larger by as much as activations shrink: "
        "60/8 times at least.",
        (
            at_least(
                "counted", summary.times_larger(measured), SAVING,
                "times the batch", "≥ 60/8",
            ),
            at_most("counted", fits, 1, "of the memory, at the largest batch"),
            at_least("counted", fails, 1, "of the memory, at one sequence more", "> 1"),
        ),
        "max_batch",
        "Parameters, gradients and the optimiser's state are in it, and the loss. A batch is "
        "found by compiling the step with it and with one more sequence: the one fits, the other "
        "does not. Memories in which not even one sequence fits without checkpoints are left out "
        "of the factor, where there are others.",
        claimed_by="ours",
    )  # fmt: skip


def _predictions(measured: pd.DataFrame) -> list[Claim]:
    """The claim on real steps of the platform where they ran."""
    ran = summary.settings(measured)
    claims = {"default": _prediction, "gpu": _prediction_on_gpu}
    return [claim(measured) for setting, claim in claims.items() if setting in ran]


def _prediction(measured: pd.DataFrame) -> Claim:
    default, bare = (
        summary.peak_over_predicted(measured, setting) for setting in ("default", "bare")
    )
    return Claim(
        "checkpointing.prediction_holds",
        SECTION,
        "The compiler's count of bytes predicts the memory of a real step, within a tenth.",
        (
            near("sampled", default, 1, TENTH, "of the prediction, as compiled by default"),
            near("sampled", bare, 1, TENTH, "of the prediction, the compiler's code on one thread"),
            at_least("sampled", default, 1 - TENTH, "of the prediction: it is a floor"),
        ),
        "prediction",
        "Resident memory at its peak, in a fresh process a step, over temporaries and results "
        "of the compiled program; the intervals span models, policies and repeats, so one that "
        "crosses the border says: for some, not for all. By default XLA hands products and what "
        "surrounds them to a library, and threads put operands of products in order each for "
        "itself; that memory is in no account. Without either the prediction holds.",
        claimed_by="ours",
    )


def _prediction_on_gpu(measured: pd.DataFrame) -> Claim:
    ratio = summary.peak_over_predicted(measured, "gpu")
    return Claim(
        "checkpointing.prediction_holds_on_gpu",
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
    """Numbers of the transformer that the report's text calls by name."""
    measured = tables["measurements"]
    said, other = summary.formula(measured), summary.other_dtype(measured)
    rows = summary.of(measured, "gpt2")
    found = {f"gpt2_{name}": gb for name, gb in said.items()} | {
        "gpt2_model": rows.model.iloc[0],
        "gpt2_dtype": summary.dtype(measured),
        "gpt2_said": summary.zero_says(measured)[0],
        "gpt2_batch": int(rows["size"].iloc[0]),
        "gpt2_head": summary.gigabytes(measured, WITHOUT, "temporary_bytes")
        - summary.gigabytes(measured, WITHOUT, "blocks_bytes"),
        "gpt2_every_block_whole": summary.gigabytes(measured, WITH, "temporary_bytes"),
        "gpt2_other_dtype": other,
        "gpt2_stored_other": summary.gigabytes(measured, WITHOUT, "blocks_bytes", in_=other),
        "gpt2_every_block_other": summary.gigabytes(measured, WITH, "blocks_bytes", in_=other),
    }
    for policy in (WITHOUT, "save_operands", "save_projections", WITH):
        found[f"gpt2_{policy}_kept"] = summary.gigabytes(measured, policy, "kept_bytes")
        found[f"gpt2_{policy}_percent"] = 100 * summary.overhead(measured, policy)
        for attention in ("ordinary", "chunked"):
            held = summary.gigabytes(measured, policy, "blocks_bytes", attention)
            found[f"gpt2_{policy}_{attention}"] = held
    found["gpt2_every_block_forwards"] = summary.extra_forwards(measured, WITH)
    batches, times = summary.largest(measured), summary.times_larger(measured)
    found |= {
        "batch_memory": float(batches.index[-1]),
        "batch_without": int(batches[(WITHOUT, "ordinary")].iloc[-1]),
        "batch_with": int(batches[(WITH, "ordinary")].iloc[-1]),
        "batch_lean_without": int(batches[(WITHOUT, "lean")].iloc[-1]),
        "batch_lean_with": int(batches[(WITH, "lean")].iloc[-1]),
        "batch_times_least": times.low,
    }
    for setting in summary.settings(measured):
        ratio = summary.peak_over_predicted(measured, setting)
        found |= {f"peak_{setting}_least": ratio.low, f"peak_{setting}_most": ratio.high}
    return found
