"""Tables of `jacobian` on which every claim holds: the counts are those of the formulas."""

from itertools import pairwise

import pandas as pd
from contract.synthetic import rounds

from adcost.derivatives import bracketing
from adcost.results.points import points_table

N = 10
OUTPUTS = (2, 5, 9, 11, 30)
CHAINS = {"hourglass": (12, 5, 2, 5, 12), "widening": (2, 4, 8), "narrowing": (9, 4, 2)}
ORDERS = {
    # multiplications by forward, reverse, markowitz, best; least possible; vertices
    "ad_choose": ("2-5", (20, 50, 18, 18, 18, 9)),
    "ad_choose_turned": ("5-2", (55, 21, 19, 19, 19, 8)),
    "lighthouse": ("4-2", (16, 14, 13, 12, 12, 7)),
    "helmholtz": ("4-1", (56, 36, 33, 33, 31, 12)),
}
SWEEPS = {"ad_choose": (40, 90), "ad_choose_turned": (92, 42), "lighthouse": (70, 60),
          "helmholtz": (300, 110)}  # fmt: skip


def make():
    rows, timings = [], []
    for function in ("linear", "tanh"):
        for m in OUTPUTS:
            rows += _sweep(function, m)
            medians = {"forward": 1e-4 * m, "reverse": 1e-4 * m * m / N}
            timings.append(_timed(f"sweep-{function}", function, f"{N}-{m}", medians))
    for m in OUTPUTS:
        for mode, operations in (("forward", (N + 1) * 20 * m), ("reverse", 40 * m)):
            rows += _of("sweep-max", "max", f"{N}-{m}", mode, f"{mode} at {m}", {
                "operations": operations, "multiplications": operations / 2,
                "relative_error": 1e-8, "temporary_bytes": 17 * m,
            })  # fmt: skip
        medians = {"forward": 1e-3 * m, "reverse": 3e-4 * m}
        timings.append(_timed("sweep-max", "max", f"{N}-{m}", medians))
    for name, widths in CHAINS.items():
        rows += _chain(name, widths)
        shape = "-".join(map(str, widths))
        medians = {"forward": 2e-3, "reverse": 2.5e-3, "best": 1e-3 * len(name) / 9}
        timings.append(_timed("chains", f"{name} tanh", shape, medians))
    for name, (shape, numbers) in ORDERS.items():
        rows += _graph(name, shape, *numbers)
    columns = ["point", "subject", "shape", "method", "order", "quantity", "value"]
    table = pd.DataFrame(rows, columns=columns).astype({"value": float})
    points = {
        f"sweep-{function}": {"function": function, "inputs": N, "outputs": list(OUTPUTS)}
        for function in ("linear", "tanh", "max")
    }
    chains = [{"name": name, "widths": list(widths)} for name, widths in CHAINS.items()]
    return {
        "measurements": table,
        "timings": pd.concat(timings, ignore_index=True),
        "points": points_table(points | {"chains": {"chains": chains}}),
    }


def _of(point, subject, shape, method, order, values):
    return [(point, subject, shape, method, order, *item) for item in values.items()]


def _timed(point, subject, shape, medians):
    return rounds({"point": point, "subject": subject, "shape": shape}, medians)


def _sweep(function, m):
    rows = []
    for mode, terms in (("forward", N), ("reverse", m)):
        values = {
            "operations": m * N * (2 * terms - 1),
            "multiplications": m * N * terms,
            "relative_error": 1e-8 * m,
            "temporary_bytes": 8 * m * terms + 3,
        }
        if m <= 9:
            values["compiled_operations"] = 2 * m * N * terms + 7
        rows += _of(f"sweep-{function}", function, f"{N}-{m}", mode, f"{terms} {mode}", values)
    return rows


def _chain(name, widths):
    rows = []
    for activation in ("linear", "tanh"):
        tangent = 2 if activation == "tanh" else 0  # of tanh's derivative, for each number
        chain = bracketing.dense(widths, extra=tangent)
        once = sum(a * b for a, b in pairwise(widths)) if activation == "tanh" else 0
        for method, plan in (("forward", bracketing.forward(chain)),
                             ("reverse", bracketing.reverse(chain)),
                             ("best", bracketing.optimal(chain))):  # fmt: skip
            cost = bracketing.cost(plan, chain) + once
            values = {"operations": 2 * cost, "multiplications": cost,
                      "predicted_multiplications": cost, "slope_multiplications_once": 0,
                      "slope_multiplications_per_tangent": tangent}  # fmt: skip
            if activation == "tanh":
                values["relative_error"] = 1e-7
            shape = "-".join(map(str, widths))
            order = f"{method} on {name}"
            rows += _of("chains", f"{name} {activation}", shape, method, order, values)
    return rows


def _graph(name, shape, *numbers):
    *orders, least, vertices = numbers
    rows = []
    for mode, swept in zip(("forward", "reverse"), SWEEPS[name], strict=True):
        rows += _of("graphs", name, shape, f"{mode}_sweeps", mode, {"operations": swept})
    for method, cost in zip(("forward", "reverse", "markowitz", "best"), orders, strict=True):
        values = {"multiplications": cost, "relative_error": 1e-16}
        if method == "best":
            values |= {"least_possible": least, "intermediate_vertices": vertices}
        rows += _of("graphs", name, shape, method, f"{method} of {name}", values)
    return rows
