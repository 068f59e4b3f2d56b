"""Expressions named in the configuration by import path, looked at without importing them.

Snakemake reads the plan on every dry run, so a module's file is found and parsed, not run: what it
defines and how many arguments that takes is known before any job starts, and its digest makes a
changed expression be traced again. The job imports it, which runs what it holds.
"""

import ast
import difflib
import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.machinery import PathFinder
from modulefinder import ModuleFinder
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
    """SHA-256 of the file that defines an expression and of all it imports from beside it.

    Beside it is what lies under the same folder of the import path; the interpreter's and installed
    packages do not. Relative names and contents count, not where they lie.
    """
    module = expression["function"].partition(":")[0]
    file = source(module)
    assert file is not None, "problems() refuses it"
    packages = module.count(".") + (file.name == "__init__.py")
    root = file.parents[packages]
    contents = hashlib.sha256()
    for path in sorted(_imported(module, root)):
        contents.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode())
        contents.update(path.read_bytes())
    return contents.hexdigest()


def _imported(module: str, root: Path) -> set[Path]:
    """The files under ``root`` that importing ``module`` reads, by their syntax, transitively."""
    finder = ModuleFinder(path=[str(root)])
    with suppress(SyntaxError):  # of something that it imports: the job will say so
        finder.import_hook(module)
    files = (getattr(known, "__file__", None) for known in finder.modules.values())
    return {Path(file) for file in files if file and file.endswith(".py")}


def problem(key: str, expression: Expression) -> str:
    """What is wrong with an expression's import path and arguments; empty if nothing is."""
    path, at = expression["function"], expression["at"]
    module, _, name = path.partition(":")
    file = source(module)
    if file is None:
        return f"{key}.function: there is no module {module}; write it as package.module:function"
    try:
        defined = _defined(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError) as error:  # ValueError: a file that is no text
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return f"{key}.function: {module} is not Python: {file}{line}: {error.args[0]}"
    if name not in defined:
        near = difflib.get_close_matches(name, defined, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"{key}.function: {module} defines no {name}{hint}; it defines {_listed(defined)}"
    taken = defined[name]
    if isinstance(taken, str):
        return f"{key}.function: {name} in {module} is {taken}, and must be a function of scalars"
    if taken is not None and not taken[0] <= len(at) <= taken[1]:
        return (
            f"{key}.at has {len(at)} number(s), but {path} takes {_many(*taken)}; give one number "
            "for each argument"
        )
    return ""


Arguments = tuple[float, float]
"""The least and the most positional arguments that a function takes."""

NO_FUNCTION = {
    ast.Constant: "a constant",
    ast.JoinedStr: "a text",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.Dict: "a dict",
    ast.Set: "a set",
}


def _defined(module: ast.Module) -> dict[str, Arguments | str | None]:
    """What a module defines: a function's arguments, what is no function in words, or unknown."""
    names: dict[str, Arguments | str | None] = {}
    for statement in module.body:
        match statement:
            case ast.FunctionDef(name=name, args=arguments, decorator_list=decorators):
                most = len(arguments.posonlyargs) + len(arguments.args)
                least = most - len(arguments.defaults)
                known = (least, float("inf") if arguments.vararg else most)
                names[name] = None if decorators else known
            case ast.ClassDef(name=name):
                names[name] = "a class"
            case ast.Assign(targets=targets, value=value):
                kind = NO_FUNCTION.get(type(value))
                names |= {t.id: kind for t in targets if isinstance(t, ast.Name)}
            case ast.Import(names=imported) | ast.ImportFrom(names=imported):
                names |= {one.asname or one.name.partition(".")[0]: None for one in imported}
    return names


def _listed(defined: Mapping[str, object]) -> str:
    return ", ".join(sorted(name for name in defined if not name.startswith("_"))) or "nothing"


def _many(least: float, most: float) -> str:
    if least == most:
        return f"{least}"
    return f"at least {least}" if most == float("inf") else f"{least} to {most}"
