r"""The Jacobian of a chain of layers in any order of `bracketing`, run as tangents and adjoints."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from adcost.derivatives.bracketing import (
    Forward,
    InconsistentShapes,
    Layer,
    Plan,
    Product,
    Reverse,
    check,
)

Function = Callable[[jax.Array], jax.Array]
Linear = Callable[[jax.Array], jax.Array]


def jacobian(
    plan: Plan, chain: Sequence[Layer], layers: Sequence[Function], x: jax.Array
) -> jax.Array:
    """∂(layers[-1] ∘ … ∘ layers[0])/∂x at ``x`` (d₀,), accumulated as ``plan`` says: (d_L, d₀).

    Each layer is evaluated and linearized once; its tangents and adjoints run side by side over
    all columns or rows. ``chain`` describes ``layers``; raises :class:`InconsistentShapes` where
    they differ from it or do not fit each other. Pure, and may be jitted (all but ``x`` fixed).
    """
    check(chain)
    pushes: list[Linear] = []
    pulls: list[Linear] = []
    for layer, f in zip(chain, layers, strict=True):
        if x.shape != (layer.inputs,):
            raise InconsistentShapes(f"{layer.name} takes {layer.inputs} numbers, not {x.shape}")
        y, push = jax.linearize(f, x)
        if y.shape != (layer.outputs,):
            raise InconsistentShapes(
                f"{layer.name} gives an array {y.shape}, not {layer.outputs} numbers"
            )
        pull = jax.linear_transpose(push, x)
        pushes.append(push)
        pulls.append(_only(pull))
        x = y
    return _accumulate(plan, chain, pushes, pulls, x.dtype)


def _only(pull: Callable[[jax.Array], tuple[jax.Array]]) -> Linear:
    """A pull-back to one argument, without its tuple."""
    return lambda cotangent: pull(cotangent)[0]


def _accumulate(
    plan: Plan,
    chain: Sequence[Layer],
    pushes: Sequence[Linear],
    pulls: Sequence[Linear],
    dtype: jnp.dtype,
) -> jax.Array:
    match plan:
        case Product(later, earlier):
            left, right = (
                _accumulate(half, chain, pushes, pulls, dtype) for half in (later, earlier)
            )
            return left @ right
        case Forward(first, last, seed):
            size, sweep, axis = chain[first].inputs, pushes[first : last + 1], 1
        case Reverse(first, last, seed):
            size, sweep, axis = chain[last].outputs, pulls[first : last + 1][::-1], 0
    if seed is None:
        matrix = jnp.eye(size, dtype=dtype)
    else:
        matrix = _accumulate(seed, chain, pushes, pulls, dtype)
    for through in sweep:
        matrix = jax.vmap(through, in_axes=axis, out_axes=axis)(matrix)
    return matrix
