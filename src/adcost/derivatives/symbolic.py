"""Symbolic differentiation by sympy, and the size of what it makes.

A size is sympy's ``count_ops``: the operations of the expression read as a tree, each occurrence
of a subexpression counted anew. After common-subexpression elimination each is written once, by a
name, and counts once. Swell comes from the tree, not from the rules of differentiation (Laue 2019,
arXiv 1904.02990).
"""

from collections.abc import Callable
from typing import Any

import sympy

X = sympy.Symbol("x")


def differentiate(f: Callable[[Any], Any]) -> tuple[sympy.Expr, sympy.Expr]:
    """The expression of ``f`` at the symbol x, and its derivative, as sympy writes them.

    ``f`` must be made of operators and sympy's functions; nothing is simplified.
    """
    expression = f(X)
    return expression, sympy.diff(expression, X)


def size(expression: sympy.Expr) -> int:
    """Operations of the expression as a tree."""
    return int(sympy.count_ops(expression))


def shared_size(expression: sympy.Expr) -> int:
    """Operations after common-subexpression elimination."""
    named, rest = sympy.cse(expression)
    return sum(size(part) for part in (*(part for _, part in named), *rest))


def compile_function(
    expression: sympy.Expr, module: str, *, shared: bool = False
) -> Callable[[Any], Any]:
    """A function of x from its expression, for ``numpy`` or ``jax``; ``shared`` names parts."""
    return sympy.lambdify(X, expression, module, cse=shared)
