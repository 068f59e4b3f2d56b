"""Judge the claims on derivatives of fixed points (`implicit.*`) from the table alone.

Tolerances, and why:

- ``same_derivative``: 10 in units of κ·ε. A linear system with the condition κ, solved to a
  relative residual ε, has a solution that is off by κε (Higham 2002, §7.1); ten leave room for
  what cancels in the product with ∂T/∂θ. The iterations stop at rounding, which is below ε;
- ``parameters_of_the_solver``: 4 rounding errors a step: each step is passed on the way there and
  back, and 1 − α and its product round once.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near
from adcost.experiments.implicit.analysis import (
    ALL,
    IMPLICIT,
    THROUGH,
    UNIQUE,
    UNIT_ROUNDOFF,
    at_tolerances,
    converged_errors,
    exponent,
    fact,
    on_arrival,
    singular,
    states_an_iteration,
    stops,
)
from adcost.experiments.implicit.numbers import numbers as numbers
from adcost.results.select import select
from adcost.statistics.intervals import Interval

UNITS, A_STEP = 10.0, 4.0
FIRST_ORDER = 0.1
"""How near 1 an exponent must be."""

ALIKE, LOST = 1e-6, 0.01
"""An error that is none, and one that leaves two digits: of seven or more that others have."""

CALLED = {
    "ridge": "ridge regression",
    "layer": "equilibrium layer",
    "step_sizes": "step sizes",
    "reverse": "reverse mode",
    "checkpointed": "checkpoints",
    "forward": "forward mode",
    "krylov": "implicit, Krylov",
    "successive": "implicit, successive",
}


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements``."""
    claims = (
        _same_derivative,
        _constant_memory,
        _error_follows_tolerance,
        _fewer_operations,
        _parameters_of_the_solver,
        _singular,
    )
    return [claim(tables["measurements"]) for claim in claims]


def _same_derivative(measured: pd.DataFrame) -> Claim:
    tight = float(select("implicit", measured, quantity="products").tolerance.iloc[0])

    def worst(method: str) -> Evidence:
        units = [
            converged_errors(measured, point)[method] / (fact(measured, point, "condition") * tight)
            for point in UNIQUE
        ]
        return at_most(
            "exact",
            Interval.spanning(units, "problems"),
            UNITS,
            f"condition × tolerance of the linear solve, {CALLED[method]}",
        )

    return Claim(
        "implicit.same_derivative",
        "Christianson 1994; Griewank & Walther 2008, ch. 15",
        "Once the solver has converged, the implicit derivative of a fixed point and that through "
        "the iterations are the same.",
        tuple(worst(method) for method in (*IMPLICIT, *THROUGH)),
        "error",
        "Against the singular values' closed form for ridge regression, and Newton's method with "
        "dense Jacobians for the layer, neither of which iterates or differentiates anything.",
        claimed_by="literature",
    )


def _constant_memory(measured: pd.DataFrame) -> Claim:
    grown = pd.DataFrame({point: states_an_iteration(measured, point) for point in ALL}).T

    def span(method: str) -> Interval:
        return Interval.spanning(grown[method], "problems")

    def unit(method: str) -> str:
        return f"states kept an iteration, {CALLED[method]}"

    return Claim(
        "implicit.constant_memory",
        "Christianson 1994; Bai, Kolter & Koltun 2019",
        "The implicit derivative takes memory that does not grow with the iterations; reverse mode "
        "through them keeps at least a state of each.",
        (
            *(near("counted", span(method), 0, 0, unit(method), "0") for method in IMPLICIT),
            at_least("counted", span("reverse"), 1, unit("reverse")),
        ),
        "cost",
        "Temporaries of the compiled programs, between the least and the most iterations. Forward "
        "mode keeps none either, at one sweep for each parameter.",
        beside=(
            near("counted", span("forward"), 0, 0, unit("forward"), "0"),
            at_most("counted", span("checkpointed"), 1, unit("checkpointed")),
        ),
        claimed_by="literature",
    )


def _exponents(measured: pd.DataFrame, points: Iterable[str], method: str) -> list[Evidence]:
    found = []
    for point in points:
        errors = at_tolerances(measured, point, "error")[method]
        found.append(
            near(
                "sampled",
                exponent(errors),
                1,
                FIRST_ORDER,
                f"exponent in the tolerance, {CALLED[point]}, {_called(method)}",
            )
        )
    return found


def _called(method: str) -> str:
    return "adjoint solved in full" if method == "krylov_exact" else CALLED[method]


