"""Is the derivative right: at the given point, against other ways to it, each with its error bound.

All is computed on the CPU in float64 where the function allows it, along random directions that
change each array by about its own size. A function that is vector-valued is checked as the sum of
its outputs with random weights. `adcost.price.central_difference` says how far one can be off.
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

from adcost import jax_versions as versions
from adcost import platforms
from adcost.jax_versions import ClosedJaxpr, Frame, Jaxpr
from adcost.price import custom_rules
from adcost.price.central_difference import difference
from adcost.price.measure import reason
from adcost.price.subject import Subject, subject
from adcost.price.words import number

COLUMNS = ("check", "passed", "error", "bound", "sentence")
"""Columns of `check`: ``passed`` is None where there is nothing to judge, as the sentence says.

``error`` and ``bound`` are relative to the derivative's size, but for "finite", whose error is the
share of points at which something is not finite, and "digits", decimal digits lost of those that
float32 has.
"""

DIRECTIONS = 3
USEFUL = 1e-2
"""A bound above this part of the derivative judges nothing."""
EVALUATIONS = 300
"""How many evaluations of the function all checks take, roughly: most for the differences."""
NEAR = 8
"""Random points near the given one, a tenth of each array's size away."""


def check(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    key: jax.Array | None = None,
    has_aux: bool = False,
) -> pd.DataFrame:
    """What speaks for and against the derivative of ``f`` at ``args`` (arrays), a row a check.

    Returns a table with `COLUMNS`. ``key`` draws the directions. Raises
    `adcost.price.subject.CannotPrice`, and ``ValueError`` for shapes, of which nothing is computed.
    """
    return of(subject(f, args, argnums, has_aux), key)


def of(s: Subject, key: jax.Array | None = None) -> pd.DataFrame:
    """As `check`, of a function and arguments that have been checked."""
    if s.abstract:
        raise ValueError("the checks need numbers, and the arguments are shapes: give arrays")
    key = jax.random.key(0) if key is None else key
    seed = np.asarray(jax.random.key_data(key), dtype=np.uint32)
    rows = [*_finite(s, np.random.default_rng(seed))]
    with jax.enable_x64(True), platforms.on_cpu():
        wide = _cast(s, jnp.float64)
        refused = _refused(wide)
        if not refused:
            rows += _rows(wide, np.random.default_rng(seed))
            rows += _guarded("digits", lambda: _digits(s, wide))
    if refused:
        with platforms.on_cpu():
            rows += _rows(s, np.random.default_rng(seed))
        rows.append(_row("digits", None, f"it cannot be computed in float64 ({refused}), so it was "
                                         "checked in its own precision"))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"passed": object})


def _row(
    name: str, passed: bool | None, sentence: str, error: float = math.nan, bound: float = math.nan
) -> dict[str, Any]:
    return {"check": name, "passed": passed, "error": error, "bound": bound, "sentence": sentence}


