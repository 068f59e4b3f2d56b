"""Is the derivative right: at the given point, against other ways to it, each with its error bound.

All is computed on the CPU in float64 where the function allows it, along random directions that
change each array by about its own size. A function that is vector-valued is checked as the sum of
its outputs with random weights. `adcost.price.central_difference` says how far one can be off.

A derivative errs by rounding, too, and where the function amplifies it, as an iteration may, by
more than the bound of what it is held against. So what exceeds its bound is computed again a few
units in the last place away, where it is the same but for rounding: a fault is what exceeds that
noise.
"""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import platforms
from adcost.derivatives import hvp
from adcost.jax_versions import ClosedJaxpr, Frame, programs
from adcost.price import check_values, custom_rules
from adcost.price.central_difference import SAFETY, VALUES, difference
from adcost.price.check_point import (
    Derivative,
    Point,
    all_finite,
    derivative,
    dot,
    ones,
    point,
)
from adcost.price.check_rows import COLUMNS, guarded, row
from adcost.price.limits import FREE, Limits, computed, program_of
from adcost.price.measure import reason
from adcost.price.subject import Subject, subject

__all__ = ["COLUMNS", "EVALUATIONS", "check", "check_subject"]

DIRECTIONS = 3
USEFUL = 1e-2
"""A bound above this part of the derivative judges nothing."""
STOPPED = math.sqrt(float(np.finfo(np.float32).eps))
"""What an iteration may leave of the error that it stops at: half of float32's digits."""
NEARBY = 8
"""Points near the given one at which noise is measured, where there is a reason to."""
EVALUATIONS = 300
"""How many evaluations of the function all checks take, roughly: most for the differences."""


def check(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    key: jax.Array | None = None,
    has_aux: bool = False,
) -> pd.DataFrame:
    """What speaks for and against the derivative of ``f`` at ``args`` (arrays), a row a check.

    Returns a table with `adcost.price.check_rows.COLUMNS`. ``key`` draws the directions. Raises
    `adcost.price.subject.CannotPrice`, and ``ValueError`` for shapes, of which nothing is computed.
    """
    return check_subject(subject(f, args, argnums, has_aux), key)


def check_subject(s: Subject, key: jax.Array | None = None, limits: Limits = FREE) -> pd.DataFrame:
    """As `check`, of a function and arguments that have been checked, within limits."""
    if s.abstract:
        raise ValueError("the checks need numbers, and the arguments are shapes: give arrays")
    key = jax.random.key(0) if key is None else key
    seed = np.asarray(jax.random.key_data(key), dtype=np.uint32)
    rows: list[dict[str, Any]] = []
    narrow = None
    try:
        own = derivative(s, limits)
        rows += check_values.finite(s, own, np.random.default_rng(seed))
        if all(leaf.dtype == np.float32 for leaf in _floating(s.x)) and _single():
            narrow = own(s.x, ones(s))
    except Exception as error:
        rows.append(row("finite", None, f"it cannot be computed at the point: {reason(error)}"))
    with jax.enable_x64(True), platforms.on_cpu():
        wide = _cast(s, jnp.float64)
        refused = _refused(wide)
        if not refused:
            rows += _rows(wide, np.random.default_rng(seed), limits, narrow, wide=True)
    if refused:
        with platforms.on_cpu():
            rows += _rows(s, np.random.default_rng(seed), limits)
        rows.append(
            row(
                "digits",
                None,
                f"it cannot be computed in float64 ({refused}), so it was "
                "checked in its own precision",
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"passed": object})


def _single() -> bool:
    """Whether JAX computes with float32 by default."""
    return jax.dtypes.canonicalize_dtype(float) == np.float32


def _floating(tree: Any) -> list[Any]:
    return [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]


def _cast(s: Subject, dtype: Any) -> Subject:
    """The same at the same numbers, floating-point arrays in another precision."""

    def cast(leaf: Any) -> Any:
        floating = hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)
        return jnp.asarray(np.asarray(leaf), dtype) if floating else leaf

    return replace(s, args=tuple(jax.tree.map(cast, arg) for arg in s.args), programs={})


def _refused(s: Subject) -> str:
    """Why the function cannot be traced for these arguments; "" if it can."""
    try:
        s.program(s.x, s.rest)
    except Exception as error:
        return reason(error)
    return ""


