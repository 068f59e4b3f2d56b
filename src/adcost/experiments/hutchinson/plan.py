"""The points of `hutchinson`: two networks before and after training, a matrix, and a timing.

``dense-<state>``   the network whose Hessian fits: exact trace, Hutchinson, Hutch++, XTrace
``large-<state>``   one where it does not: the trace by unit vectors, and Hutchinson
``influence``       a matrix on which the distributions of probes differ plainly
``chunks``          how many probes to multiply at once; timed

A state is ``initial`` or ``trained``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, rounds_problems
from adcost.functions.classifiers import ARCHITECTURES, Shape
from adcost.functions.images import DATASETS

TABLES = ("measurements",)
FIGURES = ("estimates", "error", "laws", "needed", "decay", "diagonal", "chunks")
ANIMATIONS = ()

STATES = ("initial", "trained")

HESSIANS_HELD = 8
"""Copies of p² float64 alive at once: `jax.hessian` needs six, and the eigenvalues two more."""

LAWS = ("rademacher", "gaussian")
"""Distributions that the claims need on every matrix they are judged on."""


def parameters(config: Mapping[str, Any], network: str) -> int:
    """The number of parameters of the network ``dense`` or ``large`` of the section."""
    data = DATASETS[config["dataset"]]
    shape = Shape(data.height, data.width, data.channels, data.classes)
    return ARCHITECTURES["mlp"].parameters(shape, hidden=config[network]["hidden"])


def hessian_mb(size: int) -> int:
    """Megabytes (2²⁰ bytes) that forming the Hessian and its eigenvalues takes."""
    return HESSIANS_HELD * size**2 * 8 // 2**20 + 1


def batch_mb(config: Mapping[str, Any], network: str) -> int:
    """Megabytes of a chunk of products: probes, products, and what each image keeps of each."""
    section = config[network]
    kept = sum(section["hidden"]) * section["images"]
    return 4 * section["chunk"] * (parameters(config, network) + 4 * kept) * 8 // 2**20 + 1


def point_mb(config: Mapping[str, Any], network: str) -> int:
    """Megabytes of a network's point."""
    held = batch_mb(config, network)
    if network == "dense":
        size = parameters(config, network)
        # v⊙Av and v⊙v of every probe of the diagonal's, and their partial sums.
        held += hessian_mb(size) + 4 * max(config["dense"]["diagonal"]) * size * 8 // 2**20
    return PROCESS_MB + held


def influence_mb(config: Mapping[str, Any]) -> int:
    """Megabytes (2²⁰ bytes): the matrix, its inverse, what solving copies, a chunk of products."""
    size, chunk = config["influence"]["size"], config["influence"]["chunk"]
    return PROCESS_MB + 100 + 4 * (size + chunk) * size * 8 // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``hutchinson`` asks for."""
    shared = {"dataset": config["dataset"], "training": dict(config["training"])}
    planned = []
    for state in reversed(STATES):
        large = {**shared, **config["large"], "matrix": "large", "state": state}
        planned.append(Point(f"large-{state}", large, point_mb(config, "large")))
        dense = {
            **shared,
            **config["dense"],
            "matrix": "dense",
            "state": state,
            "probes": dict(config["dense"][state]),
        }
        for other in STATES:
            del dense[other]
        planned.append(Point(f"dense-{state}", dense, point_mb(config, "dense")))
    planned.append(Point("influence", dict(config["influence"]), influence_mb(config)))
    networks = {
        name: {key: config[name][key] for key in ("hidden", "images")}
        for name in ("dense", "large")
    }
    timed = {"dataset": config["dataset"], "networks": networks, **config["chunks"]}
    memory = PROCESS_MB + 4 * config["chunks"]["memory_mb"]
    return [*planned, Point("chunks", timed, memory, timed=True)]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    return [
        *_probes(config),
        *_sizes(config),
        *_memory(config, memory_mb),
        *_timing(config["chunks"]),
    ]


def _probes(config: Mapping[str, Any]) -> Iterator[str]:
    lists = {
        "dense.initial": (config["dense"]["initial"], ("rademacher",)),
        "dense.trained": (config["dense"]["trained"], LAWS),
        "large.probes": (config["large"]["probes"], ("rademacher",)),
        "influence.probes": (config["influence"]["probes"], LAWS),
    }
    for name, (probes, needed) in lists.items():
        missing = [distribution for distribution in needed if distribution not in probes]
        if missing:
            yield (
                f"hutchinson.{name} has no {' and no '.join(missing)} probes, and the claims need "
                f"them: add {name}.{missing[0]}, a list of numbers of probes"
            )
        for distribution, numbers in probes.items():
            most = max(numbers)
            odd = sorted(v for v in numbers if most % v)
            if odd:
                yield (
                    f"hutchinson.{name}.{distribution}: {most:,} probes cannot be split into sets "
                    f"of {', '.join(map(str, odd))}; each number must divide the largest"
                )

    for state in STATES:
        signs = config["dense"][state].get("rademacher", ())
        absent = sorted(set(config["dense"]["products"]) - set(signs))
        if signs and absent:
            yield (
                f"hutchinson.dense.products: {', '.join(map(str, absent))} not among the numbers "
                f"hutchinson.dense.{state}.rademacher, which Hutch++ is compared at; add there "
                "what is missing"
            )


def _sizes(config: Mapping[str, Any]) -> Iterator[str]:
    available = DATASETS[config["dataset"]].training_images
    for network in ("dense", "large"):
        images = config[network]["images"]
        if images > available:
            yield (
                f"hutchinson.{network}.images is {images:,}; {config['dataset']} has {available:,} "
                "images for training, so take at most as many"
            )
    size, most = parameters(config, "dense"), max(config["dense"]["products"])
    if most >= size:
        yield (
            f"hutchinson.dense.products: {most:,} products are no fewer than the network's "
            f"{size:,} parameters, and that many give the trace exactly; remove {most} or widen "
            "hutchinson.dense.hidden"
        )


def _memory(config: Mapping[str, Any], memory_mb: int) -> Iterator[str]:
    for network, advice in (
        ("dense", "hutchinson.dense.hidden, .images, .chunk or .diagonal"),
        ("large", "hutchinson.large.images or .chunk"),
    ):
        needed = point_mb(config, network)
        if needed > memory_mb:
            yield (
                f"hutchinson.{network}: {parameters(config, network):,} parameters and "
                f"{config[network]['images']:,} images take {needed:,} MB; memory_mb allows "
                f"{memory_mb:,}. Lower {advice}, or raise memory_mb."
            )
    size = config["influence"]["size"]
    needed = influence_mb(config)
    if needed > memory_mb:
        yield (
            f"hutchinson.influence.size: a matrix of {size:,} rows and "
            f"{config['influence']['chunk']:,} products at once take {needed:,} MB; memory_mb "
            f"allows {memory_mb:,}. Lower hutchinson.influence.size or .chunk, or raise memory_mb."
        )


def _timing(chunks: Mapping[str, Any]) -> Iterator[str]:
    largest = max(chunks["sizes"])
    if largest > chunks["probes"]:
        yield (
            f"hutchinson.chunks.sizes: a chunk of {largest:,} is larger than the "
            f"{chunks['probes']:,} probes of hutchinson.chunks.probes; remove it or raise those"
        )
    yield from rounds_problems("hutchinson.chunks.timing", chunks["timing"])
