"""What Python knows of a function: its parameters' names, its file and line."""

import functools
import inspect
import os
from collections.abc import Callable
from typing import Any


def argument_names(f: Callable[..., Any], number: int) -> list[str]:
    """The parameter's name of each of the arguments; its number where Python does not know it."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):
        return [str(place) for place in range(number)]
    names = [p.name for p in signature.parameters.values() if p.kind != p.VAR_POSITIONAL]
    return [names[i] if i < len(names) else str(i) for i in range(number)]


def written(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it was written, without `functools.partial` and what wraps it."""
    while isinstance(f, functools.partial):
        f = f.func
    return inspect.unwrap(f)


def source_of(f: Callable[..., Any]) -> tuple[str, int]:
    """The file and first line of a function; "" and 0 if Python does not know them."""
    inner = written(f)
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    return (os.path.abspath(code.co_filename), code.co_firstlineno) if code else ("", 0)
