"""The points of `second_order`: one for each problem and dimension, and one for what is held.

``convex-<p>``             convex functions of p variables with set condition numbers at the minimum
``logistic-<set>-<d>``     logistic regression of real data with products of up to d features
``network-<width>``        a small network on images of digits
``storage``                bytes of one step of each method, compiled and not run

A point whose dimension is also in ``timed`` times the whole minimisation by each method.
"""

from collections.abc import Mapping
from math import comb
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, rounds_problems

TABLES = ("measurements",)
FIGURES = ("cost", "ratio", "memory")
ANIMATIONS = ()

METHODS = ("gradient_descent", "adam", "l_bfgs", "newton", "newton_cg", "gauss_newton_cg")
FIRST_ORDER = ("gradient_descent", "adam", "l_bfgs")
"""Those that use gradients alone."""

FEATURES = {"wine": (13, 3), "breast_cancer": (30, 2), "digits": (64, 10)}
"""Features and classes of scikit-learn's bundled sets."""

SAMPLES = {"wine": 178, "breast_cancer": 569, "digits": 1797}
"""How many samples each has."""

PIXELS, CLASSES = FEATURES["digits"]

VECTORS = 60
"""Vectors of all variables, and of all data, alive at once."""

MATRICES = 8
"""Matrices of p² numbers alive at once: four of `jax.hessian`, scipy's factor, and copies."""


def logistic_parameters(dataset: str, degree: int) -> int:
    """At most so many parameters: a column of one class for each product of features, and 1.

    Columns that are constant over the samples are left out, so there may be fewer.
    """
    features, classes = FEATURES[dataset]
    return comb(features + degree, degree) * (1 if classes == 2 else classes)


def network_parameters(width: int) -> int:
    """Weights and biases of one hidden layer of ``width`` between the pixels and the classes."""
    return (PIXELS + 1) * width + (width + 1) * CLASSES


def dense_mb(size: int, dense_up_to: int) -> int:
    """Megabytes (2²⁰ bytes) of Newton's matrices where they are formed, else 0."""
    return MATRICES * 8 * size**2 // 2**20 + 1 if size <= dense_up_to else 0


def vectors_mb(size: int, numbers: int, pairs: int) -> int:
    """Megabytes (2²⁰ bytes) of vectors of ``size`` variables, of ``numbers`` of data, and L-BFGS's.

    scipy's keeps 2m vectors for m pairs, and 11 matrices of m².
    """
    return 8 * (VECTORS * (size + numbers) + 2 * pairs * size + 11 * pairs**2) // 2**20


def convex_problem(condition: float) -> str:
    """The convex problem with a condition number at its minimum, as the tables call it."""
    return f"convex-{condition:g}"


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``second_order`` of the configuration asks for."""
    convex, logistic, network = config["convex"], config["logistic"], config["network"]
    shared = {
        name: config[name] for name in ("calls", "operations", "dense_up_to", "pairs", "step")
    }

    def point(
        name: str,
        size: int,
        numbers: int,
        own: dict[str, Any],
        section: Mapping[str, Any],
        timed: bool,
    ) -> Point:
        starts = max(1, min(config["starts"]["most"], config["starts"]["coordinates"] // size))
        given = {**own, "tolerance": section["tolerance"], "starts": starts, **shared}
        if timed:
            given["timing"] = dict(config["timing"])
        needed = dense_mb(size, config["dense_up_to"]) + vectors_mb(size, numbers, config["pairs"])
        return Point(name, given, PROCESS_MB + needed, timed=timed, on_cpu=True)

    planned = [
        point(
            f"convex-{p}",
            p,
            0,
            {"family": "convex", "dimension": p, "conditions": convex["conditions"]},
            convex,
            p in convex["timed"],
        )
        for p in convex["dimensions"]
    ]
    for one in logistic["sets"]:
        own = {
            "family": "logistic",
            **one,
            "ridge": logistic["ridge"],
            "samples": logistic["samples"],
        }
        size = logistic_parameters(one["dataset"], one["degree"])
        name = f"logistic-{one['dataset']}-{one['degree']}"
        planned.append(
            point(name, size, logistic["samples"] * size, own, logistic, one in logistic["timed"])
        )
    for width in network["widths"]:
        own = {"family": "network", "width": width, "samples": network["samples"]}
        size = network_parameters(width)
        timed = width in network["timed"]
        planned.append(
            point(f"network-{width}", size, network["samples"] * width, own, network, timed)
        )
    storage = {**config["storage"], "pairs": config["pairs"], "memory_gb": config["memory_gb"]}
    return [*planned, Point("storage", storage, seeded=False, on_cpu=True)]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    for key in ("convex.dimensions", "storage.dimensions"):
        section, name = key.split(".")
        wrong = [p for p in config[section][name] if p & (p - 1)]
        if wrong:
            found.append(
                f"second_order.{key}: {', '.join(map(str, wrong))} is no power of two; a fast "
                "orthogonal transform mixes the variables, and takes powers of two only."
            )
    for key, name in (("convex", "dimensions"), ("network", "widths"), ("logistic", "sets")):
        extra = [one for one in config[key]["timed"] if one not in config[key][name]]
        if extra:
            found.append(
                f"second_order.{key}.timed: {', '.join(map(str, extra))} must also be in "
                f"second_order.{key}.{name}."
            )
    asked = [("logistic", one["dataset"]) for one in config["logistic"]["sets"]]
    for key, dataset in dict.fromkeys([*asked, ("network", "digits")]):
        if (samples := config[key]["samples"]) > SAMPLES[dataset]:
            found.append(
                f"second_order.{key}.samples: {samples:,} is more than the {SAMPLES[dataset]:,} "
                f"samples of {dataset}; take at most as many."
            )
    needed = PROCESS_MB + dense_mb(config["dense_up_to"], config["dense_up_to"])
    if needed > memory_mb:
        found.append(
            f"second_order.dense_up_to: Newton's matrices of {config['dense_up_to']:,} variables "
            f"take {needed:,} MB; memory_mb allows {memory_mb:,}. Lower dense_up_to (Newton's "
            "method is then counted only) or raise memory_mb."
        )
    return [*found, *rounds_problems("second_order.timing", config["timing"])]