def _guarded(name: str, run: Callable[[], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    try:
        yield run()
    except Exception as error:
        yield _row(name, None, f"{name}: not checked ({reason(error)})")


def _cast(s: Subject, dtype: Any) -> Subject:
    """The same at the same numbers, floating-point arrays in another precision."""

    def cast(leaf: Any) -> Any:
        floating = hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)
        return jnp.asarray(np.asarray(leaf), dtype) if floating else leaf

    return replace(s, args=tuple(jax.tree.map(cast, arg) for arg in s.args))


def _refused(s: Subject) -> str:
    """Why the function cannot be traced for these arguments; "" if it can."""
    try:
        jax.eval_shape(s.value, *s.shapes())
    except Exception as error:
        return reason(error)
    return ""


@dataclass(frozen=True)
class _Point:
    """A function of one tree made scalar, where it is checked, and along what."""

    f: Callable[[Any], jax.Array]
    x: Any
    sizes: Any
    """The size of each array of ``x``, which its changes are in proportion to."""
    unit: float
    """The unit roundoff of the function's arithmetic: of its narrowest floating-point numbers."""
    program: ClosedJaxpr

    def direction(self, rng: np.random.Generator) -> Any:
        """Normal numbers times the arrays' sizes."""
        return jax.tree.map(
            lambda leaf, size: jnp.asarray(size * rng.standard_normal(leaf.shape), leaf.dtype),
            self.x, self.sizes,
        )  # fmt: skip

    def norm(self, gradient: Any) -> float:
        """The typical size of a directional derivative: ‖size ∘ gradient‖."""
        pairs = zip(jax.tree.leaves(gradient), jax.tree.leaves(self.sizes), strict=True)
        return math.sqrt(sum(float(np.sum((size * np.asarray(g)) ** 2)) for g, size in pairs))


def _point(s: Subject, rng: np.random.Generator) -> _Point:
    value = s.value(s.x, s.rest)
    weights = jnp.asarray(rng.standard_normal(value.shape), value.dtype)

    def f(x: Any) -> jax.Array:
        result = s.value(x, s.rest)
        return jnp.vdot(weights, result) if weights.ndim else result

    sizes = jax.tree.map(lambda leaf: float(np.sqrt(np.mean(np.asarray(leaf) ** 2))) or 1.0, s.x)
    program = jax.make_jaxpr(f)(s.x)
    return _Point(f, s.x, sizes, _unit(program), program)


def _unit(jaxpr: Jaxpr | ClosedJaxpr) -> float:
    """The unit roundoff of the narrowest floating-point numbers that a program computes."""
    units = [0.0]
    for equation in versions.opened(jaxpr)[0].eqns:
        for variable in equation.outvars:
            dtype = getattr(variable.aval, "dtype", np.int32)
            if jnp.issubdtype(dtype, jnp.floating):
                units.append(float(jnp.finfo(dtype).eps) / 2)
        units += [_unit(inner) for inner in versions.inner_jaxprs(equation)]
    return max(units)


def _rows(s: Subject, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    try:
        point = _point(s, rng)
        gradient = jax.jit(jax.grad(point.f))(point.x)
    except Exception as error:
        yield _row("differences", None, f"the gradient cannot be computed: {reason(error)}")
        return
    if not _all_finite(gradient):
        yield _row("differences", None, "the gradient is not finite, so nothing else was checked")
        return
    yield from _guarded("differences", lambda: _differences(point, gradient, rng))
    yield from _guarded("forward mode", lambda: _forward(point, gradient, rng))
    yield from _rules(point, gradient)
    yield from _guarded("symmetry", lambda: _symmetry(point, rng))


def _all_finite(tree: Any) -> bool:
    return all(bool(np.all(np.isfinite(np.asarray(leaf)))) for leaf in jax.tree.leaves(tree))


def _dot(a: Any, b: Any) -> float:
    pairs = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    return sum(float(np.vdot(np.asarray(x), np.asarray(y))) for x, y in pairs)


def _on_host(along: Any, direction: Any, steps: np.ndarray) -> np.ndarray:
    return np.asarray(along(direction, steps))


# Against differences.


def _differences(point: _Point, gradient: Any, rng: np.random.Generator) -> dict[str, Any]:
    """The directional derivatives of the gradient against central differences."""
    along = jax.jit(
        lambda d, steps: jax.lax.map(
            lambda t: point.f(jax.tree.map(lambda x, dx: x + jnp.asarray(t, x.dtype) * dx,
                                           point.x, d)), steps)
    )  # fmt: skip
    scale = point.norm(gradient)
    worst = (-math.inf, math.nan, math.nan)
    largest = 0.0
    for _ in range(DIRECTIONS):
        d = point.direction(rng)
        estimate, bound = difference(functools.partial(_on_host, along, d), point.unit)
        expected = _dot(gradient, d)
        error = abs(estimate - expected)
        largest = max(largest, abs(estimate), scale)
        worst = max(worst, (error - bound, error, bound))
    _, error, bound = worst
    if largest == 0:
        return _row("differences", True, "gradient and differences are both zero", 0.0, 0.0)
    error, bound = error / largest, bound / largest
    said = f"relative error {error:.1e}, bound of the difference {bound:.1e}"
    if error > bound:
        return _row("differences", False,
                    f"the gradient is off the central difference along a random direction by more "
                    f"than the difference can err ({said}): a rule of a derivative is wrong, or "
                    "the function amplifies rounding, as an iteration may",
                    error, bound)  # fmt: skip
    if bound > USEFUL:
        return _row("differences", None,
                    f"differences tell too little of the gradient here ({said}): the function is "
                    "rough or loses its digits near this point", error, bound)  # fmt: skip
    return _row("differences", True,
                f"the gradient agrees with central differences along {DIRECTIONS} random "
                f"directions ({said})", error, bound)  # fmt: skip


# Against other derivatives: these agree to rounding, which half of the digits leave room for.


def _tolerance(point: _Point) -> float:
    return math.sqrt(max(point.unit, float(np.finfo(np.float64).eps) / 2))


def _forward(point: _Point, gradient: Any, rng: np.random.Generator) -> dict[str, Any]:
    d = point.direction(rng)
    try:
        tangent = float(jax.jit(lambda x, d: jax.jvp(point.f, (x,), (d,))[1])(point.x, d))
    except TypeError as refused:
        if "custom_vjp" not in str(refused):
            raise
        return _row("forward mode", None, "there is no forward mode: a function in it has only a "
                                          "reverse rule (jax.custom_vjp)")  # fmt: skip
    scale = max(point.norm(gradient), abs(tangent))
    error = abs(tangent - _dot(gradient, d)) / scale if scale else 0.0
    bound = _tolerance(point)
    agrees = "agree" if error <= bound else "disagree: one of the rules of its derivatives is wrong"
    return _row("forward mode", error <= bound,
                f"forward and reverse mode {agrees} (relative difference {error:.1e})",
                error, bound)  # fmt: skip


def _symmetry(point: _Point, rng: np.random.Generator) -> dict[str, Any]:
    u, v = point.direction(rng), point.direction(rng)
    gradient = jax.grad(point.f)

    def products(x: Any, u: Any, v: Any) -> Any:
        """∇²f·v by forward over reverse, or by reverse over reverse where there is no other."""

        def product(w: Any) -> Any:
            try:
                return jax.jvp(gradient, (x,), (w,))[1]
            except TypeError:
                return jax.grad(
                    lambda y: jax.tree.reduce(jnp.add, jax.tree.map(jnp.vdot, gradient(y), w))
                )(x)

        return product(u), product(v)

    hu, hv = jax.jit(products)(point.x, u, v)
    if not (_all_finite(hu) and _all_finite(hv)):
        return _row("symmetry", False, "the product of the Hessian with a vector is not finite")
    left, right = _dot(v, hu), _dot(u, hv)
    size = max(point.norm(hu), point.norm(hv))
    error = abs(left - right) / size if size else 0.0
    bound = _tolerance(point)
    if error <= bound:
        said = "the Hessian is symmetric" if size else "the Hessian is zero along two directions"
        return _row("symmetry", True, f"{said} (relative difference {error:.1e})", error, bound)
    return _row("symmetry", False,
                f"the Hessian is not symmetric (relative difference {error:.1e}): a rule of a "
                "derivative is wrong, or the function amplifies rounding",
                error, bound)  # fmt: skip


# Rules of the user's own.


def _rules(point: _Point, gradient: Any) -> Iterator[dict[str, Any]]:
    """The gradient with each custom rule against that without, where JAX derives its own."""
    for rule in dict.fromkeys(custom_rules.custom(point.program)):
        yield from _guarded("custom rule", functools.partial(_rule, point, gradient, rule))


def _rule(point: _Point, gradient: Any, rule: Frame) -> dict[str, Any]:
    said = f"the rule of {rule.function} (line {rule.line})"
    leaves, tree = jax.tree.flatten(point.x)
    without = functools.partial(custom_rules.without, point.program, rule)
    plain = jax.jit(jax.grad(without))(leaves)
    if not _all_finite(plain):
        return _row("custom rule", None, f"{said} is finite here, where the derivative of the "
                                         "function itself is not")  # fmt: skip
    other = jax.tree.unflatten(tree, plain)
    size = max(point.norm(gradient), point.norm(other))
    apart = point.norm(jax.tree.map(lambda a, b: a - b, gradient, other))
    error, bound = (apart / size if size else 0.0), _tolerance(point)
    if error <= bound:
        return _row("custom rule", True, f"{said} is the derivative of its function (relative "
                                         f"difference {error:.1e})", error, bound)  # fmt: skip
    return _row("custom rule", False,
                f"{said} is not the derivative of its function: the gradient differs by "
                f"{error:.1e} of its size. Right only if that is meant, as in a straight-through "
                "estimator", error, bound)  # fmt: skip


# Finite, and how precise.


def _finite(s: Subject, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Value and gradient at the point, near it, and at zero, in the function's own precision."""

    def value_and_gradient(x: Any) -> Any:
        value, pull = jax.vjp(lambda y: s.value(y, s.rest), x)
        return value, pull(jnp.ones_like(value))[0]

    try:
        run = jax.jit(value_and_gradient)
        here = [_all_finite(part) for part in run(s.x)]
    except Exception as error:
        yield _row("finite", None, f"it cannot be computed at the point: {reason(error)}")
        return
    wrong = [name for name, fine in zip(("value", "gradient"), here, strict=True) if not fine]
    said = f"{' and '.join(wrong)} not finite" if wrong else "value and gradient are finite"
    yield _row("finite", not wrong, f"{said} at the point", float(bool(wrong)), 0.0)

    def near(leaf: Any) -> Any:
        size = float(np.sqrt(np.mean(np.asarray(leaf, dtype=float) ** 2))) or 1.0
        return leaf + jnp.asarray(0.1 * size * rng.standard_normal(leaf.shape), leaf.dtype)

    bad = sum(not _all_finite(run(jax.tree.map(near, s.x))) for _ in range(NEAR))
    yield _row("finite", True if not bad else None,
               f"value and gradient are finite at {NEAR - bad} of {NEAR} random points near it",
               bad / NEAR, 0.0)  # fmt: skip
    value, gradient = (_all_finite(part) for part in run(jax.tree.map(jnp.zeros_like, s.x)))
    if value and not gradient:
        yield _row("finite", None, "at zero the value is finite and the gradient is not", 1.0, 0.0)


def _digits(s: Subject, wide: Subject) -> dict[str, Any]:
    """Decimal digits that value and gradient have left in float32, at the same numbers."""
    with jax.enable_x64(False):
        narrow = _gradient(_cast(s, jnp.float32))
    exact = _gradient(wide)
    if not _all_finite((narrow, exact)):
        return _row("digits", None, "digits: there are none, since the gradient is not finite")
    digits = [_agreeing(a, b) for a, b in zip(narrow, exact, strict=True)]
    most = -math.log10(float(np.finfo(np.float32).eps))
    value, gradient = (min(one, most) for one in digits)
    return _row("digits", gradient >= most / 2,
                f"float32 keeps {number(value)} digits of the value and {number(gradient)} of the "
                f"gradient, of {number(most)}", most - gradient, most / 2)  # fmt: skip


def _gradient(s: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Value, and gradient of the sum of its outputs, each as one float64 vector."""

    def run(x: Any, rest: Any) -> Any:
        value, pull = jax.vjp(lambda y: s.value(y, rest), x)
        return value, pull(jnp.ones_like(value))[0]

    value, gradient = jax.jit(run)(s.x, s.rest)
    leaves = [np.ravel(np.asarray(leaf, dtype=float)) for leaf in jax.tree.leaves(gradient)]
    return np.ravel(np.asarray(value, dtype=float)), np.concatenate(leaves)


def _agreeing(a: np.ndarray, b: np.ndarray) -> float:
    """Decimal digits to which two vectors agree, relative to the second's norm."""
    size = float(np.linalg.norm(b))
    apart = float(np.linalg.norm(a - b))
    if not math.isfinite(apart):
        return 0.0
    return -math.log10(apart / size) if apart and size else math.inf if not apart else 0.0
