"""The points of `hvp`: the homework's sweep over depth, and five questions beside it.

``layers-<n>``     the homework: full Hessian, product, AD products, gradient; timed
``float64-<n>``    the same products compared where rounding is 1e-16; not timed
``homework-init``  what the homework's own initialisation does at depth; not timed
``large-<n>x<w>``  the AD product where no Hessian fits; timed
``homework-code``  the homework's code, completed to the letter and mended; not timed
``nested``         operations counted where an operation's tangent is expensive; not timed
"""

from collections.abc import Mapping
from typing import Any

from adcost.experiments.plan import PROCESS_MB, Point, rounds_problems

TABLES = ("measurements",)
FIGURES = ("homework", "scaling", "constant", "nested", "memory", "initialisation")
ANIMATIONS = ()

ITEMSIZE = {"float32": 4, "float64": 8}

HESSIANS_HELD = 6
"""Copies of p² numbers alive at once: `jax.hessian` needs four as temporaries and one for its
result (the compiled program's own figure), and the product is given one more."""


def parameters(hidden: int, width: int) -> int:
    """The number of weights of the homework's network (as in `functions.mlp`, without JAX)."""
    return (hidden + 1) * width * width


def hessian_mb(hidden: int, width: int, dtype: str) -> int:
    """Megabytes (2²⁰ bytes) that computing and holding the full Hessian takes."""
    return HESSIANS_HELD * parameters(hidden, width) ** 2 * ITEMSIZE[dtype] // 2**20 + 1


def product_mb(hidden: int, width: int, dtype: str) -> int:
    """Megabytes of one AD product: some twenty vectors of p numbers."""
    return 20 * parameters(hidden, width) * ITEMSIZE[dtype] // 2**20 + 1


def initialisation_mb(config: Mapping[str, Any]) -> int:
    """Megabytes of the products of all draws at once: XLA's dozen of (draws, p), and inputs."""
    section = config["homework_init"]
    numbers = section["draws"] * parameters(max(section["layers"]), section["width"])
    return PROCESS_MB + 20 * 8 * numbers // 2**20


def points(config: Mapping[str, Any]) -> list[Point]:
    """The points that the section ``hvp`` of the configuration asks for."""
    shared = {name: config[name] for name in ("width", "dtype", "initialisation")}
    timing = dict(config["timing"])
    width, dtype = config["width"], config["dtype"]
    sweep = [
        Point(
            f"layers-{hidden}",
            {"hidden": hidden, "hessian": True, "timing": timing, **shared},
            memory_mb=PROCESS_MB + hessian_mb(hidden, width, dtype),
            timed=True,
        )
        for hidden in config["layers"]
    ]
    double = [
        Point(
            f"float64-{hidden}",
            {"hidden": hidden, "hessian": True, **shared, "dtype": "float64"},
            memory_mb=PROCESS_MB + hessian_mb(hidden, width, "float64"),
        )
        for hidden in config["float64_layers"]
    ]
    literal = Point("homework-init", dict(config["homework_init"]), initialisation_mb(config))
    large = config["large"]
    big = Point(
        f"large-{large['layers']}x{large['width']}",
        {
            **shared,
            "hidden": large["layers"],
            "width": large["width"],
            "hessian": False,
            "timing": timing,
        },
        memory_mb=PROCESS_MB + product_mb(large["layers"], large["width"], dtype),
        timed=True,
    )
    section = config["homework_code"]
    needed = PROCESS_MB + hessian_mb(max(section["layers"]), section["width"], "float64")
    code = Point("homework-code", dict(section), needed)
    nested = Point("nested", dict(config["nested"]), seeded=False, on_cpu=True)
    return [*sweep, *double, literal, big, code, nested]


def problems(config: Mapping[str, Any], memory_mb: int) -> list[str]:
    """What is wrong with the section beyond its schema, one message each."""
    found = []
    width, dtype = config["width"], config["dtype"]
    for key, kind in (("layers", dtype), ("float64_layers", "float64")):
        takes = {n: PROCESS_MB + hessian_mb(n, width, kind) for n in config[key]}
        if beyond := sorted(n for n, size in takes.items() if size > memory_mb):
            found.append(
                f"hvp.{key}: with {beyond[-1]} hidden layers of width {width} the network has "
                f"{parameters(beyond[-1], width):,} parameters, and its {kind} Hessian takes "
                f"{takes[beyond[-1]]:,} MB; memory_mb allows {memory_mb:,}. Remove "
                f"{', '.join(map(str, beyond))} from hvp.{key}, lower hvp.width or raise "
                "memory_mb. (hvp.large measures the AD product alone at sizes where no Hessian "
                "fits.)"
            )
    code = config["homework_code"]
    needed = PROCESS_MB + hessian_mb(max(code["layers"]), code["width"], "float64")
    if needed > memory_mb:
        found.append(
            f"hvp.homework_code: the Hessian of {max(code['layers'])} layers of width "
            f"{code['width']} takes {needed:,} MB; memory_mb allows {memory_mb:,}. Lower "
            "hvp.homework_code.layers or width, or raise memory_mb."
        )
    large = config["large"]
    needed = PROCESS_MB + product_mb(large["layers"], large["width"], dtype)
    if needed > memory_mb:
        found.append(
            f"hvp.large: {parameters(large['layers'], large['width']):,} parameters take "
            f"{needed:,} MB even without a Hessian; memory_mb allows {memory_mb:,}. Lower "
            "hvp.large.layers or hvp.large.width, or raise memory_mb."
        )
    if (needed := initialisation_mb(config)) > memory_mb:
        section = config["homework_init"]
        found.append(
            f"hvp.homework_init: {section['draws']:,} draws of {max(section['layers']):,} layers "
            f"of width {section['width']:,} take {needed:,} MB; memory_mb allows {memory_mb:,}. "
            "Lower hvp.homework_init.draws, layers or width, or raise memory_mb."
        )
    return [*found, *rounds_problems("hvp.timing", config["timing"])]
