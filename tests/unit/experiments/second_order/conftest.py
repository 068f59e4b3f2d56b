"""The small section of the configuration that the tests use, and planted tables."""

import pandas as pd
import pytest

SECTION = {
    "calls": 300,
    "operations": 1e8,
    "dense_up_to": 32,
    "pairs": 10,
    "step": {"adam": 0.1, "factor": 4},
    "starts": {"most": 2, "coordinates": 64},
    "convex": {"dimensions": [16, 64], "conditions": [10], "tolerance": 1e-3, "timed": [16]},
    "logistic": {
        "sets": [{"dataset": "breast_cancer", "degree": 1}],
        "samples": 50,
        "ridge": 1e-2,
        "tolerance": 1e-2,
        "timed": [],
    },
    "network": {"widths": [1], "samples": 20, "tolerance": 0.5, "timed": []},
    "storage": {"dimensions": [64, 256]},
    "memory_gb": 16,
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.1, "warmup": 1},
}


def planted(newton=lambda p: 2.0 * p, seconds=None, newton_cg=30.0, numbers=None, first=20.0):
    """Tables of two problems in 16, 256 and 4,096 variables, of costs as given.

    ``newton(p)`` is the cost of two steps; it ran but in the most variables.
    """
    sizes, names = (16, 256, 4096), ("convex-10", "network")
    rows, timings, points = [], [], []
    for problem in names:
        for p in sizes:
            point = f"{problem}-{p}"
            points.append(
                {
                    "point": point,
                    "conditions": [10] if problem == "convex-10" else "",
                    "dense_up_to": 256,
                    "pairs": 10,
                    "calls": 100,
                    "memory_gb": "",
                }
            )
            costs = {
                "gradient_descent": 3 * first,
                "adam": 2 * first,
                "l_bfgs": first,
                "newton": newton(p),
                "newton_cg": newton_cg,
            }
            for method, cost in costs.items():
                if method == "newton" and p == sizes[-1]:
                    continue
                values = {
                    "cost": cost,
                    "reached": 1.0,
                    "gradients": 3,
                    "products": 0,
                    "hessians": 2.0 * (method == "newton"),
                    "factors": 0,
                }
                if method in ("gradient_descent", "adam"):
                    values |= {"rate": 0.1, "bracketed": 1.0}
                rows += [(point, problem, p, 0, method, *item) for item in values.items()]
            rows += [
                (point, problem, p, 0, "newton", "step", newton(p) / 2),
                (point, problem, p, 0, "newton", "solve", newton(p) / 4),
                (point, problem, p, 0, "newton_cg", "product", 1.5),
            ]
            if p < sizes[-1]:
                took = {"l_bfgs": 1.0, "adam": 2.0, "newton": 3.0, "newton_cg": 1.5} | (
                    seconds or {}
                )
                timings += [
                    (point, problem, method, repeat, repeat, t * (1 + 0.001 * repeat), 0.0)
                    for method, t in took.items()
                    for repeat in range(6)
                ]
    held = {
        "gradient_descent": lambda p: 3 * p,
        "adam": lambda p: 5 * p,
        "l_bfgs": lambda p: 28 * p,
        "newton": lambda p: 2 * p**2,
        "newton_cg": lambda p: 11 * p,
    } | (numbers or {})
    for p in (1000, 10000):
        rows += [
            ("storage", "convex", p, 0, method, "numbers_held", float(of(p)))
            for method, of in held.items()
        ]
    points.append(
        {
            "point": "storage",
            "conditions": "",
            "dense_up_to": "",
            "pairs": 10,
            "calls": "",
            "memory_gb": 16,
        }
    )
    columns = ["point", "problem", "size", "start", "method", "quantity", "value"]
    clock = ["point", "problem", "method", "repeat", "order", "seconds", "compile_seconds"]
    return {
        "measurements": pd.DataFrame(rows, columns=columns),
        "timings": pd.DataFrame(timings, columns=clock),
        "points": pd.DataFrame(points),
    }


@pytest.fixture
def plant():
    """`planted`, for tests that plant results of their own."""
    return planted
