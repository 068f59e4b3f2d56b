"""The numbers of `stepsizes` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.experiments.stepsizes import analysis

ROUNDED = 100 * analysis.UNIT_ROUNDOFF
"""An eigenvalue smaller than this, relative to the largest, may be zero."""


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name."""
    measured, points = tables["measurements"], tables["points"]
    start, end = (analysis.vectors(measured, method, "alpha") for method in ("start", "polyak"))
    curvature = analysis.of_runs(measured, "start", "curvature")
    scaled, steps = analysis.configured(points, "beta"), int(analysis.configured(points, "steps"))
    table, ratio = analysis.sweep(measured), analysis.conditioned(measured, "loss_ratio")
    worst, other = (
        analysis.conditioned(measured, "worst_case"),
        analysis.conditioned(measured, "other_ratio"),
    )
    near_one = analysis.values(measured, "homework", "gradient", "gradient_error")
    constant = analysis.of_runs(measured, "constant", "loss_ratio")
    return {
        "dimension": int(analysis.configured(points, "dimension")),
        "horizon": start.shape[1],
        "starts": len(start),
        "beta_curvature": f"{scaled:g}",
        "steps": steps,
        "beta": float((scaled / curvature).median()),
        "matched_beta": float((1 / curvature).median()),
        "curvature": float(curvature.median()),
        "constant_orders": float(-np.log10(constant).median()),
        "guaranteed_ratio": float(np.median(analysis.guaranteed(measured, scaled, float(steps)))),
        "matched_ratio": float(analysis.of_runs(measured, "matched", "loss_ratio").max()),
        "polyak_ratio": float(analysis.of_runs(measured, "polyak", "loss_ratio").max()),
        "law": -start.shape[1] / (start.shape[1] - 1),
        "law_measured": _late_slope(tables["curves"]),
        "random_error": float(near_one[near_one["at"] == 1].value.max()),
        "matched_distance": float(analysis.distance_to_rest(measured, "matched").max()),
        "polyak_distance": float(analysis.distance_to_rest(measured, "polyak").max()),
        "most_negative": float(
            max(-analysis.relative_spectra(measured, method).min() for method in analysis.ENDS)
        ),
        "constant_distance": float(analysis.distance_to_rest(measured, "constant").median()),
        "constant_gradient": float(
            analysis.of_runs(measured, "constant", "gradient_norm").median()
        ),
        "constant_negative": int(
            (analysis.relative_spectra(measured, "constant") < -ROUNDED).sum(1).min()
        ),
        "constant_least": float(analysis.relative_spectra(measured, "constant").min()),
        "most_lower": float(
            max(analysis.lower_shares(measured, method).max() for method in analysis.ENDS)
        ),
        "constant_lower": float(analysis.lower_shares(measured, "constant").iloc[0]),
        "perturbations": int(analysis.configured(points, "perturbations")) * len(start),
        "radii": len(analysis.lower_shares(measured, "matched")),
        "flat": start.shape[1] - 1,
        "conserved_error": float(np.abs(end - analysis.conserved_end(start)).max()),
        "least_unstable": _number(table[table.diverged == 1]["at"].min()),
        "diverged_first": _count(table.diverged_at.min()),
        "diverged_last": _count(table.diverged_at.max()),
        "gradients": _count(analysis.conditioned(measured, "gradients").learned.median()),
        "arrived": float(analysis.conditioned(measured, "arrived").learned.mean()),
        "conditions": [
            {
                "condition": float(condition),
                "learned": float(ratio.loc[condition].learned.median()),
                "chebyshev": float(ratio.loc[condition].chebyshev.median()),
                "equal": float(ratio.loc[condition].equal.median()),
                "other_learned": float(other.loc[condition].learned.median()),
                "worst_learned": float(worst.loc[condition].learned.median()),
                "worst_chebyshev": float(worst.loc[condition].chebyshev.median()),
                "worst_equal": float(worst.loc[condition].equal.median()),
            }
            for condition in ratio.index.get_level_values("at").unique()
        ],
    }


def _number(value: float) -> float | None:
    """None where nothing was found, as where no run diverged."""
    return None if np.isnan(value) else float(value)


def _count(value: float) -> int | None:
    return None if np.isnan(value) else round(value)


def _late_slope(curves: pd.DataFrame) -> float:
    """The exponent of L in k over the last decade of steps of the constant β, median over runs."""
    rows = curves[(curves.curve == "learning") & (curves.method == "constant")]
    rows = rows[(rows.point == "homework") & (rows.x >= rows.x.max() / 10) & (rows.value > 0)]
    slopes = [
        np.polyfit(np.log(group.x), np.log(group.value), 1)[0] for _, group in rows.groupby("run")
    ]
    return float(np.median(slopes))
