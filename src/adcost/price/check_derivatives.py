"""Whether the gradient agrees with other derivatives: forward mode, symmetry, other rules.

These agree to half of the digits, or to what rounding leaves of them.
"""

import functools
from collections.abc import Iterator
from typing import Any

import jax

from adcost.derivatives import hvp
from adcost.jax_versions import Frame
from adcost.price import custom_rules
from adcost.price.check_point import Checked, all_finite, dot, tolerance
from adcost.price.check_rows import guarded, row
from adcost.price.limits import computed, program_of
from adcost.price.measure import reason


def forward(c: Checked) -> dict[str, Any]:
    """The derivative along a random direction by forward mode against that by reverse mode."""
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
    error, bound = abs(apart(point.x)) / scale, tolerance(point)
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


def symmetry(c: Checked) -> dict[str, Any]:
    """uᵀ(Hv) against vᵀ(Hu) for two random directions, H the Hessian."""
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
    bound = tolerance(point)
    if error > bound:
        bound += c.noise(lambda x: dot(v, run(x, u)) - dot(u, run(x, v))) / size
    if error <= bound:
        said = "the Hessian is symmetric" if size else "the Hessian is zero along two directions"
        return row("symmetry", True, f"{said} (relative difference {error:.1e})", error, bound)
    if point.stopped(error):
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


def rules(c: Checked) -> Iterator[dict[str, Any]]:
    """The gradient with each custom rule against that without, where JAX derives its own."""
    for rule in dict.fromkeys(custom_rules.custom(c.point.program)):
        yield from guarded("custom rule", functools.partial(_rule, c, rule))


def _rule(c: Checked, rule: Frame) -> dict[str, Any]:
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
    difference, bound = (apart / size if size else 0.0), tolerance(point)
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
