"""Tables of `mds` on which every claim holds: two-point, differences and simplex grow with N.

Europe has five sizes, as many as the interval of an exponent needs.
"""

import numpy as np
import pandas as pd

from adcost.results.points import points_table

POINTS = {
    # region, cities, angular radius, error of gradient descent's map over the least distortion
    "europe-6": ("europe", 6, 0.30, 0.5),
    "europe-9": ("europe", 9, 0.33, 0.55),
    "europe-10": ("europe", 10, 0.35, 0.6),
    "europe-13": ("europe", 13, 0.38, 0.45),
    "europe-16": ("europe", 16, 0.40, 0.4),
    "usa-7": ("usa", 7, 0.45, 0.7),
    "world-8": ("world", 8, 1.50, 3.0),
}
STARTS, SLOW_STARTS, SUBSETS = 6, 3, 5
METHODS = {
    # evaluations to the tolerance over gradient descent's, in powers of N; runs
    "gradient_descent": (lambda n: 1.0, STARTS),
    "l_bfgs": (lambda n: 0.3, STARTS),
    "two_point": (lambda n: 3.0 * n, STARTS),
    "central_differences": (lambda n: 2.5 * n, SLOW_STARTS),
    "nelder_mead": (lambda n: 4.0 * n**1.5, SLOW_STARTS),
}
SHOWN = "europe-10"
SIZES = {name: n for name, (region, n, *_) in POINTS.items() if region == "europe"}


def make():
    tables = {"measurements": [], "convergence": [], "maps": [], "frames": []}
    for name, (region, n, angle, share) in POINTS.items():
        label = (name, region, n)
        tables["measurements"] += [(*label, *row) for row in _measured(n, angle, share)]
        tables["measurements"] += [
            (*label, "gradient_descent", subset, "subset_steps", 200.0 * (1 + 0.01 * (subset - 2)))
            for subset in range(SUBSETS if region == "europe" else 0)
        ]
        for method, (times, runs) in METHODS.items():
            tables["convergence"] += [
                (*label, method, start, spent, excess)
                for start in range(runs)
                for spent, excess in _curve(100 * times(n) * (1 + 0.01 * start))
            ]
        truth = 100.0 * np.random.default_rng(n).normal(size=(n, 2))
        for place, method in enumerate((*METHODS, "classical_scaling", "smacof"), 1):
            tables["maps"] += [
                (*label, method, f"city {city}", x, y, x + 3 * place + city, y - 2 * place - city)
                for city, (x, y) in enumerate(truth)
            ]
        for method in ("gradient_descent", "nelder_mead"):
            for frame in range(4 if name == SHOWN else 2):
                tables["frames"] += [
                    (*label, method, frame, 7 * frame, 0.5**frame, f"city {city}", x, y)
                    for city, (x, y) in enumerate(truth * (1 + 0.1 * frame))
                ]
    columns = {
        "measurements": "method start quantity value",
        "convergence": "method start evaluations relative_excess",
        "maps": "method city true_x_km true_y_km x_km y_km",
        "frames": "method frame evaluations relative_excess city x_km y_km",
    }
    made = {
        name: pd.DataFrame(rows, columns=["point", "region", "cities", *columns[name].split()])
        for name, rows in tables.items()
    }
    # Each point's own tolerance, so that none is drawn in another's panel.
    return made | {
        "points": points_table({
            name: {"tolerance": 1e-6 * place, "slow": {"max_evaluations": 25_000 - place}}
            for place, name in enumerate(POINTS, 1)
        })
    }  # fmt: skip


def _curve(spent):
    return [(0.0, 1.0), (spent / 10, 0.1), (spent / 3, 1e-3), (spent / 2, 2e-3), (spent, 5e-7)]


def _measured(n, angle, share):
    distortion = float(np.log(angle / np.sin(angle)))
    radius = 1000 * angle
    of_point = {
        "gradient_price": 2.0 + 0.1 * n, "least_loss": 1e-3, "relative_least_loss": 1e-6,
        "angular_radius": angle, "least_distortion": distortion,
        "condition_number": 10.0 + n,
    }  # fmt: skip
    rows = [("point", 0, quantity, value) for quantity, value in of_point.items()]
    for number, (method, (times, runs)) in enumerate(METHODS.items(), 1):
        for start in range(runs):
            spent = 100 * times(n) * (1 + 0.01 * start)
            error = share * distortion * (1 + 1e-3 * start) * number
            values = {
                "converged": 1.0, "evaluations_to_tolerance": spent,
                "steps_to_tolerance": spent / 2.5, "evaluations": 1.3 * spent, "final_loss": 2e-3,
                "relative_excess": 1e-9, "procrustes_km": radius * error,
                "procrustes_relative": error,
            }  # fmt: skip
            rows += [(method, start, quantity, value) for quantity, value in values.items()]
    for method, runs in (("classical_scaling", 1), ("smacof", STARTS)):
        for start in range(runs):
            # Two of SMACOF's runs end in a map that is not the best one.
            error = share * distortion * (0.8 if start < 4 else 2.1)
            rows += [(method, start, "procrustes_km", radius * error),
                     (method, start, "procrustes_relative", error)]  # fmt: skip
    rows += [
        ("classical_scaling", 0, "planar_share", 0.9 + 1e-3 * n),
        ("classical_scaling", 0, "negative_share", 0.01 + 1e-3 * n),
        ("classical_scaling", 0, "final_loss", 3e-3),
        ("classical_scaling", 0, "minimiser_difference", 0.1 * angle**2),
        ("literal", 0, "shape_error", 0.2 + 1e-3 * n),
        ("pca", 0, "pca_loss", (n * 2.0**-53) ** 2 * 4.0),
        ("pca", 0, "pca_difference", n * 2.0**-53 * 4.0),
        ("pca", 0, "pca_spread", 4.0),
    ]
    return rows
