"""Where a Jacobian or a Hessian is zero, found by tracing or by probing, and its columns coloured.

Tracing (`adcost.price.pattern`) goes through the program, whatever its size; where it has no rule
for a primitive, the matrix itself is computed at the point and at two points near it, and entries
that vanish at all three are taken for zeros. So an entry that is zero there and not elsewhere is
missed, which the tag says; and it costs three dense matrices, so it is done where those are small.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse

from adcost.derivatives import sparse
from adcost.price import pattern
from adcost.price.measure import Limits, reason, within
from adcost.price.subject import Subject
from adcost.price.ways import flat

MOST_ENTRIES = 4_000_000
POINTS = 3


def colouring(s: Subject, limits: Limits) -> sparse.Colouring | str:
    """The colouring of the Jacobian, or of a scalar's Hessian; or why colours save nothing."""
    size = sum(leaf.size for leaf in jax.tree.leaves(s.x))
    shape = jax.eval_shape(s.value, *s.shapes()).shape
    rows = shape[0] if shape else size
    what = "Jacobian" if shape else "Hessian"
    if s.abstract:
        return f"the {what}'s sparsity needs a point: give arrays instead of shapes"
    try:
        found, how = within(limits.one_run + limits.compiling, lambda: entries(s), "finding it")
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


def entries(s: Subject) -> tuple[scipy.sparse.csr_array, str]:
    """The pattern of the Jacobian, or of a scalar's Hessian, and how it was found.

    Raises `pattern.NotTraced` where it could not be traced and is too large to probe.
    """
    f, y = flat(s, s.x, s.rest)
    matrix = jax.grad(f) if jax.eval_shape(f, y).ndim == 0 else f
    try:
        return pattern.traced(matrix, y), "traced"
    except pattern.NotTraced as error:
        size = y.size * jax.eval_shape(matrix, y).size
        if size > MOST_ENTRIES:
            raise pattern.NotTraced(f"{error}, and {size:,} entries are too many to probe") from None
    return scipy.sparse.csr_array(probed(s)), f"probed at {POINTS} points"


def probed(s: Subject) -> np.ndarray:
    """The entries that are not zero at one of the points, booleans (m, n) or (n, n)."""

    def matrix(x: Any, rest: Any) -> jax.Array:
        f, y = flat(s, x, rest)
        value = jax.eval_shape(f, y)
        if value.ndim == 0:
            return _by_columns(jax.grad(f), y)
        return jax.jacrev(f)(y) if value.shape[0] < y.size else jax.jacfwd(f)(y)

    run = jax.jit(matrix)
    rng = np.random.default_rng(0)
    found = np.zeros((), bool)
    for point in range(POINTS):
        scale = 1e-2 if point else 0.0

        def near(leaf: jax.Array, scale: float = scale) -> jax.Array:
            noise = jnp.asarray(rng.standard_normal(leaf.shape), leaf.dtype)
            return leaf + scale * (jnp.abs(leaf) + 0.1) * noise

        values = np.asarray(run(jax.tree.map(near, s.x), s.rest))
        found = found | ~(values == 0)  # NaN is no zero
    return found


def _by_columns(gradient: Callable[[jax.Array], jax.Array], y: jax.Array) -> jax.Array:
    return jax.vmap(jax.linearize(gradient, y)[1])(jnp.eye(y.size, dtype=y.dtype))
