"""A wrong derivative, product or method below an experiment is measured, and its claim refuted.

So no claim on agreement compares a thing with itself. Only the measurement is small; the other rows
of the tables are those on which every claim holds.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from adcost.derivatives import accumulation, elimination, jacobian, symbolic
from adcost.derivatives import linear_algebra as rules
from adcost.experiments.jacobian import claims as jacobian_claims
from adcost.experiments.jacobian import measure as jacobian_measure
from adcost.experiments.jacobian import sweeps
from adcost.experiments.linear_algebra import claims as linear_algebra_claims
from adcost.experiments.linear_algebra import measure as linear_algebra_measure
from adcost.experiments.mds import claims as mds_claims
from adcost.experiments.mds import maps
from adcost.experiments.mds import measure as mds_measure
from adcost.experiments.not_autodiff import claims as not_autodiff_claims
from adcost.experiments.not_autodiff import measure as not_autodiff_measure
from adcost.experiments.spectrum import analysis as spectrum_analysis
from adcost.experiments.spectrum import claims as spectrum_claims
from adcost.experiments.spectrum import measure as spectrum_measure
from adcost.experiments.stepsizes import claims as stepsizes_claims
from adcost.experiments.stepsizes import conditioned, gradient
from adcost.experiments.stepsizes.learning import homework_loss
from adcost.experiments.zero_order import claims as zero_order_claims
from adcost.experiments.zero_order import estimator

from . import (
    tables_jacobian,
    tables_linear_algebra,
    tables_mds,
    tables_not_autodiff,
    tables_spectrum,
    tables_stepsizes,
    tables_zero_order,
)
from .synthetic import decided, put, verdict, where

RIGHT, WRONG = "reproduced", "refuted"


def _off(f):
    """The same with a result that is wrong by a thousandth."""
    return lambda *given, **named: 1.001 * f(*given, **named)


# --- jacobian -------------------------------------------------------------------------------------

CROSSOVER, MIXED = "jacobian.crossover", "jacobian.no_universal_mode"


def _worst(rows, method=None):
    return max(
        row[5] for row in rows if row[4] == "relative_error" and row[2] == (method or row[2])
    )


@pytest.mark.parametrize(("off", "outcome"), [(None, RIGHT), ("forward", WRONG),
                                              ("reverse", WRONG)])  # fmt: skip
def test_a_wrong_mode_of_a_sweep(monkeypatch, off, outcome):
    if off:
        monkeypatch.setattr(jacobian, off, _off(getattr(jacobian, off)))
    rng = np.random.default_rng(0)
    a, x = (jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in ((3, 10), (10,)))
    programs = {mode: partial(sweeps._mode(mode, "tanh", 2), a, x) for mode in sweeps.MODES}
    error = _worst(sweeps._errors("tanh", programs, a, x))
    tables = tables_jacobian.make()
    put(error, point="sweep-tanh", shape="10-2", method="reverse", quantity="relative_error")(
        tables
    )
    assert (
        verdict(jacobian_claims.judge, tables, CROSSOVER, "both modes against the closed form")
        == outcome
    )


@pytest.mark.parametrize(("off", "outcome"), [(False, RIGHT), (True, WRONG)])
def test_a_wrong_product_along_a_chain(monkeypatch, off, outcome):
    if off:
        monkeypatch.setattr(accumulation, "jacobian", _off(accumulation.jacobian))
    timing = {"runs": 1, "max_runs": 1, "seconds": 0.0, "warmup": 0, "burst": 1, "long_runs": 1}
    parameters = {"chains": [{"name": "hourglass", "widths": [4, 2, 4]}], "timing": timing}
    rows, _ = jacobian_measure._chains("chains", parameters, seed=1)
    tables = tables_jacobian.make()
    put(_worst(rows), point="chains", subject="hourglass tanh", quantity="relative_error")(tables)
    assert verdict(jacobian_claims.judge, tables, MIXED, "all chains") == outcome


@pytest.mark.parametrize(("off", "outcome"), [(False, RIGHT), (True, WRONG)])
def test_a_wrong_elimination(monkeypatch, off, outcome):
    eliminate = elimination.eliminate

    def wrong(graph, order):
        result, multiplications = eliminate(graph, order)
        return (1.001 if off else 1) * result, multiplications

    monkeypatch.setattr(elimination, "eliminate", wrong)
    rows = jacobian_measure._graphs(["lighthouse"], states=100)
    tables = tables_jacobian.make()
    put(_worst(rows), point="graphs", quantity="relative_error")(tables)
    assert verdict(jacobian_claims.judge, tables, MIXED, "all graphs") == outcome


# --- linear_algebra -------------------------------------------------------------------------------

LINEAR = {"solve": "SOLVES", "least_squares": "LEAST_SQUARES", "nuclear_norm": "NUCLEAR"}


@pytest.fixture(scope="module")
def accuracy():
    """Errors as measured with every rule off by a thousandth."""
    size = {"size": 3, "rows": 4, "conditions": [10.0], "draws": 1}
    with pytest.MonkeyPatch.context() as patch:
        for name, table in LINEAR.items():
            wrong = _off(getattr(rules, name))
            patch.setitem(getattr(linear_algebra_measure, table), "rule", wrong)
        return linear_algebra_measure.measure("accuracy", size, seed=1)["measurements"]


@pytest.mark.parametrize("problem", LINEAR)
def test_a_wrong_rule_of_linear_algebra(accuracy, problem):
    """Beside it the library's own, measured at the same time, stays right.

    With `solve` the two are one confirmation; there the library is judged without the rule.
    """
    tables = tables_linear_algebra.make()
    table = tables["measurements"]
    tables["measurements"] = pd.concat([table[table.point != "accuracy"], accuracy])
    judge, claim = linear_algebra_claims.judge, f"linear_algebra.{problem}"
    assert decided(judge, tables, claim) == WRONG
    if problem == "solve":
        unit = "rule and library"
        assert verdict(judge, tables, claim, unit) == WRONG
        table = tables["measurements"]
        wrong = where(table, point="accuracy", problem="solve", method="rule")
        tables["measurements"] = table[~wrong]
    else:
        unit = "conditioning: values" if problem == "nuclear_norm" else "conditioning: library"
    assert verdict(judge, tables, claim, unit) == RIGHT


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, RIGHT), (1.001, WRONG)])
def test_a_wrong_subgradient_where_singular_values_vanish(factor, outcome):
    """What `distance_to_subdifferential` says of UVᵀ of a matrix of rank 3, in 6 dimensions."""
    rng = np.random.default_rng(2)
    u, v = (np.linalg.qr(rng.normal(size=(6, 6)))[0][:, :3] for _ in range(2))
    distance = rules.distance_to_subdifferential(factor * u @ v.T, u * [2.0, 1.5, 1.0] @ v.T, 3)
    tables = tables_linear_algebra.make()
    put(distance, problem="deficient", method="rule", quantity="distance")(tables)
    assert decided(linear_algebra_claims.judge, tables,
                   "linear_algebra.nuclear_norm_degenerate") == outcome  # fmt: skip


# --- mds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, RIGHT), (1.001, WRONG)])
def test_a_wrong_classical_scaling(monkeypatch, factor, outcome):
    closed = maps.classical_scaling

    def scaling(targets):
        found = closed(targets)
        return maps.ClassicalMap(factor * found.positions, found.eigenvalues)

    monkeypatch.setattr(maps, "classical_scaling", scaling)
    rows = mds_measure._pca(np.random.default_rng(0).normal(size=(6, 2)))
    error = next(row[3] for row in rows if row[2] == "pca_difference")
    tables = tables_mds.make()
    put(error, point="europe-6", quantity="pca_difference")(tables)
    assert decided(mds_claims.judge, tables, "mds.pca") == outcome


@pytest.mark.parametrize(("scale", "outcome"), [(1.0, RIGHT), (1.1, "refuted")])
def test_a_recovered_map_that_is_too_large(scale, outcome):
    """Rotation, reflection and shift are forgiven, the scale is not."""
    truth = np.random.default_rng(0).normal(size=(6, 2))
    moved = scale * truth @ np.array([[0.6, 0.8], [0.8, -0.6]]) + [3, 4]
    error = maps.procrustes_error(moved, truth) / maps.radius(truth)
    assert error == pytest.approx(scale - 1, abs=1e-12)
    tables = tables_mds.make()
    put(error, point="europe-6", method="gradient_descent", quantity="procrustes_relative")(tables)
    assert decided(mds_claims.judge, tables, "mds.gradient_recovers_map") == outcome


# --- not_autodiff ---------------------------------------------------------------------------------


def _scaled_errors():
    with jax.enable_x64(True):
        rows = not_autodiff_measure._errors("logistic", np.array([0.2, 0.4, 0.9]), [1, 2], [1, 2])
    return {(k, method): value for k, method, _, quantity, value in rows
            if quantity == "scaled_error"}  # fmt: skip


@pytest.mark.parametrize("off", [None, "forward", "reverse", "symbolic"])
def test_a_wrong_derivative_of_an_iterated_map(monkeypatch, off):
    modes, compiled = not_autodiff_measure._modes, symbolic.compile_function
    if off == "symbolic":
        monkeypatch.setattr(symbolic, "compile_function",
                            lambda *given, **named: _off(compiled(*given, **named)))  # fmt: skip
    elif off:
        monkeypatch.setattr(
            not_autodiff_measure, "_modes",
            lambda *given: [_off(f) if name == off else f
                            for name, f in zip(("forward", "reverse"), modes(*given),
                                               strict=True)],
        )  # fmt: skip
    found = _scaled_errors()
    tables = tables_not_autodiff.make()
    for method in ("forward", "reverse", "symbolic", "symbolic_shared"):
        put(found[2, method], function="logistic", depth=2, method=method,
            quantity="scaled_error")(tables)  # fmt: skip
    judge, claim = not_autodiff_claims.judge, "not_autodiff.same_rounding"
    assert decided(judge, tables, claim) == (WRONG if off else RIGHT)
    stable = WRONG if off == "reverse" else RIGHT
    assert decided(judge, tables, "not_autodiff.stable") == stable
    outcome = RIGHT if off in (None, "symbolic") else WRONG
    assert verdict(judge, tables, claim, "AD, all maps") == outcome


# --- spectrum -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, RIGHT), (1.01, WRONG)])
def test_a_wrong_product_below_lanczos(monkeypatch, factor, outcome):
    """The dense Hessian of a quadratic against Lanczos' method on products that are too long."""
    rng = np.random.default_rng(3)
    n = tables_spectrum.SIZE
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    matrix = basis * tables_spectrum.eigenvalues(8) @ basis.T
    product = spectrum_measure._product
    monkeypatch.setattr(spectrum_measure, "_loss", lambda *given: lambda w: 0.5 * w @ matrix @ w)
    monkeypatch.setattr(spectrum_measure, "_product",
                        lambda loss, w: lambda v: factor * product(loss, w)(v))  # fmt: skip
    tables = tables_spectrum.make()
    table = tables["measurements"]
    rows = spectrum_measure.Rows("small", tables_spectrum.DENSE, 8)
    parameters = {"network": "small", "probes": 3, "steps": tables_spectrum.STEPS,
                  "ghosts": {"steps": 18, "shown": 3}}  # fmt: skip
    with jax.enable_x64(True):
        spectrum_measure._dense(rows, parameters, np.zeros(n), seed=1)
    kept = ~((table.network == tables_spectrum.DENSE) & (table.epoch == 8)
             & (table.method != "training"))  # fmt: skip
    tables["measurements"] = pd.concat([table[kept], rows.table()], ignore_index=True)
    judge, claim = spectrum_claims.judge, "spectrum.lanczos_is_right"
    assert decided(judge, tables, claim) == outcome
    for errors in (spectrum_analysis.residual_errors, spectrum_analysis.extreme_errors):
        worst = errors(tables["measurements"], tables_spectrum.DENSE, 8).max()
        assert (worst > 1) == (outcome == WRONG), errors.__name__


