r"""A chain whose derivative follows a schedule: one loop over its events, whatever they are.

The states kept are one array with a row a slot, so the compiled program holds the slots and a few
states more, for any schedule: nothing is left to the compiler's own choice of what to keep.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.derivatives.checkpointing.schedules import BACKWARD, Schedule

Layer = Callable[[Any, jax.Array], jax.Array]


def scheduled(layer: Layer, schedule: Schedule) -> Callable[[Any, jax.Array], jax.Array]:
    """The chain x ↦ layer(w, ·) applied ``schedule.length`` times, differentiated by the schedule.

    ``layer(w, x)`` maps states of one shape to each other; its parameters ``w``, a pytree of
    arrays, are shared by all layers, since gradients of separate ones would take memory in
    proportion to the chain in every schedule. The result is differentiable once, in reverse mode.
    """
    events = np.array(
        [
            (
                event.kind == BACKWARD,
                -1 if event.restore is None else event.restore,
                # Every event stores; what is not to be kept goes to a row of its own.
                schedule.slots if event.store is None else event.store,
            )
            for event in schedule.events
        ],
        np.int32,
    )
    first = int(np.argmax(events[:, 0]))  # the first sweep ends where layers begin to go back

    @jax.custom_vjp
    def chain(w: Any, x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, schedule.length, lambda _, x: layer(w, x), x)

    def sweep(w: Any, x: jax.Array) -> tuple[jax.Array, tuple[Any, jax.Array, jax.Array]]:
        def forward(carry: tuple[Any, ...], event: jax.Array) -> tuple[tuple[Any, ...], None]:
            state, slots = carry
            state, slots = _exchange(state, slots, event)
            return (layer(w, state), slots), None

        slots = jnp.zeros((schedule.slots + 1, *x.shape), x.dtype)
        (state, slots), _ = jax.lax.scan(forward, (x, slots), jnp.asarray(events[:first]))
        return layer(w, state), (w, state, slots)

    def back(kept: tuple[Any, jax.Array, jax.Array], adjoint: jax.Array) -> tuple[Any, jax.Array]:
        w, state, slots = kept

        def step(carry: tuple[Any, ...], event: jax.Array) -> tuple[tuple[Any, ...], None]:
            state, slots, adjoint, gradient = carry
            state, slots = _exchange(state, slots, event)

            def forward() -> tuple[jax.Array, jax.Array, Any]:
                return layer(w, state), adjoint, gradient

            def backward() -> tuple[jax.Array, jax.Array, Any]:
                of_w, of_x = jax.vjp(layer, w, state)[1](adjoint)
                return state, of_x, jax.tree.map(jnp.add, gradient, of_w)

            state, adjoint, gradient = jax.lax.cond(event[0] == 1, backward, forward)
            return (state, slots, adjoint, gradient), None

        nothing = jax.tree.map(jnp.zeros_like, w)
        (_, _, adjoint, gradient), _ = jax.lax.scan(
            step, (state, slots, adjoint, nothing), jnp.asarray(events[first:])
        )
        return gradient, adjoint

    chain.defvjp(sweep, back)
    return chain


def recomputed(layer: Layer, length: int) -> Callable[[Any, jax.Array], jax.Array]:
    """The same chain, every state computed again from the first one: `recompute_all` as two loops.

    Its events grow with the square of the length; two loops stay as small as they are.
    """

    @jax.custom_vjp
    def chain(w: Any, x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, length, lambda _, x: layer(w, x), x)

    def back(kept: tuple[Any, jax.Array], adjoint: jax.Array) -> tuple[Any, jax.Array]:
        w, start = kept

        def body(k: jax.Array, carry: tuple[Any, ...]) -> tuple[Any, ...]:
            adjoint, gradient = carry
            state = jax.lax.fori_loop(0, length - 1 - k, lambda _, x: layer(w, x), start)
            of_w, adjoint = jax.vjp(layer, w, state)[1](adjoint)
            return adjoint, jax.tree.map(jnp.add, gradient, of_w)

        nothing = jax.tree.map(jnp.zeros_like, w)
        adjoint, gradient = jax.lax.fori_loop(0, length, body, (adjoint, nothing))
        return gradient, adjoint

    chain.defvjp(lambda w, x: (chain(w, x), (w, x)), back)
    return chain


def _exchange(state: jax.Array, slots: jax.Array, event: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Take the state from a slot, if the event says so, and keep it in one."""
    restore, store = event[1], event[2]
    taken = jax.lax.dynamic_index_in_dim(slots, jnp.maximum(restore, 0), 0, keepdims=False)
    state = jnp.where(restore >= 0, taken, state)
    return state, jax.lax.dynamic_update_index_in_dim(slots, state, store, 0)