def _rows(
    s: Subject, rng: np.random.Generator, limits: Limits, narrow: Any = None, wide: bool = False
) -> Iterator[dict[str, Any]]:
    """All checks at one precision, and the digits of float32 if that is ``wide``.

    ``narrow``: value and gradient in float32, if they are known.
    """
    try:
        here = point(s, rng)
        run = derivative(s, limits)
        _, gradient = run(here.x, here.weights)
    except Exception as error:
        yield row("differences", None, f"the gradient cannot be computed: {reason(error)}")
        return
    if not all_finite(gradient):
        yield row("differences", None, "the gradient is not finite, so nothing else was checked")
        return
    checked = _Checked(here, gradient, run, rng, limits)
    yield from guarded("differences", lambda: _differences(checked))
    yield from guarded("forward mode", lambda: _forward(checked))
    yield from _rules(checked)
    yield from guarded("symmetry", lambda: _symmetry(checked))
    if wide:
        yield from guarded(
            "digits", lambda: check_values.digits(narrow or _narrow(s, limits), run(s.x, ones(s)))
        )


def _narrow(s: Subject, limits: Limits) -> Any:
    """Value and gradient in float32, at the same numbers."""
    with jax.enable_x64(False):
        narrow = _cast(s, jnp.float32)
        return derivative(narrow, limits)(narrow.x, ones(narrow))


@dataclass(frozen=True)
class _Checked:
    """A gradient that is checked, and with what."""

    point: Point
    gradient: Any
    run: Derivative
    rng: np.random.Generator
    limits: Limits

    def gradient_at(self, x: Any) -> Any:
        """The gradient of the scalar function at another point."""
        return self.run(x, self.point.weights)[1]

    def noise(self, of: Callable[[Any], float]) -> float:
        """How far rounding moves a number of ``x``: `SAFETY` standard deviations near the point."""
        found = [of(self.point.moved(self.rng)) for _ in range(NEARBY)]
        return SAFETY * float(np.std(found, ddof=1))


def _tolerance(point: Point) -> float:
    """What agrees to half of the digits agrees."""
    return math.sqrt(max(point.unit, float(np.finfo(np.float64).eps) / 2))


# Against differences.


def _on_host(program: Callable[..., Any], x: Any, d: Any, steps: np.ndarray) -> np.ndarray:
    return np.asarray(program(x, d, jnp.asarray(steps)))


def _differences(c: _Checked) -> dict[str, Any]:
    """The directional derivatives of the gradient against central differences."""
    point = c.point

    def along(x: Any, d: Any, steps: jax.Array) -> jax.Array:
        def at(t: jax.Array) -> jax.Array:
            return point.f(jax.tree.map(lambda x, dx: x + jnp.asarray(t, x.dtype) * dx, x, d))

        return jax.lax.map(at, steps)

    program = program_of(c.limits, along, point.x, point.x, jnp.zeros(VALUES))
    scale = point.norm(c.gradient)
    worst: tuple[float, float, float, Any] = (-math.inf, math.nan, math.nan, None)
    largest = bends = 0.0
    for _ in range(DIRECTIONS):
        d = point.direction(c.rng)
        values = functools.partial(_on_host, program, point.x, d)
        estimate, bound, bend = difference(values, point.unit)
        expected = dot(c.gradient, d)
        error = abs(estimate - expected)
        if not math.isfinite(error + bound):
            worst = (math.inf, math.nan, math.nan, None)
            break
        largest = max(largest, abs(estimate), scale)
        bends = max(bends, bend)
        if error - bound > worst[0]:
            worst = (error - bound, error, bound, d)
    _, error, bound, d = worst
    if d is None:
        return row(
            "differences",
            None,
            "the function is not finite near this point, so "
            "differences tell nothing of its gradient",
        )
    if largest == 0:
        return row("differences", True, "gradient and differences are both zero", 0.0, 0.0)
    if error > bound:
        bound += c.noise(lambda x: dot(c.gradient_at(x), d))
    error, bound = error / largest, bound / largest
    said = f"relative error {error:.1e}, bound of the difference {bound:.1e}"
    if error > bound and error <= STOPPED and _has_while(point.program):
        return row(
            "differences",
            None,
            f"the gradient agrees with central differences to {error:.1e} and no further (bound of "
            f"the difference {bound:.1e}): a while loop that stops at a tolerance errs by as much",
            error,
            bound,
        )
    if error > bound:
        return row(
            "differences",
            False,
            "the gradient is off the central difference along a random direction by more "
            f"than rounding and the step allow ({said}): the rule of a derivative is "
            "wrong, or the function jumps or bends sharply near this point",
            error,
            bound,
        )
    if bends > USEFUL * largest:
        return row(
            "differences",
            None,
            f"differences by larger and by smaller steps are {bends / largest:.1e} apart: "
            "the function jumps or bends near this point, and its gradient, which is that "
            f"of the smallest steps ({said}), holds no further",
            error,
            bound,
        )
    if bound > USEFUL:
        return row(
            "differences",
            None,
            f"differences tell too little of the gradient here ({said}): the function is "
            "rough or loses its digits near this point",
            error,
            bound,
        )
    return row(
        "differences",
        True,
        f"the gradient agrees with central differences along {DIRECTIONS} random "
        f"directions ({said})",
        error,
        bound,
    )


