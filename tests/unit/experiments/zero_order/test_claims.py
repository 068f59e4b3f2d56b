"""Each claim comes out on a small study, and turns when a fault is injected in its tables."""

import numpy as np
import pytest
from contract.synthetic import constant, put, swap, times

from adcost.experiments.zero_order.analysis import best_steps
from adcost.experiments.zero_order.claims import judge, numbers
from adcost.experiments.zero_order.plan import CLASSES

IDS = [
    "zero_order.two_point_unbiased",
    *(f"zero_order.gd_dimension_free.{kind}" for kind in CLASSES),
    *(f"zero_order.linear_in_n.{kind}" for kind in CLASSES),
    *(f"zero_order.rate_in_k.{kind}" for kind in CLASSES),
    "zero_order.sqrt_n_stochastic",
    "zero_order.finite_difference_is_gd",
]


def _verdict(tables, name):
    return {claim.id: claim.verdict for claim in judge(tables)}[name]


def test_all_claims_are_judged_and_come_out(tables):
    claims = judge(tables)
    assert [claim.id for claim in claims] == IDS
    # Five dimensions to 64 leave the exponent at the best step an interval wider than its border.
    open_ = {name: "inconclusive" for name in IDS if ".linear_in_n." in name}
    assert {claim.id: claim.verdict for claim in claims} == dict.fromkeys(IDS, "reproduced") | open_


def _gwhere_n(table):
    return np.sqrt(table.dimension)


def _swept(table, kind):
    return (table.point == kind) & table.method.str.startswith("gaussian_times_")


def _at_every_step(kind, change):
    def inject(tables):
        table = tables["measurements"]
        rows = _swept(table, kind) & (table.quantity == "evaluations")
        assert rows.any()
        table.loc[rows, "value"] = change(table[rows])

    return inject


def _nobody_arrives(kind):
    def inject(tables):
        table = tables["measurements"]
        rows = _swept(table, kind) & (table.quantity == "arrived") & (table.dimension == 64)
        assert rows.any()
        table.loc[rows, "value"] = 0.0

    return inject


def _sweep_without(kind, *, bold):
    """The sweep of one dimension without the steps on one side of the best."""

    def inject(tables):
        table = tables["measurements"]
        best = best_steps(table, kind).multiple[48]
        times = table.method.str.removeprefix("gaussian_times_")
        multiple = times.where(_swept(table, kind)).astype(float)
        beyond = multiple > best if bold else multiple < best
        rows = beyond & (table.dimension == 48)
        assert rows.any()
        tables["measurements"] = table[~rows].reset_index(drop=True)

    return inject


STEPS = ["steps", "evaluations"]
FAST = {"point": "strongly_convex", "quantity": "error"}

FAULTS = [
    # The factor d dropped, the wrong sign, and the factor of the other kind of direction.
    ("zero_order.two_point_unbiased",
     times(lambda t: 1 / t.dimension, method="sphere", quantity="along_gradient")),
    ("zero_order.two_point_unbiased", times(-1, method="gaussian", quantity="along_gradient")),
    ("zero_order.two_point_unbiased",
     times(lambda t: t.dimension / (t.dimension + 2), method="sphere",
             quantity="along_gradient")),
    *((f"zero_order.gd_dimension_free.{kind}",
       times(_gwhere_n, point=kind, method="gradient_descent", quantity=STEPS))
      for kind in CLASSES),
    *((f"zero_order.gd_dimension_free.{kind}",
       swap("gradient_descent", "gaussian", point=kind, quantity=[*STEPS, "arrived"]))
      for kind in CLASSES),
    # A price that grows with √n, as a bolder step would have it; a run that never arrives; a sweep
    # that ends at its boldest step, or at its least.
    *((f"zero_order.linear_in_n.{kind}", _at_every_step(kind, lambda t: t.value / _gwhere_n(t)))
      for kind in CLASSES),
    *((f"zero_order.linear_in_n.{kind}", _nobody_arrives(kind)) for kind in CLASSES),
    *((f"zero_order.linear_in_n.{kind}", _sweep_without(kind, bold=True)) for kind in CLASSES),
    *((f"zero_order.linear_in_n.{kind}", _sweep_without(kind, bold=False)) for kind in CLASSES),
    *((f"zero_order.rate_in_k.{kind}",
       times(lambda t: t.step**0.5, point=kind, method="gaussian", quantity="error"))
      for kind in ("smooth", "convex")),
    *((f"zero_order.rate_in_k.{kind}",
       constant(point=kind, method="gradient_descent", quantity="error"))
      for kind in ("smooth", "convex")),
    # A power of k in place of the exponential, and one slower than the table or the guarantee.
    ("zero_order.rate_in_k.strongly_convex",
     put(lambda t: 1.0 / t.step**2, **FAST, method="sphere")),
    ("zero_order.rate_in_k.strongly_convex",
     put(lambda t: t.value ** (1 / 8), **FAST, method="gaussian")),
    ("zero_order.rate_in_k.strongly_convex",
     put(lambda t: t.value ** (1 / 3), **FAST, method="gradient_descent")),
    ("zero_order.rate_in_k.strongly_convex",
     times(4, point="strongly_convex", quantity="best_steps")),
    ("zero_order.sqrt_n_stochastic",
     swap("sphere", "stochastic_gradient", point="stochastic")),
    ("zero_order.sqrt_n_stochastic",
     times(_gwhere_n, method="sphere", quantity="gap")),
    ("zero_order.sqrt_n_stochastic",
     times(_gwhere_n, method="stochastic_gradient", quantity="gap")),
    # A best step that is none.
    ("zero_order.sqrt_n_stochastic", times(0.5, method="sphere", quantity="gap_at_half")),
    ("zero_order.sqrt_n_stochastic",
     times(0.5, method="stochastic_gradient", quantity="gap_at_twice")),
    # Forward differences: half the evaluations, or an error of ½ελ in place of rounding.
    ("zero_order.finite_difference_is_gd",
     times(0.5, method="central_differences", quantity="evaluations")),
    ("zero_order.finite_difference_is_gd",
     put(1e-6, method="central_differences", quantity="path_difference")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "inject"), FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(FAULTS)]
)
def test_an_injected_fault_turns_the_verdict(tables, name, inject):
    inject(tables)
    assert _verdict(tables, name) in ("refuted", "inconclusive")


def test_every_claim_has_an_injected_fault():
    assert {name for name, _ in FAULTS} == set(IDS)


def test_numbers_follow_the_tables(tables):
    before = numbers(tables)
    assert (before["least_n"], before["most_n"], before["sphere_most_n"]) == (32, 64, 64)
    _at_every_step("convex", lambda t: 2 * t.value)(tables)
    after = numbers(tables)
    assert after["convex_best_gain"] == pytest.approx(before["convex_best_gain"] / 2)
