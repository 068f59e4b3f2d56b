"""Measure the error of differences, complex steps and reverse mode, and count their evaluations.

Columns of ``measurements``: ``point, curve, dimension, dtype, method, set, epsilon, quantity,
value``. A set is a sample of points x of the curve's domain, and errors are relative, |G − f′|/|f′|
with f′ known to 32 digits. ``epsilon`` is 0 where there is none. Quantities:

``relative_error``       the median over the set's points, at one ε
``nominal_least_error``  the least of them over ε, when a difference is divided by ε itself
``predicted_epsilon``, ``predicted_error``  where the theory's bound is least, and that bound
``left_from``, ``left_to``, ``right_from``, ``right_to``  where the theory's arms are straight
``evaluations``, ``gradient_error``  of a whole gradient in some dimensions
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from adcost import platforms, seeds
from adcost.costs.calls import counted
from adcost.derivatives import finite_differences as differences
from adcost.experiments.finite_differences import plan
from adcost.experiments.finite_differences.plan import DTYPES, SHARE, UNIT_ROUNDOFF
from adcost.functions.curves import CURVES, Curve, exact_slopes

TINY = {"float32": 1e-30, "float64": 1e-300}
"""Complex steps beyond any difference: just above the least normal number of the precision."""

ORDER = ("point", "curve", "dimension", "dtype", "method", "set", "epsilon", "quantity", "value")


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan."""
    if point == "evaluations":
        table = _evaluations(parameters["dimensions"], seed).assign(curve="log_sum_exp", set=0)
    else:
        epsilons = grid(**parameters["epsilon"])
        parts = []
        for name in parameters["curves"]:
            sets = _sets(CURVES[name], parameters["sets"], parameters["points"], seed)
            for dtype in DTYPES:
                with jax.enable_x64(dtype == "float64"):
                    part = _accuracy(CURVES[name], sets.astype(dtype), epsilons)
                parts.append(part.assign(curve=name, dtype=dtype))
        table = pd.concat(parts, ignore_index=True).assign(dimension=1)
    return {"measurements": table.assign(point=point)[list(ORDER)]}


def grid(smallest: float, largest: float, per_decade: int) -> np.ndarray:
    """Logarithmic: ``smallest`` and on, ``per_decade`` to each factor of ten, to ``largest``."""
    count = plan.epsilons(smallest, largest, per_decade)
    return smallest * 10.0 ** (np.arange(count) / per_decade)


def _sets(curve: Curve, sets: int, points: int, seed: int) -> np.ndarray:
    """Samples of the domain, (sets, points), each set drawn by its own name."""
    return np.stack(
        [
            seeds.generator(seed, "finite_differences", curve.name, number).uniform(
                *curve.domain, points
            )
            for number in range(sets)
        ]
    )


def _accuracy(curve: Curve, x: np.ndarray, epsilons: np.ndarray) -> pd.DataFrame:
    """All errors of one curve in one precision, that of ``x`` (sets, points)."""
    dtype = x.dtype
    epsilons = epsilons[epsilons <= curve.reach]
    slopes = tuple(part.reshape(x.shape) for part in exact_slopes(curve, x.ravel()))

    def errors(derivatives: jax.Array) -> np.ndarray:
        """Medians over points; the leading axes are those of ``derivatives``."""
        high, low = slopes
        distance = (np.asarray(derivatives, dtype=float) - high) - low
        return np.median(np.abs(distance / high), axis=-1)

    at = jnp.asarray(x)
    steps = jnp.asarray(epsilons.astype(dtype))
    swept = {name: errors(result) for name, result in _sweep(curve.value)(at, steps).items()}
    tiny = jnp.asarray(TINY[dtype.name], dtype)
    further = errors(_complex(curve.value)(at, tiny[None]))
    reverse = errors(_reverse(curve.value)(at))

    parts = [
        _rows(method, "relative_error", epsilons, swept[method])
        for method in ("forward", "central", "complex_step")
    ]
    parts.append(_rows("complex_step", "relative_error", [TINY[dtype.name]], further))
    parts.append(_rows("reverse_mode", "relative_error", [0.0], reverse[None]))
    for method in ("forward", "central"):
        least = swept[f"{method}_nominal"].min(axis=0)
        parts.append(_rows(method, "nominal_least_error", [0.0], least[None]))
    for (method, quantity), values in _theory(curve, x.astype(float), epsilons[-1], dtype.name):
        parts.append(_rows(method, quantity, [0.0], np.median(values, axis=-1)[None]))
    return pd.concat(parts, ignore_index=True)


def _sweep(f: Callable[[jax.Array], jax.Array]) -> Callable[..., dict[str, jax.Array]]:
    """Derivatives by every method, each (ε, sets, points), jitted."""

    def at_one(x: jax.Array, epsilon: jax.Array) -> dict[str, jax.Array]:
        step = differences.representable(x, epsilon)
        return {
            "forward": differences.forward(f, x, step),
            "central": differences.central(f, x, step),
            "complex_step": differences.complex_step(f, x, epsilon),
            "forward_nominal": differences.forward(f, x, epsilon),
            "central_nominal": differences.central(f, x, epsilon),
        }

    return _everywhere(at_one)


