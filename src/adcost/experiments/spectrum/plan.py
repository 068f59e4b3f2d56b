"""The points of `spectrum`: a network's training in parts, and looks at its Hessian.

``<network>-epoch-<e>``            prepares: trains from the checkpoint before to the end of epoch e
``<network>-epoch-<e>-probe-<p>``  one Lanczos decomposition of the Hessian at that checkpoint
``<network>-epoch-<e>-dense``      where it fits: the whole Hessian, and Lanczos beside it

Training in parts means that a run that was killed goes on from the last checkpoint, and another
probe is another job that repeats none.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point
from adcost.functions.classifiers import ARCHITECTURES, Shape
from adcost.functions.images import DATASETS, Dataset

TABLES = ("measurements",)
FIGURES = ("density", "extremes", "training", "dense", "ghosts")
ANIMATIONS = ()

HELD_BY_GRADIENT = 2
"""How many times all activations of its images a step of training holds. By XLA's account it is
1.3 to 1.6 for residual networks and less than 1 for perceptrons."""

HELD_BY_LAYER = 3
"""How many times the largest layer's activations the logits alone take: 2.0 to 2.2, or 1."""

HELD_LINEARISED = 5
"""How many times all activations the linearised gradient and a product with it take: 3.7 to 4.5 for
residual networks, 3.8 to 4.1 for perceptrons that are not small."""

HELD_BY_COLUMNS = 3
"""How many times all activations but the images themselves, for each of its columns, the Hessian
holds: 2.0 for residual networks, 1.6 to 2.1 for perceptrons."""

COPIES = 8
"""Vectors of all parameters alive at once: parameters, momentum, gradient, and what an update or a
checkpoint copies."""

DENSE_COPIES = 8
"""Arrays of p² doubles alive at once: `jax.hessian`'s own and those of the eigensolver."""


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``spectrum`` of the configuration asks for."""
    planned: list[Point] = []
    for name, network in trained(config).items():
        planned += _training(name, network)
        planned += _decompositions(name, network)
        planned += _dense(name, network, config["ghosts"])
    return planned


def trained(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every training by name: ``resnet``, and where it is trained again ``resnet-2`` and so on.

    A training draws its parameters and batches by its name. Those after the first are looked at
    before and after only, and never whole.
    """
    # The subject first: the tables say by their order which network the claim is about.
    networks = {config["subject"]: config["networks"][config["subject"]], **config["networks"]}
    found = {}
    for name, network in networks.items():
        found[name] = network
        ends = [network["checkpoints"][0], network["checkpoints"][-1]]
        for again in range(2, network.get("trainings", 1) + 1):
            repeated = {**network, "checkpoints": ends, "dense": False, "repetition_of": name}
            found[f"{name}-{again}"] = repeated
    return found


def checkpoint(network: str, epoch: int) -> str:
    """The name of the point that leaves the parameters after ``epoch`` epochs."""
    return f"{network}-epoch-{epoch}"


def _training(name: str, network: Mapping[str, Any]) -> Iterator[Point]:
    what = {key: network[key] for key in ("architecture", "options", "dataset")}
    before: int | None = None
    for epoch in network["checkpoints"]:
        yield Point(
            checkpoint(name, epoch),
            {
                "network": name,
                "epoch": epoch,
                **what,
                "training": dict(network["training"]),
                "repetition_of": network.get("repetition_of", name),
            },
            memory_mb=_training_mb(network),
            prepares=True,
            needs=() if before is None else (checkpoint(name, before),),
        )
        before = epoch


def _decompositions(name: str, network: Mapping[str, Any]) -> Iterator[Point]:
    if network["dense"]:
        return  # the point with the whole Hessian decomposes it as well
    what = {key: network[key] for key in ("architecture", "options", "dataset", "images", "steps")}
    for epoch in network["checkpoints"]:
        for probe in range(network["probes"]):
            yield Point(
                f"{checkpoint(name, epoch)}-probe-{probe}",
                {"network": name, "epoch": epoch, "probe": probe, **what},
                memory_mb=_decomposition_mb(network),
                needs=(checkpoint(name, epoch),),
            )


def _dense(name: str, network: Mapping[str, Any], ghosts: Mapping[str, Any]) -> Iterator[Point]:
    if not network["dense"]:
        return
    what = {
        key: network[key]
        for key in ("architecture", "options", "dataset", "images", "steps", "probes")
    }
    for epoch in network["checkpoints"]:
        yield Point(
            f"{checkpoint(name, epoch)}-dense",
            {"network": name, "epoch": epoch, **what, "ghosts": dict(ghosts)},
            memory_mb=_dense_mb(network),
            needs=(checkpoint(name, epoch),),
        )


# --- sizes ------------------------------------------------------------------------------------


def _shape(dataset: Dataset) -> Shape:
    return Shape(dataset.height, dataset.width, dataset.channels, dataset.classes)


def parameters(network: Mapping[str, Any]) -> int:
    """How many parameters the configured network has."""
    return _counted("parameters", network)


