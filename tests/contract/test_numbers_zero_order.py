"""Every number of the report on `zero_order` is that of its own rows."""

import numpy as np
import pytest
from scipy import stats

from adcost.experiments.zero_order.claims import numbers

from . import tables_zero_order as made
from .synthetic import FLAGS, same, scattered, value, where

KEPT = (*FLAGS, "tolerance", "condition", "epsilon", "best_steps")


def expected(tables):
    rows = tables["measurements"]
    most = max(made.DIMENSIONS)

    def middle(kind, method, quantity, n=most):
        return np.median(rows.value[where(rows, point=kind, method=method, quantity=quantity,
                                          dimension=n)])  # fmt: skip

    def mean(method, d, quantity):
        return rows.value[where(rows, point="estimator", method=method, dimension=d,
                                quantity=quantity)].mean()  # fmt: skip

    def gap(method, n, k):
        return rows.value[where(rows, point="stochastic", method=method, dimension=n, step=k,
                                quantity="gap")]  # fmt: skip

    def slope(kind, method, quantity, shift):
        y = [middle(kind, method, quantity, n) for n in made.DIMENSIONS]
        return np.polyfit(np.log(np.add(made.DIMENSIONS, shift)), np.log(y), 1)[0]

    def attained(kind, method):
        last = made.RECORDS[-1]
        own = rows.value[where(rows, point=kind, method=method, quantity="error", step=last)]
        plain, m = method == "gradient_descent", made.RATE_N + 4
        bound = {
            "smooth": (2 if plain else 8 * m) / (last + 1),
            "convex": 2 / (last + 4) if plain else 4 * m / (last + 1),
            "strongly_convex": 0.75**last if plain else 4 * (1 - 1 / (32 * m)) ** last,
        }[kind]
        return own.mean() / bound

    def over_table(quantity):
        of = {n: middle("strongly_convex", "expected_gaussian", quantity, n)
              for n in made.DIMENSIONS}  # fmt: skip
        return max(k / (np.log(0.01) / np.log(1 - 1 / (4 * n))) for n, k in of.items())

    def last(method, quantity):
        return value(rows, method=method, quantity=quantity, step=5)

    off, relative = [], []
    for method in ("sphere", "stochastic_gradient"):
        for n, k in [(n, 400) for n in (4, 16, 64)] + [(16, 100), (16, 1600)]:
            own = gap(method, n, k)
            exact = value(rows, method=method, dimension=n, step=k, quantity="expected_gap")
            half = stats.t.ppf(0.975, 7) * own.std(ddof=1) / 8**0.5
            off.append(abs(own.mean() - exact) / half)
            relative.append(abs(own.mean() / exact - 1))
    found = {
        "least_n": 8,
        "most_n": 128,
        "sphere_most_n": 64,
        "least_runs": 6,
        "most_runs": 6,
        "epsilon": 1e-3,
        "condition": "4",
        "rate_n": 16,
        "rate_runs": 6,
        "highest_d": 8,
        "without_factor": mean("sphere", 8, "along_gradient") / 8,
        "one_over_d": 1 / 8,
        "second_sphere": mean("sphere", 8, "second_moment"),
        "second_gaussian": mean("gaussian", 8, "second_moment"),
        "draws_dimensions": 2,
        "budget": 400,
        "noisy_least_n": 4,
        "noisy_most_n": 64,
        "noisy_n": 16,
        "noisy_ratio": gap("sphere", 64, 400).mean() / gap("sphere", 4, 400).mean(),
        "noisy_off": max(off),
        "noisy_off_relative": max(relative),
        "differences_n": 6,
        "differences_steps": 5,
        "differences_evaluations": int(last("central_differences", "evaluations")),
        "path_difference": last("central_differences", "path_difference"),
        "path_difference_smooth": last("central_differences_smooth", "path_difference"),
        "literal_table": over_table("steps"),
        "best_table": over_table("best_steps"),
        "gd_steps": int(middle("convex", "gradient_descent", "steps")),
        "sweep": [
            {"class": name, "tolerance": 0.01,
             "gd_steps": int(middle(kind, "gradient_descent", "steps")),
             "two_point_steps": int(middle(kind, "gaussian", "steps")),
             "steps_over_n": middle(kind, "gaussian", "steps")
             / middle(kind, "gradient_descent", "steps") / 128,
             "evaluations": middle(kind, "gaussian", "evaluations")
             / middle(kind, "gradient_descent", "evaluations"),
             "exponent": slope(kind, "gaussian", "evaluations", 4),
             "exponent_n": slope(kind, "gaussian", "evaluations", 0)}
            for kind, name in (("smooth", "smooth"), ("convex", "convex"),
                               ("strongly_convex", "strongly convex"))
        ],
    }  # fmt: skip
    for kind in made.CLASSES:
        found[f"{kind}_attained"] = attained(kind, "gaussian")
        found[f"{kind}_attained_gd"] = attained(kind, "gradient_descent")
    for kind in ("convex", "strongly_convex"):
        best = {n: middle(kind, "expected_gaussian", "best_steps", n) for n in (32, 64, 128)}
        growth = (best[64] - best[32]) / 32, (best[128] - best[64]) / 64
        expected = {n: middle(kind, "expected_gaussian", "steps", n) for n in made.DIMENSIONS}
        found |= {
            f"{kind}_best_gain": expected[128] / best[128],
            f"{kind}_best_ratio": best[128] / middle(kind, "gradient_descent", "steps") / 128,
            f"{kind}_best_exponent": 1 + np.log2(growth[1] / growth[0]),
            f"{kind}_stable": middle(kind, "expected_gaussian", "stable_step") * 128,
            f"{kind}_off_expected": max(abs(middle(kind, "gaussian", "steps", n) / steps - 1)
                                        for n, steps in expected.items()),
        }  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(1, 4))
def test_each_number_is_that_of_its_rows(seed):
    tables = scattered(made.make(), seed, keep=KEPT)
    table = tables["measurements"]
    best = where(table, quantity="best_steps")
    power = {"convex": 1.1, "strongly_convex": 1.2}
    table.loc[best, "value"] *= table[best].dimension ** (table[best].point.map(power) - 1)
    same(numbers(tables), expected(tables))


def test_numbers_of_runs_are_those_of_the_dimension_with_the_fewest_and_the_most():
    tables = made.make()
    table = tables["measurements"]
    drop = (table.method == "gaussian") & (table.dimension == 64) & (table.run == 5)
    found = numbers({"measurements": table[~drop]})
    assert (found["least_runs"], found["most_runs"], found["rate_runs"]) == (5, 6, 6)
