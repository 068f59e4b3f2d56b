"""Measure derivatives through solves, least squares and singular values.

Columns of ``measurements``: ``point, problem, method, condition, size, draw, argument, step,
quantity, value``. Quantities: ``relative_error`` ‖Ā − exact‖_F/‖exact‖_F, where the result is
``finite`` (1 or 0); ``distance`` from the subdifferential and ``norm``, of a subgradient;
``operations`` and ``temporary_bytes`` of value and derivatives together; ``objective``, ``error``
and ``rank`` after each step of a recovery. ``timings`` has a column ``size`` too.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.scipy.linalg import lu_factor, lu_solve

from adcost import seeds
from adcost.costs.count import count
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import compile_programs, time_as_configured
from adcost.derivatives import finite_differences
from adcost.derivatives import linear_algebra as rules
from adcost.experiments.linear_algebra import recovery
from adcost.functions import spectra

COLUMNS = (
    "problem", "method", "condition", "size", "draw", "argument", "step", "quantity", "value",
)  # fmt: skip
Row = tuple[str, str, float, int, int, str, int, str, float]
Function = Callable[..., jax.Array]

SOLVES: dict[str, Function] = {
    "rule": rules.solve,
    "library": jnp.linalg.solve,
    "factorisation": lambda a, b: lu_solve(lu_factor(a), b),
    "elimination": rules.eliminate,
}
LEAST_SQUARES: dict[str, Function] = {
    "rule": rules.least_squares,
    "library": lambda a, b: jnp.linalg.lstsq(a, b)[0],
    "normal_equations": lambda a, b: jnp.linalg.solve(a.T @ a, a.T @ b),
}
NUCLEAR: dict[str, Function] = {
    "rule": rules.nuclear_norm,
    "values": lambda w: jnp.linalg.svd(w, compute_uv=False).sum(),
    "vectors": lambda w: _through_vectors(w),
}


def _through_vectors(w: jax.Array) -> jax.Array:
    """tr(UᵀWV), the same number, with U and V differentiated as well."""
    u, _, vt = jnp.linalg.svd(w, full_matrices=False)
    return jnp.trace(u.T @ w @ vt.T)


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point of the plan; ``cost`` also returns the table ``timings``."""
    rng = seeds.generator(seed, "linear_algebra", point)
    with jax.enable_x64(True):
        if point == "cost":
            rows, timings = _cost(point, parameters, rng, seed)
            return {"measurements": _table(point, rows), "timings": timings}
        kinds = {"accuracy": _accuracy, "degenerate": _degenerate, "recovery": _recovery}
        return {"measurements": _table(point, kinds[point](parameters, rng))}


