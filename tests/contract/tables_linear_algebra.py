"""Tables of `linear_algebra` on which every claim holds."""

import pandas as pd
from contract.synthetic import rounds

SIZE, RECOVERY_SIZE = 6, 20
U = 2.0**-53
CONDITIONS = (1.0, 100.0, 1e6)
DRAWS = 3
METHODS = {
    "solve": ("rule", "library", "factorisation", "elimination", "difference"),
    "least_squares": ("rule", "library", "normal_equations", "difference"),
    "nuclear_norm": ("rule", "values", "vectors", "difference"),
}
SIZES = (4, 16, 64)
OPERATIONS = {"rule": 3, "library": 3.5, "factorisation": 4, "elimination": 7, "value": 1}
SECONDS = {"rule": 3.2, "library": 3.9, "factorisation": 4.3, "elimination": 8, "value": 1.1}
RANKS = {"proximal": 3, "subgradient": 6, "no_regulariser": 18}
ERRORS = {"proximal": 0.1, "subgradient": 0.25, "no_regulariser": 0.7}
STEPS = 8


def make():
    rows = []
    for problem, methods in METHODS.items():
        for method in methods:
            for condition in CONDITIONS:
                for draw in range(DRAWS):
                    for argument in "ab"[: 1 if problem == "nuclear_norm" else 2]:
                        label = ("accuracy", problem, method, condition, SIZE, draw, argument, 0)
                        error = 0.5 * SIZE * condition * U * (1 + 0.1 * draw)
                        rows += [(*label, "finite", 1.0), (*label, "relative_error", error)]
    for problem in ("repeated", "deficient", "zero"):
        for method in ("rule", "values", "vectors"):
            label = ("degenerate", problem, method, 0.0, SIZE, 0, "a", 0)
            wrong = method == "vectors"
            rows += [(*label, "finite", 0.0 if wrong and problem != "deficient" else 1.0)]
            if not wrong or problem == "deficient":
                norm = (SIZE // 2) ** 0.5 if problem == "deficient" else 2.0
                distance = 0.4 if wrong else SIZE * U
                rows += [(*label, "distance", distance), (*label, "norm", norm)]
    for edge, finite in (("Hessian", 0.0), ("norm at zero", 0.0), ("pinv", 1.0)):
        rows.append(("degenerate", edge, "library", 0.0, SIZE, 0, "a", 0, "finite", finite))
    timings = []
    for size in SIZES:
        for method, factor in OPERATIONS.items():
            label = ("cost", "solve", method, 0.0, size, 0, "a", 0)
            rows += [(*label, "operations", factor * size**3 * (1 + 0.01 * size)),
                     (*label, "temporary_bytes", 8 * factor * size**2)]  # fmt: skip
        medians = {way: 1e-6 * factor * size**2 for way, factor in SECONDS.items()}
        timings.append(rounds({"point": "cost", "size": size}, medians))
    for method in RANKS:
        for draw in range(7):
            for step in range(1, STEPS + 1):
                label = ("recovery", "recovery", method, 0.0, RECOVERY_SIZE, draw, "a", step)
                late = 1 + 3 / step - 3 / STEPS
                rows += [
                    (*label, "error", ERRORS[method] * late * (1 + 0.01 * draw)),
                    (*label, "rank", RANKS[method] * late),
                    (*label, "objective", 5.0 * late),
                ]
    columns = ["point", "problem", "method", "condition", "size", "draw", "argument", "step",
               "quantity", "value"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).astype({"value": float})
    return {"measurements": table, "timings": pd.concat(timings, ignore_index=True)}
