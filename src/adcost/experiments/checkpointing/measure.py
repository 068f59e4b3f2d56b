"""Measure a chain of layers under every schedule: bytes, operations, gradients and seconds.

Rows have the model ``chain``, the schedule as method, for `revolve` the snapshots as setting, and
the length as size. Quantities: ``temporary_bytes`` of the compiled gradient and the bytes of one
``state``; ``forwards``, the layers computed on the way (with those that a derivative computes
again), and ``operations`` of the gradient, over those of the chain's value; ``slots`` of the
schedules that are lists of events; ``evaluated``, the layers computed forward as a run reports
them, up to a length of 64; ``gradient_error``, the largest deviation from reverse mode's
own gradient over its largest entry.

The model ``animation`` has the events of some schedules: after each (its number is the size) the
states ``kept`` (a row for each), the ``state`` at hand, and how far it went ``backward`` and
``forwards``.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.experimental import io_callback

from adcost import platforms, seeds
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import Program, compile_programs, time_as_configured
from adcost.derivatives.checkpointing import nested, schedules
from adcost.derivatives.checkpointing.run import recomputed, scheduled
from adcost.results.rows import Rows

EVALUATED_UP_TO = 64
"""The longest chain whose layers report to the host, which takes its time."""

ANIMATED = ("store_all", "recompute_all", "segments", "halving")


def layer(w: jax.Array, x: jax.Array) -> jax.Array:
    """One layer, tanh(x W), for x of (batch, width)."""
    return jnp.tanh(x @ w)


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One length of the chain, or the events to animate."""
    if point == "animation":
        return {"measurements": _events(point, parameters["length"])}
    length, width, batch = (parameters[key] for key in ("length", "width", "batch"))
    rng = seeds.generator(seed, "checkpointing", point)
    # Orthogonal, so that neither the signal nor its derivative dies out along the chain.
    w = jnp.asarray(np.linalg.qr(rng.standard_normal((width, width)))[0], jnp.float32)
    x = jnp.asarray(rng.standard_normal((batch, width)), jnp.float32)

    with_recompute = length <= parameters["quadratic_up_to"]
    ways = _ways(length, parameters["snapshots"])
    programs = compile_programs({n: (_gradient(chain), (w, x)) for n, chain in ways.items()})
    rows = Rows(point, "chain")
    state = x.size * x.dtype.itemsize
    for (method, setting), program in programs.items():
        rows.add(
            method, setting, length,
            temporary_bytes=compiled_bytes(program.compiled).temporaries, state=state,
        )  # fmt: skip
    _count(rows, length, parameters["snapshots"], w, x)
    runs = {n: p for n, p in programs.items() if with_recompute or n[0] != "recompute_all"}
    _compare(rows, length, runs)
    timings = time_as_configured(
        {f"{method}-{setting}" if setting else method: p for (method, setting), p in runs.items()},
        parameters["timing"],
        point=point,
        rng=seeds.generator(seed, "checkpointing", point, "order"),
    )
    return {"measurements": rows.table(), "timings": timings}


def _ways(length: int, snapshots: list[int]) -> dict[tuple[str, str], nested.Chain]:
    """The chain under every schedule, by its name and setting."""
    ways: dict[tuple[str, str], nested.Chain] = {
        ("store_all", ""): nested.stored(layer, length),
        ("every_layer", ""): nested.every_layer(layer, length),
        ("segments", ""): nested.segmented(layer, length),
        ("halving", ""): scheduled(layer, schedules.halving(length)),
        ("recompute_all", ""): recomputed(layer, length),
    }
    for s in snapshots:
        ways["revolve", str(s)] = scheduled(layer, schedules.revolve(length, s))
    return ways


def _gradient(chain: nested.Chain) -> Callable[[jax.Array, jax.Array], Any]:
    """∇ of ½‖x_n‖² by the weights and the input."""
    return jax.grad(lambda w, x: 0.5 * jnp.sum(chain(w, x) ** 2), argnums=(0, 1))


def _count(rows: Rows, length: int, snapshots: list[int], w: jax.Array, x: jax.Array) -> None:
    """Operations over those of the chain's value, and layers computed, recomputation included.

    Scans are counted in the program's jaxpr. In a loop over events the jaxpr tells what an event
    costs and the list how many of either kind there are.
    """
    forward = count(layer, w, x).total
    backward = count(lambda w, x, a: jax.vjp(layer, w, x)[1](a), w, x, x).total + w.size
    value = length * forward
    for method, chain, forwards in (
        ("store_all", nested.stored(layer, length), length),
        ("every_layer", nested.every_layer(layer, length), 2 * length),
        ("segments", nested.segmented(layer, length), 2 * length),
    ):
        operations = count(_gradient(chain), w, x).total
        rows.add(method, "", length, operations=operations / value, forwards=forwards)
    listed = {("halving", ""): schedules.halving(length)}
    listed |= {("revolve", str(s)): schedules.revolve(length, s) for s in snapshots}
    for (method, setting), schedule in listed.items():
        # One more forward for the chain's value, one inside every backward event.
        forwards = schedule.forwards + 1 + length
        operations = (schedule.forwards + 1) * forward + length * backward
        rows.add(
            method, setting, length, operations=operations / value, forwards=forwards,
            slots=schedule.slots,
        )  # fmt: skip
    if length <= EVALUATED_UP_TO:
        ways = {name: partial(scheduled, schedule=s) for name, s in listed.items()}
        ways["recompute_all", ""] = partial(recomputed, length=length)
        for (method, setting), way in ways.items():
            rows.add(method, setting, length, evaluated=_evaluated(way, w, x))
    again = sum(range(length))
    rows.add(
        "recompute_all", "", length, slots=schedules.predicted_slots("recompute_all", length),
        operations=((again + length) * forward + length * backward) / value,
        forwards=again + 2 * length,
    )  # fmt: skip


def _evaluated(way: Callable[..., nested.Chain], w: jax.Array, x: jax.Array) -> int:
    """How often a layer is computed forward while the gradient is, as a run on the CPU reports."""
    evaluated = 0

    def report() -> None:
        nonlocal evaluated
        evaluated += 1

    @jax.custom_vjp
    def reporting(w: jax.Array, x: jax.Array) -> jax.Array:
        io_callback(report, None)
        return layer(w, x)

    def forward(w: jax.Array, x: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        return reporting(w, x), (w, x)

    reporting.defvjp(forward, lambda at, a: jax.vjp(layer, *at)[1](a))
    with platforms.on_cpu():
        jax.block_until_ready(jax.jit(_gradient(way(reporting)))(w, x))
    jax.effects_barrier()
    return evaluated


def _compare(rows: Rows, length: int, programs: Mapping[tuple[str, str], Program]) -> None:
    """Every schedule's gradient against reverse mode's own."""
    own = programs["store_all", ""]()
    for (method, setting), program in programs.items():
        apart = max(
            float(jnp.max(jnp.abs(a - b)) / jnp.max(jnp.abs(b)))
            for a, b in zip(program(), own, strict=True)
        )
        rows.add(method, setting, length, gradient_error=apart)


def _events(point: str, length: int) -> pd.DataFrame:
    rows = Rows(point, "animation")
    for method in ANIMATED:
        schedule = schedules.SCHEDULES[method](length)
        for index, moment in enumerate(schedules.replay(schedule)):
            for state in moment.kept:
                rows.add(method, str(length), index, kept=state)
            rows.add(
                method, str(length), index, state=moment.state, backward=moment.backward,
                forwards=moment.forwards,
            )  # fmt: skip
    return rows.table()
