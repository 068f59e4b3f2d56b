"""Every number of the report on `zero_order` is that of its own rows."""

import numpy as np
import pytest
from scipy import stats

from adcost.experiments.zero_order.claims import numbers

from . import tables_zero_order as made
from .synthetic import FLAGS, same, scattered, value, where

KEPT = (*FLAGS, "best_steps")


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
        "sphere_most_n": 128,
        "least_runs": 6,
        "most_runs": 6,
        "epsilon": 1e-3,
        "condition": "4",
        "rate_n": 16,
        "rate_runs": 6,
        "highest_d": 8,
        "without_factor": mean("sphere", 8, "along_gradient") / 8,
        "second_sphere": mean("sphere", 8, "second_moment"),
        "second_gaussian": mean("gaussian", 8, "second_moment"),
        "budget": 400,
        "noisy_least_n": 4,
        "noisy_most_n": 64,
        "noisy_n": 16,
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
    for kind in ("smooth", "convex"):
        found[f"{kind}_attained"] = attained(kind, "gaussian")
        found[f"{kind}_attained_gd"] = attained(kind, "gradient_descent")
    times = [f"gaussian_times_{multiple}" for multiple, by in made.MULTIPLES.items() if by]
    for kind in made.CLASSES:
        best = {n: min((middle(kind, method, "evaluations", n), method) for method in times)
                for n in made.DIMENSIONS}  # fmt: skip
        least, method = best[most]
        found |= {
            f"{kind}_best_gain": middle(kind, "gaussian", "evaluations") / least,
            f"{kind}_best_multiple": float(method.rsplit("_", 1)[1]),
        }
    for kind in ("convex", "strongly_convex"):
        expected = {n: middle(kind, "expected_gaussian", "steps", n) for n in made.DIMENSIONS}
        found |= {
            f"{kind}_stable": middle(kind, "expected_gaussian", "stable_step") * 128,
            f"{kind}_off_expected": max(abs(middle(kind, "gaussian", "steps", n) / steps - 1)
                                        for n, steps in expected.items()),
        }  # fmt: skip
    strong = {pair: value(rows, point="stochastic", method="strongly_convex", dimension=pair[0],
                          step=pair[1], quantity="expected_gap")
              for pair in [(n, 400) for n in (4, 16, 64)] + [(16, 100), (16, 1600)]}  # fmt: skip
    for name, pairs, at in (("dimension", [(4, 400), (16, 400), (64, 400)], 0),
                            ("step", [(16, 100), (16, 400), (16, 1600)], 1)):  # fmt: skip
        found[f"strong_exponent_{name}"] = np.polyfit(
            np.log([pair[at] for pair in pairs]), np.log([strong[pair] for pair in pairs]), 1
        )[0]
    return found


@pytest.mark.parametrize("seed", range(1, 4))
def test_each_number_is_that_of_its_rows(seed):
    tables = scattered(made.make(), seed, keep=KEPT)
    same(numbers(tables), expected(tables))


def test_the_spheres_highest_dimension_is_its_own():
    tables = made.make()
    table = tables["measurements"]
    drop = (table.method == "sphere") & (table.dimension == 128)
    found = numbers(tables | {"measurements": table[~drop]})
    assert (found["sphere_most_n"], found["most_n"]) == (64, 128)


def test_numbers_of_runs_are_those_of_the_dimension_with_the_fewest_and_the_most():
    tables = made.make()
    table = tables["measurements"]
    drop = (table.method == "gaussian") & (table.dimension == 64) & (table.run == 5)
    found = numbers(tables | {"measurements": table[~drop]})
    assert (found["least_runs"], found["most_runs"], found["rate_runs"]) == (5, 6, 6)
