"""The schemas of the configuration: what they allow, and in which words something is refused.

Every message names the key, its value and what is allowed. ``x-replaced-whole`` in a schema marks a
section of things that the user chooses, ``x-names-code`` a function; see
`adcost.study.configuration`.
"""

import difflib
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = "config.schema.yaml"
EXPERIMENTS = Path(__file__).parents[1] / "experiments"

YAML_FLOAT = re.compile(r"([-+]?\d+)(\.\d*)?[eE]([-+]?)(\d+)")


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where there is one, ten times as fast; every dry run reads all schemas."""


@cache
def documents(schemas: Path) -> dict[str, Any]:
    """The schema of the whole configuration, with each experiment's own, by the names of files."""
    paths = {path.name: path for path in schemas.glob("*.yaml")}
    sections = {path.parent.name: path for path in sorted(EXPERIMENTS.glob("*/schema.yaml"))}
    paths |= {f"{name}.schema.yaml": path for name, path in sections.items()}
    read = {name: yaml.load(path.read_bytes(), LOADER) for name, path in paths.items()}
    for document in read.values():
        document.pop("$schema")  # or each would be checked by JSON Schema's own types
    read[ROOT]["properties"] |= {name: {"$ref": f"{name}.schema.yaml"} for name in sections}
    return read


class Section:
    """A part of the schemas: what one key of the configuration may hold."""

    def __init__(self, schemas: Path, file: str = ROOT, part: Any = None) -> None:
        """The whole document of a file, or a part of it."""
        self._schemas, self._file = schemas, file
        self.schema: Mapping[str, Any] = documents(schemas)[file] if part is None else part
        if reference := self.schema.get("$ref"):
            name, _, pointer = reference.partition("#")
            self._file = name or file
            found = documents(schemas)[self._file]
            for step in filter(None, pointer.split("/")):
                found = found[step]
            self.schema = {**found, **self.schema}

    def __getitem__(self, key: object) -> "Section":
        """What a key of it may hold, by its own schema or that of all names of the user's choice.

        Anything, where the schema does not know the key.
        """
        others = self.schema.get("additionalProperties")
        others = others if isinstance(others, Mapping) else {}
        part = self.schema.get("properties", {}).get(key, others)
        return Section(self._schemas, self._file, part)

    @property
    def items(self) -> "Section":
        """What a list of it may hold; anything, where the schema does not say."""
        return Section(self._schemas, self._file, self.schema.get("items", {}))

    @property
    def names_code(self) -> bool:
        """Whether it names a function, perhaps by the path of its file."""
        return bool(self.schema.get("x-names-code"))

    @property
    def is_replaced_whole(self) -> bool:
        """Whether a later file replaces it as it does a number, rather than key by key."""
        return self.schema.get("type") != "object" or self.schema.get("x-replaced-whole", False)


def problems(config: Any, schemas: Path) -> Iterator[str]:
    """Problems of shape, type and range, each naming the key, its value and what is allowed."""
    yield from _beyond_floats(config)
    errors = sorted(
        _validator(schemas).iter_errors(config), key=lambda error: list(map(str, error.path))
    )
    for error in errors:
        yield from _explain(error)


