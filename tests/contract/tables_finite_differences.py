"""Tables of `finite_differences` on which every claim holds: errors exactly as the bound has them.

The sets differ by a factor each and by nothing else, so that what is fitted to each is the same.
"""

import numpy as np
import pandas as pd

U = {"float32": 2.0**-24, "float64": 2.0**-53}
CURVES = {"exponential": 1.0, "reciprocal": 2.0}
"""Curves and the factor that tells their ε* and their errors apart."""

POWER = {"forward": 1 / 2, "central": 1 / 3}
ERRORS = {"forward": 1 / 2, "central": 2 / 3}
TINY = {"float32": 1e-30, "float64": 1e-300}
FACTORS = (0.9, 0.95, 1.0, 1.0, 1.04, 1.1, 1.2)
DIMENSIONS = {1: 3e-8, 3: 2e-8, 10: 5e-8}
"""And the error of the forward difference's gradient there."""

STEPS = 10.0 ** (np.arange(-70, 1) / 5)


def best(method, curve, dtype):
    """The theory's ε*, on the grid of ε."""
    exact = np.log10(CURVES[curve] * U[dtype] ** POWER[method])
    return 10 ** (np.round(5 * exact) / 5)


def least(method, curve, dtype):
    """The theory's least error."""
    return CURVES[curve] * U[dtype] ** ERRORS[method]


def shape(method, ratio):
    """The bound over its least: εa + b/ε forward, ε²a + b/ε central."""
    return (ratio + 1 / ratio) / 2 if method == "forward" else (ratio**2 + 2 / ratio) / 3


def make():
    rows = []
    for curve, factor in CURVES.items():
        for dtype, u in U.items():
            case = (curve, 1, dtype)
            for method in POWER:
                star, error = best(method, curve, dtype), least(method, curve, dtype)
                rows += _sets("accuracy", *case, method, "relative_error", STEPS,
                              0.3 * error * shape(method, STEPS / star))  # fmt: skip
                single = {
                    "predicted_epsilon": star, "predicted_error": error,
                    "nominal_least_error": 0.5 * error, "left_from": 1e-3 * star,
                    "left_to": 0.05 * star, "right_from": 20 * star, "right_to": 1e3 * star,
                }  # fmt: skip
                for quantity, value in single.items():
                    rows += _sets("accuracy", *case, method, quantity, [0.0], [value])
            rows += _sets("accuracy", *case, "complex_step", "relative_error",
                          [TINY[dtype], *STEPS], 0.5 * factor * u
                          * np.array([1, *(1 + STEPS)]))  # fmt: skip
            rows += _sets("accuracy", *case, "reverse_mode", "relative_error", [0.0],
                          [0.4 * factor * u])  # fmt: skip
    for d, error in DIMENSIONS.items():
        for method, times, count in (("forward", 1, d + 1), ("central", 1e-3, 2 * d),
                                     ("complex_step", 1e-9, d)):  # fmt: skip
            of = ("evaluations", "log_sum_exp", d, "float64", method, 0, 1e-6)
            rows += [(*of, "evaluations", float(count)), (*of, "gradient_error", times * error)]
    columns = "point curve dimension dtype method set epsilon quantity value".split()
    return {"measurements": pd.DataFrame(rows, columns=columns)}


def _sets(point, curve, dimension, dtype, method, quantity, epsilons, values):
    # What the theory says does not depend on the sample of points here.
    factors = FACTORS if quantity == "relative_error" else np.ones(len(FACTORS))
    return [
        (point, curve, dimension, dtype, method, number, epsilon, quantity, factor * value)
        for number, factor in enumerate(factors)
        for epsilon, value in zip(epsilons, values, strict=True)
    ]
