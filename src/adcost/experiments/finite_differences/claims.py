"""Judge the claims on finite differences (`finite_differences.*`) from the tables alone.

Bounds, and why:

- the best ε may miss the textbook's by half a decade. Its formula takes the largest rounding error,
  u|f| in each value; the typical error of a correctly rounded value is down to a seventh of that,
  since it is spread over the spacing and the spacing is u|f| to 2u|f|, and that of a library's
  function may be twice it. The square root of that moves ε* by −0.42 to +0.15 decades, the cube
  root by less;
- between float32 and float64 the best ε falls like uᵖ; p is told from the other method's by half
  the gap between 1/2 and 1/3;
- an arm's slope may be off by three times the share that its neighbours have at the ends of the
  arm: d ln(aε² + b/ε)/d ln ε = (2 − r)/(1 + r) ≈ 2 − 3r where b/ε is r times aε²;
- rounding level for reverse mode: ten units of roundoff, for curves of a few operations each.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, at_most, near
from adcost.experiments.finite_differences.analysis import (
    Case,
    Sweeps,
    arm,
    loss_when_off,
    off_theory,
    over_best,
    place_if_uniform,
    root,
    sweeps,
    union,
    valley,
)
from adcost.experiments.finite_differences.plan import DTYPES, SHARE, UNIT_ROUNDOFF
from adcost.results.select import series
from adcost.statistics.intervals import Interval

SECTION = "«Конечные разности»"
METHODS = ("forward", "central")
ROOT = {"forward": 1 / 2, "central": 1 / 3}
ROOT_NAME = {"forward": "√u", "central": "∛u"}
ORDER = {"forward": 1, "central": 2}

PLACE, ROOT_GAP, SLOPE, ROUNDING = 0.5, (1 / 2 - 1 / 3) / 2, 3 * SHARE, 10.0


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements``."""
    measured = tables["measurements"]
    of = sweeps(measured)
    tradeoffs = [claim for method in METHODS for claim in _tradeoffs(of, method)]
    return [_evaluations(measured), *tradeoffs]


def _counted(measured: pd.DataFrame, method: str, quantity: str = "evaluations") -> pd.Series:
    """What a whole gradient took, by dimension."""
    labels = {"point": "evaluations", "method": method, "quantity": quantity}
    return series("finite_differences", measured, "dimension", **labels)


def _evaluations(measured: pd.DataFrame) -> Claim:
    central, forward = _counted(measured, "central"), _counted(measured, "forward")
    return Claim(
        "finite_differences.evaluations",
        f"{SECTION}: the answer 2dT; Nocedal & Wright 2006, ch. 8",
        "A gradient by central differences takes exactly 2d evaluations of the loss; by forward "
        "differences, which share L(w), d + 1.",
        (
            near("counted", Interval.spanning(central / (2 * central.index), "dimensions"), 1, 0.0,
                 "of 2d evaluations, central", "exactly 1"),
            near("counted", Interval.spanning(forward / (forward.index + 1), "dimensions"), 1, 0.0,
                 "of d + 1 evaluations, forward", "exactly 1"),
        ),
        note="The slide shows the forward difference and answers 2dT. That is the price of the "
        "central one, or of a forward one that evaluates L(w) anew for every coordinate. Shared, "
        f"it makes the forward difference cost (d + 1)T. Counted for d from {central.index.min()} "
        f"to {central.index.max()}.",
        claimed_by="lecture",
    )  # fmt: skip


def _tradeoffs(of: Sweeps, method: str) -> list[Claim]:
    """The two precisions' claims on one method."""
    bottoms = _bottoms(of, method)
    falls = _falls(of, method, bottoms)
    return [_tradeoff(of, method, dtype, bottoms, falls) for dtype in DTYPES]


def _bottoms(of: Sweeps, method: str) -> dict[Case, Interval]:
    return {case: valley(of, case) for dtype in DTYPES for case in of.cases(method, dtype)}


def _falls(of: Sweeps, method: str, bottoms: Mapping[Case, Interval]) -> Interval:
    """The exponent of the unit roundoff in the best step, over all curves."""
    coarse, fine = DTYPES
    decades = float(np.log10(UNIT_ROUNDOFF[coarse] / UNIT_ROUNDOFF[fine]))
    pairs = [(Case(method, curve, coarse), Case(method, curve, fine)) for curve in of.curves]
    return union([root(bottoms[here], bottoms[there], decades) for here, there in pairs])


def _tradeoff(
    of: Sweeps, method: str, dtype: str, bottoms: Mapping[Case, Interval], falls: Interval
) -> Claim:
    each = of.cases(method, dtype)
    rounding = [
        of.values(case.by("reverse_mode")).to_numpy().max() / UNIT_ROUNDOFF[dtype] for case in each
    ]
    pieces = (
        near("sampled", union([off_theory(of, case, bottoms[case]) for case in each]), 0, PLACE,
             "decades from the predicted best step"),
        near("sampled", falls, ROOT[method], ROOT_GAP,
             "exponent of the unit roundoff in the best step"),
        near("sampled", union([arm(of, case, "left") for case in each]), -1, SLOPE,
             "exponent of the step, left arm"),
        near("sampled", union([arm(of, case, "right") for case in each]), ORDER[method], SLOPE,
             "exponent of the step, right arm"),
        at_most("sampled", union([over_best(of, case) for case in each]), 1,
                "AD's error over the best difference's"),
        at_most("sampled", Interval.spanning(rounding, "curves"), ROUNDING,
                "rounding errors, AD's error"),
    )  # fmt: skip
    below, above = _when_off(of, each)
    return Claim(
        f"finite_differences.step_tradeoff.{method}.{dtype}",
        f"{SECTION}; Nocedal & Wright 2006, ch. 8",
        f"The error of the {method} difference in {dtype} is U-shaped in ε with its minimum near "
        f"{ROOT_NAME[method]}, in the scale of the function; AD's error sits at rounding level "
        "below it.",
        pieces,
        "tradeoff",
        f"Over {len(each)} functions; an interval spans those of all of them. ε* is best for the "
        "largest rounding errors; typical ones are smaller, and so is the best ε. A decade below "
        f"the best the error is {below:.2g} times the least, a decade above {above:.2g} times.",
        claimed_by="lecture",
    )


