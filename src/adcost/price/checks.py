"""Is the derivative right: at the given point, against other ways to it, each with its error bound.

All is computed on the CPU in float64 where the function allows it, along random directions that
change each array by about its own size. A function that is vector-valued is checked as the sum of
its outputs with random weights. `adcost.price.central_difference` says how far one can be off.

A derivative errs by rounding, too, and where the function amplifies it, as an iteration may, by
more than the bound of what it is held against. So what exceeds its bound is computed again a few
units in the last place away, where it is the same but for rounding: a fault is what exceeds that
noise.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import platforms
from adcost.price import check_derivatives, check_differences, check_values
from adcost.price.check_point import Checked, all_finite, derivative, ones, point
from adcost.price.check_rows import COLUMNS, guarded, row
from adcost.price.limits import FREE, Limits
from adcost.price.measure import reason
from adcost.price.subject import Subject, subject

__all__ = ["COLUMNS", "EVALUATIONS", "check", "check_subject"]

EVALUATIONS = 300
"""How many evaluations of the function all checks take, roughly: most for the differences."""


def check(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    key: jax.Array | None = None,
    has_aux: bool = False,
) -> pd.DataFrame:
    """What speaks for and against the derivative of ``f`` at ``args`` (arrays), a row a check.

    Returns a table with `adcost.price.check_rows.COLUMNS`. ``key`` draws the directions. Raises
    `adcost.price.subject.CannotPrice`, and ``ValueError`` for shapes, of which nothing is computed.
    """
    return check_subject(subject(f, args, argnums, has_aux), key)


def check_subject(s: Subject, key: jax.Array | None = None, limits: Limits = FREE) -> pd.DataFrame:
    """As `check`, of a function and arguments that have been checked, within limits."""
    if s.abstract:
        raise ValueError("the checks need numbers, and the arguments are shapes: give arrays")
    key = jax.random.key(0) if key is None else key
    seed = np.asarray(jax.random.key_data(key), dtype=np.uint32)
    rows: list[dict[str, Any]] = []
    narrow = None
    try:
        own = derivative(s, limits)
        rows += check_values.finite(s, own, np.random.default_rng(seed))
        if all(leaf.dtype == np.float32 for leaf in _floating(s.x)) and _single():
            narrow = own(s.x, ones(s))
    except Exception as error:
        rows.append(row("finite", None, f"it cannot be computed at the point: {reason(error)}"))
    with jax.enable_x64(True), platforms.on_cpu():
        wide = _cast(s, jnp.float64)
        refused = _refused(wide)
        if not refused:
            rows += _rows(wide, np.random.default_rng(seed), limits, narrow, wide=True)
    if refused:
        with platforms.on_cpu():
            rows += _rows(s, np.random.default_rng(seed), limits)
        rows.append(
            row(
                "digits",
                None,
                f"it cannot be computed in float64 ({refused}), so it was "
                "checked in its own precision",
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"passed": object})


def _single() -> bool:
    """Whether JAX computes with float32 by default."""
    return jax.dtypes.canonicalize_dtype(float) == np.float32


def _floating(tree: Any) -> list[Any]:
    return [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]


def _cast(s: Subject, dtype: Any) -> Subject:
    """The same at the same numbers, floating-point arrays in another precision."""

    def cast(leaf: Any) -> Any:
        floating = hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)
        return jnp.asarray(np.asarray(leaf), dtype) if floating else leaf

    return replace(s, args=tuple(jax.tree.map(cast, arg) for arg in s.args), programs={})


def _refused(s: Subject) -> str:
    """Why the function cannot be traced for these arguments; "" if it can."""
    try:
        s.program(s.x, s.rest)
    except Exception as error:
        return reason(error)
    return ""


def _rows(
    s: Subject, rng: np.random.Generator, limits: Limits, narrow: Any = None, wide: bool = False
) -> Iterator[dict[str, Any]]:
    """All checks at one precision, and the digits of float32 if that is ``wide``.

    ``narrow``: value and gradient in float32, if they are known.
    """
    try:
        here = point(s, rng)
        run = derivative(s, limits)
        _, gradient = run(here.x, here.weights)
    except Exception as error:
        yield row("differences", None, f"the gradient cannot be computed: {reason(error)}")
        return
    if not all_finite(gradient):
        yield row("differences", None, "the gradient is not finite, so nothing else was checked")
        return
    checked = Checked(here, gradient, run, rng, limits)
    yield from guarded("differences", lambda: check_differences.differences(checked))
    yield from guarded("forward mode", lambda: check_derivatives.forward(checked))
    yield from check_derivatives.rules(checked)
    yield from guarded("symmetry", lambda: check_derivatives.symmetry(checked))
    if wide:
        yield from guarded(
            "digits", lambda: check_values.digits(narrow or _narrow(s, limits), run(s.x, ones(s)))
        )


def _narrow(s: Subject, limits: Limits) -> Any:
    """Value and gradient in float32, at the same numbers."""
    with jax.enable_x64(False):
        narrow = _cast(s, jnp.float32)
        return derivative(narrow, limits)(narrow.x, ones(narrow))
