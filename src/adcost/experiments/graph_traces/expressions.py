"""Expressions that the configuration names by import path: see `adcost.user_code`."""

from collections.abc import Mapping
from typing import Any

from adcost import user_code

Expression = Mapping[str, Any]


def digest(expression: Expression) -> str:
    """SHA-256 of the file that defines an expression and of all it imports from beside it."""
    return user_code.digest(expression["function"])


def problem(key: str, expression: Expression) -> str:
    """What is wrong with an expression's import path and arguments; empty if nothing is."""
    path, at = expression["function"], expression["at"]
    message, taken = user_code.look_up(f"{key}.function", path)
    if message:
        return message
    if taken is not None and not taken[0] <= len(at) <= taken[1]:
        return (
            f"{key}.at has {len(at)} number(s), but {path} takes {_many(*taken)}; give one number "
            "for each argument"
        )
    return ""


def _many(least: float, most: float) -> str:
    if least == most:
        return f"{least}"
    return f"at least {least}" if most == float("inf") else f"{least} to {most}"
