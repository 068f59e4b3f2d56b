"""Expressions named in the configuration by import path, looked at without importing them.

Snakemake reads the plan on every dry run, so a module's file is found and parsed, not run: what it
defines and how many arguments that takes is known before any job starts, and its digest makes a
changed expression be traced again.
"""

import ast
import difflib
import hashlib
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

Expression = Mapping[str, Any]


def source(module: str) -> Path | None:
    """The file of a module, by the parts of its name; None where there is none."""
    parts, folders = module.split("."), list(sys.path)
    origin = ""
    for depth in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:depth]), folders)
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or [])
        origin = spec.origin or ""
    found = Path(origin)
    return found if found.suffix == ".py" else None


def digest(expression: Expression) -> str:
    """SHA-256 of the file that defines an expression."""
    file = source(expression["function"].partition(":")[0])
    assert file is not None, "problems() refuses it"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def problem(key: str, expression: Expression) -> str:
    """What is wrong with an expression's import path and arguments; empty if nothing is."""
    path, at = expression["function"], expression["at"]
    module, _, name = path.partition(":")
    file = source(module)
    if file is None:
        return f"{key}.function: there is no module {module}; write it as package.module:function"
    defined = _defined(ast.parse(file.read_text("utf-8")))
    if name not in defined:
        near = difflib.get_close_matches(name, defined, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"{key}.function: {module} defines no {name}{hint}; it defines {_listed(defined)}"
    taken = defined[name]
    if taken is not None and not taken[0] <= len(at) <= taken[1]:
        return (
            f"{key}.at has {len(at)} number(s), but {path} takes {_many(*taken)}; give one number "
            "for each argument"
        )
    return ""


def _defined(module: ast.Module) -> dict[str, tuple[float, float] | None]:
    """What a module defines: for a function the least and most positional arguments it takes."""
    names: dict[str, tuple[float, float] | None] = {}
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef):
            arguments = statement.args
            most = len(arguments.posonlyargs) + len(arguments.args)
            least = most - len(arguments.defaults)
            names[statement.name] = (least, float("inf") if arguments.vararg else most)
        elif isinstance(statement, ast.Assign):
            names |= {t.id: None for t in statement.targets if isinstance(t, ast.Name)}
    return names


def _listed(defined: Mapping[str, object]) -> str:
    return ", ".join(sorted(name for name in defined if not name.startswith("_"))) or "nothing"


def _many(least: float, most: float) -> str:
    if least == most:
        return f"{least}"
    return f"at least {least}" if most == float("inf") else f"{least} to {most}"
