"""The study's configuration from its files and the command line, before it is checked.

Later files replace keys of earlier ones, and the command line replaces keys of both. A section of a
fixed form is replaced key by key, so that a file may name a few; a section that holds things of the
user's choice (regions, chains, networks, probes: ``x-replaced-whole`` in its schema) is replaced
whole, as a list is, or nothing in it could be removed. Snakemake itself would merge all mappings.

A path to the user's code (``x-names-code``) is meant from the file that names it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from adcost import strict_yaml, user_code
from adcost.study.schema import Section

CONFIGFILE_FLAGS = ("--configfile", "--configfiles")


class CannotRun(ValueError):
    """Nothing can be run as it was asked for; the message says what to do."""


def read(files: Iterable[Path], given: Iterable[Mapping[str, Any]], schemas: Path) -> Any:
    """The configuration that ``files`` and then the mappings ``given`` make.

    Raises :class:`CannotRun`, naming the file and the line.
    """
    try:
        read_files = [
            placed(strict_yaml.read_mapping(file), Section(schemas), Path(file).parent)
            for file in files
        ]
    except strict_yaml.YamlError as error:
        raise CannotRun(f"the configuration cannot be read: {error}") from None
    config: Any = {}
    for over in (*read_files, *given):
        config = merged(config, over, Section(schemas))
    return config


def merged(below: Any, over: Any, section: Section) -> Any:
    """``below`` with what ``over`` replaces of it."""
    if section.is_replaced_whole or not (isinstance(below, Mapping) and isinstance(over, Mapping)):
        return over
    parts = {
        key: merged(below[key], value, section[key]) if key in below else value
        for key, value in over.items()
    }
    return {**below, **parts}


def placed(value: Any, section: Section, folder: Path) -> Any:
    """A value of a file in ``folder``, with paths to code from the working directory."""
    if isinstance(value, Mapping):
        return {key: placed(inner, section[key], folder) for key, inner in value.items()}
    if isinstance(value, list):
        return [placed(inner, section.items, folder) for inner in value]
    if not (isinstance(value, str) and section.names_code):
        return value
    where, colon, name = value.partition(":")
    if not user_code.is_file(where):
        return value
    path = os.path.normpath(folder.absolute() / Path(where).expanduser())
    inside = Path(path).is_relative_to(Path.cwd())
    return f"{Path(path).relative_to(Path.cwd()) if inside else path}{colon}{name}"


def typed(value: Any) -> Any:
    """A value of ``--config`` with its texts read as YAML's numbers, booleans and nulls.

    Snakemake gives what stands in brackets there as text: ``{layers: [10, 20]}`` has two strings.
    """
    if isinstance(value, Mapping):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    if not isinstance(value, str) or not value:
        return value
    try:
        scalar = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):  # ValueError: a date that there is not
        return value
    return value if isinstance(scalar, (dict, list)) else scalar


def known(config: Mapping[str, Any], schemas: Path) -> dict[str, Any]:
    """The keys of another workflow's configuration that are this study's."""
    keys = Section(schemas).schema["properties"]
    return {key: value for key, value in config.items() if key in keys}


def check_arguments(arguments: Sequence[str]) -> None:
    """Refuse several ``--configfile`` on Snakemake's command line, which drops the first ones.

    Raises :class:`CannotRun`.
    """
    flags = [word for word in arguments if word.partition("=")[0] in CONFIGFILE_FLAGS]
    if len(flags) > 1:
        raise CannotRun(
            "--configfile is given more than once, and Snakemake keeps only the last: give all "
            "files after one flag, as in `--configfile first.yaml second.yaml`; later ones win"
        )


def check_paths(*folders: Path) -> None:
    """Refuse folders with names that Snakemake or Python cannot take. Raises :class:`CannotRun`.

    Braces are wildcards to Snakemake, in the paths of environments too. Without UTF-8 mode, in a
    locale such as Latin-1's or a forced C, Python stands surrogates in for letters that it does not
    know, and the analysis of imports (in Rust) takes no such text.
    """
    for folder in folders:
        if set("{}") & set(str(folder)):
            raise CannotRun(
                f"the folder {folder} has a brace in its name, which Snakemake takes for a "
                "wildcard: rename the folder"
            )
        try:
            str(folder).encode()
        except UnicodeEncodeError:
            raise CannotRun(
                f"the folder {os.fsencode(folder)!r} has letters in its name that this shell's "
                "locale cannot read: set PYTHONUTF8=1 or a locale of UTF-8 (LC_ALL=C.UTF-8), or "
                "rename the folder"
            ) from None


def without_words(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the numbers depend on: all of the configuration but how the report is set."""
    return {key: value for key, value in config.items() if key != "report"}


def digest(config: Mapping[str, Any]) -> str:
    """SHA-256 of the merged configuration in canonical JSON."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
