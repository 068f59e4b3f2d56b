"""Tables of `zero_order` on which every claim holds."""

import numpy as np
import pandas as pd

from adcost.results.points import points_table

CLASSES = ("smooth", "convex", "strongly_convex")
DIMENSIONS = (8, 16, 32, 64, 128)
TOLERANCE, CONDITION, EPSILON = 1e-2, 4.0, 1e-3
RUNS, RATE_N = 6, 16
MULTIPLES = {16: 0, 8: 1.3, 4: 1.0, 2: 1.4}
"""Evaluations at multiples of the theory's step, over those of the best; 0 where none arrives."""

BEST = 5.0
"""Evaluations at the best step, over n and gradient descent's steps."""

RECORDS = (10, 20, 40, 80, 160, 320)
ESTIMATED, BATCHES = (2, 8), 8
NOISY = {"dimension": (4, 16, 64), "step": (100, 400, 1600), "n": 16, "budget": 400}
GAPS = {"gap": 1.0, "gap_at_half": 1.2, "gap_at_twice": 1.3}
PATH_STEPS = 3


def make():
    rows = [(kind, *row) for kind in CLASSES for row in _class(kind)]
    rows += [("estimator", *row) for row in (*_estimates(), *_differences(), *_paths())]
    rows += [("stochastic", *row) for row in _stochastic()]
    columns = ["point", "method", "dimension", "run", "step", "quantity", "value"]
    problem = {"tolerance": TOLERANCE, "condition": CONDITION, "epsilon": EPSILON}
    return {
        "measurements": pd.DataFrame(rows, columns=columns).astype({"value": float}),
        "points": points_table({kind: problem for kind in CLASSES}),
    }


def _class(kind):
    own = 30 + 10 * CLASSES.index(kind)
    for n in DIMENSIONS:
        yield from _taken("gradient_descent", n, 0, own, 2.5)
        yield ("gradient_descent", n, 0, 0, "gradient_price", 2.5)
        for run in range(RUNS):
            spread = 1 + 1e-3 * (run - 2.5)
            yield from _taken("gaussian", n, run, own * 4 * (n + 4) * spread, 2)
            yield from _taken("sphere", n, run, own * 3.9 * (n + 4) * spread, 2)
            for multiple, times in MULTIPLES.items():
                found = _taken(f"gaussian_times_{multiple}", n, run,
                               BEST / 2 * n * own * (times or 9) * spread, 2)  # fmt: skip
                yield from ((*row[:-1], float(times > 0)) if row[4] == "arrived" else row
                            for row in found)  # fmt: skip
        if kind != "smooth":
            values = {"steps": own * 4.1 * (n + 4), "best_steps": 10.0 * n, "best_step": 0.6 / n,
                      "stable_step": 1.8 / n}  # fmt: skip
            yield from (("expected_gaussian", n, 0, 0, name, v) for name, v in values.items())
    for method, runs in (("gradient_descent", 1), ("gaussian", RUNS), ("sphere", RUNS),
                         ("expected_gaussian", 1)):  # fmt: skip
        for run in range(runs):
            for k in RECORDS:
                error = _error(kind, method, k) * (1 + 0.02 * run)
                yield (method, RATE_N, run, k, "error", error)


def _error(kind, method, k):
    if kind != "strongly_convex":
        return (3.0 if method == "gradient_descent" else 40.0) / k
    rate = -np.log1p(-1 / CONDITION) if method == "gradient_descent" else 1 / (4 * 20 * CONDITION)
    return float(np.exp(-1.2 * rate * k))


def _taken(method, n, run, steps, price):
    yield (method, n, run, 0, "steps", float(steps))
    yield (method, n, run, 0, "evaluations", float(price * steps))
    yield (method, n, run, 0, "arrived", 1.0)


def _estimates():
    for method in ("sphere", "gaussian"):
        for d in ESTIMATED:
            moment = d if method == "sphere" else d + 2
            for batch in range(BATCHES):
                off = 1e-3 * (batch - (BATCHES - 1) / 2)
                values = {"along_gradient": 1 + off, "across_gradient": off,
                          "second_moment": moment * (1 + off)}  # fmt: skip
                yield from ((method, d, batch, 0, name, v) for name, v in values.items())


def _differences():
    for method, n in (("central_differences", 6), ("central_differences_smooth", 6)):
        for k in range(1, 6):
            values = {"path_difference": 1e-15 * k, "rounding_bound": 2e-15 * k,
                      "evaluations": 2 * n * k}  # fmt: skip
            yield from ((method, n, 0, k, name, float(v)) for name, v in values.items())


def _paths():
    for axis, curvature in (("x", 0.2), ("y", 1.0)):
        yield ("quadratic", 2, 0, 0, f"curvature_{axis}", curvature)
    for method, runs, steps in (("gradient_descent", 1, PATH_STEPS),
                                ("central_differences", 1, PATH_STEPS),
                                ("sphere", 2, 4 * PATH_STEPS)):  # fmt: skip
        for run in range(runs):
            for k in range(steps + 1):
                shrink = 0.8**k * (1 + 0.01 * run + 0.001 * len(method))
                yield (method, 2, run, k, "x", -shrink)
                yield (method, 2, run, k, "y", 0.5 * shrink)


def _stochastic():
    pairs = [(n, NOISY["budget"]) for n in NOISY["dimension"]]
    pairs += [(NOISY["n"], k) for k in NOISY["step"]]
    for n, k in dict.fromkeys(pairs):
        for method, law in (("sphere", (n / k) ** 0.5), ("stochastic_gradient", k**-0.5)):
            yield (method, n, 0, k, "expected_gap", 0.5 * law)
            yield (method, n, 0, k, "best_step", 0.1)
            yield from ((method, n, run, k, name, 0.5 * law * times * (1 + 0.01 * (run - 3.5)))
                        for name, times in GAPS.items() for run in range(8))  # fmt: skip
        yield ("strongly_convex", n, 0, k, "expected_gap", n / k)
