r"""Training by stochastic gradient descent with momentum and a cosine decay of the step.

m ← μ m + ∇L_B(w),  w ← w − η_t m,  η_t = η/2·(1 + cos(π t/T)), where B are the minibatches of an
epoch, drawn without replacement, and T is the number of all steps (Loshchilov & Hutter 2017,
*SGDR*, eq. 5 with one cycle; Sutskever et al. 2013 for momentum). The optimiser is optax's.

Training goes on from a :class:`State` and ends in one, so it may be cut anywhere between epochs:
the batches of an epoch are drawn by its number, and the parts together are the whole. Where full
gradients are cheap, :func:`descend` is one compiled loop with any of optax's optimisers.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
import optax

Loss = Callable[[Any, jax.Array, jax.Array], jax.Array]

GROWN = 1000.0
"""Training has diverged when an epoch's mean loss is so many times the first step's."""


class Diverged(ArithmeticError):
    """The loss became infinite or NaN, or grew far beyond what it was at first."""


class State(NamedTuple):
    """Parameters and momentum, pytrees of one structure, and the number of steps taken."""

    parameters: Any
    momentum: Any
    step: int


def begin(parameters: Any) -> State:
    """The state before the first step: no momentum yet."""
    return State(parameters, jax.tree.map(np.zeros_like, parameters), 0)


def train(
    loss: Loss,
    state: State,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: range,
    all_epochs: int,
    batch: int,
    rate: float,
    momentum: float,
    order: Callable[[int], np.random.Generator],
    report: Callable[[str], None] = print,
) -> tuple[State, np.ndarray]:
    """The state after the ``epochs`` (numbers from 0), and the loss of every step.

    ``loss(parameters, x, y)`` is the mean over a batch; ``order(epoch)`` is the generator that
    shuffles this epoch's images; an incomplete last batch is left out. Raises :class:`Diverged`
    after the epoch in which the loss is no longer finite, or :data:`GROWN` times that of the first
    step of ``epochs`` on average.
    """
    steps = len(x) // batch
    schedule = optax.cosine_decay_schedule(rate, all_epochs * steps)
    trace = optax.trace(momentum)

    @jax.jit
    def step(parameters: Any, trace_state: Any, rate: jax.Array, x: jax.Array, y: jax.Array) -> Any:
        value, gradient = jax.value_and_grad(loss)(parameters, x, y)
        update, trace_state = trace.update(gradient, trace_state)
        parameters = jax.tree.map(lambda w, u: w - rate * u, parameters, update)
        return parameters, trace_state, value

    parameters, trace_state = state.parameters, optax.TraceState(state.momentum)
    number, losses = state.step, []
    for epoch in epochs:
        shuffled = order(epoch).permutation(len(x))[: steps * batch].reshape(steps, batch)
        of_epoch = []
        for chosen in shuffled:
            parameters, trace_state, value = step(
                parameters, trace_state, schedule(number), x[chosen], y[chosen]
            )
            of_epoch.append(value)
            number += 1
        losses += [float(value) for value in of_epoch]
        limit = GROWN * losses[0]
        if not np.mean(losses[-steps:]) < limit:
            first = next(k for k, value in enumerate(losses) if not value < limit)
            raise Diverged(
                f"training diverged: the loss is {losses[first]:.3g} at step "
                f"{state.step + first + 1} of {all_epochs * steps}, where it was {losses[0]:.3g} "
                f"at step {state.step + 1}"
            )
        report(f"epoch {epoch + 1} of {all_epochs}: loss {np.mean(losses[-steps:]):.4g}")
    after = State(parameters, trace_state.trace, number)
    return jax.tree.map(np.asarray, after), np.array(losses)


def descend(
    loss: Callable[[jax.Array], jax.Array],
    x: jax.Array,
    optimiser: optax.GradientTransformation,
    steps: int,
) -> tuple[jax.Array, jax.Array]:
    """``steps`` steps on ``loss`` with full gradients from ``x``: the last point, (steps,) losses.

    Pure, and may be jitted; losses are those before each step.
    """

    def step(
        state: tuple[jax.Array, optax.OptState], _: None
    ) -> tuple[tuple[jax.Array, optax.OptState], jax.Array]:
        x, memory = state
        value, gradient = jax.value_and_grad(loss)(x)
        updates, memory = optimiser.update(gradient, memory, x)
        return (optax.apply_updates(x, updates), memory), value

    (x, _), losses = jax.lax.scan(step, (x, optimiser.init(x)), None, length=steps)
    return x, losses
