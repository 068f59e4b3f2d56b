"""YAML whose mistakes are told: a key given twice is refused, not overwritten in silence."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml


class YamlError(ValueError):
    """A file is no YAML, or gives a key twice; the message names the file and the line."""


def read(path: Path) -> Any:
    """What a YAML file says. Raises :class:`YamlError`."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise YamlError(
            f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise YamlError(f"{path}, line {line}: {problem}") from None
    except yaml.YAMLError as error:
        raise YamlError(f"{path}: {error}") from None


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
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
