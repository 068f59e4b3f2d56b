"""The points of `jacobian`: a sweep over m for each function, the chains, and the small graphs."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, rounds_problems

TABLES = ("measurements",)
FIGURES = ("crossover", "scalar_output", "chains", "elimination")
ANIMATIONS = ()

GRAPHS = (
    "lighthouse",
    "helmholtz",
    "heart_dipole",
    "propane",
    "roe_flux",
    "speelpenning",
    "hourglass",
)
"""The graphs that `functions.graphs` has for elimination; a test holds the two together, since
importing them here would cost a dry run the import of JAX."""

STATE_BYTES = 16_000
"""Of each set of eliminated vertices that the search looks at, with the moves it queues: 15,500
were measured on `roe_flux`, whose search does not end early."""

HOURGLASS = "hourglass"
"""The chain that carries the claim on mixed orders."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``jacobian`` of the configuration asks for."""
    inputs, block, timing = config["inputs"], config["block"], dict(config["timing"])
    sweeps = [
        Point(
            f"sweep-{function}",
            {
                "function": function,
                "inputs": inputs,
                "outputs": list(outputs),
                "block": block,
                "timing": timing,
            },
            memory_mb=PROCESS_MB + sweep_mb(inputs, max(outputs), block),
            timed=True,
        )
        for function, outputs in config["outputs"].items()
    ]
    chains = [{"name": name, "widths": list(ns)} for name, ns in config["chains"].items()]
    memory = PROCESS_MB + max(chain_mb(widths) for widths in config["chains"].values())
    elimination = config["elimination"]
    return [
        *sweeps,
        Point("chains", {"chains": chains, "timing": timing}, memory_mb=memory, timed=True),
        Point(
            "graphs",
            {"graphs": list(elimination["graphs"]), "states": elimination["states"]},
            memory_mb=PROCESS_MB + STATE_BYTES * elimination["states"] // 2**20,
            on_cpu=True,
        ),
    ]


def sweep_mb(inputs: int, outputs: int, block: int) -> int:
    """Megabytes of A, of J twice, and of a block of rows of the identity twice; float32."""
    return 4 * (3 * inputs + 2 * min(block, outputs)) * outputs // 10**6


def chain_mb(widths: list[int]) -> int:
    """Megabytes of the weights and of the largest Jacobians between layers; float32, thrice."""
    weights = sum(a * b for a, b in pairwise(widths))
    return 4 * (weights + 3 * max(widths) ** 2) // 10**6


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    return [
        *_sweeps(config),
        *_chains(config),
        *rounds_problems("jacobian.timing", config["timing"]),
        *_memory(config, memory_mb),
        *(
            f"jacobian.elimination.graphs: there is no graph {name!r}; allowed: {', '.join(GRAPHS)}"
            for name in config["elimination"]["graphs"]
            if name not in GRAPHS
        ),
    ]


def _sweeps(config: Mapping[str, Any]) -> Iterator[str]:
    n = config["inputs"]
    for function in ("linear", "tanh"):
        outputs = config["outputs"][function]
        if not min(outputs) < n < max(outputs):
            yield (
                f"jacobian.outputs.{function} runs from {min(outputs)} to {max(outputs)}; the "
                f"modes change places at m = {n} (jacobian.inputs), which must lie between. Add a "
                "smaller and a larger m"
            )


def _chains(config: Mapping[str, Any]) -> Iterator[str]:
    widths = config["chains"].get(HOURGLASS)
    if widths is None:
        yield f"jacobian.chains.{HOURGLASS} is missing; the claim on mixed orders is judged on it"
    elif min(widths[1:-1]) >= min(widths[0], widths[-1]):
        yield (
            f"jacobian.chains.{HOURGLASS}: {widths} has no waist; a width between the first and "
            f"the last must be less than both, {widths[0]} and {widths[-1]}"
        )


def _memory(config: Mapping[str, Any], memory_mb: int) -> Iterator[str]:
    for function, outputs in config["outputs"].items():
        needed = PROCESS_MB + sweep_mb(config["inputs"], max(outputs), config["block"])
        if needed > memory_mb:
            yield (
                f"jacobian.outputs.{function}: m = {max(outputs):,} needs {needed:,} MB with rows "
                f"in blocks of {config['block']}; memory_mb allows {memory_mb:,}. Remove it, lower "
                "jacobian.block or jacobian.inputs, or raise memory_mb."
            )
    for name, widths in config["chains"].items():
        needed = PROCESS_MB + chain_mb(widths)
        if needed > memory_mb:
            yield (
                f"jacobian.chains.{name}: widths up to {max(widths):,} need {needed:,} MB; "
                f"memory_mb allows {memory_mb:,}. Lower the widths or raise memory_mb."
            )