def _has_while(jaxpr: ClosedJaxpr) -> bool:
    equations = (equation for program in programs(jaxpr) for equation in program.eqns)
    return any(equation.primitive.name == "while" for equation in equations)


# Against other derivatives: these agree to half of the digits, or to what rounding leaves of them.


def _forward(c: _Checked) -> dict[str, Any]:
    point, d = c.point, c.point.direction(c.rng)
    try:
        run = program_of(c.limits, lambda x, d: jax.jvp(point.f, (x,), (d,))[1], point.x, d)
    except TypeError as refused:
        if "custom_vjp" not in str(refused):
            raise
        return row(
            "forward mode",
            None,
            "there is no forward mode: a function in it has only a reverse rule (jax.custom_vjp)",
        )
    apart = lambda x: float(run(x, d)) - dot(c.gradient_at(x), d)  # noqa: E731
    scale = max(point.norm(c.gradient), abs(float(run(point.x, d)))) or 1.0
    error, bound = abs(apart(point.x)) / scale, _tolerance(point)
    if error > bound:
        bound += c.noise(apart) / scale
    agrees = "agree" if error <= bound else "disagree: one of the rules of its derivatives is wrong"
    return row(
        "forward mode",
        error <= bound,
        f"forward and reverse mode {agrees} (relative difference {error:.1e})",
        error,
        bound,
    )


def _symmetry(c: _Checked) -> dict[str, Any]:
    point = c.point
    u, v = point.direction(c.rng), point.direction(c.rng)
    forward, reverse = (
        functools.partial(product, point.f)
        for product in (hvp.forward_over_reverse, hvp.reverse_over_reverse)
    )
    try:
        run = program_of(c.limits, forward, point.x, u)
    except TypeError:  # JAX says only when it compiles that a function has a reverse rule alone
        run = program_of(c.limits, reverse, point.x, u)
    hu, hv = run(point.x, u), run(point.x, v)
    if not (all_finite(hu) and all_finite(hv)):
        return row("symmetry", False, "the product of the Hessian with a vector is not finite")
    size = max(point.norm(hu), point.norm(hv))
    error = abs(dot(v, hu) - dot(u, hv)) / (size or 1.0)
    bound = _tolerance(point)
    if error > bound:
        bound += c.noise(lambda x: dot(v, run(x, u)) - dot(u, run(x, v))) / size
    if error <= bound:
        said = "the Hessian is symmetric" if size else "the Hessian is zero along two directions"
        return row("symmetry", True, f"{said} (relative difference {error:.1e})", error, bound)
    if error <= STOPPED and _has_while(point.program):
        return row(
            "symmetry",
            None,
            f"the Hessian is symmetric to {error:.1e} and no further: a while loop that stops at a "
            "tolerance errs by as much",
            error,
            bound,
        )
    return row(
        "symmetry",
        False,
        f"the Hessian is not symmetric (relative difference {error:.1e}): the rule of a "
        "derivative is wrong",
        error,
        bound,
    )


# Rules of the user's own.


def _rules(c: _Checked) -> Iterator[dict[str, Any]]:
    """The gradient with each custom rule against that without, where JAX derives its own."""
    for rule in dict.fromkeys(custom_rules.custom(c.point.program)):
        yield from guarded("custom rule", functools.partial(_rule, c, rule))


def _rule(c: _Checked, rule: Frame) -> dict[str, Any]:
    point, gradient = c.point, c.gradient
    said = f"the rule of {rule.function} (line {rule.line})"
    leaves, tree = jax.tree.flatten(point.x)
    without = functools.partial(custom_rules.without, point.program, rule)
    try:
        plain = computed(c.limits, jax.grad(without), leaves)
    except (TypeError, ValueError) as error:
        why = reason(error).partition(":")[0]
        return row(
            "custom rule",
            None,
            f"{said} stands for a function without a gradient of its own ({why})",
        )
    if not all_finite(plain):
        return row(
            "custom rule",
            None,
            f"{said} is finite here, where the derivative of the function itself is not",
        )
    other = jax.tree.unflatten(tree, plain)
    size = max(point.norm(gradient), point.norm(other))
    apart = point.norm(jax.tree.map(lambda a, b: a - b, gradient, other))
    difference, bound = (apart / size if size else 0.0), _tolerance(point)
    if difference <= bound:
        return row(
            "custom rule",
            True,
            f"{said} is the derivative of its function (relative difference {difference:.1e})",
            difference,
            bound,
        )
    return row(
        "custom rule",
        False,
        f"{said} is not the derivative of its function: the gradient differs by "
        f"{difference:.1e} of its size. Right only if that is meant, as in a straight-through "
        "estimator",
        difference,
        bound,
    )