def _when_off(of: Sweeps, each: list[Case]) -> tuple[float, float]:
    """The error a decade below and above the best ε, over the least: medians over curves."""
    below, above = ([loss_when_off(of, case, side) for case in each] for side in (-1, 1))
    return float(np.median(below)), float(np.median(above))


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; errors are relative."""
    measured = tables["measurements"]
    of = sweeps(measured)
    epsilons = of.typical(Case("forward", of.curves[0], "float64")).index
    accuracy = measured[measured.point == "accuracy"]
    swept = accuracy[(accuracy.method == "forward") & (accuracy.epsilon > 0)].epsilon
    bottoms = {method: _bottoms(of, method) for method in METHODS}
    found: dict[str, Any] = {
        "curves": len(of.curves),
        "sets": accuracy.set.nunique(),
        "least_epsilon": float(epsilons.min()),
        "most_epsilon": float(swept.max()),
        "epsilons": swept.nunique(),
        "decades": round(float(np.log10(swept.max() / swept.min())), 1),
        "most_dimension": int(_counted(measured, "central").index.max()),
        "share_percent": 100 * SHARE,
        "evaluations": _evaluation_rows(measured),
        "arms": _arm_rows(of, bottoms),
        "best": _best_rows(of, bottoms),
    }
    for method in METHODS:
        error = _counted(measured, method, "gradient_error").iloc[-1]
        found[f"{method}_gradient_error"] = float(error)
        found[f"{method}_place_if_uniform"] = place_if_uniform(method)
        found |= _in_double(of, method, bottoms[method])
        for dtype in DTYPES:
            digits = -np.log10(_typical_error(of, method, dtype))
            found[f"{method}_{dtype}_digits"] = float(digits)
    for dtype in DTYPES:
        unit = UNIT_ROUNDOFF[dtype]
        tiny = [of.typical(case) for case in of.cases("complex_step", dtype)]
        reverse = [of.single(case) for case in of.cases("reverse_mode", dtype)]
        found[f"complex_epsilon_{dtype}"] = float(tiny[0].index.min())
        found[f"complex_error_{dtype}"] = max(float(errors.iloc[0]) for errors in tiny) / unit
        found[f"reverse_error_{dtype}"] = max(reverse) / unit
    return found


def _typical_error(of: Sweeps, method: str, dtype: str) -> float:
    """The least error of a method, relative: the median over curves."""
    return float(np.median([of.least(case)[1] for case in of.cases(method, dtype)]))


def _in_double(of: Sweeps, method: str, bottoms: Mapping[Case, Interval]) -> dict[str, float]:
    """In float64, over all curves: where the best ε lies, and what a wrong ε costs."""
    dtype = "float64"
    each = of.cases(method, dtype)
    steps = [10 ** bottoms[case].value for case in each]
    errors = np.array([of.least(case)[1] for case in each])
    bounds = np.array([of.single(case, "predicted_error") for case in each])
    nominal = np.array([of.single(case, "nominal_least_error") for case in each])
    below, above = _when_off(of, each)
    name = f"{method}_{dtype}"
    return {
        f"{name}_decade_less": below,
        f"{name}_decade_more": above,
        f"{name}_least_best": min(steps),
        f"{name}_most_best": max(steps),
        f"{name}_bound": float(np.median(bounds / errors)),
        f"{name}_nominal": float((nominal / errors).max()),
    }


def _evaluation_rows(measured: pd.DataFrame) -> list[dict[str, int]]:
    columns = {
        method: _counted(measured, method) for method in ("forward", "central", "complex_step")
    }
    return [
        {"d": int(d), **{method: int(column[d]) for method, column in columns.items()}}
        for d in columns["central"].index
    ]


def _arm_rows(of: Sweeps, bottoms: Mapping[str, Mapping[Case, Interval]]) -> list[dict[str, Any]]:
    """The shape of each U, as its claim has it: middle values over curves."""
    return [
        {
            "difference": method,
            "precision": dtype,
            "left": union([arm(of, case, "left") for case in of.cases(method, dtype)]).value,
            "right": union([arm(of, case, "right") for case in of.cases(method, dtype)]).value,
            "root": falls,
        }
        for method in METHODS
        for falls in [_falls(of, method, bottoms[method]).value]
        for dtype in DTYPES
    ]


def _best_rows(of: Sweeps, bottoms: Mapping[str, Mapping[Case, Interval]]) -> list[dict[str, Any]]:
    """For each method and curve in float64: the best ε and its error, of theory and measured."""
    return [
        {
            "difference": method,
            "function": case.curve,
            "predicted_epsilon": of.single(case, "predicted_epsilon"),
            "epsilon": 10 ** bottoms[method][case].value,
            "bound": of.single(case, "predicted_error"),
            "error": of.least(case)[1],
            "reverse_mode": of.single(case.by("reverse_mode")),
        }
        for method in METHODS
        for case in of.cases(method, "float64")
    ]
