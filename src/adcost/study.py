"""The study as Snakemake sees it: the checked configuration, the plans, the files of each job.

Nothing here imports JAX or pandas, so that a dry run stays quick.
"""

import difflib
import hashlib
import importlib
import importlib.util
import json
import math
import os
import pkgutil
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import adcost
import adcost.experiments
from adcost.experiments.plan import Point, check_points
from adcost.report import catalogue

PACKAGE = Path(adcost.__file__).parent

CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
"""The modules that bring CUDA to JAX, any of which will do."""


class ConfigError(ValueError):
    """The configuration cannot be run; the message has one line a problem."""


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
    problems = list(check_schema(config, schemas)) or list(_check_meaning(config))
    _refuse(problems)
    planned = {}
    for name in config["experiments"]:
        door = _plan(name)
        points = door.points(config[name])
        check_points(points, name)
        problems += _too_large(name, points, config["memory_mb"])
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


def _too_large(experiment: str, points: Iterable[Point], memory_mb: int) -> Iterator[str]:
    """Points that no problem of the plan's own told of."""
    for point in points:
        if point.memory_mb > memory_mb:
            yield (
                f"{experiment}: the point {point.name} takes {point.memory_mb:,} MB; memory_mb "
                f"allows {memory_mb:,}. Make it smaller in the section {experiment}, or raise "
                "memory_mb"
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
        yield f"report.language: {language!r} has no texts{_nearest(language, there)}"
    for name in config["experiments"]:
        if name not in known:
            yield f"experiments: {name!r} is no experiment{_nearest(name, known)}"
        elif name not in config:
            yield f"{name}: the section is missing, but experiments lists {name}"
        else:
            yield from _plan(name).problems(config[name], config["memory_mb"])


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
            "result could be kept and nothing was started: open it, or set results to a folder "
            "elsewhere"
        )
    if (free := shutil.disk_usage(there).free) < LEAST_FREE:
        raise ConfigError(
            f"the disk of {there} is full ({free // 1000:,} kB are free), so no result could be "
            "kept and nothing was started: free some space, or set results to a folder elsewhere"
        )


# --- the schema -------------------------------------------------------------------------------


def check_schema(config: Mapping[str, Any], schemas: Path) -> Iterator[str]:
    """Problems of shape, type and range, each naming the key, its value and what is allowed."""
    yield from _not_finite(config)
    errors = sorted(
        _validator(schemas).iter_errors(config), key=lambda error: list(map(str, error.path))
    )
    for error in errors:
        yield from _explain(error)


@cache
def _validator(schemas: Path) -> Any:
    documents = {
        path.name: yaml.safe_load(path.read_text("utf-8")) for path in schemas.glob("*.yaml")
    }
    for document in documents.values():
        document.pop("$schema")  # or each would be checked by JSON Schema's own types
    registry = Registry().with_resources(
        (name, DRAFT202012.create_resource(document)) for name, document in documents.items()
    )
    # To JSON Schema 8.0 is an integer; to a loop of eight it is not.
    integers = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    kind = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=integers)
    return kind(documents["config.schema.yaml"], registry=registry)


def _explain(error: jsonschema.ValidationError) -> Iterator[str]:
    key = _key(error.absolute_path)
    allowed = error.validator_value
    value = json.dumps(error.instance, default=str, ensure_ascii=False)
    value = value if len(value) < 80 else value[:77] + "…"
    match error.validator:
        case "additionalProperties":
            names = list(error.schema.get("properties", {}))
            for name in sorted(set(error.instance) - set(names)):
                where = f"{key}.{name}" if key else str(name)
                yield f"{where}: there is no such key{_nearest(str(name), names)}"
        case "required":
            missing = [name for name in allowed if name not in error.instance]
            yield f"{key or 'the configuration'}: the key {', '.join(missing)} is missing"
        case "type":
            yield f"{key}: {value} is not of type {allowed}"
        case "enum":
            yield f"{key}: {value} is not allowed{_nearest(str(error.instance), allowed)}"
        case "const":
            yield f"{key}: {value} is not allowed; it must be {allowed}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            relation = {"minimum": "at least", "exclusiveMinimum": "more than",
                        "maximum": "at most", "exclusiveMaximum": "less than"}  # fmt: skip
            bound = f"{relation[error.validator]} {allowed}"
            yield f"{key}: {value} is out of range; it must be {bound}"
        case "anyOf":
            choices = " or ".join(str(c.get("const", c.get("type"))) for c in allowed)
            yield f"{key}: {value} is not allowed; it must be {choices}"
        case "minItems":
            yield f"{key}: the list {value} is too short; it needs at least {allowed} item(s)"
        case "uniqueItems":
            items = [str(item) for item in error.instance]
            twice = sorted({item for item in items if items.count(item) > 1})
            yield f"{key}: {', '.join(twice)} stands there more than once; each may stand once"
        case _:
            yield f"{key}: {value}: {error.message}"


def _not_finite(value: Any, path: tuple[Any, ...] = ()) -> Iterator[str]:
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{_key(path)}: {value} is not a finite number"
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, item in items:
        yield from _not_finite(item, (*path, name))


def _key(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _nearest(name: str, allowed: list[Any]) -> str:
    names = [str(item) for item in allowed]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{hint}; allowed: {', '.join(names)}"


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
