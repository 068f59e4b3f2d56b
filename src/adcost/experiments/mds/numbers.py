"""The numbers of `mds` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.mds.analysis import (
    FLAT_MAP,
    GRADIENT_FREE,
    animated,
    cost_ratios,
    map_errors,
    map_kilometres,
    of_points,
    values,
)
from adcost.experiments.mds.plan import SCALING
from adcost.functions.earth import EARTH_RADIUS_KM
from adcost.results.select import parameter


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; errors in km, costs in evaluations."""
    measured, frames, points = tables["measurements"], tables["frames"], tables["points"]
    scaling = measured[measured.region == SCALING]
    steps = values(scaling, "gradient_descent", "subset_steps").groupby("cities").value.median()
    own = values(scaling, "gradient_descent", "evaluations_to_tolerance")
    own = own.groupby("cities").value.median()
    largest = scaling.cities.max()
    shown = animated(frames)
    runs = measured[measured.point == shown]
    found: dict[str, Any] = {
        "least_cities": int(scaling.cities.min()),
        "most_cities": int(largest),
        "starts": int(values(measured, "gradient_descent", "converged").start.max()) + 1,
        "slow_starts": int(values(scaling, "nelder_mead", "converged").start.max()) + 1,
        "slow_cap": int(parameter("mds", points, "slow.max_evaluations").max()),
        "subsets": int(values(scaling, "gradient_descent", "subset_steps").start.max()) + 1,
        "tolerance": float(parameter("mds", points, "tolerance").max()),
        "gradient_price": float(of_points(measured, "gradient_price").max()),
        "least_steps": float(steps.min()),
        "most_steps": float(steps.max()),
        "least_condition": float(of_points(measured, "condition_number").min()),
        "most_condition": float(of_points(measured, "condition_number").max()),
        "gradient_evaluations": float(own[largest]),
        "l_bfgs_evaluations": float(
            values(scaling, "l_bfgs", "evaluations_to_tolerance")
            .groupby("cities")
            .value.median()[largest]
        ),
        "arrived": float(values(measured, "gradient_descent", "converged").value.mean()),
        "smacof_arrived": smacof_share(measured),
        "animated_cities": int(runs.cities.max()),
        "animated_gradient": _arrival(runs, "gradient_descent"),
        "animated_nelder_mead": _arrival(runs, "nelder_mead"),
    }
    errors, angle = map_errors(measured).value, of_points(measured, "angular_radius")
    flat = angle[angle <= FLAT_MAP].index
    worst, widest = errors.reindex(flat).idxmax(), angle.idxmax()
    for name, point in (("flat", worst), ("widest", widest)):
        found |= {
            f"{name}_point": point,
            f"{name}_error_km": _median(measured, point, "gradient_descent", "procrustes_km"),
            f"{name}_error_percent": 100
            * _median(measured, point, "gradient_descent", "procrustes_relative"),
        }
    closed, descent = (
        map_kilometres(measured, method).loc[list(flat)]
        for method in ("classical_scaling", "gradient_descent")
    )
    planar = _median(measured, widest, "classical_scaling", "planar_share")
    apart = _median(measured, widest, "classical_scaling", "minimiser_difference")
    found |= {
        "flat_distortion_percent": 100 * _median(measured, worst, "point", "least_distortion"),
        "flat_classical_km": _median(measured, worst, "classical_scaling", "procrustes_km"),
        "widest_reach_km": angle[widest] * EARTH_RADIUS_KM,
        "widest_planar_percent": 100 * planar,
        "widest_apart_percent": 100 * apart,
        "flat_maps": len(flat),
        "closed_nearer": int((closed < descent).sum()),
        "closed_least_km": float(closed.min()),
        "closed_most_km": float(closed.max()),
        "descent_least_km": float(descent.min()),
        "descent_most_km": float(descent.max()),
        "literal_percent": 100 * float(values(measured, "literal", "shape_error").value.max()),
    }
    for method in GRADIENT_FREE:
        ratios = cost_ratios(measured, method)
        found[f"{method}_ratio_first"] = float(ratios.value.iloc[0])
        found[f"{method}_ratio_last"] = float(ratios.value.iloc[-1])
    return found


def _median(measured: pd.DataFrame, point: str, method: str, quantity: str) -> float:
    """A quantity of a method at a point: the median over its starts."""
    return float(values(measured[measured.point == point], method, quantity).value.median())


def _arrival(runs: pd.DataFrame, method: str) -> float:
    """Evaluations that the first run of a method took to the tolerance, or to the cap."""
    rows = values(runs, method, "evaluations_to_tolerance")
    return float(rows[rows.start == 0].value.iloc[0])


def smacof_share(measured: pd.DataFrame) -> float:
    """The share of SMACOF's runs whose map is as true as the best of its point, within double."""
    errors = values(measured, "smacof", "procrustes_km")
    best = errors.groupby("point").value.transform("min")
    return float((errors.value <= 2 * best).mean())
