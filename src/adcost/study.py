"""The study as Snakemake sees it: the checked configuration, the plans, the files of each job.

Nothing here imports JAX or pandas, so that a dry run stays quick.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import pkgutil
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adcost
import adcost.experiments
from adcost import schema
from adcost.experiments.plan import Point, check_points
from adcost.report import catalogue
from adcost.schema import nearest

PACKAGE = Path(adcost.__file__).parent

CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
"""The modules that bring CUDA to JAX, any of which will do."""


class ConfigError(ValueError):
    """The configuration cannot be run; the message has one line a problem."""


ANY_MEMORY = 2**63
"""Megabytes beyond what any point takes."""

OWN_FOLDERS = ("reference", "reference-h100", "logs")
"""Folders in ``results`` that are neither an experiment's nor another run's."""

LEAST_FREE = 1_000_000
"""Bytes on the disk of the results below which not even the smallest study has room."""


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
    """Every room under ``adcost/experiments``."""
    return sorted(m.name for m in pkgutil.iter_modules(adcost.experiments.__path__) if m.ispkg)


def plans(config: Mapping[str, Any], schemas: Path) -> dict[str, Plan]:
    """Check the configuration and plan its experiments; raise :class:`ConfigError` otherwise."""
    problems = list(schema.problems(config, schemas)) or list(_check_meaning(config))
    _refuse(problems)
    planned = {}
    for name in config["experiments"]:
        door = _plan(name)
        points = door.points(config[name])
        check_points(points, name)
        problems += _too_large(name, points, config)
        planned[name] = Plan(
            name, {p.name: p for p in points}, door.TABLES, door.FIGURES, door.ANIMATIONS
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


def check_writable(folder: Path) -> None:
    """Refuse a folder, which need not exist yet, that is closed to writing or has no room.

    Raises :class:`ConfigError`.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise ConfigError(f"{there} is a file; results need a folder: remove it, or set results")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(
            f"{there} cannot be written to (its permissions, or a disk that is read-only), so no "
            "result could be kept and nothing was started: open it, or make `results` a link to a "
            "folder elsewhere (ln -s)"
        )
    if (free := shutil.disk_usage(there).free) < LEAST_FREE:
        raise ConfigError(
            f"the disk of {there} is full ({free // 1000:,} kB are free), so no result could be "
            "kept and nothing was started: free some space, or make `results` a link to a folder "
            "on another disk (ln -s)"
        )


# --- the files of a job -----------------------------------------------------------------------


def relative(path: Path) -> str:
    """A path from the working directory, where that is possible."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def report_texts(language: str, experiments: list[str]) -> list[str]:
    """The report's template, style sheet and the sections it is made of."""
    folder = PACKAGE / "report"
    shared = [path for path in folder.iterdir() if path.suffix in (".typ", ".css")]
    sections = (folder / language).glob("*.typ")
    texts = [path for path in sections if path.stem in (*experiments, "main")]
    words = {path for name in experiments for path in catalogue.files(language, name)}
    return sorted(relative(path) for path in [*shared, *texts, *words])


def catalogues(language: str, experiment: str) -> list[str]:
    """The files with the words of an experiment's figures in a language; none for English."""
    return [relative(path) for path in catalogue.files(language, experiment)]


def without_words(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the numbers depend on: all of the configuration but how the report is set."""
    return {key: value for key, value in config.items() if key != "report"}


def digest(config: Mapping[str, Any]) -> str:
    """SHA-256 of the merged configuration in canonical JSON."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
