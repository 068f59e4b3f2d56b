"""Tables of `not_autodiff` on which every claim holds."""

import pandas as pd
from contract.synthetic import rounds

from adcost.results.points import points_table

FUNCTIONS = ("logistic", "ricker")
SYMBOLIC_DEPTHS, DEPTHS, MEMORY_DEPTHS = (1, 2, 3, 4), (1, 2, 3, 4, 8), (100, 1000, 4000)
INPUTS = (2, 8, 32)
TIMED = {"symbolic": 9e-6, "closed_form": 3e-6, "central_difference": 4e-6, "forward": 5e-6,
         "reverse": 6e-6, "value": 2e-6}  # fmt: skip
ERRORS = {"symbolic": 2e-16, "symbolic_shared": 3e-16, "forward": 4e-16, "reverse": 5e-16,
          "value": 6e-16, "closed_form": 7e-16}  # fmt: skip
STEPS = (1e-4, 1e-6, 1e-8)
TIMED_DEPTHS = (1, 2, 3)


def make():
    rows = []
    for function in FUNCTIONS:
        rows += [("maps", function, *row) for row in _of(function)]
    for d in INPUTS:
        many = {
            ("value", "gradient_operations"): 3 * d,
            ("reverse", "gradient_operations"): 10 * d,
            ("forward", "gradient_operations"): 7 * d * d,
            ("central_difference", "evaluations"): 2 * d,
            ("value", "jacobian_operations"): 3 * d + 1,
            ("forward", "jacobian_operations"): 8 * d,
            ("reverse", "jacobian_operations"): 6 * d * d,
        }
        rows += [("maps", "with_rates", d, method, 0.0, quantity, value)
                 for (method, quantity), value in many.items()]  # fmt: skip
    timings = []
    for depth in TIMED_DEPTHS:
        rows += [("time", "logistic", depth, method, 0.0, "timed", 1.0) for method in TIMED]
        medians = {f"{method}-{depth}": seconds * depth**1.5 for method, seconds in TIMED.items()}
        timings.append(rounds({"point": "time"}, medians))
    columns = ["point", "function", "depth", "method", "step", "quantity", "value"]
    table = pd.DataFrame(rows, columns=columns).astype({"value": float})
    return {
        "measurements": table,
        "timings": pd.concat(timings, ignore_index=True),
        "points": points_table({"maps": {"samples": 15}, "time": {"samples": 40}}),
    }


def _of(function):
    rows = []
    for k in SYMBOLIC_DEPTHS:
        sizes = {"expression": 4 * 2**k, "symbolic": 7 * k * 2**k, "symbolic_shared": 9 * k * k}
        rows += [(k, method, 0.0, "operations", size) for method, size in sizes.items()]
        rows.append((k, "symbolic", 0.0, "function_error", 1e-58 * k))
    for k in DEPTHS:
        for method, error in ERRORS.items():
            if k in SYMBOLIC_DEPTHS or not method.startswith("symbolic"):
                rows.append((k, method, 0.0, "error", error * k))
                if method != "value":
                    rows.append((k, method, 0.0, "scaled_error", 1e15 * error / 2 + 0.01 * k))
        for step in STEPS:
            rows += [(k, "forward_difference", step, "error", 1e-3 * k * (step / 1e-6) ** 0.5),
                     (k, "central_difference", step, "error", 1e-6 * k * (step / 1e-6) ** 0.7),
                     ]  # fmt: skip
        operations = {"value": 3 * k, "forward": 8 * k, "reverse": 9 * k, "closed_form": 5 * k,
                      "central_difference": 6 * k + 4}  # fmt: skip
        rows += [(k, method, 0.0, "operations", value) for method, value in operations.items()]
        rows += [(k, "central_difference", 0.0, "evaluations", 2),
                 (k, "forward_difference", 0.0, "evaluations", 1),
                 (k, "chain_rule", 0.0, "paths", 2.0**k),
                 (k, "chain_rule", 0.0, "edges", 3 * k)]  # fmt: skip
    for k in MEMORY_DEPTHS:
        rows += [(k, "reverse", 0.0, "temporary_bytes", 24 * k),
                 (k, "forward", 0.0, "temporary_bytes", 40)]  # fmt: skip
    return rows
