"""YAML whose mistakes are told with file and line, before anything expands it.

Refused beyond what PyYAML refuses: a key given twice (PyYAML would keep the last in silence),
aliases that expand to more than a configuration can hold ("billion laughs") or to themselves, and
nesting that would exhaust the interpreter's stack.
"""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

MOST_NODES = 100_000
"""Keys and values of a file, with each alias counted as often as it is used."""

MOST_DEEP = 50
"""Levels of nesting; the study's own configuration has five."""


class YamlError(ValueError):
    """A file is no YAML, or no configuration; the message names the file and the line."""


def read(path: Path) -> Any:
    """What a YAML file says. Raises :class:`YamlError`."""
    try:
        loader = _Loader(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise YamlError(
            f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise YamlError(f"{path}: {error.strerror}; give a file that can be read") from None
    except yaml.reader.ReaderError as error:
        raise YamlError(_unreadable(path, error)) from None
    try:
        node = loader.get_single_node()
        return None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise YamlError(f"{path}, line {line}: {problem}") from None
    except RecursionError:
        raise YamlError(f"{path}: {_too_deep()}") from None
    finally:
        loader.dispose()


def read_mapping(path: Path) -> dict[str, Any]:
    """A YAML file that says keys and values, as a configuration does. Raises :class:`YamlError`."""
    value = read(path)
    if not isinstance(value, Mapping):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise YamlError(
            f"{path}: it must hold keys at the top, such as `seed: 1`; it holds {found}"
        )
    return dict(value)


def _unreadable(path: Path, error: yaml.reader.ReaderError) -> str:
    line = path.read_text("utf-8")[: error.position].count("\n") + 1
    return f"{path}, line {line}: the character #x{error.character:04x} is not allowed; remove it"


def _too_deep() -> str:
    return f"it nests more than {MOST_DEEP} levels deep"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    def get_single_node(self) -> yaml.Node | None:
        """The document, once its size with all aliases expanded is known to be bearable."""
        node = super().get_single_node()
        if node is not None:
            _expanded(node, {}, ())
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value, unless it is none: the 31st of February, or digits beyond Python's limit."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping, unless two of its own keys are equal; merged keys (``<<``) may be replaced."""
        seen = set()
        for key, _ in node.value:
            name = None if key.tag == "tag:yaml.org,2002:merge" else key.value
            if isinstance(name, str) and (key.tag, name) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} is given twice", key.start_mark
                )
            seen.add((key.tag, name))
        return super().construct_mapping(node, deep)


def _expanded(
    node: yaml.Node, known: dict[int, tuple[int, int]], within: tuple[int, ...]
) -> tuple[int, int]:
    """How many nodes a node stands for, and how deep; ``yaml.MarkedYAMLError`` beyond bounds."""
    here = id(node)
    if here in known:
        return known[here]
    count, depth, problem = 1, 1, ""
    if here in within:
        problem = "an alias stands inside of what it stands for"
    elif len(within) > MOST_DEEP:
        problem = _too_deep()
    elif not isinstance(node, yaml.ScalarNode):
        parts = node.value
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in parts for part in pair]
        for part in parts:
            inner = _expanded(part, known, (*within, here))
            count, depth = count + inner[0], max(depth, 1 + inner[1])
        if depth > MOST_DEEP:
            problem = _too_deep()
        elif count > MOST_NODES:
            problem = f"with its aliases expanded it holds more than {MOST_NODES:,} keys and values"
    if problem:
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    known[here] = count, depth
    return known[here]
