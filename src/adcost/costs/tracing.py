"""A function traced for abstract arguments, without computing anything."""

import functools
from collections.abc import Callable
from typing import Any

import jax


def traced(fn: Callable[..., Any], *arguments: Any, **keywords: Any) -> jax.stages.Traced:
    """``fn`` traced for arrays, or shapes (``jax.ShapeDtypeStruct``), or trees of them.

    A jitted ``fn`` (with static or donated arguments, say) is traced as it is. Of one that is not,
    a keyword argument that holds no array or shape (``train=True``, ``axis=1``) is passed as it is,
    as in a call; all others are placeholders.
    """
    if hasattr(fn, "trace"):
        return fn.trace(*arguments, **keywords)
    fixed = {key: value for key, value in keywords.items() if not _holds_arrays(value)}
    given = {key: value for key, value in keywords.items() if key not in fixed}
    return jax.jit(functools.partial(fn, **fixed) if fixed else fn).trace(*arguments, **given)


def _holds_arrays(value: Any) -> bool:
    return any(hasattr(leaf, "shape") and hasattr(leaf, "dtype") for leaf in jax.tree.leaves(value))
