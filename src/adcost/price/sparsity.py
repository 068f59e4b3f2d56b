"""Where a Jacobian or a Hessian is zero, found by tracing or by probing, and its columns coloured.

Tracing (`adcost.costs.pattern`) goes through the program, whatever its size; where it has no rule
for a primitive, the matrix itself is computed at the point and at two points near it, and entries
that vanish at all three are taken for zeros. So an entry that is zero there and not elsewhere is
missed, which the tag says; and it costs three dense matrices, so it is done where those are small.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse

from adcost.costs import pattern
from adcost.derivatives import sparse
from adcost.price.limits import FREE, Limits, computed, program_of, within
from adcost.price.measure import reason
from adcost.price.subject import Subject
from adcost.price.ways import flat

MOST_ENTRIES = 4_000_000
POINTS = 3
SAMPLES = 8


def colouring(s: Subject, limits: Limits) -> sparse.Colouring | str:
    """The colouring of the Jacobian, or of a scalar's Hessian; or why colours save nothing."""
    size = sum(leaf.size for leaf in jax.tree.leaves(s.x))
    shape = s.result.shape
    rows = shape[0] if shape else size
    what = "Jacobian" if shape else "Hessian"
    if s.abstract:
        return f"the {what}'s sparsity needs a point: give arrays instead of shapes"
    allowed = min(limits.one_run + limits.compiling, limits.seconds_left())
    try:
        share = sampled(s, limits)
        if share > 0.5:  # then so is a row's and a column's mean, and no colouring takes fewer
            return f"colours save little: {share:.0%} of the {what}'s sampled entries are not zero"
        found, how = within(allowed, lambda: entries(s, limits), "finding it")
    except Exception as error:
        return f"the {what}'s sparsity is not known: {reason(error)}"
    if not found.nnz:
        return f"the {what} is zero"
    share = found.nnz / (size * rows)
    percent = f"{share:.0%}" if share > 0.01 else f"{share:.1g}"
    said = f"{percent} of the {what}'s entries are not zero"
    if 2 * sparse.fewest(found) > min(size, rows):
        return f"colours save little: {said}"
    colours = sparse.colouring(found, f"{found.nnz:,} entries, {how}")
    if 2 * colours.colours > min(size, rows):
        return f"colours save little: the {what} takes {colours.colours} of them"
    return colours


def sampled(s: Subject, limits: Limits = FREE) -> float:
    """The part of some random columns' entries that is not zero: a dense matrix is told at once."""
    _, y = flat(s, s.x, s.rest)
    chosen = np.random.default_rng(0).choice(y.size, min(SAMPLES, y.size), replace=False)

    def columns(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        matrix = f if s.result.shape else jax.grad(f)
        units = jnp.zeros((chosen.size, y.size), y.dtype).at[np.arange(chosen.size), chosen].set(1)
        return jax.vmap(jax.linearize(matrix, y)[1])(units)

    return float((np.asarray(computed(limits, columns, s.x, s.rest)) != 0).mean())


def entries(s: Subject, limits: Limits = FREE) -> tuple[scipy.sparse.csr_array, str]:
    """The pattern of the Jacobian, or of a scalar's Hessian, and how it was found.

    Raises `pattern.NotTraced` where it could not be traced and is too large to probe.
    """
    f, y = flat(s, s.x, s.rest)
    matrix = f if s.result.shape else jax.grad(f)
    try:
        return pattern.traced(matrix, y), "traced"
    except Exception as error:  # a primitive that does not take places for numbers, too
        size = y.size * (s.result.size if s.result.shape else y.size)
        if size > MOST_ENTRIES:
            raise pattern.NotTraced(
                f"{reason(error)}, and {size:,} entries are too many to probe"
            ) from None
    return scipy.sparse.csr_array(probed(s, limits)), f"probed at {POINTS} points"


def probed(s: Subject, limits: Limits = FREE) -> np.ndarray:
    """The entries that are not zero at one of the points, booleans (m, n) or (n, n)."""

    def matrix(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        if not s.result.shape:
            return _by_columns(jax.grad(f), y)
        return jax.jacrev(f)(y) if s.result.shape[0] < y.size else jax.jacfwd(f)(y)

    run = program_of(limits, matrix, s.x, s.rest)
    rng = np.random.default_rng(0)

    def near(leaf: jax.Array, scale: float) -> jax.Array:
        noise = jnp.asarray(rng.standard_normal(leaf.shape), leaf.dtype)
        return leaf + scale * (jnp.abs(leaf) + 0.1) * noise

    points = (jax.tree.map(partial(near, scale=1e-2 if k else 0.0), s.x) for k in range(POINTS))
    return sparse.nonzero_at(run(x, s.rest) for x in points)


def _by_columns(gradient: Callable[[jax.Array], jax.Array], y: jax.Array) -> jax.Array:
    return jax.vmap(jax.linearize(gradient, y)[1])(jnp.eye(y.size, dtype=y.dtype))
