"""What each experiment of the study will do: the checked configuration and the plans.

Nothing here imports JAX or pandas, so that a dry run stays quick.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adcost.experiments
from adcost import catalogue
from adcost.experiments.plan import Point, check_points
from adcost.study import schema
from adcost.study.schema import nearest

CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
"""The modules that bring CUDA to JAX, any of which will do."""


class ConfigError(ValueError):
    """The configuration cannot be run; the message has one line a problem."""


ANY_MEMORY = 2**63
"""Megabytes beyond what any point takes."""

OWN_FOLDERS = ("reference", "reference-gpu", "logs")
"""Folders in ``results`` that are neither an experiment's nor another run's."""


@dataclass(frozen=True)
class Plan:
    """What one experiment of this study will do."""

    experiment: str
    points: Mapping[str, Point]
    tables: tuple[str, ...]
    figures: tuple[str, ...]
    animations: tuple[str, ...]

    def files(self, table: str, *, timed: bool = False) -> list[str]:
        """Where the points (or only the timed ones) write a table, in the plan's order."""
        return [
            f"{point.folder}/{point.name}/{table}.csv"
            for point in self.points.values()
            if point.timed or not timed
        ]

    @property
    def prepares(self) -> bool:
        """Whether some points prepare for others."""
        return any(point.prepares for point in self.points.values())


def known_experiments() -> list[str]:
    """The folders of experiments under ``adcost/experiments``."""
    return sorted(m.name for m in pkgutil.iter_modules(adcost.experiments.__path__) if m.ispkg)


def plans(config: Mapping[str, Any], schemas: Path) -> dict[str, Plan]:
    """Check the configuration and plan its experiments; raise :class:`ConfigError` otherwise."""
    problems = list(schema.problems(config, schemas)) or list(_check_meaning(config))
    _refuse(problems)
    planned = {}
    for name in config["experiments"]:
        module = _plan(name)
        points = module.points(config[name])
        check_points(points, name)
        problems += _too_large(name, points, config)
        planned[name] = Plan(
            name,
            {p.name: p for p in points},
            module.TABLES,
            _figures(module, config[name]),
            module.ANIMATIONS,
        )
    _refuse(problems)
    return planned


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ConfigError(
            "the configuration cannot be run:\n" + "\n".join(f"  - {line}" for line in problems)
        )


def _too_large(
    experiment: str, points: Iterable[Point], config: Mapping[str, Any]
) -> Iterator[str]:
    """Points that no problem of the plan's own told of, each by the memory that it computes in."""
    for point in points:
        on_gpu = config["platform"] == "cuda" and not point.on_cpu
        key, whose = ("gpu_memory_mb", " of the GPU") if on_gpu else ("memory_mb", "")
        if point.memory_mb > config[key]:
            yield (
                f"{experiment}: the point {point.name} takes {point.memory_mb:,} MB{whose}; {key} "
                f"allows {config[key]:,}. Make it smaller in the section {experiment}, or raise "
                f"{key}"
            )


def _figures(plan: Any, section: Mapping[str, Any]) -> tuple[str, ...]:
    """The figures that are always drawn, or those that the configuration decides."""
    figures: tuple[str, ...] = plan.figures(section) if hasattr(plan, "figures") else plan.FIGURES
    return figures


def _plan(experiment: str) -> Any:
    return importlib.import_module(f"adcost.experiments.{experiment}.plan")


def _check_meaning(config: Mapping[str, Any]) -> Iterator[str]:
    known = known_experiments()
    if config["platform"] == "cuda" and not any(map(importlib.util.find_spec, CUDA_PLUGINS)):
        yield (
            "platform: cuda needs JAX's plugin for NVIDIA GPUs, which is not installed here; "
            'pip install "jax[cuda13]" into the environment, or set platform: cpu'
        )
    language, there = config["report"]["language"], catalogue.languages()
    if language not in there:
        yield f"report.language: {language!r} has no texts{nearest(language, there)}"
    if config["results"].removeprefix("results/") in (*OWN_FOLDERS, *known):
        yield (
            f"results: {config['results']} is a folder of the study's own in results/; allowed is "
            "results, or results/‹name› with another name, such as results/trial"
        )
    for name in config["experiments"]:
        if name not in known:
            yield f"experiments: {name!r} is no experiment{nearest(name, known)}"
        elif name not in config:
            yield f"{name}: the section is missing, but experiments lists {name}"
        else:
            # What a section says of memory is said of the host's: a GPU's, `_too_large` compares.
            memory_mb = ANY_MEMORY if config["platform"] == "cuda" else config["memory_mb"]
            yield from _plan(name).problems(config[name], memory_mb)
