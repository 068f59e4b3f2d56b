r"""The points of `transformer_memory`: a policy each, a search for the largest batch, real runs.

``gpt2-<policy>``                  bytes and operations, from shapes alone
``batch-<policy>-<attention>``     the largest batch by memory
``groups-<g>``                      a checkpoint every block, over the batch by groups of sequences
``resident-<model>-<policy>``      a real step's memory beside what the compiler said
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from adcost.derivatives.checkpointing.policy_names import UnknownPolicy, group
from adcost.experiments.plan import Point
from adcost.functions.gpt2_sizes import SIZES, Size, parameter_count

TABLES = ("measurements",)
FIGURES = ("gpt2_memory", "gpt2_operations", "max_batch", "prediction")
ANIMATIONS = ()

WITHOUT, WITH = "store_all", "every_block"
"""The policies that the claims compare."""

OTHER_DTYPE = {"float16": "float32", "float32": "float16"}
"""The dtype that the two are also compiled in."""

ITEM_BYTES = {"float16": 2, "float32": 4}

MOST_BYTES = 2**60
"""Bytes of a step up to which it is laid out: XLA counts them in 64 bits, and ends the process when
that many do not do."""

COMPILER_MB = 1200
"""Python with JAX while it compiles; nothing else is held."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``transformer_memory`` of the configuration asks for."""
    resident = _resident(config["resident"])
    return [*_policies(config), *_groups(config), *_batches(config), *resident]


def size_of(section: Mapping[str, Any]) -> Size:
    """The size that a section means: one of GPT-2's by its name, or its own."""
    return Size(**section["own"]) if section["size"] == "own" else SIZES[section["size"]]


def _shared(section: Mapping[str, Any]) -> dict[str, Any]:
    named = "own" if section["size"] == "own" else f"gpt2-{section['size']}"
    size = asdict(size_of(section))
    return {
        "model": named,
        "size": size,
        "sequence": section["sequence"],
        "batch": section["batch"],
    }


def _policies(section: Mapping[str, Any]) -> list[Point]:
    shared = {"kind": "policy", **_shared(section), "dtype": section["dtype"]}
    return [
        Point(f"gpt2-{policy}", {**shared, "policy": policy}, COMPILER_MB, on_cpu=True)
        for policy in section["policies"]
    ]


def _groups(section: Mapping[str, Any]) -> list[Point]:
    shared = {"kind": "groups", **_shared(section), "dtype": section["dtype"]}
    return [
        Point(f"groups-{group}", {**shared, "group": group}, COMPILER_MB, on_cpu=True)
        for group in section["groups"]
    ]


def _batches(section: Mapping[str, Any]) -> list[Point]:
    more = {"kind": "batch", **{key: section[key] for key in ("dtype", "memory_gb")}}
    more["optimiser_bytes"] = section["optimiser"]["bytes"]
    return [
        Point(
            f"batch-{policy}-{attention}",
            {**_shared(section), "policy": policy, "attention": attention, **more},
            COMPILER_MB,
            on_cpu=True,
        )
        for policy in (WITHOUT, WITH)
        for attention in ("ordinary", "lean")
    ]


def _resident(section: Mapping[str, Any]) -> list[Point]:
    return [
        Point(
            f"resident-{name}-{policy}",
            {
                "kind": "resident",
                "model": name,
                "size": {key: model[key] for key in ("layers", "width", "heads", "vocabulary")},
                "sequence": model["sequence"],
                "batch": model["batch"],
                "policy": policy,
                "repeats": section["repeats"],
            },
            2 * COMPILER_MB + stored_mb(model),
        )
        for name, model in section["models"].items()
        for policy in section["policies"]
    ]


def stored_mb(model: Mapping[str, Any]) -> int:
    """Megabytes (10⁶ bytes) of a step in float32 at the most, whatever the policy.

    Reverse mode by itself keeps 36 numbers an entry of a block's input, and three rows of scores;
    of the logits there are four, of the parameters two.
    """
    b, s, h = model["batch"], model["sequence"], model["width"]
    of_block = 36 * b * s * h + 3 * model["heads"] * b * s * s
    size = Size(model["layers"], h, model["heads"], model["vocabulary"])
    logits = 4 * b * s * model["vocabulary"]
    numbers = (model["layers"] + 1) * of_block + logits + 2 * parameter_count(size, s)
    return 4 * numbers // 10**6 + 1


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    return [*_of_shapes(config), *_of_resident(config["resident"], memory_mb)]


def _of_shapes(section: Mapping[str, Any]) -> list[str]:
    key = "transformer_memory"
    found = _unknown_policies(f"{key}.policies", section["policies"])
    for needed in (WITHOUT, "save_operands", "save_projections", WITH):
        if needed not in section["policies"]:
            found.append(f"{key}.policies: {needed} is missing; the claims compare with it")
    if section["size"] == "own" and "own" not in section:
        message = "is missing, but size is own; give layers, width, heads and vocabulary"
        return [*found, f"{key}.own {message}"]
    size = size_of(section)
    found += _heads(f"{key}.own", size)
    model = {**asdict(size), "sequence": section["sequence"], "batch": section["batch"]}
    if (held := stored_mb(model) * 10**6) > MOST_BYTES:
        return [
            *found,
            f"{key}: a step of {section['batch']:,} sequences of {section['sequence']:,} holds up "
            f"to {held:.1e} bytes, and XLA counts no more than {MOST_BYTES:.1e}. Lower "
            f"{key}.batch or {key}.sequence",
        ]
    uneven = [group for group in section["groups"] if section["batch"] % group]
    if uneven:
        found.append(
            f"{key}.groups: {uneven[0]} does not divide {key}.batch, which is {section['batch']}"
        )
    item = ITEM_BYTES[section["dtype"]]
    count = parameter_count(size, section["sequence"])
    for memory in section["memory_gb"]:
        if memory * 10**9 < item * count:
            found.append(
                f"{key}.memory_gb: {memory} GB are below the parameters themselves, "
                f"{item * count / 1e9:.3g} GB of {count:,} in {section['dtype']}; give more "
                f"memory or a smaller {key}.size"
            )
    return found


def _of_resident(section: Mapping[str, Any], memory_mb: int) -> list[str]:
    key = "transformer_memory.resident"
    found = _unknown_policies(f"{key}.policies", section["policies"])
    for name, model in section["models"].items():
        size = Size(model["layers"], model["width"], model["heads"], model["vocabulary"])
        found += _heads(f"{key}.models.{name}", size)
        needed = 2 * COMPILER_MB + stored_mb(model)
        if needed > memory_mb:
            found.append(
                f"{key}.models.{name}: one step may take {needed:,} MB; memory_mb allows "
                f"{memory_mb:,}. Lower its batch, sequence, layers or width, or raise memory_mb"
            )
    return found


def _heads(key: str, size: Size) -> list[str]:
    if size.width % size.heads == 0:
        return []
    return [f"{key}.heads is {size.heads}; it must divide {key}.width, which is {size.width}"]


def _unknown_policies(key: str, names: list[str]) -> list[str]:
    found = []
    for name in names:
        try:
            group(name, 1)
        except UnknownPolicy as error:
            found.append(f"{key}: {error}")
    return found