def _error_follows_tolerance(measured: pd.DataFrame) -> Claim:
    squared = at_tolerances(measured, "step_sizes", "error").krylov
    return Claim(
        "implicit.error_follows_tolerance",
        "Christianson 1994",
        "The error of the implicit derivative is of first order in the tolerance to which the "
        "fixed point and the adjoint system are solved.",
        tuple(piece for way in IMPLICIT for piece in _exponents(measured, UNIQUE, way)),
        "error",
        "Reverse mode through the same iterations follows the tolerance as well, times their "
        "number, so that its exponent is a little below 1. Where ∇L vanishes in the fixed point, "
        "as for the homework's loop, the order is 2.",
        beside=(
            *_exponents(measured, UNIQUE, "krylov_exact"),
            *_exponents(measured, UNIQUE, "reverse"),
            near(
                "sampled",
                exponent(squared),
                2,
                2 * FIRST_ORDER,
                "exponent in the tolerance, step sizes, implicit, Krylov",
            ),
        ),
        claimed_by="literature",
    )


def _fewer_operations(measured: pd.DataFrame) -> Claim:
    def ratio(method: str) -> Interval:
        share = [
            float(operations[method] / operations["reverse"])
            for operations in (on_arrival(measured, point) for point in ALL)
        ]
        return Interval.spanning(share, "problems")

    def unit(method: str) -> str:
        return f"of reverse mode's operations, {CALLED[method]}"

    return Claim(
        "implicit.fewer_operations",
        "Blondel et al. 2022",
        "With a Krylov method the implicit derivative takes fewer operations than reverse mode "
        "through the iterations to the least tolerance.",
        (at_most("counted", ratio("krylov"), 1, unit("krylov")),),
        "cost",
        "Value and derivative together. Successive substitution takes as many rounds as the solver "
        "took iterations, and so about as much as reverse mode. After a few iterations alone the "
        "linear solve costs more than it saves.",
        beside=(at_most("counted", ratio("successive"), 1, unit("successive")),),
        claimed_by="ours",
    )


def _parameters_of_the_solver(measured: pd.DataFrame) -> Claim:
    norms = at_tolerances(measured, "step_sizes", "norm")
    of_loop = at_tolerances(measured, "step_sizes", "loop_error")
    steps = stops(measured, "step_sizes").sort_index()
    inner = steps * fact(measured, "step_sizes", "parameters")
    rounding = Interval.exactly(float((of_loop.reverse / (inner * UNIT_ROUNDOFF)).max()))
    growth = exponent((norms.reverse / norms.krylov).sort_index().set_axis(steps))
    return Claim(
        "implicit.parameters_of_the_solver",
        "«Задачи на дом», домашняя задача 2",
        "By the step sizes of the loop itself the implicit derivative is not that of what the loop "
        "returns: after k rounds it misses a factor that grows like k.",
        (
            near("exact", growth, 1, FIRST_ORDER / 2, "exponent in k, reverse mode / implicit"),
            at_most("exact", rounding, A_STEP, "rounding errors a step, reverse mode"),
            at_least(
                "exact",
                Interval.spanning(of_loop.krylov, "tolerances"),
                0.5,
                "of the derivative is missing, implicit",
            ),
        ),
        "error",
        "The limit does not depend on how the solver comes there, so its derivative is 0; how fast "
        "it comes there is what step sizes decide. Step sizes are learned through the iterations.",
        claimed_by="ours",
    )


def _singular(measured: pd.DataFrame) -> Claim:
    errors = singular(measured).sort_index()
    positive = errors[errors.index > 0]
    least, zero = positive.iloc[0], errors.loc[0.0]
    held = [
        at_most("exact", Interval.spanning(errors[way], "penalties"), ALIKE,
                f"relative error, {CALLED[way]}")
        for way in ("reverse", "successive")
    ]  # fmt: skip
    return Claim(
        "implicit.singular",
        "Christianson 1994; Blondel et al. 2022",
        "As I − ∂T/∂x becomes singular the implicit derivative by a Krylov method loses its digits "
        "in proportion to 1/λ and has none at λ = 0, where those through the iterations and by "
        "successive substitution still have theirs.",
        (
            near(
                "sampled",
                exponent(positive.krylov),
                -1,
                2 * FIRST_ORDER,
                "exponent in λ of the error, implicit, Krylov",
            ),
            at_least("exact", Interval.exactly(float(np.minimum(zero.krylov, 1e300))), 1,
                     "relative error at λ = 0, implicit, Krylov"),
            *held,
        ),
        "singular",
        f"At the least positive λ the Krylov method's error is {least.krylov:.1e}. The descent "
        "starts in the span of the images and never leaves it, and neither does the part of the "
        "adjoint that counts; a Krylov method divides by curvatures that are rounding.",
        claimed_by="ours",
    )  # fmt: skip
