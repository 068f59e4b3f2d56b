"""Code that the configuration names, looked at without importing it.

It is named as ``package.module:function``, or as ``path/to/file.py:function``. Snakemake reads the
plan on every dry run, so a file is found and parsed, not run: what it defines is known before any
job starts, and its digest makes a changed function be measured again. The job imports it, which
runs what it holds.
"""

import ast
import difflib
import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

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


def defined_in(module: ast.Module) -> dict[str, Arguments | str | None]:
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


def listed(defined: Mapping[str, object]) -> str:
    """The public names of a module, for a message."""
    return ", ".join(sorted(name for name in defined if not name.startswith("_"))) or "nothing"


def is_file(where: str) -> bool:
    """Whether what stands before the colon names a file rather than a module."""
    return where.endswith(".py") or "/" in where


def source(where: str) -> Path | None:
    """The file that is named, or that of a module by its parts; None where there is none."""
    if is_file(where):
        return Path(where) if Path(where).is_file() else None
    parts, folders = where.split("."), list(sys.path)
    origin = ""
    for depth in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:depth]), folders)
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or [])
        origin = spec.origin or ""
    found = Path(origin)
    return found if found.suffix == ".py" else None


def digest(*names: str) -> str:
    """SHA-256 of the files that define these names and of all that they import from beside them.

    Beside a file is what lies under its folder, beside a module what lies under the same folder of
    the import path; the interpreter's and installed packages do not. Relative names and contents
    count, not where they lie.
    """
    contents = hashlib.sha256()
    for where in sorted({name.partition(":")[0] for name in names}):
        file = source(where)
        assert file is not None, "problem() refuses it"
        module = file.stem if is_file(where) else where
        packages = module.count(".") + (file.name == "__init__.py")
        root = file.absolute().parents[packages]
        for path in sorted({file.absolute(), *_imported(module, root)}):
            contents.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode())
            contents.update(path.read_bytes())
    return contents.hexdigest()


def _imported(module: str, root: Path) -> set[Path]:
    """The files under ``root`` that importing ``module`` reads, by their syntax, transitively."""
    files: dict[str, Path | None] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        files[name] = file = _file(root.joinpath(*name.split(".")))
        waiting += [name.rpartition(".")[0]] if "." in name else []
        if file:
            waiting += _imports(file.read_bytes(), name, file.name == "__init__.py")
    return {file for file in files.values() if file}


def _file(place: Path) -> Path | None:
    found = (file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file())
    return next(found, None)


@cache
def _imports(text: bytes, module: str, is_package: bool) -> tuple[str, ...]:
    """The modules that the text of one may import: of ``from a import b`` a and a.b."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # of something that it imports: the job will say so
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: None if is_package else -1]
            up = above[: len(above) + 1 - node.level] if node.level else []
            base = ".".join([*up, *filter(None, [node.module])])
            names += [base, *(f"{base}.{one.name}" for one in node.names)] if base else []
    return tuple(dict.fromkeys(names))


def look_up(key: str, named: str) -> tuple[str, Arguments | None]:
    """What is wrong with a named function, empty if nothing is, and the arguments that it takes.

    ``key`` is the configuration's, which the message begins with.
    """
    where, _, name = named.partition(":")
    file = source(where)
    if file is None:
        if is_file(where):
            return f"{key}: there is no file {where}", None
        return f"{key}: there is no module {where}; write it as package.module:function", None
    try:
        defined = defined_in(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError) as error:  # ValueError: a file that is no text
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return f"{key}: {where} is not Python: {file}{line}: {error.args[0]}", None
    if name not in defined:
        near = difflib.get_close_matches(name, defined, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"{key}: {where} defines no {name}{hint}; it defines {listed(defined)}", None
    taken = defined[name]
    if isinstance(taken, str):
        return f"{key}: {name} in {where} is {taken}, and must be a function", None
    return "", taken
