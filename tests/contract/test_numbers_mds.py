"""Every number of the report on `mds` is that of its own rows."""

import numpy as np
import pytest

from adcost.experiments.mds.claims import numbers

from . import tables_mds
from .synthetic import FLAGS, put, same, scattered, value

FLAT, EARTH_KM = 0.7853981633974483, 6371.0088  # π/4; the mean radius (IUGG)


def expected(tables):
    rows = tables["measurements"]
    largest, shown = "europe-16", "europe-10"
    sizes = tables_mds.SIZES

    def middle(point, method, quantity):
        own = rows[(rows.point == point) & (rows.method == method) & (rows.quantity == quantity)]
        return float(np.median(own.value))

    def over_points(quantity):
        return [value(rows, point=point, method="point", quantity=quantity)
                for point in tables_mds.POINTS]  # fmt: skip

    def ratio(point, method):
        cost = rows[(rows.point == point) & (rows.quantity == "evaluations_to_tolerance")]
        wide = cost.pivot(index="start", columns="method", values="value")
        return (wide[method] / wide.gradient_descent).dropna().median()

    def map_of(name, point):
        return {
            f"{name}_point": point,
            f"{name}_error_km": middle(point, "gradient_descent", "procrustes_km"),
            f"{name}_error_percent": 100 * middle(point, "gradient_descent", "procrustes_relative"),
        }

    def first_start(method):
        return value(rows, point=shown, method=method, start=0,
                     quantity="evaluations_to_tolerance")  # fmt: skip

    steps = [middle(point, "gradient_descent", "subset_steps") for point in sizes]
    angle = dict(zip(tables_mds.POINTS, over_points("angular_radius"), strict=True))
    errors = {point: middle(point, "gradient_descent", "procrustes_relative")
              for point in tables_mds.POINTS if angle[point] <= FLAT}  # fmt: skip
    smacof = rows[(rows.method == "smacof") & (rows.quantity == "procrustes_km")]
    smacof = smacof.pivot(index="start", columns="point", values="value")
    arrived = rows.value[(rows.method == "gradient_descent") & (rows.quantity == "converged")]
    closed, descent = (
        {point: middle(point, method, "procrustes_km") for point in errors}
        for method in ("classical_scaling", "gradient_descent")
    )
    worst, widest = max(errors, key=errors.get), max(angle, key=angle.get)
    return {
        "flat_maps": len(errors),
        "closed_nearer": sum(closed[point] < descent[point] for point in errors),
        "closed_least_km": min(closed.values()),
        "closed_most_km": max(closed.values()),
        "descent_least_km": min(descent.values()),
        "descent_most_km": max(descent.values()),
        "literal_percent": 100 * max(rows.value[rows.quantity == "shape_error"]),
        "widest_apart_percent": 100 * middle(widest, "classical_scaling", "minimiser_difference"),
        "least_cities": 6,
        "most_cities": 16,
        "starts": 6,
        "slow_starts": 3,
        "slow_cap": 24_999,
        "subsets": 5,
        "tolerance": 7e-6,
        "gradient_price": max(over_points("gradient_price")),
        "least_steps": min(steps),
        "most_steps": max(steps),
        "least_condition": min(over_points("condition_number")),
        "most_condition": max(over_points("condition_number")),
        "gradient_evaluations": middle(largest, "gradient_descent", "evaluations_to_tolerance"),
        "l_bfgs_evaluations": middle(largest, "l_bfgs", "evaluations_to_tolerance"),
        "arrived": arrived.mean(),
        "smacof_arrived": (smacof / smacof.min() <= 2).to_numpy().mean(),
        "animated_cities": 10,
        "animated_gradient": first_start("gradient_descent"),
        "animated_nelder_mead": first_start("nelder_mead"),
        **map_of("flat", worst),
        "flat_distortion_percent": 100 * middle(worst, "point", "least_distortion"),
        "flat_classical_km": middle(worst, "classical_scaling", "procrustes_km"),
        **map_of("widest", widest),
        "widest_reach_km": middle(widest, "point", "angular_radius") * EARTH_KM,
        "widest_planar_percent": 100 * middle(widest, "classical_scaling", "planar_share"),
        **{f"{method}_ratio_{name}": ratio(point, method)
           for method in ("central_differences", "two_point", "nelder_mead")
           for name, point in (("first", "europe-6"), ("last", largest))},
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 4))
def test_each_number_is_that_of_its_rows(seed):
    tables = scattered(tables_mds.make(), seed, keep=(*FLAGS, "angular_radius"))
    put(0.0, method="gradient_descent", quantity="converged", start=seed)(tables)
    same(numbers(tables), expected(tables))
