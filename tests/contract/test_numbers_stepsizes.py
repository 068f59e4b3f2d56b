"""Every number of the report on `stepsizes` is that of its own rows."""

import numpy as np
import pytest

from adcost.experiments.stepsizes.claims import numbers

from . import tables_stepsizes as made
from .synthetic import FLAGS, put, same, scattered, value, where

KEPT = (*FLAGS, "rank")


def expected(tables):
    rows, curves = tables["measurements"], tables["curves"]

    def runs(method, quantity, point="homework"):
        own = rows[where(rows, point=point, method=method, quantity=quantity)]
        return own.sort_values("run").value.to_numpy()

    def vectors(method, quantity):
        own = rows[where(rows, point="homework", method=method, quantity=quantity)]
        return own.pivot(index="run", columns="at", values="value").to_numpy()

    def relative(method):
        spectrum = vectors(method, "eigenvalue")
        return spectrum / abs(spectrum).max(axis=1)[:, None]

    def distance(method):
        return runs(method, "gradient_norm") / abs(vectors(method, "eigenvalue")).max(axis=1)

    def lower(method):
        return vectors(method, "lower_share").mean(axis=0)

    def at(condition, method, quantity):
        return np.median(rows.value[where(rows, point="condition", at=condition, method=method,
                                          quantity=quantity)])  # fmt: skip

    start = vectors("start", "alpha")
    squares = (1 - start) ** 2
    conserved = 1 - np.sqrt(squares - squares.min(axis=1)[:, None])
    geometric = (runs("start", "squared_norm") * (2 * runs("start", "loss")) ** 3) ** 0.25
    rate = 2 * 3 * made.BETA / runs("start", "curvature") * geometric
    random = rows.value[where(rows, quantity="gradient_error", at=1.0)]
    diverged = rows.value[where(rows, quantity="diverged_at")]
    late = curves[(curves.curve == "learning") & (curves.method == "constant") & (curves.x >= 60)]
    late = late[late.point == "homework"]
    slopes = [np.polyfit(np.log(own.x), np.log(own.value), 1)[0] for _, own in late.groupby("run")]
    return {
        "dimension": 30,
        "horizon": 4,
        "starts": 6,
        "beta_curvature": "0.1",
        "steps": 600,
        "beta": np.median(0.1 / runs("start", "curvature")),
        "matched_beta": np.median(1 / runs("start", "curvature")),
        "curvature": np.median(runs("start", "curvature")),
        "constant_orders": -np.median(np.log10(runs("constant", "loss_ratio"))),
        "guaranteed_ratio": np.median((1 + 600 * rate) ** (-4 / 3)),
        "matched_ratio": max(runs("matched", "loss_ratio")),
        "polyak_ratio": max(runs("polyak", "loss_ratio")),
        "law": -4 / 3,
        "law_measured": np.median(slopes),
        "random_error": max(random),
        "matched_distance": max(distance("matched")),
        "polyak_distance": max(distance("polyak")),
        "most_negative": max(-relative("matched").min(), -relative("polyak").min()),
        "constant_distance": np.median(distance("constant")),
        "constant_gradient": np.median(runs("constant", "gradient_norm")),
        "constant_negative": 3,
        "constant_least": relative("constant").min(),
        "most_lower": max(*lower("matched"), *lower("polyak")),
        "constant_lower": lower("constant")[0],
        "perturbations": 300,
        "radii": 3,
        "flat": 3,
        "conserved_error": abs(vectors("polyak", "alpha") - conserved).max(),
        "least_unstable": 3.0,
        "diverged_first": round(min(diverged)),
        "diverged_last": round(max(diverged)),
        "gradients": round(np.median([value(rows, method="learned", quantity="gradients", run=run,
                                            at=c) for run in (0, 1) for c in made.CONDITIONS])),
        "arrived": 0.9,
        "conditions": [
            {"condition": c,
             **{name: at(c, name, "loss_ratio") for name in ("learned", "chebyshev", "equal")},
             "other_learned": at(c, "learned", "other_ratio"),
             **{f"worst_{name}": at(c, name, "worst_case")
                for name in ("learned", "chebyshev", "equal")}}
            for c in made.CONDITIONS
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 4))
def test_each_number_is_that_of_its_rows(seed):
    tables = scattered(made.make(), seed, keep=KEPT)
    for method, least in (("matched", -3e-17), ("polyak", -5e-17)):
        put(least * seed, method=method, quantity="eigenvalue", at=0.0, run=seed)(tables)
    same(numbers(tables), expected(tables))


def test_where_no_run_diverged_nothing_is_said_of_it():
    tables = made.make()
    table = tables["measurements"]
    put(0.0, point="sweep", quantity="diverged")(tables)
    tables["measurements"] = table[table.quantity != "diverged_at"]
    found = numbers(tables)
    names = ("least_unstable", "diverged_first", "diverged_last")
    assert [found[name] for name in names] == [None] * 3
