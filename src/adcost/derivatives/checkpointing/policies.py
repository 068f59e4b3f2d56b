r"""What a stack of layers keeps for its derivative, by name.

``store_all``         nothing said: reverse mode keeps what every derivative needs
``save_operands``     kept is what the block names so: what enters a product, a normalisation or
                      an activation. Only what is computed entry by entry is computed again
``save_operands_but_scores``  the same, but attention's scores are computed again
``save_products``     only the results of matrix products are kept, attention's among them
``save_projections``  only the results of products with weights are kept: selective recomputation
                      (Korthikanti et al. 2022, arXiv 2205.05198, §5)
``every_block``       a checkpoint every block: its input is kept, its inside computed again
``every_<k>_blocks``  the same for groups of k blocks; where k does not divide the depth, the
                      last group is smaller
``recompute_all``     nothing but the first input is kept: n blocks are computed n(n − 1)/2 times
                      again, beside the n inside their own derivatives

All are loops around loops, for XLA's CPU backend saves memory by `jax.checkpoint` only there.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from adcost.derivatives.checkpointing.policy_names import group

Block = Callable[[Any, Any], Any]
Through = Callable[[Block, Any, Any], Any]

OPERANDS = "operands"
"""What a block names so is kept by `save_operands`, with `jax.ad_checkpoint.checkpoint_name`."""

SCORES = "scores"
"""What a block names so are attention's scores, which enter a product too."""

AGAIN = "computed_again"
"""The name of the loop of `recompute_all` whose rounds change; (n − 1)/2 of them on average."""


def through(policy: str) -> Through:
    """The policy's way through a stack: ``run(block, parameters, x)``, differentiable in reverse.

    The parameters have the layers as their first axis. Raises :class:`UnknownPolicy`.
    """
    group(policy, 1)  # refuses an unknown name
    if policy in POLICIES:
        return POLICIES[policy]

    def by_groups(block: Block, stack: Any, x: Any) -> Any:
        size = group(policy, _layers(stack))
        assert size is not None  # It is none for the policies above alone.
        return _grouped(block, stack, x, size)

    return by_groups


def _store_all(block: Block, stack: Any, x: Any) -> Any:
    return _scan(block, stack, x)


def _save_operands(block: Block, stack: Any, x: Any) -> Any:
    keep = jax.checkpoint_policies.save_only_these_names(OPERANDS, SCORES)
    return _scan(jax.checkpoint(block, policy=keep), stack, x)


def _save_operands_but_scores(block: Block, stack: Any, x: Any) -> Any:
    keep = jax.checkpoint_policies.save_only_these_names(OPERANDS)
    return _scan(jax.checkpoint(block, policy=keep), stack, x)


def _save_products(block: Block, stack: Any, x: Any) -> Any:
    return _scan(jax.checkpoint(block, policy=jax.checkpoint_policies.dots_saveable), stack, x)


def _save_projections(block: Block, stack: Any, x: Any) -> Any:
    keep = jax.checkpoint_policies.dots_with_no_batch_dims_saveable
    return _scan(jax.checkpoint(block, policy=keep), stack, x)


def _every_block(block: Block, stack: Any, x: Any) -> Any:
    return _scan(jax.checkpoint(block), stack, x)


def every_block_by_groups(size: int) -> Through:
    """A checkpoint every block, which takes ``size`` sequences at a time, group after group.

    Of a block that is gone back only one group's inside is there at once. ``x`` is (batch, …), and
    ``size`` must divide the batch.
    """

    def run(block: Block, stack: Any, x: Any) -> Any:
        once = jax.checkpoint(block)

        def by_groups(parameters: Any, x: Any) -> Any:
            parts = x.reshape(-1, size, *x.shape[1:])
            return jax.lax.map(lambda part: once(parameters, part), parts).reshape(x.shape)

        return _scan(by_groups, stack, x)

    return run


def _grouped(block: Block, stack: Any, x: Any, size: int) -> Any:
    """A checkpoint every ``size`` blocks, inside which blocks keep what they need."""
    whole = _layers(stack) // size * size
    inside = jax.checkpoint(lambda parameters, x: _scan(block, parameters, x))

    def take(first: int, last: int) -> Any:
        all_of_it = (first, last) == (0, _layers(stack))
        return stack if all_of_it else jax.tree.map(lambda leaf: leaf[first:last], stack)

    if whole:
        cut = jax.tree.map(lambda leaf: leaf.reshape(-1, size, *leaf.shape[1:]), take(0, whole))
        x = _scan(inside, cut, x)
    return inside(take(whole, _layers(stack)), x) if whole < _layers(stack) else x


def _recompute_all(block: Block, stack: Any, x: Any) -> Any:
    layers = _layers(stack)

    @jax.custom_vjp
    def run(stack: Any, x: Any) -> Any:
        return _scan(block, stack, x)

    def back(kept: tuple[Any, Any], adjoint: Any) -> tuple[Any, Any]:
        stack, start = kept

        def gradient_of_block(adjoint: Any, here: tuple[Any, Any]) -> tuple[Any, Any]:
            parameters, k = here

            def forward(i: Any, x: Any) -> Any:
                at = lambda leaf: jax.lax.dynamic_index_in_dim(leaf, i, keepdims=False)  # noqa: E731
                return block(jax.tree.map(at, stack), x)

            with jax.named_scope(AGAIN):
                state = jax.lax.fori_loop(0, k, forward, start)
            of_parameters, adjoint = jax.vjp(block, parameters, state)[1](adjoint)
            return adjoint, of_parameters

        places = jnp.arange(layers)
        adjoint, gradient = jax.lax.scan(gradient_of_block, adjoint, (stack, places), reverse=True)
        return gradient, adjoint

    run.defvjp(lambda stack, x: (run(stack, x), (stack, x)), back)
    return run(stack, x)


POLICIES: dict[str, Through] = {
    "store_all": _store_all,
    "save_operands": _save_operands,
    "save_operands_but_scores": _save_operands_but_scores,
    "save_products": _save_products,
    "save_projections": _save_projections,
    "every_block": _every_block,
    "recompute_all": _recompute_all,
}


def _scan(block: Block, stack: Any, x: Any) -> Any:
    return jax.lax.scan(lambda x, parameters: (block(parameters, x), None), x, stack)[0]


def _layers(stack: Any) -> int:
    return jax.tree.leaves(stack)[0].shape[0]
