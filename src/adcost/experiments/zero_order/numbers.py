"""The numbers of `zero_order` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.zero_order.analysis import (
    attained,
    best_steps,
    components,
    exponent,
    gaps,
    last,
    medians,
    of_problem,
    over_table,
    strongly_convex_exponent,
    swept,
    values,
)
from adcost.experiments.zero_order.plan import CLASSES


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name."""
    measured, points = tables["measurements"], tables["points"]
    along = components(measured, "along_gradient")
    second = components(measured, "second_moment").set_index(["method", "dimension"]).value
    highest = int(along.dimension.max())
    first = "convex"
    sweep = medians(measured, first, "gaussian", "steps")
    most = int(sweep.index.max())
    noisy = gaps(measured, "sphere")
    by_n = swept(noisy, "dimension")
    exact = {method: gaps(measured, method) for method in ("sphere", "stochastic_gradient")}
    deviation = pd.concat(exact.values())
    standard = (deviation.high - deviation.low) / 2
    found: dict[str, Any] = {
        "least_n": int(sweep.index.min()),
        "most_n": most,
        "sphere_most_n": int(medians(measured, first, "sphere").index.max()),
        "least_runs": int(
            values(measured, first, "gaussian", "steps").groupby("dimension").size().min()
        ),
        "most_runs": int(
            values(measured, first, "gaussian", "steps").groupby("dimension").size().max()
        ),
        "epsilon": of_problem(points, first, "epsilon"),
        "condition": f"{of_problem(points, 'strongly_convex', 'condition'):g}",
        "rate_n": int(values(measured, first, "gaussian", "error").dimension.iloc[0]),
        "rate_runs": int(values(measured, first, "gaussian", "error").run.max()) + 1,
        "highest_d": highest,
        "without_factor": float(along.query("method == 'sphere'").value.iloc[-1] / highest),
        "second_sphere": float(second["sphere", highest]),
        "second_gaussian": float(second["gaussian", highest]),
        "budget": int(by_n.step.iloc[0]),
        "noisy_least_n": int(by_n.dimension.min()),
        "noisy_most_n": int(by_n.dimension.max()),
        "noisy_n": int(swept(noisy, "step").dimension.iloc[0]),
        "noisy_off": float(((deviation.value - deviation.expected) / standard).abs().max()),
        "noisy_off_relative": float((deviation.value / deviation.expected - 1).abs().max()),
        "differences_n": int(
            values(measured, "estimator", "central_differences", "evaluations").dimension.iloc[0]
        ),
        "differences_steps": int(
            values(measured, "estimator", "central_differences", "evaluations").step.max()
        ),
        "differences_evaluations": int(last(measured, "central_differences", "evaluations")),
        "path_difference": last(measured, "central_differences", "path_difference"),
        "path_difference_smooth": last(measured, "central_differences_smooth", "path_difference"),
        "literal_table": over_table(measured, points, "steps").high,
        "best_table": over_table(measured, points, "best_steps").high,
    }
    for kind in ("smooth", "convex"):
        found[f"{kind}_attained"] = attained(measured, points, kind, "gaussian")
        found[f"{kind}_attained_gd"] = attained(measured, points, kind, "gradient_descent")
    found["gd_steps"] = int(medians(measured, first, "gradient_descent", "steps").value[most])
    found["sweep"] = [_sweep_row(measured, points, kind, most) for kind in CLASSES]
    for kind in CLASSES:
        table = best_steps(measured, kind)
        theory = medians(measured, kind, "gaussian").value
        found |= {
            f"{kind}_best_gain": float(theory[most] / table.value[most]),
            f"{kind}_best_multiple": float(table.multiple[most]),
        }
    for kind in ("convex", "strongly_convex"):
        expected = medians(measured, kind, "expected_gaussian", "steps").value
        own = medians(measured, kind, "gaussian", "steps").value
        stable = medians(measured, kind, "expected_gaussian", "stable_step").value
        found |= {
            f"{kind}_stable": float(stable[most] * most),
            f"{kind}_off_expected": float((own / expected - 1).abs().max()),
        }
    for over in ("dimension", "step"):
        found[f"strong_exponent_{over}"] = strongly_convex_exponent(measured, over)
    return found


def _sweep_row(
    measured: pd.DataFrame, points: pd.DataFrame, kind: str, most: int
) -> dict[str, Any]:
    """The table of the sweep: gradient descent against two-point in the highest dimension."""
    plain = medians(measured, kind, "gradient_descent", "steps").value[most]
    two_point = medians(measured, kind, "gaussian", "steps").value[most]
    evaluations = medians(measured, kind, "gaussian", "evaluations").value[most]
    own = medians(measured, kind, "gradient_descent", "evaluations").value[most]
    return {
        "class": kind.replace("_", " "),
        "tolerance": of_problem(points, kind, "tolerance"),
        "gd_steps": int(plain),
        "two_point_steps": int(two_point),
        "steps_over_n": float(two_point / plain / most),
        "evaluations": float(evaluations / own),
        "exponent": exponent(measured, kind, "gaussian").value,
        "exponent_n": exponent(measured, kind, "gaussian", shift=0).value,
    }
