"""Whether the gradient agrees with central differences along random directions."""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.price.central_difference import VALUES, difference
from adcost.price.check_point import Checked, dot
from adcost.price.check_rows import row
from adcost.price.limits import program_of

DIRECTIONS = 3
USEFUL = 1e-2
"""A bound above this part of the derivative judges nothing."""


def _on_host(program: Callable[..., Any], x: Any, d: Any, steps: np.ndarray) -> np.ndarray:
    return np.asarray(program(x, d, jnp.asarray(steps)))


def differences(c: Checked) -> dict[str, Any]:
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
    if error > bound and point.stopped(error):
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
