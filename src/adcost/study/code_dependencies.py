"""The code that a job depends on: its modules and what they import, transitively, by content.

A rule takes what :func:`code` returns as parameters, one a module, so that Snakemake reruns a job
when the content of a module it imports changes, and names that module as the reason. As inputs, a
hundred files a job, they would have to be looked up in each pass of the scheduler; and the trigger
that Snakemake has for scripts goes by their time, which a checkout changes.

Nothing here imports JAX or pandas, so that a dry run stays quick.
"""

import hashlib
from functools import cache
from pathlib import Path

import grimp

import adcost

PACKAGE = Path(adcost.__file__).parent

DIGITS = 16
"""Hexadecimal digits of a digest that are kept: 64 bits."""


MESSAGES = ("adcost.results.messages",)
"""Modules of what errors say and nothing else, which are left out: every job imports how results
are read and written, and no result depends on the words with which it fails."""


class UnknownModule(LookupError):
    """A rule names a module that the package does not have."""


@cache
def code(*modules: str) -> tuple[str, ...]:
    """``"<module> <digest>"`` for ``modules`` and all they import within the package, sorted.

    A package's ``__init__`` runs when a module in it is imported, so those count as well;
    :data:`MESSAGES` do not. Raises :class:`UnknownModule`.
    """
    graph = _graph()
    needed: set[str] = set()
    frontier = list(modules)
    while frontier:
        module = frontier.pop()
        if module in needed:
            continue
        if module not in graph.modules:
            raise UnknownModule(f"the package has no module {module}")
        needed.add(module)
        frontier += graph.find_modules_directly_imported_by(module)
        if "." in module:
            frontier.append(module.rpartition(".")[0])
    counted = sorted(needed - set(MESSAGES))
    return tuple(f"{module} {digest(_file(module))}" for module in counted)


@cache
def digest(path: Path) -> str:
    """The first digits of the SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGITS]


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("adcost", cache_dir=None)


def _file(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