def _complex(f: Callable[[jax.Array], jax.Array]) -> Callable[..., jax.Array]:
    return _everywhere(lambda x, epsilon: differences.complex_step(f, x, epsilon))


def _everywhere(at_one: Callable[..., Any]) -> Callable[..., Any]:
    """Over all points and all ε: (sets, points) and (ε,) to (ε, sets, points)."""
    over_points = jax.vmap(jax.vmap(at_one, (0, None)), (0, None))
    return jax.jit(jax.vmap(over_points, (None, 0)))


def _reverse(f: Callable[[jax.Array], jax.Array]) -> Callable[[jax.Array], jax.Array]:
    return jax.jit(jax.vmap(jax.vmap(jax.grad(f))))


def _theory(
    curve: Curve, x: np.ndarray, last: float, dtype: str
) -> list[tuple[tuple[str, str], np.ndarray]]:
    """What the bounds predict at every x: (method, quantity) and an array like ``x``.

    An arm is straight where every other part of the error is at most `SHARE` of its own: rounding
    against truncation (they are as (ε/ε*)² forward, (ε/ε*)³/2 central), the next term of the
    Taylor series, and the rounding of the step, half a spacing of the numbers at x.
    """
    roundoff = UNIT_ROUNDOFF[dtype]
    f, f1, f2, f3, _, f5 = (np.abs(curve.derivative(k, x)) for k in range(6))
    forward = differences.best_forward_epsilon(f, f2, roundoff)
    central = differences.best_central_epsilon(f, f3, roundoff)
    spacing = np.spacing(x.astype(dtype)).astype(float)
    with np.errstate(divide="ignore"):
        next_forward = SHARE * 3 * f2 / f3
        next_central = np.sqrt(SHARE * 20 * f3 / f5)
    return [
        (("forward", "predicted_epsilon"), forward),
        (("forward", "predicted_error"), differences.forward_error(forward, f, f2, roundoff) / f1),
        (("forward", "left_from"), spacing / (2 * SHARE)),
        (("forward", "left_to"), forward * SHARE ** (1 / 2)),
        (("forward", "right_from"), forward * SHARE ** (-1 / 2)),
        (("forward", "right_to"), np.minimum(next_forward, last)),
        (("central", "predicted_epsilon"), central),
        (("central", "predicted_error"), differences.central_error(central, f, f3, roundoff) / f1),
        (("central", "left_from"), spacing / (2 * SHARE)),
        (("central", "left_to"), central * (2 * SHARE) ** (1 / 3)),
        (("central", "right_from"), central * (SHARE / 2) ** (-1 / 3)),
        (("central", "right_to"), np.minimum(next_central, last)),
    ]


def _rows(method: str, quantity: str, epsilons: Any, values: np.ndarray) -> pd.DataFrame:
    """``values`` (ε, sets) as rows."""
    return pd.DataFrame(
        {
            "method": method,
            "set": np.tile(np.arange(values.shape[1]), len(values)),
            "epsilon": np.repeat(np.asarray(epsilons, dtype=float), values.shape[1]),
            "quantity": quantity,
            "value": values.ravel(),
        }
    )


def log_sum_exp(x: jax.Array) -> jax.Array:
    """ln Σ exp xᵢ, whose gradient is the softmax: a loss of any number of parameters."""
    return jnp.log(jnp.sum(jnp.exp(x)))


def _evaluations(dimensions: list[int], seed: int) -> pd.DataFrame:
    """Gradients in float64 on the CPU, with their evaluations counted as they happen."""
    ways = {
        "forward": (differences.forward, differences.best_epsilon(jnp.float64, central=False)),
        "central": (differences.central, differences.best_epsilon(jnp.float64, central=True)),
        "complex_step": (differences.complex_step, TINY["float64"]),
    }
    rows = []
    with jax.enable_x64(True), platforms.on_cpu():
        for d in dimensions:
            rng = seeds.generator(seed, "finite_differences", "evaluations", d)
            x = jnp.asarray(rng.standard_normal(d))
            exact = jax.nn.softmax(x)
            for method, (way, epsilon) in ways.items():
                loss, so_far = counted(log_sum_exp)
                gradient = jax.jit(lambda x, f=loss, way=way, e=epsilon: way(f, x, e))(x)
                error = float(jnp.linalg.norm(gradient - exact) / jnp.linalg.norm(exact))
                rows.append((d, method, epsilon, "evaluations", float(so_far())))
                rows.append((d, method, epsilon, "gradient_error", error))
    columns = ["dimension", "method", "epsilon", "quantity", "value"]
    return pd.DataFrame(rows, columns=columns).assign(dtype="float64")
