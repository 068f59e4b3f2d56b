"""The points of `feedforward`: one job compares all networks, since each takes a second or less."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point

TABLES = ("measurements", "shapes")
FIGURES = ("agreement", "operations")
ANIMATIONS = ()

POINT = "networks"
SWEEP = "widths"
"""What the rows of the sweep over widths are called in place of a network's name."""

MOST_NUMBERS = 1_000_000
"""Numbers in a network's dense Jacobians up to which they are formed, not only counted."""

MOST_NUMBERS_COMPARED = 10_000_000
"""Entries of all layers of a batch and of all weights up to which a network is compared."""


COPIES = 8
"""Arrays of a network's weights and layers that are alive at once."""


def numbers(sizes: Sequence[int], batch: int) -> int:
    """Entries of all weights, and of all layers of a batch."""
    return batch * sum(sizes) + sum(n * m for n, m in pairwise(sizes))


def jacobian_numbers(sizes: Sequence[int], batch: int) -> int:
    """Entries of all ∂v_{k+1}/∂w_k of a batch: b·Σ n_{k+1} n_{k−1} n_k, n_{t+1} = 1 for L."""
    above = (*sizes[2:], 1)
    return batch * sum(n * m * o for n, m, o in zip(sizes[:-1], sizes[1:], above, strict=True))


def needed_mb(networks: Sequence[Mapping[str, Any]]) -> int:
    """Megabytes (2²⁰ bytes) of the largest network's numbers, and of its Jacobians if formed.

    A few arrays of the weights and layers are alive at once, for each way that is compared.
    """
    held = 0
    for network in networks:
        sizes, batch = network["sizes"], network["batch"]
        dense = jacobian_numbers(sizes, batch)
        formed = dense if dense <= MOST_NUMBERS else 0
        held = max(held, COPIES * numbers(sizes, batch) + 2 * formed)
    return PROCESS_MB + 8 * held // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """The one point of the section ``feedforward``."""
    return [Point(POINT, dict(config), memory_mb=needed_mb(config["networks"]))]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    networks = config["networks"]
    names = [network["name"] for network in networks]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(
            f"feedforward.networks: {name} stands there more than once; each name may stand once, "
            "since its random numbers follow from it"
        )
    if SWEEP in names:
        found.append(
            f"feedforward.networks: the name {SWEEP} is taken by the sweep over widths; allowed "
            "is any other"
        )
    for network in networks:
        sizes, batch = network["sizes"], network["batch"]
        held = numbers(sizes, batch)
        if held > MOST_NUMBERS_COMPARED:
            found.append(
                f"feedforward.networks: {network['name']} holds {held:,} numbers in its weights "
                f"and the layers of a batch of {batch}; {MOST_NUMBERS_COMPARED:,} are allowed. "
                "Lower its sizes or its batch; feedforward.widths counts at any width."
            )
    if config["shapes_of"] not in names:
        found.append(
            f"feedforward.shapes_of: {config['shapes_of']!r} is no name in feedforward.networks; "
            f"allowed: {', '.join(names)}"
        )
    if all(jacobian_numbers(one["sizes"], one["batch"]) > MOST_NUMBERS for one in networks):
        found.append(
            "feedforward.networks: the dense Jacobians of every network hold more than "
            f"{MOST_NUMBERS:,} numbers, so the lecture's formula would be followed in none. Add a "
            "small network, such as {name: small, sizes: [5, 7, 3], batch: 4, activations: [tanh]}."
        )
    return found
