r"""The gradient of a transformer's loss as a program of abstract shapes: its bytes and operations.

Nothing is allocated: shapes suffice to compile, and the compiled program says what it would hold.
It is compiled for the CPU wherever JAX computes. XLA's compiler for GPUs computes again by itself
what exceeds the memory of the GPU at hand ("rematerialization"), which would hide what a policy
holds, and tries kernels on that GPU, whose memory they would need. Its machine code is not
optimised, which comes after the buffers are assigned (a test compares the bytes).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax

from adcost import platforms
from adcost.costs.count import count
from adcost.costs.memory import Bytes, compiled_bytes
from adcost.derivatives.checkpointing import policies
from adcost.derivatives.checkpointing.policy_names import stacks as stacks_of
from adcost.functions import transformer
from adcost.functions.gpt2_sizes import Size
from adcost.jax_versions import QUICKLY, compile_options

KINDS = {"ordinary": ("ordinary", False), "chunked": ("chunked", False), "lean": ("chunked", True)}
"""Attention, and whether the loss goes by chunks too."""


@dataclass(frozen=True)
class Setting:
    """One program: the transformer, its input, and how its gradient is computed."""

    size: Size
    sequence: int
    batch: int
    policy: str = "store_all"
    attention: str = "ordinary"
    dtype: str = "float16"
    group: int | None = None
    """Sequences that a block takes at a time, with a checkpoint every block; all if None."""

    @property
    def name(self) -> str:
        """Attention and dtype, as the tables have them."""
        return f"{self.attention}/{self.dtype}"

    def of_depth(self, layers: int) -> "Setting":
        """The same with so many layers."""
        return replace(self, size=replace(self.size, layers=layers))


def whole(setting: Setting) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The gradient of the loss with respect to all parameters, and its abstract arguments."""
    stacks = stacks_of(setting.policy, setting.size.layers)
    parameters = transformer.shapes(setting.size, setting.sequence, setting.dtype, stacks)
    tokens = jax.ShapeDtypeStruct((setting.batch, setting.sequence), "int32")
    attention, by_chunks = KINDS[setting.attention]
    value = partial(
        transformer.loss,
        heads=setting.size.heads,
        attention=attention,
        through=policies.through(setting.policy),
        loss_by_chunks=by_chunks,
    )
    return jax.grad(value), (parameters, tokens)


def blocks(setting: Setting) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The blocks alone: of their parameters, their input and its adjoint, the two gradients."""
    stacks = stacks_of(setting.policy, setting.size.layers)
    parameters = transformer.shapes(setting.size, setting.sequence, setting.dtype, stacks)
    shape = (setting.batch, setting.sequence, setting.size.width)
    x = jax.ShapeDtypeStruct(shape, setting.dtype)

    def gradient(parameters: Any, x: jax.Array, adjoint: jax.Array) -> Any:
        return jax.vjp(forward(setting), parameters, x)[1](adjoint)

    return gradient, (parameters["stacks"], x, x)


def forward(setting: Setting) -> Callable[[Any, jax.Array], jax.Array]:
    """The blocks' value as a function of their parameters and their input."""
    if setting.group is None:
        through = policies.through(setting.policy)
    else:
        through = policies.every_block_by_groups(setting.group)
    return partial(
        transformer.through_stacks,
        heads=setting.size.heads,
        attention=KINDS[setting.attention][0],
        through=through,
    )


def kept_bytes(setting: Setting) -> int:
    """Bytes that reverse mode hands from the blocks' value to their derivative, by shapes alone.

    What does not grow with the batch, the parameters, is left out.
    """

    def handed(batch: int) -> int:
        larger = replace(setting, batch=batch)
        stacks, x, _ = blocks(larger)[1]
        back = jax.eval_shape(lambda *at: jax.vjp(forward(larger), *at)[1], stacks, x)
        return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(back))

    return handed(2 * setting.batch) - handed(setting.batch)


def program_bytes(
    program: tuple[Callable[..., Any], tuple[Any, ...]],
    options: Mapping[str, Any] = QUICKLY,
) -> Bytes:
    """What the program, compiled for the CPU, holds."""
    fn, arguments = program
    with platforms.on_cpu():
        return compiled_bytes(jax.jit(fn).lower(*arguments).compile(compile_options(options)))


def operations(program: tuple[Callable[..., Any], tuple[Any, ...]], layers: int) -> float:
    """Operations of the program, recomputation included.

    The loop of `recompute_all` runs 0, 1, …, n − 1 times, (n − 1)/2 on average, and operations are
    affine in its rounds.
    """
    fn, arguments = program
    none, one = (count(fn, *arguments, trips={policies.AGAIN: rounds}).total for rounds in (0, 1))
    return none + (one - none) * (layers - 1) / 2