def _table(point: str, rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.insert(0, "point", point)
    return table


def _accuracy(parameters: Mapping[str, Any], rng: np.random.Generator) -> list[Row]:
    """Every way against the exact adjoint, over condition numbers."""
    n, m = parameters["size"], parameters["rows"]
    programs: dict[str, dict[str, Callable[..., Any]]] = {
        "solve": _pullbacks(SOLVES, 2),
        "least_squares": _pullbacks(LEAST_SQUARES, 2),
        "nuclear_norm": {name: jax.jit(jax.grad(f)) for name, f in NUCLEAR.items()},
    }
    programs["nuclear_norm"]["difference"] = _difference(NUCLEAR["values"])
    rows: list[Row] = []
    for condition in parameters["conditions"]:
        for draw in range(parameters["draws"]):
            square = spectra.conditioned(rng, n, n, condition)
            tall = spectra.conditioned(rng, m, n, condition)
            b, c, x_bar = rng.standard_normal(n), rng.standard_normal(m), rng.standard_normal(n)
            for name, matrix in (("solve", square), ("least_squares", tall)):
                rules.require_regular(matrix, f"{name} at condition {condition:g}")
            exact = {
                "solve": spectra.exact_solve_adjoint(square, b, x_bar),
                "least_squares": spectra.exact_least_squares_adjoint(tall, c, x_bar),
                "nuclear_norm": (spectra.exact_polar_factor(square),),
            }
            given = {"solve": (square, b, x_bar), "least_squares": (tall, c, x_bar)}
            for problem, methods in programs.items():
                arguments = given.get(problem, (square,))
                for method, program in methods.items():
                    found = program(*arguments)
                    found = found if isinstance(found, tuple) else (found,)
                    for argument, g, right in zip("ab", found, exact[problem], strict=False):
                        where = (problem, method, float(condition), n, draw, argument, 0)
                        rows += _compared(where, np.asarray(g), right)
    return rows


def _pullbacks(functions: Mapping[str, Function], arguments: int) -> dict[str, Function]:
    """Ā and b̄ of ⟨x̄, f(A, b)⟩ for each f, compiled; and by central differences of the first."""

    def of(f: Function) -> Function:
        def adjoint(a: jax.Array, b: jax.Array, x_bar: jax.Array) -> tuple[jax.Array, ...]:
            return jax.vjp(f, a, b)[1](x_bar)

        return jax.jit(adjoint)

    def difference(a: jax.Array, b: jax.Array, x_bar: jax.Array) -> tuple[jax.Array, ...]:
        f = functions["rule"]
        return (
            _difference(lambda a: f(a, b) @ x_bar)(a),
            _difference(lambda b: f(a, b) @ x_bar)(b),
        )

    return {name: of(f) for name, f in functions.items()} | {"difference": jax.jit(difference)}


def _difference(f: Function) -> Function:
    """Central differences with the step of the theory, in the scale of the smallest σ of use."""
    epsilon = finite_differences.best_epsilon(np.float64, central=True)
    return jax.jit(lambda x: finite_differences.central(f, x, epsilon))


def _compared(where: tuple[Any, ...], found: np.ndarray, exact: np.ndarray) -> list[Row]:
    finite = bool(np.isfinite(found).all())
    rows = [(*where, "finite", float(finite))]
    if finite:
        distance = np.linalg.norm(found - exact) / np.linalg.norm(exact)
        rows.append((*where, "relative_error", float(distance)))
    return rows


def _degenerate(parameters: Mapping[str, Any], rng: np.random.Generator) -> list[Row]:
    """Repeated and zero singular values, and the library's other edges: finite, and right?"""
    n, m = parameters["size"], parameters["rows"]
    repeated = np.r_[np.full(n // 2, 2.0), np.ones(n - n // 2)]
    deficient = np.r_[np.linspace(2.0, 1.0, n // 2), np.zeros(n - n // 2)]
    cases = {
        "repeated": (spectra.with_singular_values(rng, n, repeated), n),
        "deficient": (spectra.with_singular_values(rng, n, deficient), n // 2),
        "zero": (np.zeros((n, n)), 0),
    }
    rows: list[Row] = []
    for case, (w, rank) in cases.items():
        for method, f in NUCLEAR.items():
            g = np.asarray(jax.jit(jax.grad(f))(w))
            where = (case, method, 0.0, n, 0, "a", 0)
            finite = bool(np.isfinite(g).all())
            rows.append((*where, "finite", float(finite)))
            if finite:
                distance = rules.distance_to_subdifferential(g, w, rank)
                rows += [(*where, "distance", distance), (*where, "norm", float(np.linalg.norm(g)))]
    tall = spectra.with_singular_values(rng, m, deficient)
    right = rng.standard_normal(m)
    edges: dict[str, tuple[Function, Any]] = {
        "Hessian of the singular values' sum, repeated": (
            jax.hessian(NUCLEAR["values"]),
            cases["repeated"][0],
        ),
        "eigenvectors (eigh) at the identity": (
            jax.grad(lambda a: jnp.linalg.eigh(a)[1].sum()),
            np.eye(n),
        ),
        "least squares (lstsq), rank-deficient": (
            jax.grad(lambda a: jnp.linalg.lstsq(a, right)[0].sum()),
            tall,
        ),
        "pseudo-inverse (pinv), rank-deficient": (
            jax.grad(lambda a: (jnp.linalg.pinv(a) @ right).sum()),
            tall,
        ),
        "Euclidean norm at zero": (jax.grad(jnp.linalg.norm), np.zeros(n)),
        "solve, singular": (
            jax.grad(lambda a: jnp.linalg.solve(a, right[:n]).sum()),
            np.zeros((n, n)),
        ),
    }
    for edge, (derivative, at) in edges.items():
        finite = np.isfinite(np.asarray(jax.jit(derivative)(at))).all()
        rows.append((edge, "library", 0.0, n, 0, "a", 0, "finite", float(finite)))
    return rows


def _cost(
    point: str, parameters: Mapping[str, Any], rng: np.random.Generator, seed: int
) -> tuple[list[Row], pd.DataFrame]:
    """Value and both adjoints by every way through a solve, over sizes."""
    rows: list[Row] = []
    timings = []
    timing = parameters["timing"]
    for n in parameters["sizes"]:
        a = jnp.asarray(rng.standard_normal((n, n)) + 2 * np.sqrt(n) * np.eye(n))
        b, x_bar = (jnp.asarray(rng.standard_normal(n)) for _ in range(2))
        functions: dict[str, Callable[..., Any]] = {
            name: _value_and_adjoints(f) for name, f in SOLVES.items()
        }
        functions["value"] = lambda a, b, x_bar: rules.solve(a, b)
        programs = compile_programs({n: (f, (a, b, x_bar)) for n, f in functions.items()})
        for name, f in functions.items():
            where = ("solve", name, 0.0, n, 0, "a", 0)
            rows.append((*where, "operations", count(f, a, b, x_bar).total))
            held = compiled_bytes(programs[name].compiled).temporaries
            rows.append((*where, "temporary_bytes", held))
        order = seeds.generator(seed, "linear_algebra", point, n, "order")
        timed = time_as_configured(programs, timing, point=point, rng=order)
        timings.append(timed.assign(size=n))
    return rows, pd.concat(timings, ignore_index=True)


def _value_and_adjoints(f: Function) -> Callable[..., tuple[Any, ...]]:
    def program(a: jax.Array, b: jax.Array, x_bar: jax.Array) -> tuple[Any, ...]:
        x, pull = jax.vjp(f, a, b)
        return x, *pull(x_bar)

    return program


def _recovery(parameters: Mapping[str, Any], rng: np.random.Generator) -> list[Row]:
    """The course of every descent, for every matrix drawn."""
    return [
        ("recovery", method, 0.0, parameters["size"], draw, "a", step, quantity, float(value))
        for draw, courses in enumerate(recovery.recover(parameters, rng))
        for method, course in courses.items()
        for quantity, values in course.items()
        for step, value in enumerate(values, 1)
    ]