@cache
def _validator(schemas: Path) -> Any:
    registry = Registry().with_resources(
        (name, DRAFT202012.create_resource(document))
        for name, document in documents(schemas).items()
    )
    # To JSON Schema 8.0 is an integer; to a loop of eight it is not.
    integers = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    kind = jsonschema.validators.extend(
        jsonschema.Draft202012Validator, {"pattern": _pattern}, type_checker=integers
    )
    return kind(documents(schemas)[ROOT], registry=registry)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """All of a text has the form: to Python ``$`` would match before a last end of line, too."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not have the form {pattern}")


# --- in words -----------------------------------------------------------------------------------


RELATIONS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _explain(error: ValidationError) -> Iterator[str]:
    key = key_of(error.absolute_path)
    allowed: Any = error.validator_value
    value = shown(error.instance)
    match error.validator:
        case "additionalProperties":
            names = list(error.schema.get("properties", {}))
            for name in sorted(set(error.instance) - set(names), key=str):
                where = f"{key}.{name}" if key else str(name)
                yield f"{where}: there is no such key{nearest(str(name), names)}"
        case "required":
            missing = [name for name in allowed if name not in error.instance]
            yield f"{key or 'the configuration'}: the key {', '.join(missing)} is missing"
        case "type":
            yield f"{key}: {value} is not of type {allowed}{_hint(error.instance, allowed)}"
        case "enum":
            yield f"{key}: {value} is not allowed{nearest(str(error.instance), allowed)}"
        case "const":
            yield f"{key}: {value} is not allowed; it must be {allowed}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            bound = f"{RELATIONS[error.validator]} {allowed}"
            yield f"{key}: {value} is out of range; it must be {bound}"
        case "anyOf":
            choices = " or ".join(map(_choice, allowed))
            yield f"{key}: {value} is not allowed; it must be {choices}"
        case "pattern":
            yield f"{key}: {value} does not have the form {allowed}"
        case "minItems":
            yield f"{key}: the list {value} is too short; it needs at least {allowed} item(s)"
        case "maxItems":
            yield f"{key}: the list {value} is too long; it takes at most {allowed} item(s)"
        case "minProperties":
            yield f"{key}: {value} is empty; it needs at least {allowed} entry"
        case "uniqueItems":
            twice = _twice(error.instance)
            yield f"{key}: {twice} stands there more than once; each may stand once"
        case _:
            yield f"{key}: {value}: {error.message}"


def _choice(branch: Mapping[str, Any]) -> str:
    """One branch of ``anyOf``, with its range."""
    if "const" in branch:
        return str(branch["const"])
    bounds = [f"{words} {branch[word]}" for word, words in RELATIONS.items() if word in branch]
    return f"{branch.get('type')} {' and '.join(bounds)}".strip()


def _twice(items: Sequence[Any]) -> str:
    again = [item for place, item in enumerate(items) if item in items[:place]]
    return ", ".join(dict.fromkeys(map(str, again)))


def _hint(value: Any, wanted: Any) -> str:
    """How to write a number that YAML took for text; empty for anything else."""
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(value, str) or not {"number", "integer"} & set(wanted):
        return ""
    if not (written := YAML_FLOAT.fullmatch(value)):
        return f"; write {value} without quotes" if value.isdecimal() else ""
    whole, fraction, sign, power = written.groups()
    if "number" in wanted:
        better = f"{whole}{fraction or '.0'}e{sign or '+'}{power}"
    elif float(value).is_integer() and math.isfinite(float(value)):
        better = str(int(float(value)))
    else:
        return ""
    return f": YAML reads it as text; write {better}"


def _beyond_floats(value: Any, path: tuple[Any, ...] = ()) -> Iterator[str]:
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{key_of(path)}: {value} is not a finite number"
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        yield f"{key_of(path)}: a number of {_digits(value):,} digits is too large for any key"
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, item in items:
        yield from _beyond_floats(item, (*path, name))


def _digits(number: int) -> int:
    return math.floor(abs(number).bit_length() * math.log10(2)) + 1


def shown(value: Any) -> str:
    """A value as a message shows it: in YAML's inline form, and not for pages."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except TypeError:  # a key that is a date or a list
        text = str(value)
    except ValueError:  # an integer of more digits than Python writes
        text = "a number of thousands of digits"
    return text if len(text) < 80 else text[:77] + "…"


def key_of(path: Iterable[Any]) -> str:
    """The key of a place in the configuration, as ``hvp.layers[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def nearest(name: str, allowed: Iterable[Any]) -> str:
    """The nearest of the names that are allowed, and all of them, to end a message with."""
    names = [str(item) for item in allowed]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{hint}; allowed: {', '.join(names)}"
