"""What every policy of `jax.checkpoint` would hold and cost, from compiled programs, never run.

A policy is applied to the whole function, to the body of each scan, and to each named block: what
the user jitted by itself, or computed under ``jax.named_scope``. The function is rewritten from its
jaxpr, so its source stays as it is. Programs are compiled for the CPU wherever JAX computes: XLA
for GPUs computes again by itself what exceeds the GPU at hand, which would hide what policies hold.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import pandas as pd

from adcost import platforms
from adcost.costs.count import lower_bound
from adcost.costs.memory import compiled_bytes
from adcost.jax_versions import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    bound,
    jaxpr_as_fun,
    opened,
    programs,
    scan,
    user_line,
    written_in_jax,
)
from adcost.price.interpreter import CALLS, called, evaluated, with_blocks
from adcost.price.limits import FREE, Limits, compiled
from adcost.price.measure import reason
from adcost.price.subject import Subject
from adcost.price.tag import MEMORY
from adcost.price.words import short

NOTHING_SAID = "none"
WHOLE = "whole"
SAVED = 0.05
"""Of what is held otherwise: a checkpoint that saves less than this part saves nothing."""


@dataclass(frozen=True)
class Target:
    """What a checkpoint goes around: the whole, or equations of the program."""

    label: str
    key: tuple[str, str] = ("", "")
    """Kind and line of the equations: a scan's or a named block's."""


def policies(names: Sequence[str]) -> dict[str, Any]:
    """JAX's own policies by name; those of names where the program has `checkpoint_name`."""
    of = jax.checkpoint_policies
    found = {
        "nothing_saveable": of.nothing_saveable,
        "dots_saveable": of.dots_saveable,
        "dots_with_no_batch_dims_saveable": of.dots_with_no_batch_dims_saveable,
    }
    if names:
        said = ", ".join(f'"{name}"' for name in names)
        found[f"save_only_these_names({said})"] = of.save_only_these_names(*names)
    if len(names) > 1:
        found |= {f'save_only_these_names("{n}")': of.save_only_these_names(n) for n in names}
    return found


def targets(program: ClosedJaxpr) -> list[Target]:
    """Each scan and named block with its line, then the whole."""
    found: dict[tuple[str, str], Target] = {}
    for equation in _equations(program):
        key = _key(equation)
        if key and key not in found:
            kind, line = key
            found[key] = Target(f"{kind} at {line}" if line else kind, key)
    return [*found.values(), Target(WHOLE)]


def checkpointed(
    program: ClosedJaxpr, target: Target, policy: Any
) -> Callable[..., list[jax.Array]]:
    """The program as a function of its inputs, the target checkpointed by the policy."""
    if target.label == WHOLE:
        return jax.checkpoint(jaxpr_as_fun(program), policy=policy)

    def replace(equation: JaxprEqn, operands: Sequence[Any]) -> list[Any] | None:
        here = _key(equation) == target.key
        if equation.primitive.name == "scan":
            body = scan(equation).body
            if here:
                # Inside a loop XLA cannot merge the second computation with the first.
                again = jax.checkpoint(jaxpr_as_fun(body), policy=policy, prevent_cse=False)
            elif any(_key(inner) == target.key for inner in _equations(body)):
                again = lambda *inputs: evaluated(body, inputs, replace=replace)  # noqa: E731
            else:
                return None
            shapes = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in _avals(body)]
            return bound(equation, operands, jaxpr=jax.make_jaxpr(again)(*shapes))
        if not here:
            return None
        return jax.checkpoint(jaxpr_as_fun(_closed(called(equation))), policy=policy)(*operands)

    return lambda *inputs: evaluated(program, inputs, replace=replace)


def frontier(s: Subject, limits: Limits) -> tuple[pd.DataFrame, list[str]]:
    """The gradient under each policy, a row each (`tag.MEMORY`), and notes on what was left out.

    The limits' deadline ends it: what has not been compiled by then is named.
    """
    x, rest = s.shapes()
    program = with_blocks(s.program(x, rest))
    evaluation = max(lower_bound(jax.jit(s.value), x, rest).operations.total, 1)
    chosen: list[tuple[str, str, Callable[..., Any]]] = [
        (WHOLE, NOTHING_SAID, jaxpr_as_fun(program))
    ]
    for target in targets(program):
        for name, policy in policies(_names(program)).items():
            chosen.append((target.label, name, checkpointed(program, target, policy)))
    rows, notes = [], []
    seen: dict[str, dict[str, Any]] = {}
    for i, (label, policy, function) in enumerate(chosen):
        if not limits.seconds_left():
            left = ", ".join(f"{p} on {short(t)}" for t, p, _ in chosen[i:])
            notes.append(f"no time was left for checkpoints: {left} (whole_limit)")
            break
        row: dict[str, Any] = dict.fromkeys(MEMORY, math.nan)
        row |= {"target": label, "policy": policy, "frontier": False, "note": ""}
        rows.append(row)
        try:
            run = jax.jit(gradient(function))
            row["operations"] = lower_bound(run, x, rest).operations.total
            row["counted"] = row["operations"] / evaluation
            with platforms.on_cpu():
                traced = run.trace(x, rest)
                lowered = traced.lower()
                text = hashlib.sha256(lowered.as_text().encode()).hexdigest()
                if text in seen:
                    twin = seen[text]
                    row["note"] = f"the same program as {twin['policy']} on {short(twin['target'])}"
                    row |= {key: twin[key] for key in ("temporary_bytes", "total_bytes")}
                    continue
                seen[text] = row
                program_held, _ = compiled(traced, limits, quickly=True, lowered=lowered)
            held = compiled_bytes(program_held)
            row |= {"temporary_bytes": held.temporaries, "total_bytes": held.total}
        except Exception as error:
            row["note"] = reason(error)
    table = pd.DataFrame(rows, columns=list(MEMORY))
    table["frontier"] = _on_frontier(table)
    return table, notes


