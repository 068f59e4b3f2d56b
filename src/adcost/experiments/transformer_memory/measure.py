r"""Measure one point: a transformer's gradient from shapes alone, or real runs of small ones.

The rows of a point ``gpt2-<policy>``: the model, the policy as method, attention and dtype as
setting (``ordinary/float16``), the batch as size. Quantities:

``blocks_bytes``        temporaries of the blocks' own program, from their input to the gradients
``kept_bytes``          of which grow with the depth: the difference between all layers and half of
                        them, times two; of ordinary attention
``temporary_bytes``     of the compiled gradient of the loss, loss and all; of ordinary attention
``blocks_operations``   of the blocks' program, recomputation included
``forward_operations``  of the blocks' value
``operations``          of the gradient of the loss; of ordinary attention

Of the point of `store_all` alone, from shapes without compiling:

``operands_bytes``      what reverse mode must keep: operands of products, normalisations and GELU
``no_scores_bytes``     the same where attention's scores are computed again
``whole_operations``    of the blocks' program where every block is computed again whole

The points ``groups-<g>`` have ``blocks_bytes``, ``blocks_operations`` and ``forward_operations`` of
a checkpoint every block over the batch by groups of g sequences; the method is
``every_block_by_groups`` and the size is g.

The setting ``formula`` of the point of `store_all` has what the literature says, in 16
bits: ``zero_bytes``, ``korthikanti_bytes``, ``operand_bytes`` (the same without dropout),
``scores_bytes``, ``checkpoint_bytes``.

Points ``batch-…`` are of `largest_batch`, points ``resident-…`` of `resident`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from adcost.experiments.transformer_memory import formulas, largest_batch, resident
from adcost.experiments.transformer_memory.plan import OTHER_DTYPE, WITH, WITHOUT
from adcost.experiments.transformer_memory.program import (
    Setting,
    blocks,
    forward,
    kept_bytes,
    operations,
    program_bytes,
    whole,
)
from adcost.functions.gpt2_sizes import Size
from adcost.results.rows import Rows

WHOLE = "every_2_blocks"
"""Groups of blocks are computed again whole; so is each block in them."""

BY_GROUPS = "every_block_by_groups"


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One policy on the transformer, one search for the largest batch, or one model's real runs."""
    size = Size(**parameters["size"])
    rows = Rows(point, parameters["model"])
    if parameters["kind"] == "batch":
        largest_batch.search(rows, size, parameters)
    elif parameters["kind"] == "groups":
        shared = {name: parameters[name] for name in ("sequence", "batch", "dtype")}
        _blocks(rows, Setting(size, policy=WITH, group=parameters["group"], **shared))
    elif parameters["kind"] == "resident":
        resident.compare(rows, size, parameters, seed, point)
    else:
        _policy(rows, size, parameters)
    return {"measurements": rows.table()}


def _policy(rows: Rows, size: Size, parameters: Mapping[str, Any]) -> None:
    policy, sequence, batch, dtype = (
        parameters[key] for key in ("policy", "sequence", "batch", "dtype")
    )
    if policy == WITHOUT:
        said = formulas.activations(size, sequence, batch)
        rows.add(policy, "formula", batch, **said)
    ordinary = Setting(size, sequence, batch, policy, "ordinary", dtype)
    if policy == WITHOUT:
        rows.add(
            policy,
            ordinary.name,
            batch,
            operands_bytes=kept_bytes(replace(ordinary, policy="save_operands")),
            no_scores_bytes=kept_bytes(replace(ordinary, policy="save_operands_but_scores")),
            whole_operations=operations(blocks(replace(ordinary, policy=WHOLE)), size.layers),
        )
    held = _blocks(rows, ordinary)
    half = size.layers // 2
    less = program_bytes(blocks(ordinary.of_depth(half))).temporaries
    program = whole(ordinary)
    rows.add(
        policy,
        ordinary.name,
        batch,
        kept_bytes=(held - less) * size.layers / (size.layers - half),
        temporary_bytes=program_bytes(program).temporaries,
        operations=operations(program, size.layers),
    )
    _blocks(rows, Setting(size, sequence, batch, policy, "chunked", dtype))
    if policy in (WITHOUT, WITH):
        _blocks(rows, Setting(size, sequence, batch, policy, "ordinary", OTHER_DTYPE[dtype]))


def _blocks(rows: Rows, setting: Setting) -> int:
    """Rows of the blocks' own program, and the bytes of its temporaries."""
    layers, program = setting.size.layers, blocks(setting)
    held = program_bytes(program).temporaries
    stacks, x, _ = program[1]
    by_groups = setting.group is not None
    rows.add(
        BY_GROUPS if by_groups else setting.policy,
        setting.name,
        setting.group or setting.batch,
        blocks_bytes=held,
        blocks_operations=operations(program, layers),
        forward_operations=operations((forward(setting), (stacks, x)), layers),
    )
    return held