def _counted(what: str, network: Mapping[str, Any]) -> Any:
    """A formula of the network's architecture."""
    formula = getattr(ARCHITECTURES[network["architecture"]], what)
    return formula(_shape(DATASETS[network["dataset"]]), **network["options"])


def _mb(numbers: int, item_bytes: int) -> int:
    return PROCESS_MB + -(-numbers * item_bytes // 2**20)


def _training_mb(network: Mapping[str, Any]) -> int:
    """A step's gradient, or the accuracy on all training images, layer by layer."""
    each, largest = _counted("activations", network)
    batch, images = network["training"]["batch"], DATASETS[network["dataset"]].training_images
    activations = max(HELD_BY_GRADIENT * batch * each, HELD_BY_LAYER * images * largest)
    return _mb(COPIES * parameters(network) + activations, 4)


def _decomposition_mb(network: Mapping[str, Any]) -> int:
    """The gradient's linearisation, the basis, and the basis again to test its orthogonality."""
    each, _ = _counted("activations", network)
    vectors = COPIES + 2 * (network["steps"] + 1)
    return _mb(vectors * parameters(network) + HELD_LINEARISED * network["images"] * each, 4)


def _dense_mb(network: Mapping[str, Any]) -> int:
    """The Hessian, and the activations' tangents along all of its columns."""
    each, _ = _counted("activations", network)
    shape, p = _shape(DATASETS[network["dataset"]]), parameters(network)
    tangents = network["images"] * (each - shape.height * shape.width * shape.channels)
    return _mb((DENSE_COPIES * p + HELD_BY_COLUMNS * tangents) * p, 8)


# --- what is refused --------------------------------------------------------------------------


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    networks = config["networks"]
    found = []
    if config["subject"] not in networks:
        found.append(
            f"spectrum.subject: {config['subject']!r} is no network of spectrum.networks; "
            f"allowed: {', '.join(networks)}"
        )
    if not any(network["dense"] for network in networks.values()):
        found.append(
            "spectrum.networks: no network has dense: true, so nothing would show that Lanczos' "
            "method is right. Set it for one whose Hessian fits in memory."
        )
    for name, network in networks.items():
        found += _problems_of(f"spectrum.networks.{name}", network, memory_mb)
    return found


def _problems_of(key: str, network: Mapping[str, Any], memory_mb: int) -> Iterator[str]:
    for field, registry in (("architecture", ARCHITECTURES), ("dataset", DATASETS)):
        if network[field] not in registry:
            yield f"{key}.{field}: {network[field]!r} is not known; allowed: {', '.join(registry)}"
            return
    known = list(inspect.signature(ARCHITECTURES[network["architecture"]].parameters).parameters)[
        1:
    ]
    if unknown := sorted(set(network["options"]) - set(known)):
        yield (
            f"{key}.options: {', '.join(unknown)} is no option of {network['architecture']}; "
            f"allowed: {', '.join(known)}"
        )
        return
    try:
        count = parameters(network)
    except TypeError:
        yield (
            f"{key}.options: {network['options']} are not what {network['architecture']} takes; "
            "see functions/classifiers.py for its options and their types"
        )
        return
    data = DATASETS[network["dataset"]]
    training, checkpoints = network["training"], network["checkpoints"]
    if checkpoints[0] != 0 or checkpoints != sorted(set(checkpoints)):
        yield f"{key}.checkpoints: {checkpoints} must begin with 0 and increase"
    if len(checkpoints) < 2 or checkpoints[-1] != training["epochs"]:
        yield (
            f"{key}.checkpoints: {checkpoints} must end after the last epoch, "
            f"{key}.training.epochs, which is {training['epochs']}"
        )
    for field, images in (("images", network["images"]), ("training.batch", training["batch"])):
        if images > data.training_images:
            yield (
                f"{key}.{field}: {images} is more than the {data.training_images} training images "
                f"of {network['dataset']}"
            )
    if network["steps"] > count:
        yield (
            f"{key}.steps: {network['steps']} Lanczos steps, but the network has {count:,} "
            f"parameters and so as many at most. Lower {key}.steps."
        )
        return
    if (needed := _training_mb(network)) > memory_mb:
        yield (
            f"{key}.options: training {count:,} parameters on {training['batch']} images at once "
            f"takes {needed:,} MB; memory_mb allows {memory_mb:,}. Make the network smaller, lower "
            f"{key}.training.batch or raise memory_mb."
        )
    if not network["dense"] and (needed := _decomposition_mb(network)) > memory_mb:
        yield (
            f"{key}.steps: a basis of {network['steps']} vectors of {count:,} numbers and the "
            f"network's linearisation on {network['images']} images take {needed:,} MB; memory_mb "
            f"allows {memory_mb:,}. Lower {key}.steps or {key}.images, make the network smaller or "
            "raise memory_mb."
        )
    if network["dense"] and (needed := _dense_mb(network)) > memory_mb:
        yield (
            f"{key}.dense: the Hessian of {count:,} parameters on {network['images']} images takes "
            f"{needed:,} MB; memory_mb allows {memory_mb:,}. Set dense: false, lower {key}.images, "
            "make the network smaller or raise memory_mb."
        )