# --- stepsizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, RIGHT), (0.5, WRONG), (-1.0, WRONG)])
def test_a_wrong_gradient_through_the_loop(monkeypatch, factor, outcome):
    monkeypatch.setattr(gradient, "homework_loss", lambda *given: factor * homework_loss(*given))
    with jax.enable_x64(True):
        rows = gradient.compare({"dimension": 5, "horizon": 3, "starts": 2}, seed=1)
    tables = tables_stepsizes.make()
    table = tables["measurements"]
    fresh = pd.DataFrame(rows, columns=["method", "run", "quantity", "at", "value"])
    kept = table[table.method != "gradient"]
    tables["measurements"] = pd.concat([kept, fresh.assign(point="homework")], ignore_index=True)
    assert decided(stepsizes_claims.judge, tables, "stepsizes.gradient") == outcome


def test_equal_steps_in_place_of_learned_ones(monkeypatch):
    monkeypatch.setattr(
        conditioned, "learn", lambda start, x0, eigenvalues: (conditioned.equal_steps(
            eigenvalues.max(), len(start)), 1)
    )  # fmt: skip
    parameters = {"horizon": 3, "numbers": [10.0, 50.0], "dimension": 6, "starts": 1, "restarts": 1}
    with jax.enable_x64(True):
        rows, _ = conditioned.compare(parameters, seed=1)
    tables = tables_stepsizes.make()
    table = tables["measurements"]
    fresh = pd.DataFrame(rows, columns=["method", "run", "quantity", "at", "value"])
    kept = table[table.point != "condition"]
    tables["measurements"] = pd.concat([kept, fresh.assign(point="condition")], ignore_index=True)
    assert verdict(stepsizes_claims.judge, tables, "stepsizes.chebyshev",
                   "of the least final loss of any steps") == WRONG  # fmt: skip


