"""Every way to every derivative of a function, as programs that can be counted, compiled and timed.

A scalar function has a gradient, Hessian-vector products and a Hessian; a vector-valued one, or one
that returns several arrays, has a Jacobian and its products. Each program takes ``(x, rest)``, and
a direction ``v`` like ``x`` where it needs one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from adcost.derivatives import finite_differences, hvp, sparse
from adcost.price.gauss_newton import SumOfSquares
from adcost.price.names import (
    CENTRAL,
    COLOURS,
    COLUMNS,
    DIRECTIONAL,
    EVALUATION,
    FORWARD,
    FUNCTION,
    GAUSS_NEWTON,
    GRADIENT,
    HESSIAN,
    HVP,
    JACOBIAN,
    ONE_SIDED,
    REVERSE,
    ROW,
    ROWS,
)
from adcost.price.subject import Subject

PRODUCTS: Mapping[str, Callable[..., Any]] = {
    "linearized gradient": hvp.linearized,
    "forward over reverse": hvp.forward_over_reverse,
    "reverse over reverse": hvp.reverse_over_reverse,
    "reverse over forward": hvp.reverse_over_forward,
}
"""The four nestings of a Hessian-vector product."""

SIDE_BY_SIDE = 32
"""Directions that are computed at once where there is one for each number of ``x``."""


@dataclass(frozen=True)
class Way:
    """One way to one derivative: a program, and how often it runs for it."""

    derivative: str
    method: str
    program: Callable[..., Any]
    arguments: tuple[Any, ...]
    note: str = ""
    output_numbers: int = 0
    """Numbers that it returns at least, so that it is not compiled where they cannot be held."""

    @property
    def one_sweep(self) -> bool:
        """Whether it takes a few evaluations however many numbers there are."""
        if self.derivative == GRADIENT:
            return self.method == REVERSE
        return self.derivative not in (HESSIAN, JACOBIAN)


def basic(s: Subject, squares: SumOfSquares | str) -> list[Way]:
    """All ways but those that need numbers: by colours, the trace and the eigenvalues.

    ``squares`` is a sentence where the function has no such structure.
    """
    x, rest = (s.x, s.rest)
    size = sum(leaf.size for leaf in jax.tree.leaves(x))
    shape = s.result
    direction = _direction(s)
    function = Way(FUNCTION, EVALUATION, s.value, (x, rest))
    along = Way(
        DIRECTIONAL,
        FORWARD,
        lambda x, rest, v: jax.jvp(lambda y: s.value(y, rest), (x,), (v,)),
        (x, rest, direction),
    )
    found = [function, along]
    if shape.ndim:
        return [*found, *_jacobian(s, size, shape)]
    gradient = Way(
        GRADIENT,
        REVERSE,
        lambda x, rest: jax.value_and_grad(lambda y: s.value(y, rest))(x),
        (x, rest),
        "with the value",
    )
    found.insert(1, gradient)
    found += _by_directions(s, size)
    found += [
        Way(HVP, name, partial(_product, s, product), (x, rest, direction))
        for name, product in PRODUCTS.items()
    ]
    if isinstance(squares, SumOfSquares):
        found.append(
            Way(GAUSS_NEWTON, "forward, then reverse", squares.product, (x, rest, direction))
        )
    found.append(
        Way(
            HESSIAN,
            "forward over reverse",
            partial(_hessian, s),
            (x, rest),
            "",
            output_numbers=size * size,
        )
    )
    return found


def hessian_by_reverse(s: Subject) -> Way:
    """The Hessian of a function that forward mode does not go through: its gradient's rows."""
    size = sum(leaf.size for leaf in jax.tree.leaves(s.x))

    def run(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        return jax.jacrev(jax.grad(f))(y)

    return Way(HESSIAN, "reverse over reverse", run, (s.x, s.rest), output_numbers=size * size)


def coloured(s: Subject, colours: sparse.Colouring) -> Way:
    """The Jacobian, or the Hessian of a scalar function, by a colouring of its columns or rows."""
    size = sum(leaf.size for leaf in jax.tree.leaves(s.x))
    scalar = not s.result.shape

    def run(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        of = sparse.compressed_columns if colours.columns else sparse.compressed_rows
        return of(jax.grad(f) if scalar else f, y, colours.seed)

    of = f"{size:,} columns" if colours.columns else f"{s.result.shape[0]:,} rows"
    return Way(
        HESSIAN if scalar else JACOBIAN,
        COLOURS,
        run,
        (s.x, s.rest),
        f"{colours.colours} colour{'' if colours.colours == 1 else 's'} for {of}; {colours.how}",
    )


def side_by_side(size: int) -> int:
    """How many of ``size`` directions at once: a divisor where there is a large one.

    What is left over would be a second program to compile.
    """
    most = min(size, SIDE_BY_SIDE)
    divisor = next(n for n in range(most, 0, -1) if size % n == 0)
    return divisor if 2 * divisor >= most else most


def flat(s: Subject, x: Any, rest: Any) -> tuple[Callable[[jax.Array], jax.Array], jax.Array]:
    """The function of one vector, and ``x`` as that vector."""
    y, unravel = ravel_pytree(x)
    return (lambda y: s.value(unravel(y), rest)), y


def _product(s: Subject, product: Callable[..., Any], x: Any, rest: Any, v: Any) -> Any:
    return product(lambda y: s.value(y, rest), x, v)


def _direction(s: Subject) -> Any:
    """A random direction like ``x``, or its shapes."""
    if s.abstract:
        return s.shapes()[0]
    rng = np.random.default_rng(0)
    return jax.tree.map(lambda leaf: jnp.asarray(rng.standard_normal(leaf.shape), leaf.dtype), s.x)


def _by_directions(s: Subject, size: int) -> list[Way]:
    """The whole gradient by ``size`` directional derivatives, and by differences."""
    central, one_sided = (
        finite_differences.central_evaluations(size),
        finite_differences.forward_evaluations(size),
    )
    dtypes = [leaf.dtype for leaf in jax.tree.leaves(s.x)]
    narrow = min(dtypes, key=lambda dtype: jnp.finfo(dtype).bits)
    steps = {c: finite_differences.best_epsilon(narrow, central=c) for c in (True, False)}

    def over_axes(derivative: Callable[[jax.Array], jax.Array]) -> jax.Array:
        return jax.lax.map(derivative, jnp.arange(size), batch_size=side_by_side(size))

    def forward(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        unit = lambda i: jnp.zeros_like(y).at[i].set(1)  # noqa: E731
        return over_axes(lambda i: jax.jvp(f, (y,), (unit(i),))[1])

    def differences(x: Any, rest: Any, *, both: bool) -> jax.Array:
        (f, y), step = flat(s, x, rest), steps[both]
        here = jnp.nan if both else f(y)

        def along_axis(i: jax.Array) -> jax.Array:
            if both:
                return (f(y.at[i].add(step)) - f(y.at[i].add(-step))) / (2 * step)
            return (f(y.at[i].add(step)) - here) / step

        return over_axes(along_axis)

    arguments = (s.x, s.rest)
    return [
        Way(GRADIENT, FORWARD, forward, arguments, f"{size:,} directions"),
        Way(GRADIENT, ONE_SIDED, partial(differences, both=False), arguments,
            f"{one_sided:,} evaluations, inexact"),
        Way(GRADIENT, CENTRAL, partial(differences, both=True), arguments,
            f"{central:,} evaluations, inexact"),
    ]  # fmt: skip


def _hessian(s: Subject, x: Any, rest: Any) -> jax.Array:
    return hvp.calculate_hessian(*flat(s, x, rest))


def _jacobian(s: Subject, size: int, shape: Any) -> list[Way]:
    arguments = (s.x, s.rest)
    adjoint = shape if s.abstract else jnp.ones(shape.shape, shape.dtype)

    def pull(x: Any, rest: Any, adjoint: jax.Array) -> Any:
        return jax.vjp(lambda y: s.value(y, rest), x)[1](adjoint)[0]

    def by(mode: Callable[..., Any]) -> Callable[..., Any]:
        def whole(x: Any, rest: Any) -> jax.Array:
            f, y = flat(s, x, rest)
            return mode(f)(y)

        return whole

    rows = shape.shape[0]
    return [
        Way(ROW, REVERSE, pull, (*arguments, adjoint)),
        Way(
            JACOBIAN,
            COLUMNS,
            by(jax.jacfwd),
            arguments,
            f"{size:,} columns",
            output_numbers=size * rows,
        ),
        Way(
            JACOBIAN, ROWS, by(jax.jacrev), arguments, f"{rows:,} rows", output_numbers=size * rows
        ),
    ]
