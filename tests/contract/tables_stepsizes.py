"""Tables of `stepsizes` on which every claim holds, but for the small constant β's end."""

import numpy as np
import pandas as pd

from adcost.results.points import points_table

RUNS, T, D = 6, 4, 30
U = 2.0**-53
BETA, STEPS, PERTURBATIONS = 0.1, 600, 50
RADII = (1e-6, 1e-3, 1.0)
DISTANCES = (1e-1, 1e-4, 0.0)
METHODS = ("constant", "matched", "polyak")
SCALED = (0.5, 1.0, 1.5, 2.2, 3.0)
RATIO = 1.25  # the largest curvature over the least
CONDITIONS = (10.0, 50.0, 200.0)
CHOICES = {"learned": 0.01, "chebyshev": 0.03, "equal": 0.2, "krylov": 0.01}


def alpha(run):
    return np.array([0.02, 0.09, 0.05, 0.07]) * (1 + 0.02 * run)


def make():
    rows = [("homework", *row) for run in range(RUNS) for row in _homework(run)]
    for run, distance in enumerate((*[1.0] * RUNS, *DISTANCES)):
        unit = U * (40 + run)
        rows += [("homework", "gradient", run, "gradient_rounding", distance, unit),
                 ("homework", "gradient", run, "gradient_error", distance, 0.7 * unit)]  # fmt: skip
    rows += [("sweep", *row) for run in range(RUNS) for row in _sweep(run)]
    rows += [("condition", *row) for run in range(2) for row in _condition(run)]
    columns = ["point", "method", "run", "quantity", "at", "value"]
    measured = pd.DataFrame(rows, columns=columns).astype({"value": float})
    columns = ["point", "method", "run", "curve", "x", "y", "value"]
    return {
        "measurements": measured,
        "curves": pd.DataFrame(_curves(), columns=columns),
        "points": points(BETA),
    }


def points(beta):
    """The table of points, for a constant step βC."""
    homework = {"beta": beta, "steps": STEPS, "dimension": D, "perturbations": PERTURBATIONS}
    return points_table({"homework": homework, "sweep": {"dimension": D, "steps": 40}})


def _homework(run):
    of_start = {"squared_norm": 10.0, "loss": 4.0, "curvature": 9.0}
    yield from (("start", run, name, 0.0, value) for name, value in of_start.items())
    yield from (("start", run, "alpha", float(i), a) for i, a in enumerate(alpha(run)))
    for number, method in enumerate(METHODS):
        arrived = method != "constant"
        spectrum = [0.0, 0.0, 0.0, 5.0] if arrived else [-0.5, -0.4, -0.3, 1.2]
        values = {
            "loss_ratio": 1e-30 * number if arrived else 3e-4 * (1 + 0.01 * run),
            "diverged": 0.0, "gradient_norm": 1e-17 if arrived else 0.3, "nearest_one": 0.1,
        }  # fmt: skip
        yield from ((method, run, name, 0.0, value) for name, value in values.items())
        ends = alpha(run) + 0.2 * number
        yield from ((method, run, "alpha", float(i), a) for i, a in enumerate(ends))
        yield from ((method, run, "eigenvalue", float(i), e) for i, e in enumerate(spectrum))
        lower = 0.02 * number if arrived else 0.5
        yield from ((method, run, "lower_share", radius, lower) for radius in RADII)
    yield from (("valley", run, "rank", float(ones), rank) for ones, rank in
                ((0, 4.0), (1, 1.0), (2, 0.0)))  # fmt: skip


def _sweep(run):
    yield ("start", run, "curvature_ratio", 0.0, RATIO)
    yield ("start", run, "curvature", 0.0, 9.0)
    for scaled in SCALED:
        diverged = scaled > 2 * RATIO
        yield ("constant", run, "loss_ratio", scaled, 1e6 if diverged else 0.01 * scaled)
        yield ("constant", run, "rises", scaled, 5.0 if scaled > 2 else 0.0)
        yield ("constant", run, "diverged", scaled, float(diverged))
        if diverged:
            yield ("constant", run, "diverged_at", scaled, 4.0 + run)


def _condition(run):
    for condition in CONDITIONS:
        for method, ratio in CHOICES.items():
            own = ratio * condition * (1 + 0.1 * run)
            yield (method, run, "loss_ratio", condition, own)
            if method != "krylov":
                worst = {"learned": 0.5, "chebyshev": 0.1, "equal": 0.9}[method]
                yield (method, run, "other_ratio", condition, 2 * own)
                yield (method, run, "worst_case", condition, worst + run * 0.01)
        yield ("learned", run, "gradients", condition, 100 * condition)
        yield ("learned", run, "arrived", condition, 0.9)
        yield ("learned", run, f"alpha_{condition:g}", 0.0, 0.3)


def _curves():
    rows = []
    for run in range(RUNS):
        for number, method in enumerate(METHODS):
            power = {"constant": -4 / 3 - 0.1 * run, "matched": -9.0, "polyak": -5.0}[method]
            rows += [("homework", method, run, "learning", k, 0.0, (1.0 + number) * k**power
                      if k else 1.0) for k in (0.0, 1.0, 10.0, 60.0, 100.0, 600.0)]  # fmt: skip
        for number, method in enumerate(("start", *METHODS)):
            rows += [("homework", method, run, "descent", float(k), 0.0,
                      (0.5 - 0.1 * number + 0.001 * run) ** k) for k in range(T + 1)]  # fmt: skip
        rows += [("sweep", "constant", run, "learning", float(k), 0.0, 2.0**k) for k in range(5)]
    for x in (0.0, 1.0, 2.0):
        rows += [("homework", "polyak", 0, "valley", x, y, 1e-3 + (1 - x) ** 2 * (1 - y) ** 4)
                 for y in (0.0, 0.5, 1.0)]  # fmt: skip
    rows.append(("homework", "polyak", 0, "valley_end", 1.0, 0.4, 0.0))
    for condition in CONDITIONS:
        for number, method in enumerate(("learned", "chebyshev", "equal"), 1):
            rows += [
                ("condition", method, 0, "contraction", x, condition, 0.1 * number * x / condition)
                for x in (1.0, condition / 2, condition)
            ]
    return rows
