"""A user's function by its name: ``path/to/model.py:loss`` or ``package.module:loss``.

Naming a file runs it: whatever it does at import is done. Nothing but it is imported by us, and
while it is, its own folder is searched first, as for a script: it finds what lies beside it.
"""

import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from adcost.price.subject import CannotPrice

HERE = Path(__file__).parents[1]


def load(name: str, folder: Path | None = None) -> Any:
    """What ``name`` names; a relative path is resolved from ``folder`` (else the current one).

    Raises `CannotPrice` if the file, module or name is missing, or the module raises when imported.
    """
    where, separator, attribute = name.rpartition(":")
    if not separator or not where or not attribute:
        raise CannotPrice(
            f"{name!r} names no function: write path/to/model.py:loss, or package.module:loss"
        )
    is_file = where.endswith(".py") or "/" in where
    module = _from_file(where, folder or Path.cwd()) if is_file else _from_package(where)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            names = [n for n in vars(module) if not n.startswith("_") and callable(vars(module)[n])]
            raise CannotPrice(
                f"{where} has no {attribute!r}; its functions are: {', '.join(names) or 'none'}"
            )
        found = getattr(found, part)
    return found


def arguments(name: str, folder: Path | None = None) -> tuple[Any, ...]:
    """The positional arguments that the named callable returns; one alone need be no tuple."""
    given = load(name, folder)
    if callable(given):
        try:
            given = given()
        except Exception as error:
            raise CannotPrice(
                f"{name} raised {_first_line(error)} when called without arguments: it must "
                "return the function's positional arguments"
            ) from error
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def user_frames(error: BaseException) -> str:
    """The traceback of an error, frames of JAX, of Python's libraries and of adcost left out."""
    lines: list[str] = []
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_user_s(frame.filename)]
    if own:
        lines += [
            "Traceback (most recent call last):",
            *traceback.StackSummary.from_list(own).format(),
        ]
    lines += traceback.format_exception_only(type(error), error)[:1]
    return "\n".join(line.rstrip("\n") for line in lines).rstrip()


def _from_file(where: str, folder: Path) -> ModuleType:
    path = (folder / Path(where).expanduser()).resolve()
    if not path.is_file():
        beside = sorted(p.name for p in path.parent.glob("*.py")) if path.parent.is_dir() else []
        there = f"; beside it are: {', '.join(beside[:8])}" if beside else ""
        raise CannotPrice(f"there is no file {where} (looked for {path}){there}")
    # A name of its own, so that two files called model.py are two modules.
    own = f"_adcost_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(own, path)
    if spec is None or spec.loader is None:
        raise CannotPrice(f"{where} is no Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[own] = module
    with _searched(path.parent):
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            sys.modules.pop(own, None)
            raise CannotPrice(f"{where} raised {_first_line(error)} when imported") from error
    return module


def _from_package(where: str) -> ModuleType:
    with _searched(Path.cwd()):
        try:
            return importlib.import_module(where)
        except ModuleNotFoundError as error:
            if error.name and (where == error.name or where.startswith(f"{error.name}.")):
                raise CannotPrice(
                    f"there is no module {error.name}: install it, or name its file "
                    "(path/to/model.py:loss)"
                ) from None
            raise CannotPrice(f"{where} raised {_first_line(error)} when imported") from error
        except (Exception, SystemExit) as error:
            raise CannotPrice(f"{where} raised {_first_line(error)} when imported") from error


@contextmanager
def _searched(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _first_line(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _is_user_s(file: str) -> bool:
    libraries = ("site-packages", "dist-packages", "<frozen", f"{sys.base_prefix}/lib")
    return not any(part in file for part in libraries) and not file.startswith(str(HERE))