# --- zero_order -----------------------------------------------------------------------------------


@pytest.fixture
def estimates():
    """Rows of the estimator's point as measured now; nothing traced before or after is used."""

    def measured(n, draws=64 * 128):
        with jax.enable_x64(True):
            rng, key = np.random.default_rng(n), jax.random.key(n)
            return [*estimator.unbiased(rng, key, n, draws)]

    estimator._means.clear_cache()
    yield measured
    estimator._means.clear_cache()


@pytest.mark.parametrize(
    ("factor", "outcome"), [(lambda d: d, RIGHT), (lambda d: 1, WRONG), (lambda d: -3.7, WRONG),
                            (lambda d: d + 2, WRONG)],
    ids=["d", "none", "−3.7", "d + 2"],
)  # fmt: skip
def test_a_wrong_factor_of_the_two_point_estimate(monkeypatch, estimates, factor, outcome):
    right = estimator.two_point
    monkeypatch.setattr(estimator, "two_point",
                        lambda f, x, v, e: factor(x.size) / x.size * right(f, x, v, e))  # fmt: skip
    columns = ["method", "dimension", "run", "step", "quantity", "value"]
    fresh = pd.DataFrame(estimates(4), columns=columns)
    # Both kinds of direction as the sphere's, so that all evidence is of the factor under test.
    sphere = fresh[fresh.method == "sphere"]
    tables = tables_zero_order.make()
    table = tables["measurements"]
    kept = table[~table.quantity.isin(estimator.PARTS)]
    tables["measurements"] = pd.concat([kept, sphere.assign(point="estimator")], ignore_index=True)
    found = decided(zero_order_claims.judge, tables, "zero_order.two_point_unbiased")
    assert found == outcome


@pytest.mark.parametrize("off", [False, True])
def test_forward_differences_in_place_of_central_ones(monkeypatch, off):
    def forward(f, x, epsilon):
        return jnp.stack([(f(x + epsilon * e) - f(x)) / epsilon for e in jnp.eye(x.size)])

    if off:
        monkeypatch.setattr(estimator, "central", forward)
    with jax.enable_x64(True):
        rows = [*estimator.differences(3, 4)]
    columns = ["method", "dimension", "run", "step", "quantity", "value"]
    tables = tables_zero_order.make()
    table = tables["measurements"]
    kept = table[~where(table, method=["central_differences", "central_differences_smooth"],
                        quantity=["path_difference", "rounding_bound", "evaluations"])]  # fmt: skip
    fresh = pd.DataFrame(rows, columns=columns).assign(point="estimator")
    tables["measurements"] = pd.concat([kept, fresh], ignore_index=True)
    judge, claim = zero_order_claims.judge, "zero_order.finite_difference_is_gd"
    assert decided(judge, tables, claim) == (WRONG if off else RIGHT)
