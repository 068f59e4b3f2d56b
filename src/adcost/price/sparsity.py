"""Where a Jacobian or a Hessian is zero, found by probing, and its columns coloured.

The matrix itself is computed at the point and at two points near it, and entries that vanish at all
three are taken for zeros. So an entry that is zero there and not elsewhere is missed, which the tag
says; and it costs three dense matrices, so it is done where those are small.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives import sparse
from adcost.price.measure import Limits, TooSlow, reason, within
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
    if size * rows > MOST_ENTRIES:
        return f"the {what}'s sparsity was not probed: it has {size * rows:,} entries"
    try:
        pattern = within(limits.one_run + limits.compiling, lambda: probed(s), "probing")
    except TooSlow as error:
        return f"the {what}'s sparsity is not known: {error}"
    except Exception as error:
        return f"the {what}'s sparsity is not known: {reason(error)}"
    if not pattern.any():
        return f"the {what} is zero wherever it was probed"
    share = pattern.mean()
    if 2 * sparse.fewest(pattern) > min(size, rows):
        return f"colours save little: {share:.0%} of the {what}'s entries are not zero"
    found = sparse.colouring(pattern, f"{share:.1%} of the entries are not zero, probed at "
                                      f"{POINTS} points")  # fmt: skip
    if 2 * found.colours > min(size, rows):
        return f"colours save little: the {what} takes {found.colours} of them"
    return found


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