def gradient(function: Callable[..., list[jax.Array]]) -> Callable[..., Any]:
    """Value and gradient of a rewritten function; of a vector's sum, if it is vector-valued."""

    def run(x: Any, rest: Any) -> Any:
        def scalar(x: Any) -> jax.Array:
            return function(*jax.tree.leaves((x, rest)))[0].sum()

        return jax.value_and_grad(scalar)(x)

    return run


def largest_batch(
    s: Subject,
    axes: Mapping[int, int],
    memory: int,
    policy: str,
    target: str,
    limits: Limits = FREE,
    at_start: float = math.nan,
) -> tuple[int, int]:
    """The largest batch whose gradient fits the memory, and the bytes at one more.

    Found as in a study of the transformer: bytes grow nearly in a line with the batch, which the
    search follows until one fits and the next does not. ``at_start``: the bytes at the arguments'
    own batch, if they are known. `TooSlow` if the limits end before.
    """
    start = batch_of(s, axes)
    known: dict[int, int] = {} if math.isnan(at_start) else {start: int(at_start)}

    def learn(batch: int) -> None:
        known[batch] = held(s.of_batch(axes, batch), policy, target, limits)

    for batch in (start, 2 * start):
        if batch not in known:
            learn(batch)
    while True:
        fits = max((batch for batch in known if known[batch] <= memory), default=0)
        fails = min((batch for batch in known if known[batch] > memory), default=None)
        if fails == fits + 1:
            return fits, known[fails]
        a, b = sorted(known, key=lambda batch: abs(known[batch] - memory))[:2]
        slope = (known[b] - known[a]) / (b - a)
        guess = int(a + (memory - known[a]) / slope) if slope > 0 else 2 * max(known)
        guess = max(guess, fits + 1) if fails is None else min(max(guess, fits + 1), fails - 1)
        learn(guess)


def batch_of(s: Subject, axes: Mapping[int, int]) -> int:
    """The batch's size; ``ValueError`` if an argument lacks the axis, or they disagree."""
    sizes = set()
    for place, axis in axes.items():
        if not -len(s.args) <= place < len(s.args):
            raise ValueError(f"batch names argument {place}, and there are {len(s.args)}")
        for leaf in jax.tree.leaves(s.args[place]):
            if not hasattr(leaf, "shape") or axis >= len(leaf.shape):
                raise ValueError(f"batch: argument {place} has no axis {axis}")
            sizes.add(leaf.shape[axis])
    if len(sizes) != 1:
        raise ValueError(f"batch: the arguments' axes are of sizes {sorted(sizes)}, not of one")
    return int(sizes.pop())


def held(s: Subject, policy: str, target: str, limits: Limits = FREE) -> int:
    """Bytes of the gradient's whole program, arguments and results with it, under a policy."""
    x, rest = s.shapes()
    program = with_blocks(s.program(x, rest))
    function: Callable[..., Any] = jaxpr_as_fun(program)
    if policy != NOTHING_SAID:
        place = next(t for t in targets(program) if t.label == target)
        function = checkpointed(program, place, policies(_names(program))[policy])
    with platforms.on_cpu():
        traced = jax.jit(gradient(function)).trace(x, rest)
        return compiled_bytes(compiled(traced, limits, quickly=True)[0]).total


def _on_frontier(table: pd.DataFrame) -> list[bool]:
    """Whether all that does no more holds more, by `SAVED` of it where it does less.

    So a policy that computes again is on it only if that saves something; a twin is not.
    """
    found = [False] * len(table)
    least = math.inf
    rows = table.reset_index(drop=True).sort_values(["operations", "temporary_bytes"])
    for i, row in rows[rows.temporary_bytes.notna()].iterrows():
        if math.isinf(least) or row.temporary_bytes < (1 - SAVED) * least:
            found[int(str(i))], least = True, row.temporary_bytes
    return found


def _equations(jaxpr: Jaxpr | ClosedJaxpr, seen: set[int] | None = None) -> Iterator[JaxprEqn]:
    """Those that `evaluated` comes to, not inside of what it binds as it is; a program's once."""
    seen = set() if seen is None else seen
    inner, _ = opened(jaxpr)
    if id(inner) in seen:
        return
    seen.add(id(inner))
    for equation in inner.eqns:
        yield equation
        if equation.primitive.name in CALLS:
            yield from _equations(called(equation), seen)
        elif equation.primitive.name == "scan":
            yield from _equations(scan(equation).body, seen)


def _key(equation: JaxprEqn) -> tuple[str, str] | None:
    if equation.primitive.name == "scan":
        return "scan", user_line(equation)
    if equation.primitive.name in CALLS and "name" in equation.params:
        body = called(equation)
        equations = opened(body)[0].eqns
        if not written_in_jax(body) and len(equations) > 1:
            # By the line of its first equation: all calls of a function are one block.
            return f"block {equation.params['name']}", user_line(equations[0])
    return None


def _names(jaxpr: Jaxpr | ClosedJaxpr) -> list[str]:
    """What `checkpoint_name` named, in order."""
    named = (e for each in programs(jaxpr) for e in each.eqns if e.primitive.name == "name")
    return list(dict.fromkeys(equation.params["name"] for equation in named))


def _avals(body: ClosedJaxpr) -> list[Any]:
    return [variable.aval for variable in opened(body)[0].invars]


def _closed(body: Jaxpr | ClosedJaxpr) -> ClosedJaxpr:
    return body if isinstance(body, ClosedJaxpr) else ClosedJaxpr(body, ())
